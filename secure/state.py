"""Makes the state of a secured stack: keys, certificate, `krb5.conf`, and the two XML files that hold a password."""

import secrets
import shutil
from dataclasses import asdict
from pathlib import Path
from string import Template
from xml.sax.saxutils import escape

from secure.certificate import make_certificate
from secure.gssapi import library
from secure.keytabs import keytab_of, new_key, write_secret
from secure.principals import HOST, OWNER, PRINCIPALS, REALM, RESERVED
from warehouse.errors import SetupError
from warehouse.identity import MARKER, SECURE, Identity
from warehouse.settings import REPOSITORY, Settings

_KERBEROS = REPOSITORY / "secure" / "krb5.conf"


def make_secure_state(settings: Settings, java_home: Path) -> None:
    """Make what is missing; what is there stays, but for the files that follow from the settings.

    Raises:
        SetupError: Something is missing on this machine, or the account has a service's name.
    """
    # Whoever lacks it is told before anything is made.
    library()
    if settings.user in RESERVED:
        raise SetupError(f"{settings.user} is a service of a secured stack, which no account of that name can own")
    base = settings.home / SECURE
    for directory in (base, base / "keytabs", base / "tickets", base / "conf"):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    make_keytabs(base / "keytabs", settings.user)
    if not (base / "http-secret").exists():
        write_secret(base / "http-secret", secrets.token_hex(32).encode())
    write_kerberos(base, settings.ports.kdc, settings.ticket_minutes)
    _write_passwords(base / "conf", _certificate(settings, java_home))
    # Last: from here on the state is that of a secured stack.
    write_secret(base / MARKER, f"{REALM}\n".encode())


def _certificate(settings: Settings, java_home: Path) -> str:
    hosts = {HOST, *asdict(settings.hosts).values()}
    return make_certificate(settings.home / SECURE / "tls", java_home, settings.tls, hosts)


def forget_secure_state(settings: Settings) -> None:
    """Remove keys, tickets and certificate, which `make_secure_state` makes again; the state stays a secured one.

    A certificate that was given stays where it is, and is taken again.
    """
    base = settings.home / SECURE
    for name in (*PRINCIPALS, OWNER):
        (base / "keytabs" / f"{name}.keytab").unlink(missing_ok=True)
    (base / "http-secret").unlink(missing_ok=True)
    for directory in ("tickets", "tls"):
        shutil.rmtree(base / directory, ignore_errors=True)


def make_keytabs(directory: Path, owner: str) -> None:
    """Give every principal a key that has none."""
    for name, principal in {**PRINCIPALS, OWNER: owner}.items():
        keytab = directory / f"{name}.keytab"
        if not keytab.exists():
            write_secret(keytab, keytab_of(new_key(principal)))


def superuser(settings: Settings) -> Identity:
    """HDFS's superuser, for what the owner of the stack may not do."""
    return Identity.of_stack(settings.home, "hdfs", "hdfs")


def write_kerberos(base: Path, port: int, minutes: int) -> None:
    """Write the `krb5.conf` of a KDC at a port of this machine.

    Args:
        base: Directory of the file; tickets are kept below it.
        port: Port of the KDC.
        minutes: Minutes that a ticket is asked for.
    """
    values = {"realm": REALM, "port": port, "minutes": minutes, "tickets": base / "tickets"}
    text = Template(_KERBEROS.read_text()).substitute(values)
    write_secret(base / "krb5.conf", text.encode())


def _write_passwords(directory: Path, password: str) -> None:
    """XML of the services that take the password of the key store from nowhere else."""
    names = {
        "ssl-server.xml": ("ssl.server.keystore.password", "ssl.server.keystore.keypassword"),
        "hiveserver2-site.xml": ("hive.server2.keystore.password",),
    }
    store = {
        "ssl.server.keystore.location": "${env.STACKHOUSE_HOME}/secure/tls/server.p12",
        "ssl.server.keystore.type": "PKCS12",
    }
    for file, secret in names.items():
        fixed = store if file == "ssl-server.xml" else {}
        write_secret(directory / file, _xml({**fixed, **dict.fromkeys(secret, password)}).encode())


def _xml(properties: dict[str, str]) -> str:
    lines = (
        f"  <property><name>{escape(name)}</name><value>{escape(value)}</value></property>\n"
        for name, value in properties.items()
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<configuration>\n{"".join(lines)}</configuration>\n'
