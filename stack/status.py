"""What runs, where, and how much room there is."""

from contextlib import suppress
from dataclasses import dataclass, field

import psutil

from hadoop.rest import HdfsHealth, YarnHealth, hdfs_health, yarn_health
from hadoop.services import Service, port_numbers, services_of
from hadoop.supervisor import ProcessState, Supervisor
from spark.engine.idle import idle_engines
from stack.compose import Container, containers
from stack.readiness import PROBES
from stack.spark_driver import engine_directory
from warehouse.errors import StackDownError
from warehouse.settings import Settings


@dataclass(frozen=True)
class ServiceStatus:
    """One service.

    Attributes:
        name: Name as on the command line.
        state: `RUNNING`, or supervisord's or the container engine's word for what it is instead.
        problem: Why it does not do its work, empty when it does.
        pid: 0 without a process.
        ports: TCP ports.
        memory_mb: Resident MiB.
    """

    name: str
    state: str
    problem: str
    pid: int
    ports: list[int]
    memory_mb: int

    @property
    def healthy(self) -> bool:
        """Whether it does its work."""
        return self.state == "RUNNING" and not self.problem

    @property
    def words(self) -> str:
        """State and problem, for people."""
        return self.state.lower() + (f": {self.problem}" if self.problem else "")


@dataclass(frozen=True)
class EngineStatus:
    """A Spark engine that waits for the next run.

    Attributes:
        pid: Number of its process, which started that of its driver.
        application: YARN application id.
        memory_mb: Resident MiB of both; the executor is a container of YARN.
    """

    pid: int
    application: str
    memory_mb: int


@dataclass(frozen=True)
class StackStatus:
    """Everything `status` shows.

    Attributes:
        home: State directory.
        services: Services in the order of starting.
        hdfs: `None` when the NameNode does not answer.
        yarn: `None` when the ResourceManager does not answer.
        engines: Idle engines of this machine.
    """

    home: str
    services: list[ServiceStatus]
    hdfs: HdfsHealth | None
    yarn: YarnHealth | None
    engines: list[EngineStatus] = field(default_factory=list)

    @property
    def healthy(self) -> bool:
        """Whether every service does its work."""
        return all(service.healthy for service in self.services)


def read_status(settings: Settings) -> StackStatus:
    """Ask every service, and the supervisor or container engine that keeps them alive."""
    if settings.profile.runs_here:
        return _read_daemons(settings)
    services = _containers(settings) if settings.profile.in_containers else _answers(settings)
    place = "docker compose" if settings.profile.in_containers else settings.hosts.namenode
    return StackStatus(place, services, hdfs=_hdfs(settings), yarn=_yarn(settings))


def _containers(settings: Settings) -> list[ServiceStatus]:
    """Services of docker compose, without those that have done their work and ended."""
    found = [container for container in containers(settings) if not (container.state == "exited" and container.done)]
    known = [ServiceStatus(item.name, item.state.upper(), _health_problem(item), 0, [], 0) for item in found]
    return known or [ServiceStatus("containers", "DOWN", "", 0, [], 0)]


def _health_problem(container: Container) -> str:
    return "" if container.health in ("healthy", "") else f"it is {container.health}"


def _answers(settings: Settings) -> list[ServiceStatus]:
    """What clients talk to, of a cluster elsewhere."""
    found = []
    for service in services_of(settings):
        # Its metastore is HiveServer2's business; it may not even be reachable from here.
        if service.name != "metastore":
            problem = PROBES[service.name](settings)
            state = "DOWN" if problem else "RUNNING"
            found.append(ServiceStatus(service.name, state, problem, 0, [], 0))
    return found


def _read_daemons(settings: Settings) -> StackStatus:
    processes = Supervisor(settings).processes()
    down = ProcessState("", "DOWN", 0, "")
    known = services_of(settings)
    services = [_service_status(settings, service, processes.get(service.name, down)) for service in known]
    # Without a process of ours, what answers on the port belongs to another stack.
    ours = {service.name for service in services if service.pid}
    return StackStatus(
        home=str(settings.home),
        services=services,
        hdfs=_hdfs(settings) if "namenode" in ours else None,
        yarn=_yarn(settings) if "resourcemanager" in ours else None,
        engines=_idle_engines(settings),
    )


def _idle_engines(settings: Settings) -> list[EngineStatus]:
    found = []
    for engine in idle_engines(engine_directory(settings)):
        # A killed engine leaves its record behind.
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(engine.pid)
            memory = sum(_memory_mb(each.pid) for each in (process, *process.children(recursive=True)))
            found.append(EngineStatus(engine.pid, engine.application, memory))
    return found


def _service_status(settings: Settings, service: Service, process: ProcessState) -> ServiceStatus:
    problem = PROBES[service.name](settings) if process.alive else ""
    ports = list(port_numbers(settings, service).values())
    return ServiceStatus(service.name, process.state, problem, process.pid, ports, _memory_mb(process.pid))


def _memory_mb(pid: int) -> int:
    try:
        return int(psutil.Process(pid).memory_info().rss // 2**20) if pid else 0
    except psutil.NoSuchProcess:
        return 0


def _hdfs(settings: Settings) -> HdfsHealth | None:
    try:
        return hdfs_health(settings)
    except StackDownError:
        return None


def _yarn(settings: Settings) -> YarnHealth | None:
    try:
        return yarn_health(settings)
    except StackDownError:
        return None
