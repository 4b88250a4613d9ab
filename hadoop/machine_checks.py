"""What can be wrong with this machine, and its remedies: Java, jars, memory, disk, proxies."""

import os
import shutil
from importlib.resources import files
from pathlib import Path
from xml.etree import ElementTree

import psutil
from requests.utils import get_environ_proxies, select_proxy

from hadoop.artifacts import artifact_directory
from hadoop.environment import HADOOP_CONF
from hadoop.hdfs_checks import live_datanodes
from hadoop.jars.class_path import class_path_conflicts
from hadoop.java import find_java_home
from hadoop.processes import containers, daemons
from hadoop.sizing import DAEMONS_MB, MIN_YARN_MB, size_stack
from warehouse.errors import NotCheckedError, SetupError, StackDownError
from warehouse.finding import Finding
from warehouse.settings import Settings

MIN_FREE_BYTES = 2**30
"""What the stack does not start without."""

_COMFORTABLE_BYTES = 5 * 2**30
_NEAR_POINTS = 2
_LESS_MEMORY = "lower STACKHOUSE_MEMORY_MB, then ./stackhouse down and ./stackhouse up"
_THRESHOLD = "yarn.nodemanager.disk-health-checker.max-disk-utilization-per-disk-percentage"
_PROXY_VARIABLES = ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")


def check_java(_settings: Settings) -> list[Finding]:
    """Whether there is the Java that Hadoop, Hive and Spark run on."""
    try:
        find_java_home()
    except SetupError as problem:
        return [Finding("java", problem.problem, problem.remedy)]
    return []


def check_class_path(settings: Settings) -> list[Finding]:
    """Whether one class path has two Hadoop versions, or two bindings of slf4j."""
    spark = Path(str(files("pyspark") / "jars"))
    remedies = {"Spark": "remove the jar that did not come with pyspark, or remove .venv and run ./stackhouse again"}
    directories = {"Spark": spark}
    if settings.profile.runs_here:
        jars = artifact_directory(settings)
        if not jars.is_dir():
            raise NotCheckedError("the jars are not there yet, the first ./stackhouse up fetches them")
        again = f"remove {jars} and run ./stackhouse up, which fetches the jars again; then exclude the odd one in "
        directories = {"Hadoop": jars / "hadoop", "Hive": jars / "hive", **directories}
        remedies = {"Hadoop": again + "hadoop/pom.xml", "Hive": again + "hive/pom.xml", **remedies}
    return class_path_conflicts(directories, remedies)


def check_memory(settings: Settings) -> list[Finding]:
    """Whether this machine has the memory that the stack may use."""
    try:
        sizing = size_stack(settings)
    except SetupError as small:
        return [
            Finding(
                "memory",
                str(small),
                "use a machine with more memory, or set STACKHOUSE_MEMORY_MB=6144 at your own risk",
            )
        ]
    needed = sizing.yarn_mb + DAEMONS_MB
    smallest = sizing.yarn_mb <= MIN_YARN_MB
    machine = psutil.virtual_memory()
    total, free = machine.total // 2**20, machine.available // 2**20 + _used_mb(settings)
    if needed > total:
        problem = f"the stack may use {needed:,} MiB of memory, this machine has {total:,}"
        remedy = "use a machine with more memory: the stack does not run with less" if smallest else _LESS_MEMORY
        return [Finding("memory", problem, remedy)]
    if needed > free:
        problem = f"the stack may use {needed:,} MiB of memory, other programs leave it {free:,}"
        remedy = "end other programs" if smallest else f"end other programs, or {_LESS_MEMORY}"
        return [Finding("memory", problem, remedy, "warning")]
    return []


def _used_mb(settings: Settings) -> int:
    """Resident memory of what the stack runs."""
    found = 0
    for process in (*daemons(settings), *containers(settings)):
        try:
            found += process.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return int(found // 2**20)


def check_disk(settings: Settings) -> list[Finding]:
    """Whether the disk of the state directory is nearly full."""
    place = next(path for path in (settings.home, *settings.home.parents) if path.is_dir())
    disk = shutil.disk_usage(place)
    # As the NodeManager counts: what only root may use is used.
    used, limit = 100 * (disk.total - disk.free) / disk.total, disk_limit()
    state = f"the disk of {settings.home} has {disk.free / 2**30:,.1f} GiB free, {used:.1f} % are used"
    remedy = (
        "free some: ./stackhouse gc DATASET --yes, whose trash HDFS empties within three days, "
        f"or move {settings.home} to another disk (STACKHOUSE_HOME)"
    )
    if disk.free < MIN_FREE_BYTES:
        return [Finding("disk", f"{state}; the stack needs 1 GiB to start", remedy)]
    if used >= limit:
        return [Finding("disk", f"{state}; at {limit:g} % YARN stops running anything", remedy)]
    if disk.free < _COMFORTABLE_BYTES or used >= limit - _NEAR_POINTS:
        return [Finding("disk", f"{state}; at 1 GiB or {limit:g} % the stack stops", remedy, "warning")]
    return []


def disk_limit() -> float:
    """Percent of a disk from which on the NodeManager takes no containers, as yarn-site.xml says."""
    site = ElementTree.parse(HADOOP_CONF / "yarn-site.xml")  # noqa: S314 - a file of ours
    return float(site.findtext(f"property[name='{_THRESHOLD}']/value", "90"))


def check_proxies(settings: Settings) -> list[Finding]:
    """Whether a proxy of the environment is asked for hosts of the stack."""
    hosts = {settings.hosts.namenode, settings.hosts.resourcemanager, settings.hosts.hiveserver2, *_datanodes(settings)}
    caught = sorted(host for host in hosts if _proxy(f"http://{host}/"))
    if not caught:
        return []
    # Not their values, which may hold a password.
    named = ", ".join(name for name in _PROXY_VARIABLES if os.environ.get(name)) or "the environment"
    variable = "no_proxy" if "no_proxy" in os.environ else "NO_PROXY"
    excepted = ",".join([*filter(None, [os.environ.get(variable, "")]), *caught])
    return [
        Finding(
            "proxies",
            f"{named} sends clients of {', '.join(caught)} through a proxy; ./stackhouse bypasses it, other "
            f"clients may not",
            f"export {variable}={excepted}",
            "warning",
        )
    ]


def _proxy(url: str) -> str | None:
    found: str | None = select_proxy(url, get_environ_proxies(url, no_proxy=None))
    return found


def _datanodes(settings: Settings) -> set[str]:
    if settings.gateway:
        return set()
    try:
        return {node.host for node in live_datanodes(settings)}
    except (StackDownError, KeyError, TypeError, ValueError):
        return set()
