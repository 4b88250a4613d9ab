"""Settings of Kerberos and TLS: who this client is, and how it knows the services."""

import re
import ssl
from collections.abc import Mapping
from pathlib import Path

from warehouse.errors import SettingsError
from warehouse.identity import Identity, OwnCertificate, ServicePrincipals
from warehouse.profile import Profile
from warehouse.settings.source import Source

_PRINCIPAL = re.compile(r"[\w.$-]+(/[\w.-]+)?(@[\w.-]+)?", re.ASCII)
_SERVICE = re.compile(r"[\w.-]+/[\w.-]+(@[\w.-]+)?", re.ASCII)
_USER = re.compile(r"\w[\w.$-]*", re.ASCII)
_WEB = "HTTP/_HOST"
"""RFC 4559 fixes the first part of the principal of a web server."""

_SYSTEM = "system"
_ONLY_WITH_KERBEROS = ("PRINCIPAL", "KEYTAB", "WEB_CERTIFICATE")


def read_user(source: Source, login: str) -> str:
    """Name in HDFS, YARN and Hive: what is set, else the first part of the principal, else the account's.

    Raises:
        SettingsError: It cannot be a name.
    """
    name = source.optional_text("USER") or re.split("[/@]", _principal(source))[0] or login
    if not _USER.fullmatch(name):
        raise source.error("USER", f"is {name!r}, expected a name in HDFS like ann")
    return name


def read_identity(source: Source, profile: Profile, home: Path, user: str, web: Mapping[str, str]) -> Identity | None:
    """Who this client is on a cluster that asks for tickets; `None`: it asks for none.

    Args:
        source: Of the settings.
        profile: Of the stack.
        home: Directory of what is kept on this machine.
        user: Name in HDFS, YARN and Hive.
        web: `host:port` of web servers, by the name of the setting with their principal.

    Raises:
        SettingsError: A value cannot be used, or does not go with another.
    """
    if not source.optional_truth("KERBEROS"):
        if profile.belongs_to_others:
            _refuse_without_kerberos(source)
        return None
    if not profile.belongs_to_others:
        raise source.error(
            "KERBEROS", f"is true, which is for the profile external; with {profile} see ./stackhouse up --secure"
        )
    principal, keytab = _principal(source), source.optional_path("KEYTAB")
    if keytab and not principal:
        raise SettingsError("STACKHOUSE_KEYTAB is set and STACKHOUSE_PRINCIPAL is not", "say whose key it is")
    kerberos = source.environment.get("KRB5_CONFIG")
    return Identity(
        user=user,
        principal=principal,
        keytab=keytab,
        tickets=home / "tickets" / (principal.replace("/", "_") or user),
        kerberos=Path(kerberos) if kerberos else None,
        certificate=read_authorities(source, "WEB_CERTIFICATE"),
        services=ServicePrincipals(
            hiveserver2=_service(source, "HIVESERVER2_PRINCIPAL"),
            metastore=_service(source, "METASTORE_PRINCIPAL"),
            web=_WEB,
            web_at={place.lower(): _service(source, name) for name, place in web.items()},
        ),
        elsewhere=True,
    )


def read_authorities(source: Source, name: str) -> Path | None:
    """Who vouches for a service over TLS: a file of certificates, or what this machine trusts; `None`: no TLS."""
    return system_authorities() if source.optional_text(name) == _SYSTEM else source.optional_path(name)


def read_own_certificate(source: Source) -> OwnCertificate | None:
    """Certificate and key that `up` gives to a secured stack; `None`: it makes them.

    Raises:
        SettingsError: Only one of the two is set.
    """
    names = ("TLS_CERTIFICATE", "TLS_KEY")
    certificate, key = map(source.optional_path, names)
    if certificate and key:
        return OwnCertificate(certificate, key)
    for name, file in zip(names, (certificate, key), strict=True):
        if file:
            raise source.error(name, "is set alone; certificate and key belong together")
    return None


def system_authorities() -> Path:
    """File or directory with the certificates of the authorities that OpenSSL trusts on this machine.

    Raises:
        SettingsError: There are none.
    """
    places = ssl.get_default_verify_paths()
    found = places.cafile or places.capath
    if not found:
        raise SettingsError("this machine has no certificates of authorities", "install ca-certificates")
    return Path(found)


def _refuse_without_kerberos(source: Source) -> None:
    for name in _ONLY_WITH_KERBEROS:
        if source.optional_text(name):
            raise source.error(name, "is set and STACKHOUSE_KERBEROS is not; set that to true")


def _principal(source: Source) -> str:
    value = source.optional_text("PRINCIPAL")
    if value and not _PRINCIPAL.fullmatch(value):
        raise source.error("PRINCIPAL", f"is {value!r}, expected a principal like ann@EXAMPLE.COM")
    return value


def _service(source: Source, name: str) -> str:
    value = source.text(name)
    if not _SERVICE.fullmatch(value):
        raise source.error(name, f"is {value!r}, expected a principal like hive/_HOST or hive/hs2.example@EXAMPLE.COM")
    return value
