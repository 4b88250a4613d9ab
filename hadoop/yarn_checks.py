"""What can be wrong with YARN, and its remedies."""

from collections.abc import Iterator
from dataclasses import dataclass

from hadoop.rest import leaf_queues, resourcemanager_answer, yarn_health, yarn_nodes, yarn_scheduler
from hadoop.sizing import MIN_TEZ_AM_MB, SPARK_AM_MB, size_stack
from warehouse.errors import CertificateError, NotCheckedError, StackDownError, TicketError
from warehouse.finding import Finding, silent_service
from warehouse.settings import Settings

_HIVE_QUEUE = "hive"
"""As in tez-site.xml; the queue of another cluster's Hive is its own affair."""

_TEXT = 300


@dataclass(frozen=True)
class Queue:
    """A queue that takes applications.

    Attributes:
        name: Without those above it.
        path: With them, e.g. root.etl.
        state: RUNNING, STOPPED or DRAINING.
        share: Most that it may have of the cluster, 0 to 1.
        masters_mb: MiB that all its application masters together may have.
    """

    name: str
    path: str
    state: str
    share: float
    masters_mb: int


def check_resourcemanager(settings: Settings) -> list[Finding]:
    """Whether the ResourceManager answers as one does."""
    address = f"{settings.hosts.resourcemanager}:{settings.ports.resourcemanager_http}"
    try:
        yarn_health(settings)
    except (TicketError, CertificateError):
        raise
    except StackDownError:
        return [silent_service(settings, "resourcemanager", "ResourceManager", f"does not answer at {address}")]
    except (KeyError, TypeError):
        return [silent_service(settings, "resourcemanager", "ResourceManager", f"is not what answers at {address}")]
    return []


def check_nodemanagers(settings: Settings) -> list[Finding]:
    """Whether a NodeManager takes containers, and why those that do not refuse."""
    unhealthy = list(_unhealthy(settings))
    if yarn_health(settings).nodes:
        # Others do the work meanwhile.
        return [Finding(node.name, node.problem, node.remedy, "warning") for node in unhealthy]
    start = settings.profile.choose(
        local="./stackhouse up; ./stackhouse logs nodemanager says why",
        compose="./stackhouse up --profile compose; docker compose logs nodemanager says why",
        external="start the NodeManagers of the cluster; their logs say why they do not register",
    )
    return unhealthy or [Finding("nodemanagers", "no NodeManager has registered with YARN, so no job can run", start)]


def _unhealthy(settings: Settings) -> Iterator[Finding]:
    found = resourcemanager_answer(settings, "nodes?states=UNHEALTHY")["nodes"] or {}
    for node in found.get("node", ()):
        report = " ".join(str(node["healthReport"]).split())[:_TEXT]
        if "local-dirs" in report or "log-dirs" in report:
            problem = f"the NodeManager {node['id']} accepts no containers because of its disks: {report}"
            remedy = (
                "free space on that disk; the NodeManager sees it within two minutes. It gives up at "
                "yarn.nodemanager.disk-health-checker.max-disk-utilization-per-disk-percentage"
            )
        else:
            problem = f"the NodeManager {node['id']} says that it is not healthy: {report}"
            remedy = "its log says more; it takes containers again when its health check passes"
        yield Finding("nodemanagers", problem, remedy)


def check_queues(settings: Settings) -> list[Finding]:
    """Whether an application master fits into each queue that this stack uses."""
    nodes = yarn_nodes(settings)
    if not nodes:
        raise NotCheckedError("no NodeManager takes containers, so no queue has a size")
    known = _queues(settings)
    queues = {queue.path: queue for queue in known} | {queue.name: queue for queue in known}
    largest, total = max(node.memory_mb for node in nodes), sum(node.memory_mb for node in nodes)
    found = []
    for name, needed in _masters(settings).items():
        if name not in queues:
            remedy = f"STACKHOUSE_QUEUE names one of: {', '.join(sorted(queue.name for queue in known))}"
            found.append(Finding("queues", f"YARN has no queue {name!r}", remedy))
        else:
            found += _queue_findings(queues[name], needed, largest, total)
    return found


def _masters(settings: Settings) -> dict[str, int]:
    """MiB of one application master by queue."""
    if settings.profile.belongs_to_others:
        return {settings.queue: SPARK_AM_MB}
    tez = size_stack(settings).tez_am_mb if settings.profile.runs_here else MIN_TEZ_AM_MB
    return {settings.queue: SPARK_AM_MB, _HIVE_QUEUE: tez}


def _queue_findings(queue: Queue, needed: int, largest: int, total: int) -> Iterator[Finding]:
    room = int(total * queue.share)
    if queue.state != "RUNNING":
        remedy = "set its state to RUNNING in capacity-scheduler.xml, then yarn rmadmin -refreshQueues"
        yield Finding("queues", f"queue {queue.name} is {queue.state} and takes no application", remedy)
    if largest < needed:
        remedy = "raise yarn.nodemanager.resource.memory-mb (STACKHOUSE_MEMORY_MB, STACKHOUSE_NODE_MB)"
        problem = f"no node has the {needed} MiB of one application master of queue {queue.name}, the largest {largest}"
        yield Finding("queues", problem, remedy)
    elif room < needed:
        remedy = f"raise maximum-capacity of queue {queue.name} in capacity-scheduler.xml, or the memory of the nodes"
        problem = f"queue {queue.name} may have {room} MiB, one application master needs {needed}: nothing starts in it"
        yield Finding("queues", problem, remedy)
    elif queue.masters_mb < needed:
        # YARN lets the first one start in spite of the limit.
        remedy = "raise yarn.scheduler.capacity.maximum-am-resource-percent in capacity-scheduler.xml"
        problem = (
            f"queue {queue.name} has {queue.masters_mb} MiB for application masters and one needs {needed}: "
            "a second application waits until the first has ended"
        )
        yield Finding("queues", problem, remedy, "warning")


def _queues(settings: Settings) -> list[Queue]:
    root = yarn_scheduler(settings)
    if root["type"] != "capacityScheduler":
        raise NotCheckedError(f"YARN has the {root['type']}, but queues are checked for the capacity scheduler only")
    return [
        Queue(
            leaf["queueName"],
            leaf.get("queuePath", leaf["queueName"]),
            leaf["state"],
            leaf["absoluteMaxCapacity"] / 100,
            leaf["AMResourceLimit"]["memory"],
        )
        for leaf in leaf_queues(root)
        # A parent whose queues are made when they are asked for takes no application itself.
        if "AMResourceLimit" in leaf
    ]
