"""Asks NameNode and ResourceManager over HTTP how they are."""

import math
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

import requests

from hadoop.web.key import key_header
from secure.access import access
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
    info = namenode_bean(settings, "NameNodeInfo")
    state = namenode_bean(settings, "FSNamesystemState")
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
    found = resourcemanager_answer(settings, "metrics")["clusterMetrics"]
    return YarnHealth(
        nodes=found["activeNodes"],
        unhealthy=found["unhealthyNodes"],
        memory_mb=found["totalMB"],
        used_mb=found["allocatedMB"],
        applications=found["appsRunning"],
    )


@dataclass(frozen=True)
class YarnNode:
    """A NodeManager that runs: MiB and cores of all its containers together."""

    memory_mb: int
    cores: int


def yarn_nodes(settings: Settings) -> list[YarnNode]:
    """The NodeManagers that run.

    Raises:
        StackDownError: The ResourceManager does not answer.
    """
    found = resourcemanager_answer(settings, "nodes?states=RUNNING")["nodes"] or {}
    return [
        YarnNode(node["availMemoryMB"] + node["usedMemoryMB"], node["availableVirtualCores"] + node["usedVirtualCores"])
        for node in found.get("node", ())
    ]


def yarn_scheduler(settings: Settings) -> Any:
    """What the ResourceManager says of its scheduler: its type, and the queue above all others.

    Raises:
        StackDownError: The ResourceManager does not answer.
    """
    return resourcemanager_answer(settings, "scheduler")["scheduler"]["schedulerInfo"]


def leaf_queues(queue: Any) -> list[Any]:
    """The queues below one that take applications, as the capacity scheduler describes them."""
    children = (queue.get("queues") or {}).get("queue") or []
    return [leaf for child in children for leaf in leaf_queues(child)] or [queue]


@dataclass(frozen=True)
class Room:
    """What one application may have.

    Attributes:
        share: Most of the memory of all nodes together, 0 to 1.
        container_mb: MiB of one container.
        container_cores: Cores of one container.
    """

    share: float = 1.0
    container_mb: float = math.inf
    container_cores: float = math.inf


def queue_room(settings: Settings, queue: str) -> Room:
    """What the capacity scheduler gives in a queue; of another scheduler, or where the queue is not, no limit is known.

    Raises:
        StackDownError: The ResourceManager does not answer.
    """
    scheduler = yarn_scheduler(settings)
    if scheduler["type"] != "capacityScheduler":
        return Room()
    for leaf in leaf_queues(scheduler):
        if queue in (leaf["queueName"], leaf.get("queuePath")):
            # Hadoop before 3.3 does not report it.
            most = leaf.get("maximumAllocation") or {}
            return Room(leaf["absoluteMaxCapacity"] / 100, most.get("memory", math.inf), most.get("vCores", math.inf))
    return Room()


def hdfs_version(settings: Settings) -> str:
    """Version of Hadoop that the NameNode is.

    Raises:
        StackDownError: The NameNode does not answer.
    """
    return str(namenode_bean(settings, "NameNodeInfo")["SoftwareVersion"])


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


def namenode_bean(settings: Settings, name: str) -> Any:
    """One of the NameNode's beans, whose fields are listed in Hadoop's Metrics page and in NameNodeMXBean.

    Raises:
        StackDownError: The NameNode does not answer.
    """
    path = f"/jmx?qry=Hadoop:service=NameNode,name={name}"
    beans = _get(settings, settings.hosts.namenode, settings.ports.namenode_http, path)["beans"]
    if not beans:
        raise StackDownError("the NameNode is still starting", "see ./stackhouse status")
    return beans[0]


def resourcemanager_answer(settings: Settings, what: str) -> Any:
    """What the ResourceManager's REST interface says below `/ws/v1/cluster`.

    Raises:
        StackDownError: The ResourceManager does not answer.
    """
    hosts, ports = settings.hosts, settings.ports
    return _get(settings, hosts.resourcemanager, ports.resourcemanager_http, f"/ws/v1/cluster/{what}")


def clock_ahead(settings: Settings, host: str, port: int) -> float:
    """Seconds by which a daemon's clock is ahead of ours; negative when it is behind. HTTP has whole seconds.

    Args:
        settings: Settings of the stack.
        host: Host of the daemon.
        port: Port of its web server.

    Raises:
        StackDownError: It does not answer, or not with a time.
    """
    before = time.time()
    answer = _ask(settings, host, port, "/jmx?qry=java.lang:type=Runtime")
    middle = (before + time.time()) / 2
    try:
        # Hadoop sends the header twice with some answers.
        return parsedate_to_datetime(answer.raw.headers.getlist("Date")[0]).timestamp() - middle
    except (IndexError, ValueError) as problem:
        raise StackDownError(f"{host}:{port} does not report its time") from problem


def _get(settings: Settings, host: str, port: int, path: str) -> Any:
    try:
        return _ask(settings, host, port, path).json()
    except ValueError as problem:
        raise StackDownError(f"what answers at {host}:{port} is not Hadoop", "see ./stackhouse status") from problem


def _forbidden_remedy(settings: Settings) -> str:
    if settings.profile.belongs_to_others:
        return "its administrator lets only administrators look (hadoop.security.instrumentation.requires.admin)"
    return "run this as the account that started it"


def _ask(settings: Settings, host: str, port: int, path: str) -> requests.Response:
    way = access(settings.identity)
    try:
        answer = way.session().get(
            f"{way.scheme}://{host}:{port}{path}", headers=key_header(settings), timeout=_SECONDS
        )
        if answer.status_code == requests.codes.forbidden:
            raise StackDownError(f"{host}:{port} gives this account no access", _forbidden_remedy(settings))
        answer.raise_for_status()
    except requests.RequestException as problem:
        raise StackDownError(f"{host}:{port} does not answer", "start the stack with ./stackhouse up") from problem
    return answer
