"""Who a client of a stack with Kerberos is, and the files that prove it. Talks to no system: package `secure` does."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

SECURE = "secure"
"""Directory, in that of the stack's state, with all that a secured stack has and a plain one has not."""
MARKER = "realm"
"""File in it that is written last: with it, the state is that of a secured stack."""

REALM = "STACKHOUSE.LOCAL"
"""Of a secured stack of this machine."""
HOST = "localhost"
"""In the name of every service of it. All of them are on one machine, whatever that is called."""

_HOST_OF_THE_ENDPOINT = "_HOST"


def with_host(principal: str, host: str) -> str:
    """A service's principal, with the host of its endpoint for `_HOST`.

    As Hadoop's `SecurityUtil.getServerPrincipal`: only where `_HOST` is all of the second part, and in lower case. The
    realm may be missing here.
    """
    service, _, rest = principal.partition("/")
    instance, at, realm = rest.partition("@")
    return f"{service}/{host.lower()}{at}{realm}" if instance == _HOST_OF_THE_ENDPOINT else principal


@dataclass(frozen=True)
class ServicePrincipals:
    """What the services are called in Kerberos; `_HOST` stands for the host of the endpoint, the realm may be missing.

    Attributes:
        hiveserver2: Principal of HiveServer2.
        metastore: Principal of the metastore.
        web: Principal of web servers and REST interfaces.
        web_at: Principals of those that have another, by `host:port`.
    """

    hiveserver2: str
    metastore: str
    web: str
    web_at: Mapping[str, str] = field(default_factory=dict)

    def of_url(self, url: str) -> str:
        """Principal of the web server that a URL leads to."""
        place = urlsplit(url)
        return with_host(self.web_at.get(place.netloc.lower(), self.web), place.hostname or "")


@dataclass(frozen=True)
class Identity:
    """A client of a stack with Kerberos.

    Attributes:
        user: Name in HDFS, YARN and Hive.
        principal: Name in Kerberos; empty: that of the tickets which the account has.
        keytab: File with the key; `None`: there are tickets already, where Kerberos' library looks for them.
        tickets: File for tickets that are got by the key, and for copies for Java.
        kerberos: The `krb5.conf` that names realm and KDC; `None`: that of the machine.
        certificate: PEM, or a directory of such files, by which web servers prove who they are; `None`: HTTP.
        services: Principals of the services.
        elsewhere: Whether others run the cluster.
    """

    user: str
    principal: str
    keytab: Path | None
    tickets: Path
    kerberos: Path | None
    certificate: Path | None
    services: ServicePrincipals
    elsewhere: bool = False

    @classmethod
    def of_stack(cls, home: Path, user: str, keytab: str) -> "Identity":
        """One of a stack of this machine.

        Args:
            home: The stack's state directory.
            user: Principal without the realm.
            keytab: Name of its keytab there, without the suffix.
        """
        base = home / SECURE
        hive, web = (f"{service}/{HOST}@{REALM}" for service in ("hive", "HTTP"))
        return cls(
            user=user,
            principal=f"{user}@{REALM}",
            keytab=base / "keytabs" / f"{keytab}.keytab",
            tickets=base / "tickets" / keytab,
            kerberos=base / "krb5.conf",
            certificate=base / "tls" / "ca.pem",
            services=ServicePrincipals(hiveserver2=hive, metastore=hive, web=web),
        )

    @property
    def java_options(self) -> str:
        """Options of a JVM that finds the same realm and KDC; empty where it finds them anyway."""
        # Of several files, which MIT's library takes, Java reads the first.
        return f"-Djava.security.krb5.conf={str(self.kerberos).partition(':')[0]}" if self.kerberos else ""

    @property
    def name(self) -> str:
        """For messages."""
        return self.principal or "this account"


@dataclass(frozen=True)
class OwnCertificate:
    """A certificate that a secured stack is given: files in PEM.

    Attributes:
        certificate: File with the certificate of the stack, then those of its authorities.
        key: File with its key, without a password.
    """

    certificate: Path
    key: Path


def is_secured(home: Path) -> bool:
    """Whether a state directory is that of a secured stack; one that is closed to this account tells nothing."""
    try:
        return (home / SECURE / MARKER).is_file()
    except PermissionError:
        return False
