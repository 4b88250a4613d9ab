"""Computes how much memory each process gets on this machine."""

import os
from collections.abc import Sequence
from dataclasses import dataclass

import psutil

from hadoop.rest import Room, YarnNode, queue_room, yarn_nodes
from warehouse.errors import SetupError, StackDownError
from warehouse.job import JobSizing
from warehouse.settings import Settings

MIN_MACHINE_MB = 7168
"""A machine sold with 8 GiB reports a little less."""

_BUDGET_SHARE = 0.75
_STEP_MB = 128
DAEMONS_MB = 2048
"""What all daemons together take."""

MIN_YARN_MB = 4096
"""The stack takes no less for its containers, whatever the settings allow."""
_SPARK_SHARE, _HIVE_SHARE = 0.60, 0.40
"""As in capacity-scheduler.xml."""
SPARK_AM_MB = 640
"""Heap 256 and the 384 that Spark adds as overhead."""
_EXECUTOR_OVERHEAD_MB = 384
_EXECUTOR_MB_A_CORE = 2048
_MIN_EXECUTOR_MB = 1536
_SPARK_MIN_EXECUTOR_MB = 512 + _EXECUTOR_OVERHEAD_MB
"""Spark refuses a heap of less than 450 MiB."""

MIN_NODE_MB = SPARK_AM_MB + _MIN_EXECUTOR_MB
"""What a node of YARN must have for its containers."""

MIN_TEZ_AM_MB = 512
"""That of the containers too: docker-compose.yml."""

_CLUSTER_DRIVER_MB = 1024
_MIN_TASK_MB, _MAX_TASK_MB = 1024, 4096


@dataclass(frozen=True)
class Sizing:
    """Memory in MiB and cores.

    Attributes:
        yarn_mb: All containers together.
        cores: Cores of the NodeManager and of the one Spark executor.
        executor_mb: Heap of the Spark executor, without overhead.
        driver_mb: Heap of the Spark driver, which is no container.
        tez_am_mb: Container of the Tez session.
        tez_task_mb: Container of a Tez task.
        hiveserver2_mb: Heap of HiveServer2.
    """

    yarn_mb: int
    cores: int
    executor_mb: int
    driver_mb: int
    tez_am_mb: int
    tez_task_mb: int
    hiveserver2_mb: int


def size_stack(settings: Settings) -> Sizing:
    """Sizes for this machine, or for what the settings allow of it.

    Raises:
        SetupError: Less memory than the stack starts with.
    """
    machine_mb = psutil.virtual_memory().total // 2**20
    budget = settings.memory_mb or int(machine_mb * _BUDGET_SHARE)
    if settings.memory_mb is None and machine_mb < MIN_MACHINE_MB:
        raise SetupError(
            f"this machine has {machine_mb} MiB of memory, the stack needs 8 GiB",
            "set STACKHOUSE_MEMORY_MB to start with less",
        )
    return compute_sizing(budget, settings.cores or os.cpu_count() or 1)


def size_job(settings: Settings) -> JobSizing:
    """Size of a Spark application: for this machine, or for the nodes of a cluster.

    Raises:
        StackDownError: YARN does not say what nodes there are.
        SetupError: They are too small.
    """
    if settings.profile.runs_here:
        sizing = size_stack(settings)
        return JobSizing(1, sizing.executor_mb, sizing.cores, sizing.driver_mb)
    return compute_job_sizing(yarn_nodes(settings), queue_room(settings, settings.queue))


def compute_job_sizing(nodes: Sequence[YarnNode], room: Room) -> JobSizing:
    """One executor a node, for the smallest node, as far as the queue goes.

    Raises:
        StackDownError: There is no node.
        SetupError: There is no room for an executor.
    """
    if not nodes:
        raise StackDownError("YARN has no running node", "see ./stackhouse status")
    node_mb = min(node.memory_mb for node in nodes)
    cores = int(min(room.container_cores, *(node.cores for node in nodes)))
    share = (int(sum(node.memory_mb for node in nodes) * room.share) - SPARK_AM_MB) // len(nodes)
    wanted = max(_MIN_EXECUTOR_MB, cores * _EXECUTOR_MB_A_CORE)
    executor = int(min(share, node_mb - SPARK_AM_MB, room.container_mb, wanted)) // _STEP_MB * _STEP_MB
    if executor < _SPARK_MIN_EXECUTOR_MB:
        raise SetupError(
            f"a Spark executor on each of {len(nodes)} nodes would have {max(0, executor)} MiB, but "
            f"{_SPARK_MIN_EXECUTOR_MB} are needed",
            "raise yarn.nodemanager.resource.memory-mb, "
            "yarn.scheduler.maximum-allocation-mb or the queue's maximum-capacity",
        )
    return JobSizing(len(nodes), _executor_heap(executor), cores, _CLUSTER_DRIVER_MB)


def _executor_heap(container_mb: int) -> int:
    """Heap that fills a container with what Spark adds to it (spark.executor.memoryOverhead): a tenth, 384 at least."""
    return min(container_mb - _EXECUTOR_OVERHEAD_MB, int(container_mb / 1.1))


def compute_sizing(budget_mb: int, cores: int) -> Sizing:
    """Divide a memory budget.

    Args:
        budget_mb: MiB for daemons and containers together.
        cores: Cores for YARN.
    """
    yarn = max(MIN_YARN_MB, budget_mb - DAEMONS_MB) // _STEP_MB * _STEP_MB
    spark_room = int(yarn * _SPARK_SHARE) - SPARK_AM_MB
    executor = min(spark_room, max(_MIN_EXECUTOR_MB, cores * _EXECUTOR_MB_A_CORE)) // _STEP_MB * _STEP_MB
    roomy = yarn >= 2 * MIN_YARN_MB
    tez_am = 640 if roomy else MIN_TEZ_AM_MB
    # As many tasks at once as there are cores: every container more is a JVM more that has to start first.
    tez_task = min(_MAX_TASK_MB, max(_MIN_TASK_MB, (int(yarn * _HIVE_SHARE) - tez_am) // cores))
    return Sizing(
        yarn_mb=yarn,
        cores=cores,
        executor_mb=_executor_heap(executor),
        driver_mb=1024 if roomy else 640,
        tez_am_mb=tez_am,
        tez_task_mb=tez_task // _STEP_MB * _STEP_MB,
        hiveserver2_mb=1024 if roomy else 768,
    )
