"""What clients send to a plain and to a secured stack; the tickets are fakes."""

import struct
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
from secure.tls_socket import TlsSocket
from warehouse.errors import SetupError
from warehouse.identity import Identity
from warehouse.settings import Endpoints

ANN = Identity.of_stack(Path("/state"), "ann", "owner")
ENDPOINTS = Endpoints.of("localhost:10000", "localhost:9870", "ann")


class FakeContext:
    """A service that is content after one answer; wrapping shows what was wrapped, and how."""

    offers = 1

    def __init__(self, identity, service, **_):
        assert identity == ANN
        self.complete = False
        self.service = service

    def step(self, token=b""):
        self.complete = bool(token)
        return b"ticket for " + self.service.encode()

    def wrap(self, content, *, encrypt):
        return (b"secret:" if encrypt else b"signed:") + content

    def unwrap(self, content):
        return bytes([self.offers]) + b"\0\0\0" if content == b"offer" else content.partition(b":")[2]


@pytest.fixture
def http(monkeypatch):
    """A server that notes what it was sent, and refuses the cookie of another; (address, notes)."""
    monkeypatch.setattr(negotiate, "Context", FakeContext)
    seen = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append((self.headers.get("Authorization"), self.headers.get("Cookie")))
            refused = self.headers.get("Cookie") == "hadoop.auth=foreign"
            self.send_response(401 if refused else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}", seen
        server.shutdown()


TICKET = "Negotiate dGlja2V0IGZvciBIVFRQ"


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
    client = GssapiClient(ANN, "hive")
    assert client.start("GSSAPI") == (True, "GSSAPI", b"ticket for hive")
    assert client.step(b"token") == (True, b"ticket for hive")
    # Nothing after the sizes: who one acts for is who the ticket says.
    assert client.step(b"offer") == (True, b"signed:" + layer)
    assert client.encode(b"rows") == (True, sent)
    assert client.decode(sent) == (True, b"rows")
    assert offers == 1 or struct.unpack(">I", sent[:4]) == (len(sent) - 4,)


def test_plain_stack_is_talked_to_plainly():
    way = access(None)
    assert (way.scheme, way.jdbc, way.java_options, dict(way.java_client())) == ("http", "", "", {})
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
    assert way.hiveserver2(None, ENDPOINTS).mechanism == "GSSAPI"
    assert way.metastore(None).mechanism == "GSSAPI"
    assert way.jdbc == ";ssl=true;sslTrustStore=/state/secure/tls/trust.p12;trustStorePassword=any"
    assert way.jdbc_ticket == ";principal=hive/localhost@STACKHOUSE.LOCAL"


def test_password_goes_by_tls_where_a_certificate_is_given(tmp_path):
    make_certificate(tmp_path / "tls", find_java_home())
    way = access(None, tmp_path / "tls" / "ca.pem")
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


def test_socket_to_a_port_where_nothing_listens_can_be_closed(tmp_path):
    make_certificate(tmp_path / "tls", find_java_home())
    socket = TlsSocket("127.0.0.1", 1, tmp_path / "tls" / "ca.pem")
    assert isinstance(socket, TSSLSocket)
    with pytest.raises(TTransportException):
        socket.open()
    socket.close()
