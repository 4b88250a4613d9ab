"""The `external` profile: a cluster that somebody else runs; says what it lacks, all at once."""

import secrets
from collections.abc import Callable

from cli.hdfs_layout import bring_spark
from cli.observer import StartObserver
from hadoop.health import hdfs_health, hdfs_problem, hdfs_version, leaf_queues, yarn_nodes, yarn_problem, yarn_scheduler
from hadoop.sizing import SMALLEST_NODE_MB
from hive.connection import connect
from ingestion.webhdfs import WebHdfs
from warehouse.errors import SetupError, StackhouseError
from warehouse.paths import root
from warehouse.settings import Settings

_LEAST_FREE_BYTES = 2 * 2**30
_HADOOP, _HIVE = 3, 4
"""Major versions that this stack is tested with."""

Check = Callable[[Settings], str]
"""What is missing, empty when nothing is."""


def check_cluster(settings: Settings, observer: StartObserver) -> None:
    """See whether a cluster will do, and bring what it needs to HDFS.

    Raises:
        SetupError: Something is missing; names everything.
    """
    found = list[str]()
    for name, check in CHECKS.items():
        observer.working(name, "checking")
        problem = _outcome(check, settings)
        if problem:
            found.append(f"{name}: {problem}")
        observer.ready(name)
    if found:
        raise SetupError(f"this cluster will not do. {'. '.join(found)}")
    observer.working("archive", "bringing Spark's jars to HDFS, once")
    bring_spark(settings)
    observer.ready("archive")


def _outcome(check: Check, settings: Settings) -> str:
    try:
        return check(settings)
    except StackhouseError as problem:
        return str(problem)


def _hdfs(settings: Settings) -> str:
    problem = hdfs_problem(settings)
    if problem:
        return problem
    version = hdfs_version(settings)
    if int(version.partition(".")[0]) != _HADOOP:
        return f"Hadoop {version}, expected {_HADOOP}.x"
    free = hdfs_health(settings).remaining
    return f"{free / 2**30:.1f} GiB free, 2 GiB are needed" if free < _LEAST_FREE_BYTES else ""


def _permissions(settings: Settings) -> str:
    storage = WebHdfs(settings.endpoints)
    path = f"{root()}/_check.{secrets.token_hex(4)}"
    try:
        storage.create(path, b"may this user write here?")
        storage.delete(path)
    except StackhouseError as problem:
        return (
            f"{problem}; an administrator of HDFS gives it: hdfs dfs -mkdir -p {root()}, "
            f"hdfs dfs -chown {settings.user} {root()}"
        )
    return ""


def _yarn(settings: Settings) -> str:
    problem = yarn_problem(settings)
    if problem:
        return problem
    smallest = min(node.memory_mb for node in yarn_nodes(settings))
    if smallest < SMALLEST_NODE_MB:
        return f"a node has {smallest} MiB for containers, {SMALLEST_NODE_MB} are needed"
    scheduler = yarn_scheduler(settings)
    if scheduler["type"] != "capacityScheduler":
        # It describes its queues in another way, or has none; Spark will say what is wrong with the name.
        return ""
    queues = [queue["queueName"] for queue in leaf_queues(scheduler)]
    if settings.queue not in queues:
        return f"there is no queue {settings.queue!r}, STACKHOUSE_QUEUE names one of: {', '.join(sorted(queues))}"
    return ""


def _hive(settings: Settings) -> str:
    with connect(settings.endpoints) as server:
        ((version,),) = server.fetch("SELECT version()").rows
    number = str(version).partition(" ")[0]
    return "" if number.startswith(f"{_HIVE}.") else f"Hive {number}, expected {_HIVE}.x"


CHECKS: dict[str, Check] = {"hdfs": _hdfs, "permissions": _permissions, "yarn": _yarn, "hiveserver2": _hive}
"""By name, in order."""
