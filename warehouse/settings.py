"""Settings of one stack, read once from the environment and the `.env` beside the code."""

import os
import pwd
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values

from warehouse.errors import SettingsError
from warehouse.profile import Profile

REPOSITORY = Path(__file__).resolve().parent.parent

DEFAULT_ROOT = "/stackhouse"
"""Root of a warehouse that names no other."""

GATEWAY_ERRORS = (502, 503, 504)
"""HTTP statuses by which `Endpoints.gateway` says itself that it does not reach a DataNode."""

_MAX_PORT = 65535
_PREFIX = "STACKHOUSE_"
_HOST = re.compile(r"[A-Za-z0-9.-]+")
_HOST_AND_PORT = re.compile(rf"({_HOST.pattern}):(\d{{1,5}})", re.ASCII)
_PLAIN_PATH = re.compile(r"[\w/.+@-]+")
_ROOT = re.compile(r"(/[A-Za-z0-9_][A-Za-z0-9._-]*)+")
_EXPECTED_ROOT = "expected an absolute path in HDFS like /user/ann/stackhouse"


@dataclass(frozen=True)
class Ports:
    """TCP ports of every daemon, offset already added. The defaults stand in `.env`."""

    namenode_rpc: int
    namenode_http: int
    datanode_data: int
    datanode_ipc: int
    datanode_http: int
    resourcemanager: int
    resourcemanager_scheduler: int
    resourcemanager_tracker: int
    resourcemanager_admin: int
    resourcemanager_http: int
    nodemanager: int
    nodemanager_localizer: int
    nodemanager_http: int
    shuffle: int
    metastore: int
    hiveserver2: int
    hiveserver2_http: int
    gateway: int


@dataclass(frozen=True)
class Hosts:
    """Where clients find the services. The defaults stand in `.env`."""

    namenode: str
    resourcemanager: str
    metastore: str
    hiveserver2: str


@dataclass(frozen=True)
class Endpoints:
    """Where a client finds the warehouse, and who it is.

    Attributes:
        hive_host: Host of HiveServer2.
        hive_port: Port of its Thrift service.
        namenode_host: Host of HDFS.
        namenode_port: Of its WebHDFS.
        gateway: URL of the HTTP proxy that reaches the DataNodes; empty when they are reached directly.
        user: HDFS and Hive user name.
        root: Directory in HDFS with all data of the warehouse.
    """

    hive_host: str
    hive_port: int
    namenode_host: str
    namenode_port: int
    gateway: str
    user: str
    root: str

    @classmethod
    def of(cls, hive: str, namenode: str, user: str = "", gateway: str = "", root: str = DEFAULT_ROOT) -> "Endpoints":
        """Endpoints of a warehouse elsewhere.

        Args:
            hive: `host:port` of HiveServer2.
            namenode: `host:port` of the NameNode's WebHDFS.
            user: HDFS and Hive user name; empty: that of the account.
            gateway: URL of the HTTP proxy, as the attribute.
            root: Directory in HDFS, `STACKHOUSE_ROOT` of the stack there.

        Raises:
            SettingsError: One is not written as host and port, or the root is not an absolute path of plain names.
        """
        places = [_HOST_AND_PORT.fullmatch(text) for text in (hive, namenode)]
        for text, place in zip((hive, namenode), places, strict=True):
            if place is None:
                raise SettingsError(f"{text!r} is not host:port, e.g. warehouse.example.org:10000")
        if not _ROOT.fullmatch(root):
            raise SettingsError(f"root is {root!r}, {_EXPECTED_ROOT}")
        (hive_host, hive_port), (namenode_host, namenode_port) = (place.groups() for place in places if place)
        return cls(hive_host, int(hive_port), namenode_host, int(namenode_port), gateway, user or _login_name(), root)

    @property
    def hive(self) -> str:
        """`host:port` of HiveServer2, for messages."""
        return f"{self.hive_host}:{self.hive_port}"


@dataclass(frozen=True)
class Settings:
    """One stack: where its state is, which ports it has, how much of the machine it may use.

    Attributes:
        home: State directory; removing it removes the stack and its data.
        jars: Directory of the resolved Java artifacts.
        datasets: Directory with the contracts and their SQL, `data/<dataset>/dataset.yaml` and `sql/<dataset>/`.
        profile: Who runs the daemons, and where.
        hosts: Names or addresses of the services.
        ports: TCP ports.
        gateway: URL of the HTTP proxy that reaches NameNode and DataNodes; empty when they are reached directly.
        root: Directory in HDFS with all data, for a cluster whose owner says who may write where.
        queue: YARN's queue for Spark.
        datanodes: How many containers; with docker compose only.
        nodemanagers: The same.
        memory_mb: MiB for the whole stack, `None` to compute it from the machine.
        cores: Cores for YARN, `None` for all of the machine.
        class_archives: Whether JVMs share archives of classes, which start faster; of the processes of this machine.
        engine_idle: Seconds that a Spark engine of this machine waits for the next run; 0: none waits.
        user: HDFS and Hive user name: that of the account, or of the containers.
    """

    home: Path
    jars: Path
    datasets: Path
    profile: Profile
    hosts: Hosts
    ports: Ports
    gateway: str
    root: str
    queue: str
    datanodes: int
    nodemanagers: int
    memory_mb: int | None
    cores: int | None
    class_archives: bool
    engine_idle: int
    user: str

    @property
    def endpoints(self) -> Endpoints:
        """What a client needs to know of it."""
        return Endpoints(
            hive_host=self.hosts.hiveserver2,
            hive_port=self.ports.hiveserver2,
            namenode_host=self.hosts.namenode,
            namenode_port=self.ports.namenode_http,
            gateway=self.gateway,
            user=self.user,
            root=self.root,
        )


def load_settings(environment: Mapping[str, str] | None = None, env_file: Path = REPOSITORY / ".env") -> Settings:
    """Read the settings; the environment wins over the file.

    Raises:
        SettingsError: A variable is missing or its value cannot be used; names variable and place.
    """
    source = _Source(os.environ if environment is None else environment, env_file)
    profile = source.profile("PROFILE")
    ports = _ports(source)
    return Settings(
        home=source.directory("HOME"),
        jars=source.directory("JARS"),
        datasets=source.directory("DATASETS"),
        profile=profile,
        hosts=Hosts(**{name: source.host(f"{name.upper()}_HOST") for name in Hosts.__dataclass_fields__}),
        ports=ports,
        # The names of the containers mean nothing outside their network; a proxy inside it knows them.
        gateway=f"http://localhost:{ports.gateway}" if profile.in_containers else "",
        root=source.root("ROOT"),
        queue=source.text("QUEUE"),
        datanodes=source.number("DATANODES"),
        nodemanagers=source.number("NODEMANAGERS"),
        memory_mb=source.optional_number("MEMORY_MB"),
        cores=source.optional_number("CORES"),
        class_archives=source.switch("CLASS_ARCHIVES"),
        engine_idle=source.number("ENGINE_IDLE"),
        user=source.text("CONTAINER_USER") if profile.in_containers else _login_name(),
    )


def _login_name() -> str:
    # By the account, as Hadoop finds it. HADOOP_USER_NAME is ignored: HiveServer2 takes it for a user to impersonate.
    return pwd.getpwuid(os.geteuid()).pw_name


def _ports(source: "_Source") -> Ports:
    offset = source.number("PORT_OFFSET")
    found: dict[str, int] = {}
    for name in Ports.__dataclass_fields__:
        variable = f"{name.upper()}_PORT"
        port = source.number(variable) + offset
        if not 1 <= port <= _MAX_PORT:
            raise source.error(variable, f"with STACKHOUSE_PORT_OFFSET {offset} gives port {port}, outside 1 to 65535")
        if port in found.values():
            other = next(name for name, taken in found.items() if taken == port)
            raise source.error(variable, f"gives port {port}, which STACKHOUSE_{other.upper()}_PORT has too")
        found[name] = port
    return Ports(**found)


class _Source:
    """Where one value comes from, so that an error can say where it was looked for."""

    def __init__(self, environment: Mapping[str, str], env_file: Path) -> None:
        self.environment = environment
        self._file_path = env_file
        self._file = dotenv_values(env_file)

    def error(self, name: str, problem: str) -> SettingsError:
        variable = _PREFIX + name
        place = "the environment" if variable in self.environment else str(self._file_path)
        return SettingsError(f"{variable} {problem}; it was read from {place}")

    def optional_text(self, name: str) -> str:
        variable = _PREFIX + name
        return self.environment.get(variable, self._file.get(variable)) or ""

    def text(self, name: str) -> str:
        value = self.optional_text(name)
        if not value:
            raise SettingsError(f"{_PREFIX}{name} is not set; looked in the environment and in {self._file_path}")
        return value

    def profile(self, name: str) -> Profile:
        value = self.text(name)
        try:
            return Profile(value)
        except ValueError as problem:
            raise self.error(name, f"is {value!r}, expected one of: {', '.join(Profile)}") from problem

    def root(self, name: str) -> str:
        value = self.optional_text(name) or DEFAULT_ROOT
        if not _ROOT.fullmatch(value):
            raise self.error(name, f"is {value!r}, {_EXPECTED_ROOT}")
        return value

    def directory(self, name: str) -> Path:
        # A relative path means the same from whichever directory the command was typed.
        path = (self._file_path.parent / Path(self.text(name)).expanduser()).resolve()
        if not _PLAIN_PATH.fullmatch(str(path)):
            raise self.error(name, f"is {path}; Hadoop, YARN and class paths take only letters, digits and / . _ - + @")
        return path

    def host(self, name: str) -> str:
        value = self.text(name)
        if not _HOST.fullmatch(value):
            raise self.error(name, f"is {value!r}, expected a host name or an IPv4 address")
        return value

    def number(self, name: str) -> int:
        value = self.text(name)
        if not value.isascii() or not value.isdigit():
            raise self.error(name, f"is {value!r}, expected a whole number")
        return int(value)

    def switch(self, name: str) -> bool:
        value = self.text(name)
        if value not in {"on", "off"}:
            raise self.error(name, f"is {value!r}, expected on or off")
        return value == "on"

    def optional_number(self, name: str) -> int | None:
        if not self.optional_text(name):
            return None
        value = self.number(name)
        if value == 0:
            raise self.error(name, "is 0, expected a whole number above it, or nothing")
        return value
