"""Settings of one stack, read once from the environment and the `.env` beside the code."""

import os
import pwd
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from warehouse.errors import SettingsError
from warehouse.identity import Identity, is_secured
from warehouse.profile import Profile
from warehouse.settings.logins import Logins
from warehouse.settings.source import DEFAULT_ROOT, EXPECTED_ROOT, HOST, ROOT, Source

REPOSITORY = Path(__file__).resolve().parents[2]

GATEWAY_ERRORS = (502, 503, 504)
"""HTTP statuses by which `Endpoints.gateway` says itself that it does not reach a DataNode."""

_MAX_PORT = 65535
_HOST_AND_PORT = re.compile(rf"({HOST.pattern}):(\d{{1,5}})", re.ASCII)


@dataclass(frozen=True)
class Ports:
    """TCP ports of every daemon, offset already added. The defaults stand in `.env`."""

    kdc: int
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
        namenode_port: Port of its WebHDFS.
        gateway: URL of the HTTP proxy that reaches the DataNodes; empty when they are reached directly.
        user: HDFS and Hive user name.
        root: Directory in HDFS with all data of the warehouse.
        password: Password for HiveServer2; empty: it asks for none.
        certificate: PEM by which HiveServer2 is known, to which a password then goes by TLS; `None`: without TLS.
        identity: By what a secured stack knows the client; `None`: the stack is plain.
    """

    hive_host: str
    hive_port: int
    namenode_host: str
    namenode_port: int
    gateway: str
    user: str
    root: str
    password: str = field(default="", repr=False)
    certificate: Path | None = None
    identity: Identity | None = None

    @classmethod
    def of(  # noqa: PLR0913, PLR0917 - what a client gives by name
        cls,
        hive: str,
        namenode: str,
        user: str = "",
        gateway: str = "",
        root: str = DEFAULT_ROOT,
        password: str = "",
        certificate: Path | None = None,
    ) -> "Endpoints":
        """Endpoints of a warehouse elsewhere.

        Args:
            hive: `host:port` of HiveServer2.
            namenode: `host:port` of the NameNode's WebHDFS.
            user: HDFS and Hive user name; empty: that of the account.
            gateway: URL of the HTTP proxy, as the attribute.
            root: Directory in HDFS, `STACKHOUSE_ROOT` of the stack there.
            password: Password for HiveServer2, as the attribute.
            certificate: As the attribute.

        Raises:
            SettingsError: One is not written as host and port, or the root is not an absolute path of plain names.
        """
        places = [_HOST_AND_PORT.fullmatch(text) for text in (hive, namenode)]
        for text, place in zip((hive, namenode), places, strict=True):
            if place is None:
                raise SettingsError(f"{text!r} is not host:port, e.g. warehouse.example.org:10000")
        if not ROOT.fullmatch(root):
            raise SettingsError(f"root is {root!r}, {EXPECTED_ROOT}")
        (hive_host, hive_port), (namenode_host, namenode_port) = (place.groups() for place in places if place)
        return cls(
            hive_host=hive_host,
            hive_port=int(hive_port),
            namenode_host=namenode_host,
            namenode_port=int(namenode_port),
            gateway=gateway,
            user=user or _login_name(),
            root=root,
            password=password,
            certificate=certificate,
        )

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
        hive_certificate: As `Endpoints.certificate`; a secured stack of this machine has its own.
        given_password: File with the password for HiveServer2; `None`: the one that `up` made, if there is one.
        secure: What the next `up` is asked for; `None`: whatever the state is. See `identity` for what it is.
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
    given_password: Path | None = None
    hive_certificate: Path | None = None
    secure: bool | None = None

    @property
    def logins(self) -> Logins:
        """The users of HiveServer2."""
        return Logins(self.home / "users")

    @property
    def identity(self) -> Identity | None:
        """The owner of a secured stack; `None`: the stack is plain. The state directory says which of the two it is."""
        secured = self.profile.runs_here and is_secured(self.home)
        return Identity.of_stack(self.home, self.user, "owner") if secured else None

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
            password=self._password(),
            certificate=self.hive_certificate,
            identity=self.identity,
        )

    @property
    def password_file(self) -> Path | None:
        """File with the password for HiveServer2, where one is given or made."""
        return self.given_password or self.logins.password_file(self.user)

    def _password(self) -> str:
        file = self.password_file
        try:
            return file.read_text().strip() if file else ""
        except OSError as problem:
            raise SettingsError(
                f"STACKHOUSE_HIVE_PASSWORD_FILE: {file} cannot be read ({problem.strerror})"
            ) from problem


def load_settings(environment: Mapping[str, str] | None = None, env_file: Path = REPOSITORY / ".env") -> Settings:
    """Read the settings; the environment wins over the file.

    Raises:
        SettingsError: A variable is missing or its value cannot be used; names variable and place.
    """
    source = Source(os.environ if environment is None else environment, env_file)
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
        given_password=source.optional_path("HIVE_PASSWORD_FILE"),
        hive_certificate=source.optional_path("HIVE_CERTIFICATE"),
        secure=source.optional_truth("SECURE"),
    )


def _login_name() -> str:
    # By the account, as Hadoop finds it. HADOOP_USER_NAME is ignored: HiveServer2 takes it for a user to impersonate.
    return pwd.getpwuid(os.geteuid()).pw_name


def _ports(source: Source) -> Ports:
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
