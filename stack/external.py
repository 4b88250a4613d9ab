"""The `external` profile: a cluster that others run; says what it lacks, all at once."""

import os
import secrets
import socket
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from xml.etree import ElementTree

from hadoop.java import find_java_home
from hadoop.rest import hdfs_health, hdfs_problem, hdfs_version, yarn_nodes, yarn_problem
from hadoop.sizing import MIN_NODE_MB, size_job
from hadoop.webhdfs import WebHdfs
from hadoop.yarn_checks import check_queues
from hive.answer_settings import missing_settings
from hive.connection import connect
from secure.checks import check_name
from secure.kerberos import current_ticket
from stack.hdfs_layout import bring_spark
from warehouse.errors import NotCheckedError, SetupError, StackhouseError, StorageError
from warehouse.observer import Observer
from warehouse.settings import Settings

_MIN_FREE_BYTES = 2 * 2**30
_HADOOP, _HIVE = 3, 4
"""Major versions that this stack is tested with."""

_AUTHENTICATION = "hadoop.security.authentication"

Check = Callable[[Settings], str]
"""What is missing, empty when nothing is."""


def check_cluster(settings: Settings, observer: Observer) -> None:
    """See whether a cluster will do, and bring what it needs to HDFS.

    Raises:
        SetupError: Something is missing; names everything. Or the keytab cannot be used.
        TicketError: There is no Kerberos ticket, or it has ended.
        UsageError: It is of somebody else.
    """
    _prove_who(settings)
    found = list[str]()
    for name, check in CHECKS.items():
        observer.working(name, "checking")
        problem = _outcome(check, settings)
        if problem:
            found.append(f"{name}: {problem}")
        observer.ready(name)
    if found:
        raise SetupError(f"this cluster does not meet the requirements. {'. '.join(found)}")
    observer.working("archive", "bringing Spark's jars to HDFS, once")
    bring_spark(settings)
    observer.ready("archive")


def _prove_who(settings: Settings) -> None:
    """By itself and first: without a ticket every other check would say no more than that."""
    if identity := settings.identity:
        check_name(identity, current_ticket(identity))


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
    return f"{free / 2**30:.1f} GiB free, but 2 GiB are needed" if free < _MIN_FREE_BYTES else ""


def _permissions(settings: Settings) -> str:
    """The home too: Spark puts its jobs there, and gc its trash."""
    storage = WebHdfs(settings.endpoints)
    for directory in (f"/user/{settings.user}", settings.root):
        path = f"{directory}/_check.{secrets.token_hex(4)}"
        try:
            storage.create(path, b"may this user write here?")
            storage.delete(path)
        except StorageError as problem:
            return (
                f"{problem}; ask an HDFS administrator for: hdfs dfs -mkdir -p {directory}, "
                f"hdfs dfs -chown {settings.user} {directory}"
            )
    return ""


def _yarn(settings: Settings) -> str:
    problem = yarn_problem(settings)
    if problem:
        return problem
    smallest = min(node.memory_mb for node in yarn_nodes(settings))
    if smallest < MIN_NODE_MB:
        return f"a node has {smallest} MiB for containers, but {MIN_NODE_MB} are needed"
    # Of another scheduler no queue is known: Spark will say what is wrong with the name.
    with suppress(NotCheckedError):
        for finding in check_queues(settings):
            if finding.severity == "error":
                return f"{finding.problem}: {finding.remedy}"
    size_job(settings)
    return ""


def _driver(settings: Settings) -> str:
    """The driver of Spark runs here, with the configuration of the cluster, and the executors call it back."""
    directory = os.environ.get("HADOOP_CONF_DIR") or os.environ.get("YARN_CONF_DIR")
    if not directory:
        return "HADOOP_CONF_DIR is not set: Spark finds YARN by core-site.xml, hdfs-site.xml and yarn-site.xml there"
    if not (Path(directory) / "yarn-site.xml").is_file():
        return f"{directory} has no yarn-site.xml: HADOOP_CONF_DIR names the directory with the cluster's configuration"
    find_java_home()
    return _other_authentication(settings, Path(directory)) or _unreachable_host(settings)


def _unreachable_host(settings: Settings) -> str:
    """Why executors would not find this host, as far as its name tells."""
    if settings.driver_host:
        return ""
    name = socket.getfqdn()
    try:
        address = socket.gethostbyname(name)
    except OSError:
        return f"this host is called {name}, which has no address: executors could not call the driver back"
    if ip_address(address).is_loopback:
        return (
            f"this host is called {name}, which is {address}: executors on other nodes could not call the driver back; "
            "give the name the address of a network card in /etc/hosts, or set STACKHOUSE_DRIVER_HOST"
        )
    return ""


def _other_authentication(settings: Settings, configuration: Path) -> str:
    """Whether Spark would be told otherwise than we are; empty when it would not."""
    file = configuration / "core-site.xml"
    try:
        # The file is one that Spark reads too.
        site = ElementTree.parse(file) if file.is_file() else None  # noqa: S314
    except ElementTree.ParseError as problem:
        return f"{file} is not XML: {problem}"
    kerberos = site is not None and site.findtext(f"property[name='{_AUTHENTICATION}']/value", "").strip() == "kerberos"
    if kerberos and not settings.identity:
        return f"{file} says that this cluster asks for Kerberos tickets: set STACKHOUSE_KERBEROS=true"
    if settings.identity and not kerberos:
        return f"{file} does not say {_AUTHENTICATION}=kerberos, so Spark would send no ticket"
    return ""


def _hive(settings: Settings) -> str:
    with connect(settings.endpoints) as server:
        ((version,),) = server.fetch("SELECT version()").rows
        number = str(version).partition(" ")[0]
        if not number.startswith(f"{_HIVE}."):
            return f"Hive {number}, expected {_HIVE}.x"
        missing = missing_settings(server)
    if not missing:
        return ""
    return f"without {', '.join(missing)} in its hive-site.xml it answers ordinary queries wrongly: docs/answers.md"


CHECKS: dict[str, Check] = {
    "hdfs": _hdfs,
    "permissions": _permissions,
    "yarn": _yarn,
    "driver": _driver,
    "hiveserver2": _hive,
}
"""By name, in order."""
