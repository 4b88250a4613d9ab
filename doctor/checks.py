"""The checks of `doctor`, in order: the machine, HDFS, YARN, Hive, the datasets."""

from dataclasses import dataclass

from doctor.datasets import check_leftovers
from doctor.locks import check_locks
from doctor.services import TEZ_SECONDS, check_busy_threads, check_schema, check_tez, of_this_stack
from hadoop.hdfs_checks import (
    check_blocks,
    check_clocks,
    check_datanode_hosts,
    check_datanodes,
    check_namenode,
    check_safe_mode,
    check_webhdfs,
)
from hadoop.machine_checks import check_class_path, check_disk, check_java, check_memory, check_proxies
from hadoop.web.exposure import check_exposure
from hadoop.yarn_checks import check_nodemanagers, check_queues, check_resourcemanager
from hive.service_checks import check_answers, check_hiveserver2, check_metastore, check_versions
from secure.checks import check_certificate, check_kdc, check_ticket
from warehouse.finding import Question
from warehouse.profile import Profile

_SECONDS = 60.0
_LOCAL = (Profile.LOCAL,)
_PLAIN = "only a secured stack of this machine has its own"
_WITH_DRIVER = (Profile.LOCAL, Profile.EXTERNAL)
"""Spark's driver runs on this machine; with containers it runs in one."""


@dataclass(frozen=True)
class Check:
    """One check.

    Attributes:
        name: Name as users see it.
        ask: Finds what is wrong.
        needs: Checks without whose success this one could only repeat what they found.
        profiles: Where there is something to check.
        elsewhere: Why not in the others.
        seconds: When it is given up.
    """

    name: str
    ask: Question
    needs: tuple[str, ...] = ()
    profiles: tuple[Profile, ...] = tuple(Profile)
    elsewhere: str = ""
    seconds: float = _SECONDS


CHECKS = (
    Check("java", check_java, profiles=_WITH_DRIVER, elsewhere="the containers bring their own"),
    Check("class path", check_class_path, profiles=_WITH_DRIVER, elsewhere="the jars are in the images"),
    Check("memory", check_memory, profiles=_LOCAL, elsewhere="the daemons are not sized for this machine's memory"),
    Check("disk", check_disk, profiles=_LOCAL, elsewhere="the state is not in a directory of this machine"),
    Check("proxies", check_proxies),
    Check(
        "exposure",
        check_exposure,
        profiles=(Profile.LOCAL, Profile.COMPOSE),
        elsewhere="who can reach that cluster is up to its owner",
    ),
    Check("ticket", check_ticket, profiles=_WITH_DRIVER, elsewhere="the containers ask for no tickets"),
    Check("kdc", check_kdc, profiles=_LOCAL, elsewhere=_PLAIN),
    Check("certificate", check_certificate, profiles=_LOCAL, elsewhere=_PLAIN),
    Check("namenode", of_this_stack("namenode", check_namenode), needs=("ticket",)),
    Check("safe mode", check_safe_mode, needs=("namenode",)),
    Check("datanodes", of_this_stack("datanode", check_datanodes), needs=("namenode",)),
    Check(
        "datanode hosts",
        check_datanode_hosts,
        needs=("datanodes",),
        profiles=_WITH_DRIVER,
        elsewhere="the gateway knows the names of the containers",
    ),
    Check("webhdfs", check_webhdfs, needs=("datanodes", "datanode hosts")),
    Check("blocks", check_blocks, needs=("datanodes",)),
    Check("resourcemanager", of_this_stack("resourcemanager", check_resourcemanager), needs=("ticket",)),
    Check("nodemanagers", of_this_stack("nodemanager", check_nodemanagers), needs=("resourcemanager",)),
    Check("queues", check_queues, needs=("nodemanagers",)),
    Check("clocks", check_clocks, needs=("namenode",)),
    Check(
        "metastore",
        of_this_stack("metastore", check_metastore),
        needs=("ticket",),
        profiles=_WITH_DRIVER,
        elsewhere="only the containers reach it, and Docker asks it for its health",
    ),
    Check(
        "metastore schema",
        check_schema,
        profiles=_LOCAL,
        elsewhere="only the metastore knows its database, and it compares the schema when it starts",
    ),
    Check("hiveserver2", of_this_stack("hiveserver2", check_hiveserver2)),
    Check("answers", check_answers, needs=("hiveserver2", "safe mode")),
    Check(
        "busy threads",
        check_busy_threads,
        needs=("hiveserver2",),
        profiles=_LOCAL,
        elsewhere="HiveServer2 does not run on this machine",
    ),
    Check(
        "hive versions",
        check_versions,
        needs=("metastore", "hiveserver2", "safe mode"),
        profiles=_WITH_DRIVER,
        elsewhere="the containers of Hive have one image",
    ),
    Check(
        "tez session",
        check_tez,
        needs=("hiveserver2", "nodemanagers", "datanodes", "safe mode"),
        seconds=TEZ_SECONDS + _SECONDS,
    ),
    Check("locks", check_locks, needs=("webhdfs",)),
    Check("leftovers", check_leftovers, needs=("webhdfs",)),
)
"""What a check needs stands before it."""
