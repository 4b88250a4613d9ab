"""Says of each service whether it does real work: a registered node, an answered query, never an open port alone."""

import socket
from collections.abc import Callable

from hadoop.rest import hdfs_health, hdfs_problem, yarn_health, yarn_problem
from hive.connection import connect
from secure.kerberos import ask_kdc
from warehouse.errors import CertificateError, StackhouseError, TicketError
from warehouse.settings import Settings

_SECONDS = 2


def _answers(question: Callable[[Settings], str]) -> Callable[[Settings], str]:
    """Turn a failure to answer into the reason why the service is not ready."""

    def problem(settings: Settings) -> str:
        try:
            return question(settings)
        except (TicketError, CertificateError) as refused:
            return refused.problem
        except StackhouseError:
            return "does not answer yet"

    return problem


def _namenode(settings: Settings) -> str:
    hdfs_health(settings)
    return ""


def _resourcemanager(settings: Settings) -> str:
    yarn_health(settings)
    return ""


def _metastore(settings: Settings) -> str:
    # It has no cheap question; the query of HiveServer2 that follows goes through it.
    try:
        socket.create_connection((settings.hosts.metastore, settings.ports.metastore), timeout=_SECONDS).close()
    except OSError:
        return "does not answer yet"
    return ""


def _hiveserver2(settings: Settings) -> str:
    with connect(settings.endpoints) as server:
        return "" if server.fetch("SELECT 1").rows else "gives no answer"


def _kdc(settings: Settings) -> str:
    if settings.identity is not None:
        ask_kdc(settings.identity)
    return ""


PROBES: dict[str, Callable[[Settings], str]] = {
    "kdc": _answers(_kdc),
    "namenode": _answers(_namenode),
    "datanode": _answers(hdfs_problem),
    "resourcemanager": _answers(_resourcemanager),
    "nodemanager": _answers(yarn_problem),
    "metastore": _metastore,
    "hiveserver2": _answers(_hiveserver2),
}
"""By service name: why it is not ready, empty when it is."""
