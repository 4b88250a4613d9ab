"""Checks that need more than one stage: daemons of this machine, the metastore's schema, the Tez sessions."""

import time
from pathlib import Path

import psutil

from hadoop.applications import unfinished_applications
from hadoop.artifacts import artifact_directory
from hadoop.diagnosis import explain_log
from hadoop.environment import stack_environment
from hadoop.java import run_java
from hadoop.processes import daemons, port_owner
from hadoop.services import SERVICES, Service, log_path, port_numbers
from hadoop.supervisor import Supervisor
from hive.metastore import SCHEMA_TOOL, schema_versions
from hive.service_checks import check_metastore, tez_answers
from warehouse.errors import NotCheckedError, StackhouseError
from warehouse.finding import Finding, Question
from warehouse.settings import Settings

_TOOL_SECONDS = 60
_WATCHED_SECONDS = 3
_BUSY_SHARE = 0.9
_HANDLER = "HiveServer2-Han"
"""Begins the names of the threads that compile statements and read results."""
TEZ_SECONDS = 60
"""A session that waits starts a query within seconds; one whose containers are gone needs half a minute."""


def of_this_stack(name: str, question: Question) -> Question:
    """A question to a service that in the `local` profile must run here: else what answers is not ours."""
    service = next(service for service in SERVICES if service.name == name)

    def asked(settings: Settings) -> list[Finding]:
        if settings.profile.runs_here and not _runs(settings, name):
            return [_not_running(settings, service)]
        return question(settings)

    return asked


def _runs(settings: Settings, name: str) -> bool:
    process = Supervisor(settings).processes().get(name)
    return process is not None and process.alive


def _not_running(settings: Settings, service: Service) -> Finding:
    if any(f"-Dstackhouse.service={service.name}" in process.info["cmdline"] for process in daemons(settings)):
        problem = f"{service.title} runs without its supervisor, which was killed"
        return Finding(service.name, problem, "./stackhouse up ends what is left and starts again")
    for port_name, port in port_numbers(settings, service).items():
        if owner := port_owner(port):
            remedy = f"stop that, or set STACKHOUSE_{port_name.upper()}_PORT or STACKHOUSE_PORT_OFFSET"
            return Finding(service.name, f"{service.title} is not running, and {owner} has its port {port}", remedy)
    processes = Supervisor(settings).processes()
    log = log_path(settings, service.name)
    if service.name in processes and processes[service.name].state in ("BACKOFF", "FATAL", "EXITED"):
        problem = f"{service.title} ended by itself: {explain_log(log)}"
        return Finding(service.name, problem, f"fix that, then ./stackhouse up; log: {log}")
    return Finding(service.name, f"{service.title} is not running", "./stackhouse up")


def check_schema(settings: Settings) -> list[Finding]:
    """Whether the metastore's database has the tables of this Hive; asked while the metastore does not answer."""
    if not check_metastore(settings):
        raise NotCheckedError("the metastore answers, so it checked the schema when it started")
    database = settings.home / "metastore" / "derby"
    if not database.is_dir() or not artifact_directory(settings).is_dir():
        raise NotCheckedError("there is no database yet; ./stackhouse up creates it")
    printed = _schema_tool(settings)
    versions = schema_versions(printed)
    if versions is None:
        raise NotCheckedError("the schema tool could not open the database, which only one process at a time can use")
    if versions.found == versions.wanted:
        return []
    remedy = (
        f"back up {database}, then run the schema tool of Hive {versions.wanted} with -upgradeSchema. "
        "If the schema is newer than this Hive, go back to the newer Hive"
    )
    problem = f"the metastore's schema is of Hive {versions.found}, this Hive needs {versions.wanted}"
    return [Finding("metastore schema", problem, remedy)]


def _schema_tool(settings: Settings) -> str:
    environment = stack_environment(settings)
    log = Path(settings.home / "logs" / "schema-info.log")
    class_path = environment["STACKHOUSE_HIVE_CLASS_PATH"]
    # It fails when the versions differ; what it printed says more.
    run_java(environment, class_path, SCHEMA_TOOL, ["-dbType", "derby", "-info"], log, _TOOL_SECONDS)
    return log.read_text(errors="replace")


def check_busy_threads(settings: Settings, seconds: float = _WATCHED_SECONDS) -> list[Finding]:
    """Whether threads of HiveServer2 that serve a client compute without a pause: a statement that never compiles."""
    process = psutil.Process(Supervisor(settings).processes()["hiveserver2"].pid)
    before = {thread.id: thread.user_time for thread in process.threads()}
    time.sleep(seconds)
    busy = [
        thread.id
        for thread in process.threads()
        if thread.user_time - before.get(thread.id, thread.user_time) > seconds * _BUSY_SHARE
        and _thread_name(process.pid, thread.id).startswith(_HANDLER)
    ]
    if not busy:
        return []
    problem = (
        f"{len(busy)} of HiveServer2's client threads computed for {seconds:.0f} s without a pause "
        f"({', '.join(map(str, busy))})"
    )
    remedy = (
        "check again in a minute: a statement that does not finish compiling is ended after 60 s, "
        "stackhouse.compile.seconds in hive-site.xml. If the threads stay busy, ./stackhouse down and ./stackhouse up"
    )
    return [Finding("busy threads", problem, remedy, "warning")]


def _thread_name(pid: int, thread: int) -> str:
    """Its first 15 characters, empty when it has ended (proc(5), /proc/PID/task/TID/comm)."""
    try:
        return Path(f"/proc/{pid}/task/{thread}/comm").read_text()
    except OSError:
        return ""


def check_tez(settings: Settings, seconds: float = TEZ_SECONDS) -> list[Finding]:
    """Whether a query that needs a Tez session gets one; HiveServer2 answers other queries without."""
    try:
        if tez_answers(settings, seconds):
            return []
    except StackhouseError as problem:
        return [Finding("tez session", f"a query that needs Tez fails: {problem}", _restart(settings))]
    return [_stuck(settings, seconds)]


def _stuck(settings: Settings, seconds: float) -> Finding:
    stuck = f"HiveServer2 answers SELECT 1, but no query that needs Tez within {seconds:.0f} s"
    sessions = [found for found in unfinished_applications(settings) if found.kind == "TEZ"]
    for session in sessions:
        if session.state == "RUNNING" and session.containers > 1:
            problem = f"{stuck}: {session.id} is busy with other queries"
            return Finding(
                "tez session", problem, "wait for them; running more at once takes another session", "warning"
            )
    for session in sessions:
        if session.state != "RUNNING":
            problem = f"{stuck}: {session.id} waits in queue {session.queue} for its application master"
            remedy = (
                "see the check of queues for whether it fits; if it does, wait until other "
                "applications in the queue end"
            )
            return Finding("tez session", problem, remedy)
    which = f"{sessions[0].id} has no container except its own" if sessions else "YARN has no Tez application"
    return Finding("tez session", f"{stuck}: {which}", _restart(settings))


def _restart(settings: Settings) -> str:
    return settings.profile.choose(
        local="./stackhouse down and ./stackhouse up; ./stackhouse logs hiveserver2 may say why",
        compose="docker compose restart hiveserver2; docker compose logs hiveserver2 may say why",
        external="restart HiveServer2; its log and that of its application in YARN may say why",
    )
