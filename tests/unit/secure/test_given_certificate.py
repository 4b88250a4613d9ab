"""A certificate of an authority that a stack is given: taken, or refused in one line that says why."""

import ssl
import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from hadoop.java import find_java_home
from secure.certificate import certificate_end, make_certificate
from tests.unit.secure.tls_files import make_authority, openssl, server_context, sign
from warehouse.errors import SetupError
from warehouse.identity import OwnCertificate


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    directory = tmp_path_factory.mktemp("authority")
    make_authority(directory)
    return directory


@pytest.fixture
def make(tmp_path):
    """Makes the files of a stack from a certificate and its key."""

    def made(chain, key):
        make_certificate(tmp_path / "tls", find_java_home(), OwnCertificate(chain, key))
        return tmp_path / "tls"

    return made


def certificate_shown(directory, tmp_path):
    """The certificate that a server with the files shows, to a client that trusts them."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    trust = ssl.create_default_context(cafile=str(directory / "ca.pem"))
    client = trust.wrap_bio(incoming, outgoing, server_hostname="localhost")
    server = server_context(directory, tmp_path).wrap_bio(outgoing, incoming, server_side=True)
    for side in (client, server, client):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
    return client.getpeercert()


def test_given_certificate_is_shown_and_trusted(authority, make, tmp_path):
    directory = make(*sign(authority, "good", "localhost"))
    shown = certificate_shown(directory, tmp_path)
    assert shown["issuer"] == ((("commonName", "Some authority"),),)
    left = certificate_end(directory) - datetime.now(UTC)
    assert timedelta(days=19) < left <= timedelta(days=20)
    listed = subprocess.run(
        [find_java_home() / "bin" / "keytool", "-list", "-keystore", directory / "trust.p12", "-storepass", "any"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert listed.stdout.count("trustedCertEntry") == 2


def test_it_is_taken_once_again_when_it_changes_and_forgotten_when_it_is_no_longer_given(authority, make, tmp_path):
    first = sign(authority, "first", "localhost")
    directory = make(*first)
    kept = {path.name: path.read_bytes() for path in directory.iterdir()}
    make(*first)
    assert {path.name: path.read_bytes() for path in directory.iterdir()} == kept
    make(*sign(authority, "second", "localhost"))
    assert certificate_shown(directory, tmp_path)["notAfter"]
    assert (directory / "ca.pem").read_bytes() != kept["ca.pem"]
    make_certificate(directory, find_java_home())
    assert certificate_shown(directory, tmp_path)["issuer"] == ((("commonName", "localhost"),),)


def test_key_in_the_same_file_is_copied_to_no_client(authority, make, tmp_path):
    chain, key = sign(authority, "one-file", "localhost")
    both = tmp_path / "both.pem"
    both.write_bytes(key.read_bytes() + chain.read_bytes())
    directory = make(both, both)
    assert b"PRIVATE" not in (directory / "ca.pem").read_bytes()
    assert certificate_shown(directory, tmp_path)


def refusal(make, chain, key):
    with pytest.raises(SetupError) as caught:
        make(chain, key)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_certificate_that_will_not_do_is_refused(authority, make, tmp_path):
    chain, key = sign(authority, "good", "localhost")
    _, another = sign(authority, "another", "localhost")
    assert refusal(make, chain, another) == f"the key {another} is not that of the certificate {chain}"
    elsewhere = sign(authority, "elsewhere", "example.org")
    assert refusal(make, *elsewhere).startswith(f"the certificate {elsewhere[0]} does not name localhost: Hostname")
    ended = sign(authority, "ended", "localhost", days=-1)
    assert refusal(make, *ended).startswith(f"the certificate {ended[0]}, or one of its authorities, has ended; put a")
    leaf = authority / "good.leaf"
    assert refusal(make, leaf, key) == (
        f"the certificate {leaf} is not trusted by itself: unable to get local issuer certificate; "
        "append the certificates of its authorities, up to the root"
    )
    locked = tmp_path / "locked.key"
    openssl("pkey", "-in", key, "-out", locked, "-aes256", "-passout", "pass:secret")
    assert refusal(make, chain, locked).startswith(f"the key {locked} has a password; openssl pkey")
    none = tmp_path / "none.pem"
    assert refusal(make, none, key) == f"STACKHOUSE_TLS_CERTIFICATE: {none} cannot be read: No such file or directory"
    assert refusal(make, key, key).endswith("are not certificate and key in PEM")
    assert not (tmp_path / "tls").exists()


def test_openssl_is_named_where_it_is_missing(authority, make, monkeypatch):
    chain = sign(authority, "good", "localhost")
    monkeypatch.setenv("PATH", "/none")
    assert refusal(make, *chain) == "openssl cannot be run: No such file or directory; install the package openssl"
