"""The certificate as Python and Java see it."""

import ssl
import stat
import subprocess
import threading

import pytest

from hadoop.java import find_java_home
from secure.certificate import java_trust_store, make_certificate
from tests.unit.secure.tls_files import server_context
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
    assert _handshake(server_context(directory, tmp_path), trust, name) == accepted


def test_is_not_trusted_by_who_does_not_know_it(directory, tmp_path):
    assert not _handshake(server_context(directory, tmp_path), ssl.create_default_context(), "localhost")


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


def test_java_reads_every_certificate_of_a_file_of_them(tmp_path, directory):
    make_certificate(tmp_path / "other", find_java_home())
    both = tmp_path / "both.pem"
    both.write_text((directory / "ca.pem").read_text() + "between\n" + (tmp_path / "other" / "ca.pem").read_text())
    store = java_trust_store(both, tmp_path / "trust", find_java_home())
    assert java_trust_store(both, tmp_path / "trust", find_java_home()) == store
    listed = subprocess.run(
        [find_java_home() / "bin" / "keytool", "-list", "-keystore", store, "-storepass", "any"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert listed.stdout.count("trustedCertEntry") == 2
    assert [path.name for path in (tmp_path / "trust").iterdir()] == [store.name]


@pytest.mark.parametrize(("content", "told"), [(None, "cannot be read; name"), (b"key", "has no certificate; name")])
def test_file_without_certificates_is_named(tmp_path, content, told):
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SetupError, match=f"ca.pem {told} a file in PEM"):
        java_trust_store(file, tmp_path / "trust", find_java_home())


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
