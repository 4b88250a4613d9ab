"""The certificate of a secured stack, one for all services: given, or made here and signed by itself.

Java's `keytool` makes it, and the stores that Java reads.
"""

import json
import re
import secrets
import shutil
import ssl
import subprocess
from collections.abc import Collection
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from secure.given_certificate import check_given, export_given
from secure.keytabs import write_secret
from warehouse.errors import SetupError
from warehouse.identity import HOST, OwnCertificate

_VALIDITY = ("-validity", "3650")
_ALIAS = "stackhouse"
MAKE_ANOTHER = "to make another: ./stackhouse down, ./stackhouse rotate, ./stackhouse up"
_WITHOUT_PASSWORD = (
    "-J-Dkeystore.pkcs12.certProtectionAlgorithm=NONE",
    "-J-Dkeystore.pkcs12.macAlgorithm=NONE",
)
"""Else Java takes the store for an empty one where no password is given. Certificates are not secret."""

_BLOCK = re.compile(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n?", re.DOTALL)
_RECORD = "given.json"
"""File of a certificate that was given: which it is, and when it ends."""


def make_certificate(
    directory: Path, java_home: Path, given: OwnCertificate | None = None, hosts: Collection[str] = (HOST,)
) -> str:
    """Make what is missing.

    `server.p12` has key and certificate, `password` opens it, `trust.p12` has the certificate for Java's clients,
    `ca.pem` for all others.

    Args:
        directory: Directory of these files, for the owner alone.
        java_home: A Java whose `keytool` is used.
        given: Taken instead of one that is made; an own one that is there is replaced.
        hosts: What it must name, if it is given.

    Returns:
        The password of `server.p12`.

    Raises:
        SetupError: `keytool` is missing or failed, the certificate has ended, or the one that is given will not do.
    """
    record = _record_of(given, hosts) if given else {}
    if not directory.is_dir() or _record(directory) != record:
        fresh = directory.with_name(f"{directory.name}.incomplete")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700, parents=True)
        _make(fresh, java_home / "bin" / "keytool", given)
        if given:
            (fresh / _RECORD).write_text(json.dumps(record))
        shutil.rmtree(directory, ignore_errors=True)
        fresh.rename(directory)
    if (end := certificate_end(directory)) <= datetime.now(UTC):
        raise SetupError(f"the certificate {directory / 'ca.pem'} ended on {end:%Y-%m-%d}", MAKE_ANOTHER)
    return (directory / "password").read_text()


def certificate_end(directory: Path) -> datetime:
    """When the certificate of a stack ends.

    Args:
        directory: As of `make_certificate`.
    """
    if record := _record(directory):
        return datetime.fromisoformat(record["end"])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cafile=str(directory / "ca.pem"))
    (certificate,) = context.get_ca_certs()
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)


def java_trust_store(certificate: Path, directory: Path, java_home: Path) -> Path:
    """The certificates of a PEM file as Java reads them; made once for each content.

    Args:
        certificate: The file.
        directory: Where it is kept.
        java_home: A Java whose `keytool` is used.

    Raises:
        SetupError: The file cannot be read or has no certificate, or `keytool` failed.
    """
    try:
        content = certificate.read_bytes()
    except OSError as problem:
        raise SetupError(f"the certificate {certificate} cannot be read", "name a file in PEM") from problem
    blocks = _BLOCK.findall(content)
    if not blocks:
        raise SetupError(f"{certificate} has no certificate", "name a file in PEM")
    store = directory / f"trust-{sha256(content).hexdigest()[:12]}.p12"
    if not store.is_file():
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = store.with_suffix(".incomplete")
        fresh.unlink(missing_ok=True)
        _import(blocks, fresh, java_home / "bin" / "keytool")
        fresh.rename(store)
    return store


def _record_of(given: OwnCertificate, hosts: Collection[str]) -> dict[str, str]:
    end = check_given(given, hosts)
    content = given.certificate.read_bytes() + given.key.read_bytes()
    return {"sha256": sha256(content).hexdigest(), "end": end.isoformat()}


def _record(directory: Path) -> dict[str, str]:
    """Empty of a certificate that was made here."""
    file = directory / _RECORD
    found: dict[str, str] = json.loads(file.read_text()) if file.is_file() else {}
    return found


def _make(directory: Path, keytool: Path, given: OwnCertificate | None) -> None:
    password, store = directory / "password", directory / "server.p12"
    write_secret(password, secrets.token_hex(16).encode())
    if given:
        export_given(given, store, _ALIAS, password)
        # Never the key, should it be in the same file.
        content = b"".join(_BLOCK.findall(given.certificate.read_bytes()))
    else:
        content = _sign(store, password, keytool)
    store.chmod(0o600)
    (directory / "ca.pem").write_bytes(content)
    _import(_BLOCK.findall(content), directory / "trust.p12", keytool)


def _sign(store: Path, password: Path, keytool: Path) -> bytes:
    place = ["-keystore", str(store), "-storetype", "PKCS12", "-storepass:file", str(password)]
    names = ["-dname", f"CN={HOST}", "-ext", f"SAN=dns:{HOST},ip:127.0.0.1", "-ext", "BC=ca:true"]
    key = ["-keyalg", "EC", "-groupname", "secp256r1", *_VALIDITY]
    _keytool(keytool, "-genkeypair", "-alias", _ALIAS, *key, *names, *place)
    return _keytool(keytool, "-exportcert", "-rfc", "-alias", _ALIAS, *place)


def _import(blocks: list[bytes], store: Path, keytool: Path) -> None:
    place = ["-keystore", str(store), "-storetype", "PKCS12", "-storepass", "anything"]
    for number, block in enumerate(blocks):
        alias = f"{_ALIAS}-{number}" if number else _ALIAS
        _keytool(keytool, *_WITHOUT_PASSWORD, "-importcert", "-noprompt", "-alias", alias, *place, given=block)


def _keytool(keytool: Path, *arguments: str, given: bytes = b"") -> bytes:
    try:
        done = subprocess.run([keytool, *arguments], input=given, capture_output=True, check=False)
    except OSError as problem:
        raise SetupError(f"{keytool} cannot be run: {problem.strerror}", "install a whole Java 17") from problem
    if done.returncode:
        said = (done.stdout or done.stderr).decode(errors="replace").strip().splitlines()
        raise SetupError(f"keytool made no certificate: {said[0] if said else 'it gave no reason'}")
    return done.stdout
