"""The certificate as Python and Java see it."""

import ssl
import stat
import subprocess
import threading

import pytest

from hadoop.java import find_java_home
from secure.certificate import make_certificate
from warehouse.errors import SetupError


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    place = tmp_path_factory.mktemp("state") / "tls"
    make_certificate(place, find_java_home())
    return place


def test_is_made_once_and_its_key_is_for_the_owner_alone(directory):
    before = {path.name: path.read_bytes() for path in directory.iterdir()}
    assert make_certificate(directory, find_java_home()) == before["password"].decode()
    assert {path.name: path.read_bytes() for path in directory.iterdir()} == before
    assert len(before["password"]) == 32
    for name in ("password", "server.p12"):
        assert stat.S_IMODE((directory / name).stat().st_mode) == 0o600, name
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700


@pytest.mark.parametrize(("name", "accepted"), [("localhost", True), ("127.0.0.1", True), ("example.org", False)])
def test_is_of_this_machine_and_no_other(directory, tmp_path, name, accepted):
    trust = ssl.create_default_context(cafile=str(directory / "ca.pem"))
    assert _handshake(_server_context(directory, tmp_path), trust, name) == accepted


def test_is_not_trusted_by_who_does_not_know_it(directory, tmp_path):
    assert not _handshake(_server_context(directory, tmp_path), ssl.create_default_context(), "localhost")


@pytest.mark.parametrize("password", [["-storepass", "any-other"], []])
def test_java_trusts_it_without_the_password(directory, password):
    keytool = find_java_home() / "bin" / "keytool"
    listed = subprocess.run(
        [keytool, "-list", "-keystore", directory / "trust.p12", *password],
        input="\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert "stackhouse" in listed.stdout, listed.stdout + listed.stderr


def test_java_without_keytool_is_named(tmp_path):
    with pytest.raises(SetupError, match=r"bin/keytool cannot be run: No such file or directory; install"):
        make_certificate(tmp_path / "tls", tmp_path)
    assert not (tmp_path / "tls").exists()


def _server_context(directory, tmp_path):
    """Of a server with the key, which Python reads as PEM."""
    password = (directory / "password").read_text()
    pem = tmp_path / "key.pem"
    command = ["openssl", "pkcs12", "-in", directory / "server.p12", "-passin", "stdin", "-nodes", "-out", pem]
    subprocess.run(command, input=password, text=True, capture_output=True, check=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


def _handshake(server, client, name):
    """Whether a client that looks for a name is content with a server."""
    import socket

    ours, theirs = socket.socketpair()

    def serve():
        try:
            server.wrap_socket(theirs, server_side=True).close()
        except OSError:
            theirs.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        client.wrap_socket(ours, server_hostname=name).close()
    except ssl.SSLError:
        return False
    finally:
        ours.close()
        thread.join()
    return True
