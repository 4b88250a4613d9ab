"""Where a client finds a warehouse, and who it is there."""

import os
import pwd
import re
from dataclasses import dataclass, field
from pathlib import Path

from warehouse.errors import SettingsError
from warehouse.identity import Identity
from warehouse.settings.source import DEFAULT_ROOT, EXPECTED_ROOT, HOST, ROOT

_HOST_AND_PORT = re.compile(rf"({HOST.pattern}):(\d{{1,5}})", re.ASCII)


@dataclass(frozen=True)
class Endpoints:
    """Where a client finds the warehouse, and who it is.

    Attributes:
        hive_host: Host of HiveServer2.
        hive_port: Port of its Thrift service.
        namenode_host: Host of HDFS.
        namenode_port: Port of its WebHDFS.
        gateway: URL of the HTTP proxy that reaches the DataNodes; empty when they are reached directly.
        user: HDFS and Hive user name.
        root: Directory in HDFS with all data of the warehouse.
        password: Password for HiveServer2; empty: it asks for a ticket of the identity, or for nothing.
        certificate: PEM, or a directory of such files, by which HiveServer2 is known over TLS; `None`: without TLS.
        identity: By what a stack with Kerberos knows the client; `None`: it asks for no ticket.
    """

    hive_host: str
    hive_port: int
    namenode_host: str
    namenode_port: int
    gateway: str
    user: str
    root: str
    password: str = field(default="", repr=False)
    certificate: Path | None = None
    identity: Identity | None = None

    @classmethod
    def of(  # noqa: PLR0913, PLR0917 - what a client gives by name
        cls,
        hive: str,
        namenode: str,
        user: str = "",
        gateway: str = "",
        root: str = DEFAULT_ROOT,
        password: str = "",
        certificate: Path | None = None,
    ) -> "Endpoints":
        """Endpoints of a warehouse elsewhere.

        Args:
            hive: `host:port` of HiveServer2.
            namenode: `host:port` of the NameNode's WebHDFS.
            user: HDFS and Hive user name; empty: that of the account.
            gateway: URL of the HTTP proxy, as the attribute.
            root: Directory in HDFS, `STACKHOUSE_ROOT` of the stack there.
            password: Password for HiveServer2, as the attribute.
            certificate: As the attribute.

        Raises:
            SettingsError: One is not written as host and port, or the root is not an absolute path of plain names.
        """
        places = [_HOST_AND_PORT.fullmatch(text) for text in (hive, namenode)]
        for text, place in zip((hive, namenode), places, strict=True):
            if place is None:
                raise SettingsError(f"{text!r} is not host:port, e.g. warehouse.example.org:10000")
        if not ROOT.fullmatch(root):
            raise SettingsError(f"root is {root!r}, {EXPECTED_ROOT}")
        (hive_host, hive_port), (namenode_host, namenode_port) = (place.groups() for place in places if place)
        return cls(
            hive_host=hive_host,
            hive_port=int(hive_port),
            namenode_host=namenode_host,
            namenode_port=int(namenode_port),
            gateway=gateway,
            user=user or login_name(),
            root=root,
            password=password,
            certificate=certificate,
        )

    @property
    def hive(self) -> str:
        """`host:port` of HiveServer2, for messages."""
        return f"{self.hive_host}:{self.hive_port}"


def login_name() -> str:
    """Name of the account, as Hadoop finds it."""
    # HADOOP_USER_NAME is ignored: HiveServer2 takes it for a user to impersonate.
    return pwd.getpwuid(os.geteuid()).pw_name
