"""A web server with a key of the realm, which lets the library say who sent a request."""

import base64
from ctypes import byref, c_int, c_uint32, c_void_p
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from secure.access import access
from secure.gssapi import Buffer, buffer, call, places, shown_name, taken
from secure.kerberos import current_ticket
from warehouse.identity import REALM, ServicePrincipals

ACCEPT = 2


class Acceptor:
    """The server's side: takes tickets for one key."""

    def __init__(self, identity, keytab):
        self._identity = identity
        self._credential = c_void_p()
        store = places(("keytab", f"FILE:{keytab}"))
        call(
            identity,
            "gss_acquire_cred_from",
            *(None, c_uint32(0), None, c_int(ACCEPT), byref(store), byref(self._credential), None, None),
        )

    def client(self, token):
        """Principal of who made a token."""
        context, name, answer = c_void_p(), c_void_p(), Buffer()
        given = buffer(token)
        call(
            self._identity,
            "gss_accept_sec_context",
            *(byref(context), self._credential, byref(given), None, byref(name), None, byref(answer), None, None, None),
        )
        taken(answer)
        return shown_name(self._identity, name)


@pytest.fixture
def server(home, ann):
    """A server that answers with the name of who asks; its port."""
    acceptor = Acceptor(ann, home / "secure" / "keytabs" / "http.keytab")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            token = base64.b64decode(self.headers["Authorization"].removeprefix("Negotiate "))
            content = acceptor.client(token).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever).start()
        yield server.server_port
        server.shutdown()


@pytest.mark.parametrize("way", ["keytab", "kinit"])
@pytest.mark.parametrize("web", ["HTTP/_HOST", f"HTTP/_HOST@{REALM}"])
def test_server_knows_the_client_by_its_ticket(ann, server, monkeypatch, way, web):
    services = ServicePrincipals("hive/_HOST", "hive/_HOST", web)
    client = replace(ann, certificate=None, elsewhere=True, services=services)
    if way == "kinit":
        current_ticket(client)
        monkeypatch.setenv("KRB5CCNAME", f"FILE:{client.tickets}")
        client = replace(client, principal="", keytab=None)
    assert access(client).session().get(f"http://LocalHost:{server}/").text == f"ann@{REALM}"


def test_server_behind_another_name_is_called_as_the_settings_say(ann, server):
    services = ServicePrincipals("hive/_HOST", "hive/_HOST", "HTTP/_HOST", {f"127.0.0.1:{server}": "HTTP/localhost"})
    client = replace(ann, certificate=None, elsewhere=True, services=services)
    assert access(client).session().get(f"http://127.0.0.1:{server}/").text == f"ann@{REALM}"
