"""Certificates as authorities would give them, and servers with them; made by OpenSSL's command."""

import ssl
import subprocess
from pathlib import Path


def server_context(directory: Path, tmp_path: Path) -> ssl.SSLContext:
    """Of a server with the key of a stack, which Python reads as PEM."""
    password = (directory / "password").read_text()
    pem = tmp_path / "key.pem"
    command = ["openssl", "pkcs12", "-in", directory / "server.p12", "-passin", "stdin", "-nodes", "-out", pem]
    subprocess.run(command, input=password, text=True, capture_output=True, check=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


def openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], capture_output=True, check=True)


def make_authority(directory: Path) -> None:
    """`ca.pem` and `ca.key`."""
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", directory / "ca.key"]
    openssl("req", "-x509", *key, "-out", directory / "ca.pem", "-subj", "/CN=Some authority", "-days", "30")


def sign(directory: Path, name: str, host: str, days: int = 20) -> tuple[Path, Path]:
    """A certificate of the authority for a host, followed by that of the authority, and its key."""
    key, request, leaf = (directory / f"{name}.{suffix}" for suffix in ("key", "csr", "leaf"))
    new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key]
    openssl("req", *new, "-out", request, "-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}")
    by = ["-CA", directory / "ca.pem", "-CAkey", directory / "ca.key", "-CAcreateserial"]
    openssl("x509", "-req", "-in", request, *by, "-out", leaf, "-days", str(days), "-copy_extensions", "copy")
    chain = directory / f"{name}.pem"
    chain.write_bytes(leaf.read_bytes() + (directory / "ca.pem").read_bytes())
    return chain, key
