"""Asks NameNode and ResourceManager over HTTP how they are."""

from dataclasses import dataclass
from typing import Any

import requests

from warehouse.errors import StackDownError
from warehouse.settings import Settings

_SECONDS = 5


@dataclass(frozen=True)
class HdfsHealth:
    """State of HDFS.

    Attributes:
        safe_mode: Why it is in safe mode, empty when it is not.
        live_nodes: DataNodes that report.
        capacity: Bytes of all DataNodes.
        remaining: Bytes still free.
    """

    safe_mode: str
    live_nodes: int
    capacity: int
    remaining: int


@dataclass(frozen=True)
class YarnHealth:
    """State of YARN.

    Attributes:
        nodes: NodeManagers that run.
        unhealthy: NodeManagers that report themselves unhealthy.
        memory_mb: MiB of all nodes.
        used_mb: MiB in containers.
        applications: Running applications.
    """

    nodes: int
    unhealthy: int
    memory_mb: int
    used_mb: int
    applications: int


def hdfs_health(settings: Settings) -> HdfsHealth:
    """State of HDFS as its NameNode sees it.

    Raises:
        StackDownError: The NameNode does not answer.
    """
    info = _namenode_bean(settings, "NameNodeInfo")
    state = _namenode_bean(settings, "FSNamesystemState")
    return HdfsHealth(
        safe_mode=info["Safemode"],
        live_nodes=state["NumLiveDataNodes"],
        capacity=info["Total"],
        remaining=info["Free"],
    )


def yarn_health(settings: Settings) -> YarnHealth:
    """State of YARN as its ResourceManager sees it.

    Raises:
        StackDownError: The ResourceManager does not answer.
    """
    found = _get(settings.ports.resourcemanager_http, settings, "/ws/v1/cluster/metrics")["clusterMetrics"]
    return YarnHealth(
        nodes=found["activeNodes"],
        unhealthy=found["unhealthyNodes"],
        memory_mb=found["totalMB"],
        used_mb=found["allocatedMB"],
        applications=found["appsRunning"],
    )


def hdfs_problem(settings: Settings) -> str:
    """Why HDFS cannot serve yet, empty when it can."""
    health = hdfs_health(settings)
    if health.safe_mode:
        return " ".join(health.safe_mode.split()).split(". ")[0]
    return "" if health.live_nodes else "no DataNode has registered"


def yarn_problem(settings: Settings) -> str:
    """Why YARN cannot serve yet, empty when it can."""
    health = yarn_health(settings)
    if health.nodes:
        return ""
    return "its only node is unhealthy" if health.unhealthy else "no NodeManager has registered"


def _namenode_bean(settings: Settings, name: str) -> Any:
    beans = _get(settings.ports.namenode_http, settings, f"/jmx?qry=Hadoop:service=NameNode,name={name}")["beans"]
    if not beans:
        raise StackDownError("the NameNode is still starting: see ./stackhouse status")
    return beans[0]


def _get(port: int, settings: Settings, path: str) -> Any:
    session = requests.Session()
    # A proxy in the environment is never meant for a daemon of our own.
    session.trust_env = False
    url = f"http://{settings.host}:{port}{path}"
    try:
        answer = session.get(url, timeout=_SECONDS)
        answer.raise_for_status()
        return answer.json()
    except (requests.RequestException, ValueError) as problem:
        raise StackDownError(
            f"{settings.host}:{port} does not answer: start the stack with ./stackhouse up"
        ) from problem
