"""The certificate of a secured stack: one for all services, signed by itself. Made by Java's `keytool`."""

import secrets
import shutil
import ssl
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from secure.keytabs import write_secret
from secure.principals import HOST
from warehouse.errors import SetupError

_VALIDITY = ("-validity", "3650")
_ALIAS = "stackhouse"
MAKE_ANOTHER = "to make another: ./stackhouse down, ./stackhouse rotate, ./stackhouse up"
_WITHOUT_PASSWORD = (
    "-J-Dkeystore.pkcs12.certProtectionAlgorithm=NONE",
    "-J-Dkeystore.pkcs12.macAlgorithm=NONE",
)
"""Else Java takes the store for an empty one where no password is given. Certificates are not secret."""


def make_certificate(directory: Path, java_home: Path) -> str:
    """Make what is missing.

    `server.p12` has key and certificate, `password` opens it, `trust.p12` has the certificate for Java's clients,
    `ca.pem` for all others.

    Args:
        directory: Directory of these files, for the owner alone.
        java_home: A Java whose `keytool` is used.

    Returns:
        The password of `server.p12`.

    Raises:
        SetupError: `keytool` is missing or failed, or the certificate has ended.
    """
    if not directory.is_dir():
        fresh = directory.with_name(f"{directory.name}.incomplete")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700, parents=True)
        _make(fresh, java_home / "bin" / "keytool")
        fresh.rename(directory)
    if (end := certificate_end(directory / "ca.pem")) <= datetime.now(UTC):
        raise SetupError(f"the certificate {directory / 'ca.pem'} ended on {end:%Y-%m-%d}", MAKE_ANOTHER)
    return (directory / "password").read_text()


def certificate_end(file: Path) -> datetime:
    """When a certificate ends.

    Args:
        file: With one certificate, in PEM.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cafile=str(file))
    (certificate,) = context.get_ca_certs()
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)


def _make(directory: Path, keytool: Path) -> None:
    password = directory / "password"
    write_secret(password, secrets.token_hex(16).encode())
    store = ["-keystore", str(directory / "server.p12"), "-storetype", "PKCS12", "-storepass:file", str(password)]
    names = ["-dname", f"CN={HOST}", "-ext", f"SAN=dns:{HOST},ip:127.0.0.1", "-ext", "BC=ca:true"]
    key = ["-keyalg", "EC", "-groupname", "secp256r1", *_VALIDITY]
    _keytool(keytool, "-genkeypair", "-alias", _ALIAS, *key, *names, *store)
    (directory / "server.p12").chmod(0o600)
    (directory / "ca.pem").write_text(_keytool(keytool, "-exportcert", "-rfc", "-alias", _ALIAS, *store))
    trust = ["-keystore", str(directory / "trust.p12"), "-storetype", "PKCS12", "-storepass:file", str(password)]
    source = ["-noprompt", "-alias", _ALIAS, "-file", str(directory / "ca.pem")]
    _keytool(keytool, *_WITHOUT_PASSWORD, "-importcert", *source, *trust)


def _keytool(keytool: Path, *arguments: str) -> str:
    try:
        done = subprocess.run([keytool, *arguments], capture_output=True, text=True, check=False)
    except OSError as problem:
        raise SetupError(f"{keytool} cannot be run: {problem.strerror}", "install a whole Java 17") from problem
    if done.returncode:
        said = (done.stdout or done.stderr).strip().splitlines()
        raise SetupError(f"keytool made no certificate: {said[0] if said else 'it gave no reason'}")
    return done.stdout
