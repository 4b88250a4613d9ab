"""Processes of a stack that outlived its supervisor: daemons after a kill -9, containers after a stop."""

import contextlib

import psutil

from warehouse.settings import Settings

_SECONDS = 10


def port_owner(port: int) -> str:
    """The process that listens on a TCP port of this machine, as `name (pid 1)`; empty when none does."""
    for connection in psutil.net_connections(kind="tcp"):
        if connection.status == psutil.CONN_LISTEN and connection.laddr and connection.laddr.port == port:
            return _describe(connection.pid)
    return ""


def _describe(pid: int | None) -> str:
    try:
        return f"{psutil.Process(pid).name()} (pid {pid})" if pid else "another user's process"
    except psutil.NoSuchProcess:
        return f"pid {pid}"


def daemons(settings: Settings) -> list[psutil.Process]:
    """Daemons of this stack that run, supervised or not, and supervisors whose state directory was removed."""
    marks = ("-Dstackhouse.service=", "supervisor.supervisord")
    return [
        process for process in processes(settings) if any(mark in " ".join(process.info["cmdline"]) for mark in marks)
    ]


def containers(settings: Settings) -> list[psutil.Process]:
    """YARN containers of this stack that run."""
    mark = str(settings.home / "yarn")
    return [process for process in processes(settings) if mark in " ".join(process.info["cmdline"])]


def engines(settings: Settings) -> list[psutil.Process]:
    """Processes of Spark engines that this stack has, at work or idle."""
    return [process for process in processes(settings) if "spark.engine" in process.info["cmdline"]]


def terminate(running: list[psutil.Process]) -> None:
    """End processes, first politely, and wait until they are gone."""
    for process in running:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    _, stubborn = psutil.wait_procs(running, timeout=_SECONDS)
    for process in stubborn:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(stubborn, timeout=_SECONDS)


def processes(settings: Settings) -> list[psutil.Process]:
    """All processes that were started for this stack."""
    # The environment is the proof: a process belongs to the stack whose state directory it was started with.
    home = str(settings.home)
    found = []
    for process in psutil.process_iter(["cmdline", "environ"]):
        environment = process.info["environ"] or {}
        if process.info["cmdline"] and environment.get("STACKHOUSE_HOME") == home:
            found.append(process)
    return found
