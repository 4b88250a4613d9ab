"""Brings the daemons of the `local` profile up and down, in order, and waits until they do real work."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import tenacity

from hadoop.applications import kill_applications
from hadoop.artifacts import artifact_directory, fetch_artifacts
from hadoop.diagnosis import explain_log, log_start
from hadoop.environment import daemon_environment, metastore_database, stack_environment
from hadoop.jars.class_archive import discard_archive, keep_archive, writes_archive
from hadoop.jars.lock import TEZ_ARCHIVE, check_jars
from hadoop.java import run_java
from hadoop.machine_checks import MIN_FREE_BYTES
from hadoop.namespace import format_namespace
from hadoop.packages import install_missing
from hadoop.processes import containers, daemons, engines, port_owner, terminate
from hadoop.services import Service, log_path, port_numbers, services_of
from hadoop.supervisor import ProcessState, Supervisor
from hadoop.web.key import write_key
from hive.metastore import METASTORE_TEMPLATE, SCHEMA_TOOL, create_database
from spark.engine.idle import end_engines
from stack.hdfs_layout import prepare_layout
from stack.readiness import PROBES
from stack.secure_layout import prepare_secure_layout
from stack.securing import secure_state
from stack.spark_driver import engine_directory
from warehouse.errors import ServiceFailedError, SetupError
from warehouse.observer import Observer
from warehouse.settings import Settings

_START_SECONDS = 180
_ATTEMPTS = 2
_POLL_SECONDS = 0.1
_CONTAINER_SECONDS = 15


def start_daemons(settings: Settings, observer: Observer) -> None:
    """Start everything that is not running and wait until all of it answers.

    Raises:
        SetupError: Something is missing on the machine.
        ServiceFailedError: A service did not start; names it, the reason and its log.
    """
    install_missing(settings)
    secure_state(settings)
    environment = stack_environment(settings)
    if not artifact_directory(settings).is_dir():
        observer.working("jars", "fetching Hadoop, Hive and Tez with Maven")
        fetch_artifacts(settings, lambda line: observer.working("jars", line))
        observer.ready("jars")
    check_jars(artifact_directory(settings))
    supervisor = Supervisor(settings)
    if not supervisor.is_running():
        # Daemons without their supervisor, after a kill -9 of it, would hold the ports.
        terminate(daemons(settings) + containers(settings) + engines(settings))
        _check_disk(settings)
    _check_ports(settings, supervisor)
    _make_directories(settings)
    if not supervisor.is_running():
        for service in services_of(settings):
            discard_archive(settings, service.name)
        write_key(settings)
        supervisor.start(daemon_environment(settings))
    _Start(settings, environment, supervisor, observer).run()


class _Start:
    """One start: which services answer already, and which wait for others."""

    def __init__(
        self, settings: Settings, environment: dict[str, str], supervisor: Supervisor, observer: Observer
    ) -> None:
        self._settings = settings
        self._supervisor = supervisor
        self._observer = observer
        self._ready: set[str] = set()
        self._starting: dict[str, tuple[float, int]] = {}
        self._pids: dict[str, set[int]] = {}
        self._preparations: dict[str, Callable[[], None]] = {
            "namenode": lambda: format_namespace(settings, environment),
            "metastore": lambda: _create_metastore(settings, environment),
            "hiveserver2": lambda: _prepare_layout(settings),
        }

    def run(self) -> None:
        services = services_of(self._settings)
        while len(self._ready) < len(services):
            for service in services:
                if service.name in self._starting and service.name not in self._ready:
                    self._look_at(service)
                elif service.name not in self._starting and self._ready.issuperset(service.needs):
                    self._begin(service)
            time.sleep(_POLL_SECONDS)

    def _begin(self, service: Service) -> None:
        log = log_path(self._settings, service.name)
        self._starting[service.name] = (time.monotonic(), log_start(log))
        state = self._supervisor.processes()[service.name]
        if not state.alive:
            self._observer.working(service.name, "preparing")
            self._preparations.get(service.name, _nothing)()
            self._supervisor.start_service(service.name)
        self._observer.working(service.name, "starting")

    def _look_at(self, service: Service) -> None:
        problem = PROBES[service.name](self._settings)
        if not problem:
            self._ready.add(service.name)
            self._observer.ready(service.name)
            return
        self._observer.working(service.name, problem)
        began, start = self._starting[service.name]
        failed = self._crashes(service)
        if failed or time.monotonic() - began > _START_SECONDS:
            log = log_path(self._settings, service.name)
            reason = explain_log(log, start) if failed else f"not ready after {_START_SECONDS} s: {problem}"
            raise ServiceFailedError(f"{service.title} did not start: {reason}; log: {log}")

    def _crashes(self, service: Service) -> bool:
        """Whether it gave up, or dies again and again after supervisord has taken it for started."""
        process = self._supervisor.processes()[service.name]
        if process.pid:
            self._pids.setdefault(service.name, set()).add(process.pid)
        return process.state == "FATAL" or len(self._pids.get(service.name, ())) > _ATTEMPTS


def stop_daemons(settings: Settings, observer: Observer) -> bool:
    """Stop everything in order and wait until it is gone.

    Returns:
        False when nothing was running.
    """
    supervisor = Supervisor(settings)
    running = supervisor.is_running()
    if running:
        observer.working("spark", "stopping")
        end_engines(engine_directory(settings))
        observer.ready("spark")
        _stop_services(settings, supervisor, observer)
        supervisor.shutdown()
    left = daemons(settings) + containers(settings) + engines(settings)
    terminate(left)
    return running or bool(left)


def _stop_services(settings: Settings, supervisor: Supervisor, observer: Observer) -> None:
    running = supervisor.processes()
    for service in reversed(services_of(settings)):
        _stop_service(settings, supervisor, running[service.name], observer)
        observer.ready(service.name)
        if service.name == "hiveserver2":
            # It has closed its own Tez session; whatever else runs is ended while YARN can still do it.
            kill_applications(settings)
            _containers_end(settings)


def _stop_service(settings: Settings, supervisor: Supervisor, state: ProcessState, observer: Observer) -> None:
    was_up = state.state == "RUNNING"
    writes = was_up and writes_archive(state.pid)
    observer.working(state.name, "stopping; it writes its class archive, once" if writes else "stopping")
    if state.name == "nodemanager" and was_up and not writes:
        # Its containers are gone and it keeps nothing, but its own shutdown waits 10 s for the connections of the
        # shuffle (ShuffleHandler.serviceStop).
        supervisor.kill_service(state.name)
    else:
        supervisor.stop_service(state.name)
    if was_up:
        keep_archive(settings, state.name)


@tenacity.retry(
    retry=tenacity.retry_if_result(lambda ended: not ended),
    wait=tenacity.wait_fixed(_POLL_SECONDS),
    stop=tenacity.stop_after_delay(_CONTAINER_SECONDS),
    retry_error_callback=lambda _: False,
)
def _containers_end(settings: Settings) -> bool:
    """Whether YARN's containers end in time; those that do not are ended with all that is left of the stack."""
    return not containers(settings)


def _nothing() -> None:
    """A service that needs no preparation."""


def _prepare_layout(settings: Settings) -> None:
    prepare = prepare_secure_layout if settings.identity else prepare_layout
    prepare(settings, artifact_directory(settings) / TEZ_ARCHIVE)


def _create_metastore(settings: Settings, environment: dict[str, str]) -> None:
    database = settings.home / "metastore" / "derby"
    log = settings.home / "logs" / "schema.log"

    def run_schema_tool(directory: Path, arguments: list[str]) -> bool:
        pointed = {**environment, **metastore_database(directory)}
        return run_java(pointed, environment["STACKHOUSE_HIVE_CLASS_PATH"], SCHEMA_TOOL, arguments, log)

    create_database(database, artifact_directory(settings) / METASTORE_TEMPLATE, run_schema_tool, log)


def _check_disk(settings: Settings) -> None:
    settings.home.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(settings.home).free
    if free < MIN_FREE_BYTES:
        raise SetupError(
            f"{settings.home} has {free / 2**20:,.0f} MiB free, the stack needs 1 GiB to start", "free some space"
        )


def _check_ports(settings: Settings, supervisor: Supervisor) -> None:
    running = supervisor.processes()
    for service in services_of(settings):
        if service.name in running and running[service.name].alive:
            continue
        for name, port in port_numbers(settings, service).items():
            owner = port_owner(port)
            if owner:
                raise ServiceFailedError(
                    f"{service.title} cannot start: port {port} is taken by {owner}",
                    f"stop that, or set STACKHOUSE_{name.upper()}_PORT or STACKHOUSE_PORT_OFFSET",
                )


def _make_directories(settings: Settings) -> None:
    # Blocks, metastore and logs are for their owner's eyes.
    settings.home.chmod(0o700)
    for name in ("logs", "tmp", "hdfs", "yarn", "hive", "supervisor"):
        (settings.home / name).mkdir(mode=0o750, parents=True, exist_ok=True)
    settings.logins.make_own_password(settings.user)
