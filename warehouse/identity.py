"""Who a client of a secured stack is, and the files that prove it. Talks to no system: package `secure` does."""

from dataclasses import dataclass
from pathlib import Path

SECURE = "secure"
"""Directory, in that of the stack's state, with all that a secured stack has and a plain one has not."""
MARKER = "realm"
"""File in it that is written last: with it, the state is that of a secured stack."""


@dataclass(frozen=True)
class Identity:
    """A client of a secured stack.

    Attributes:
        user: Its principal without the realm, which is its name in HDFS, YARN and Hive.
        keytab: Its key.
        tickets: Where its tickets are kept, as Kerberos' libraries read and write them.
        kerberos: The `krb5.conf` that names realm and KDC.
        certificate: PEM of the certificate by which the services prove who they are.
    """

    user: str
    keytab: Path
    tickets: Path
    kerberos: Path
    certificate: Path

    @classmethod
    def of_stack(cls, home: Path, user: str, keytab: str) -> "Identity":
        """One of a stack of this machine.

        Args:
            home: The stack's state directory.
            user: Principal without the realm.
            keytab: Name of its keytab there, without the suffix.
        """
        base = home / SECURE
        return cls(
            user=user,
            keytab=base / "keytabs" / f"{keytab}.keytab",
            tickets=base / "tickets" / keytab,
            kerberos=base / "krb5.conf",
            certificate=base / "tls" / "ca.pem",
        )


def is_secured(home: Path) -> bool:
    """Whether a state directory is that of a secured stack; one that is closed to this account tells nothing."""
    try:
        return (home / SECURE / MARKER).is_file()
    except PermissionError:
        return False
