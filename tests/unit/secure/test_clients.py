"""What clients send to a plain and to a secured stack; the tickets are fakes."""

import base64
import struct
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from thrift.transport.TSocket import TSocket
from thrift.transport.TSSLSocket import TSSLSocket
from thrift.transport.TTransport import TBufferedTransport, TTransportException

from hadoop.java import find_java_home
from secure import negotiate, sasl
from secure.access import Access, SecureAccess, access
from secure.certificate import make_certificate
from secure.negotiate import NegotiateAuth
from secure.sasl import GssapiClient
from secure.tls import TlsSocket
from tests.unit.secure.tls_files import server_context
from warehouse.errors import CertificateError, SetupError, TicketError
from warehouse.identity import Identity, ServicePrincipals
from warehouse.settings import Endpoints

GUESSED = "swordfish"
ANN = Identity.of_stack(Path("/state"), "ann", "owner")
ELSEWHERE = replace(
    ANN, kerberos=None, services=ServicePrincipals("hive/_HOST", "hive/_HOST", "HTTP/_HOST"), elsewhere=True
)
ENDPOINTS = Endpoints.of("localhost:10000", "localhost:9870", "ann")


class FakeContext:
    """A service that is content after one answer; wrapping shows what was wrapped, and how."""

    offers = 1

    def __init__(self, identity, service, **_):
        assert identity.user == "ann"
        self.complete = False
        self.service = service

    def step(self, token=b""):
        self.complete = bool(token)
        return b"ticket for " + self.service.encode()

    def wrap(self, content, *, encrypt):
        return (b"secret:" if encrypt else b"signed:") + content

    def unwrap(self, content):
        return bytes([self.offers]) + b"\0\0\0" if content == b"offer" else content.partition(b":")[2]


SAID = {
    "/secured": (401,),
    "/skewed": (403, "GSSException: Failure unspecified (Mechanism level: Clock skew too great (37))"),
}
"""Status and reason by path."""


@pytest.fixture
def http(monkeypatch):
    """A server that notes what it was sent, and refuses the cookie of another; (address, notes)."""
    monkeypatch.setattr(negotiate, "Context", FakeContext)
    seen = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append((self.headers.get("Authorization"), self.headers.get("Cookie")))
            refused = self.headers.get("Cookie") == "hadoop.auth=foreign"
            self.send_response(*SAID.get(self.path, (401 if refused else 200,)))
            if self.path == "/secured":
                self.send_header("WWW-Authenticate", "Negotiate")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}", seen
        server.shutdown()


def ticket_for(service):
    return f"Negotiate {base64.b64encode(b'ticket for ' + service.encode()).decode()}"


TICKET = ticket_for("HTTP/localhost@STACKHOUSE.LOCAL")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """Directories of two certificates that have nothing to do with each other."""
    made = [tmp_path_factory.mktemp("certificates") / name for name in ("tls", "other")]
    for directory in made:
        make_certificate(directory, find_java_home())
    return made


@pytest.fixture
def tls_server(certificates, tmp_path):
    """A server that proves who it is by the first of the two; its port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        server.handle_error = lambda *_: None
        server.socket = server_context(certificates[0], tmp_path).wrap_socket(server.socket, server_side=True)
        Thread(target=server.serve_forever).start()
        yield server.server_port
        server.shutdown()


@pytest.fixture
def session():
    found = Access().session()
    found.auth = NegotiateAuth(ANN)
    return found


def test_ticket_goes_with_the_first_request_and_no_proxy_is_asked(http, session):
    address, seen = http
    assert session.get(f"{address}/jmx").status_code == 200
    assert seen == [(TICKET, None)]
    assert session.trust_env is False


def test_cookie_and_delegation_token_do_without_a_ticket(http, session):
    address, seen = http
    session.get(f"{address}/x?delegation=token")
    session.get(address, headers={"Cookie": "hadoop.auth=ours"})
    assert seen == [(None, None), (None, "hadoop.auth=ours")]


def test_cookie_that_is_refused_is_followed_by_a_ticket_once(http, session):
    address, seen = http
    assert session.get(address, headers={"Cookie": "hadoop.auth=foreign"}).status_code == 200
    assert seen == [(None, "hadoop.auth=foreign"), (TICKET, None)]


def test_service_is_named_by_the_host_that_is_asked_or_as_the_settings_say(http):
    address, seen = http
    netloc = address.removeprefix("http://")
    services = ServicePrincipals("hive/_HOST", "hive/_HOST", "HTTP/_HOST@EXAMPLE.COM")
    for web_at, name in (({}, "HTTP/127.0.0.1@EXAMPLE.COM"), ({netloc: "HTTP/nn1.example"}, "HTTP/nn1.example")):
        asking = access(replace(ELSEWHERE, certificate=None, services=replace(services, web_at=web_at))).session()
        asking.get(address)
        assert seen.pop() == (ticket_for(name), None)


def test_service_whose_clock_differs_is_named_with_the_remedy(http, session):
    address, _ = http
    with pytest.raises(TicketError) as caught:
        session.get(f"{address}/skewed")
    assert str(caught.value).startswith(f"the clocks of this machine and of {address[7:]} differ by more than")
    assert str(caught.value).endswith("let all machines set their clocks by NTP: timedatectl set-ntp true, or chronyd")


def test_who_sends_no_ticket_is_told_that_one_is_asked_for(http):
    address, _ = http
    with pytest.raises(TicketError, match=r"asks for a Kerberos ticket; set STACKHOUSE_KERBEROS=true: docs/deploy.md"):
        Access().session().get(f"{address}/secured")


@pytest.mark.parametrize(
    ("offers", "layer", "sent"),
    [
        (1, b"\x01\x00\x00\x00", b"rows"),
        (2, b"\x02\xff\xff\xff", b"\x00\x00\x00\x0bsigned:rows"),
        (7, b"\x04\xff\xff\xff", b"\x00\x00\x00\x0bsecret:rows"),
    ],
)
def test_strongest_layer_that_is_offered_is_used(monkeypatch, offers, layer, sent):
    monkeypatch.setattr(sasl, "Context", FakeContext)
    monkeypatch.setattr(FakeContext, "offers", offers)
    client = GssapiClient(ANN, "hive/localhost")
    assert client.start("GSSAPI") == (True, "GSSAPI", b"ticket for hive/localhost")
    assert client.step(b"token") == (True, b"ticket for hive/localhost")
    # Nothing after the sizes: who one acts for is who the ticket says.
    assert client.step(b"offer") == (True, b"signed:" + layer)
    assert client.encode(b"rows") == (True, sent)
    assert client.decode(sent) == (True, b"rows")
    assert offers == 1 or struct.unpack(">I", sent[:4]) == (len(sent) - 4,)


def test_plain_stack_is_talked_to_plainly():
    way = access(None)
    assert (way.scheme, way.java_options, way.jdbc_ticket("localhost"), way.java_client()) == ("http", "", "", {})
    assert way.session().auth is None
    socket = way.socket("localhost", 1)
    assert type(socket) is TSocket
    assert isinstance(way.metastore(socket), TBufferedTransport)
    assert way.hiveserver2(socket, ENDPOINTS).mechanism == "PLAIN"


def test_secured_stack_is_talked_to_by_tls_and_ticket():
    way = access(ANN)
    assert isinstance(way, SecureAccess)
    assert way.scheme == "https"
    session = way.session()
    assert isinstance(session.auth, NegotiateAuth)
    assert session.verify == "/state/secure/tls/ca.pem"
    socket = way.socket("localhost", 1)
    assert way.hiveserver2(socket, ENDPOINTS).mechanism == "GSSAPI"
    assert way.metastore(socket).mechanism == "GSSAPI"
    assert way.jdbc_ticket("127.0.0.1") == ";principal=hive/localhost@STACKHOUSE.LOCAL"
    assert way.java_options.split() == [
        "-Djava.security.krb5.conf=/state/secure/krb5.conf",
        "-Djavax.security.auth.useSubjectCredsOnly=false",
    ]


def test_cluster_elsewhere_may_have_kerberos_without_tls_and_passwords_beside_it(monkeypatch):
    monkeypatch.setattr(sasl, "Context", FakeContext)
    way = access(replace(ELSEWHERE, certificate=None))
    assert way.scheme == "http"
    assert way.session().verify is True
    socket = way.socket("HS2.example", 1)
    assert type(socket) is TSocket
    client = way.hiveserver2(socket, replace(ENDPOINTS, hive_host="HS2.example")).sasl_client_factory()
    assert client.start("GSSAPI")[2] == b"ticket for hive/hs2.example"
    client = way.metastore(TSocket("ms1.example", 1)).sasl_client_factory()
    assert client.start("GSSAPI")[2] == b"ticket for hive/ms1.example"
    assert way.hiveserver2(socket, replace(ENDPOINTS, password=GUESSED)).mechanism == "PLAIN"
    # The machine's own krb5.conf.
    assert way.java_options == "-Djavax.security.auth.useSubjectCredsOnly=false"


def test_password_goes_by_tls_where_a_certificate_is_given(certificates):
    way = access(None, certificates[0] / "ca.pem")
    socket = way.socket("localhost", 1)
    assert isinstance(socket, TlsSocket)
    assert way.hiveserver2(socket, ENDPOINTS).mechanism == "PLAIN"


@pytest.mark.parametrize("content", [None, b"", b"not a certificate"])
def test_certificate_that_is_none_is_named_in_one_line(tmp_path, content):
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SetupError) as caught:
        access(None, file).socket("localhost", 1)
    assert str(caught.value) == f"the certificate {file} cannot be read; name a file in PEM"


def test_service_that_is_not_trusted_is_no_service_that_is_down(certificates, tls_server):
    other, port = certificates[1] / "ca.pem", tls_server
    url = f"https://localhost:{port}/?delegation=secret"
    with pytest.raises(CertificateError) as caught:
        access(replace(ANN, certificate=other, elsewhere=True)).session().get(url)
    assert str(caught.value) == (
        f"https://localhost:{port}/ does not prove who it is: self-signed certificate; "
        "set STACKHOUSE_WEB_CERTIFICATE to a file with the certificate of its authority, or to `system`"
    )
    with pytest.raises(CertificateError, match=r"; \./stackhouse down, then \./stackhouse up; if that does not help, "):
        access(replace(ANN, certificate=other)).session().get(url)
    socket = access(None, other).socket("localhost", port)
    with pytest.raises(
        CertificateError, match=f"^HiveServer2 at localhost:{port} does not prove who it is: self-signed"
    ):
        socket.open()


def test_socket_to_a_port_where_nothing_listens_can_be_closed(certificates):
    socket = TlsSocket("127.0.0.1", 1, certificates[0] / "ca.pem", "no remedy")
    assert isinstance(socket, TSSLSocket)
    with pytest.raises(TTransportException):
        socket.open()
    socket.close()
