"""A certificate that a secured stack is given: whether it will do, and its key store for Java."""

import ssl
import subprocess
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path

from secure.tls import trusting
from warehouse.errors import SetupError
from warehouse.identity import OwnCertificate

GIVE_ANOTHER = (
    "put a newer one into the files of STACKHOUSE_TLS_CERTIFICATE and STACKHOUSE_TLS_KEY, then ./stackhouse down and "
    "./stackhouse up"
)

_MISMATCHES = {"KEY_VALUES_MISMATCH", "KEY_TYPE_MISMATCH"}
_ENDED, _OTHER_HOST = 10, 62
"""X509_V_ERR_CERT_HAS_EXPIRED and X509_V_ERR_HOSTNAME_MISMATCH of OpenSSL."""


def check_given(given: OwnCertificate, hosts: Collection[str]) -> datetime:
    """See whether services can prove by it that they are the hosts, to clients that trust its authorities.

    A client and a server in this process try, so it is OpenSSL that decides.

    Returns:
        When it ends.

    Raises:
        SetupError: It will not do; says why.
    """
    server = _server(given)
    # Each host by itself: the first that is not named is told.
    return min(_end(given, server, host) for host in hosts)


def _server(given: OwnCertificate) -> ssl.SSLContext:
    for name, file in (("STACKHOUSE_TLS_CERTIFICATE", given.certificate), ("STACKHOUSE_TLS_KEY", given.key)):
        try:
            file.open("rb").close()
        except OSError as problem:
            raise SetupError(f"{name}: {file} cannot be read: {problem.strerror}") from problem

    def refuse() -> str:
        raise SetupError(f"the key {given.key} has a password", "openssl pkey -in KEY -out NEW writes it without one")

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(given.certificate, given.key, password=refuse)
    except ssl.SSLError as problem:
        if problem.reason in _MISMATCHES:
            raise SetupError(f"the key {given.key} is not that of the certificate {given.certificate}") from problem
        raise SetupError(f"{given.certificate} and {given.key} are not certificate and key in PEM") from problem
    return context


def _end(given: OwnCertificate, server: ssl.SSLContext, host: str) -> datetime:
    try:
        found = _handshake(server, trusting(given.certificate), host)
    except ssl.SSLCertVerificationError as problem:
        reason = problem.verify_message.rstrip(".")
        if problem.verify_code == _ENDED:
            raise SetupError(
                f"the certificate {given.certificate}, or one of its authorities, has ended", GIVE_ANOTHER
            ) from problem
        if problem.verify_code == _OTHER_HOST:
            raise SetupError(f"the certificate {given.certificate} does not name {host}: {reason}") from problem
        raise SetupError(
            f"the certificate {given.certificate} is not trusted by itself: {reason}",
            "append the certificates of its authorities, up to the root",
        ) from problem
    except ssl.SSLError as problem:
        raise SetupError(f"TLS does not take the certificate {given.certificate}: {problem.reason}") from problem
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(found["notAfter"])), UTC)


def _handshake(server: ssl.SSLContext, client: ssl.SSLContext, host: str) -> dict[str, object]:
    """The server's certificate as the client knows it."""
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    asking = client.wrap_bio(down, up, server_hostname=host)
    answering = server.wrap_bio(up, down, server_side=True)
    while True:
        try:
            asking.do_handshake()
        except ssl.SSLWantReadError:
            try:
                answering.do_handshake()
            except ssl.SSLWantReadError:
                continue
        else:
            return dict(asking.getpeercert() or {})


def export_given(given: OwnCertificate, store: Path, alias: str, password: Path) -> None:
    """Write certificate and key as Java reads them, for which its own `keytool` takes no PEM.

    Args:
        given: Certificate and key.
        store: File that is written, in PKCS12.
        alias: Name of the key in it.
        password: File with the password of the store.

    Raises:
        SetupError: OpenSSL's command is missing or failed.
    """
    files = ["-in", str(given.certificate), "-inkey", str(given.key), "-out", str(store)]
    command = ["openssl", "pkcs12", "-export", *files, "-name", alias, "-passout", f"file:{password}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as problem:
        raise SetupError(f"openssl cannot be run: {problem.strerror}", "install the package openssl") from problem
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise SetupError(f"openssl cannot store {given.certificate}: {said[0] if said else 'it gave no reason'}")
