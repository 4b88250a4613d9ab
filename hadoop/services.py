"""The services of a stack: their names, ports and order."""

from dataclasses import dataclass, replace
from pathlib import Path

from warehouse.settings import Settings


@dataclass(frozen=True)
class Service:
    """One daemon.

    Attributes:
        name: Name as in supervisord.conf, in logs and on the command line.
        title: Title as its documentation writes it.
        ports: Names of its fields in `Ports`; the first one is what clients talk to.
        needs: Services that must answer before this one starts.
        jars: Directory of its class path among the artifacts.
    """

    name: str
    title: str
    ports: tuple[str, ...]
    needs: tuple[str, ...] = ()
    jars: str = "hadoop"


SERVICES = (
    Service("namenode", "NameNode", ("namenode_rpc", "namenode_http")),
    Service("datanode", "DataNode", ("datanode_data", "datanode_ipc", "datanode_http")),
    Service(
        "resourcemanager",
        "ResourceManager",
        (
            "resourcemanager",
            "resourcemanager_scheduler",
            "resourcemanager_tracker",
            "resourcemanager_admin",
            "resourcemanager_http",
        ),
    ),
    Service("nodemanager", "NodeManager", ("nodemanager", "nodemanager_localizer", "nodemanager_http")),
    Service("metastore", "Hive metastore", ("metastore",), jars="hive"),
    # Without a registered node it would wait indefinitely for its Tez session.
    Service(
        "hiveserver2",
        "HiveServer2",
        ("hiveserver2",),
        ("namenode", "datanode", "resourcemanager", "nodemanager", "metastore"),
        jars="hive",
    ),
)
"""Services of every stack, in the order of starting; they stop in the opposite order."""

KDC = Service("kdc", "KDC", ("kdc",), jars="kdc")
"""Service of a secured stack, where nothing else starts without it."""


def services_of(settings: Settings) -> tuple[Service, ...]:
    """Services of a stack, in the order of starting."""
    # The KDC of a cluster elsewhere is not its owner's, so not ours to look at.
    if settings.identity is None or not settings.profile.runs_here:
        return SERVICES
    return (KDC, *(replace(service, needs=(KDC.name, *service.needs)) for service in SERVICES))


def log_path(settings: Settings, service: str) -> Path:
    """Log of one service, as supervisord.conf says."""
    return settings.home / "logs" / f"{service}.log"


def port_numbers(settings: Settings, service: Service) -> dict[str, int]:
    """Ports of one service by their name in the settings."""
    return {name: getattr(settings.ports, name) for name in service.ports}
