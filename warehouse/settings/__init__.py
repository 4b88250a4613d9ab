"""Settings of one stack, read once from the environment and the `.env` beside the code."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from warehouse.errors import SettingsError
from warehouse.identity import Identity, OwnCertificate, is_secured
from warehouse.profile import Profile
from warehouse.settings.endpoints import Endpoints, login_name
from warehouse.settings.logins import Logins
from warehouse.settings.security import read_authorities, read_identity, read_own_certificate, read_user
from warehouse.settings.source import DEFAULT_ROOT, Source

__all__ = ["DEFAULT_ROOT", "GATEWAY_ERRORS", "REPOSITORY", "Endpoints", "Hosts", "Ports", "Settings", "load_settings"]

REPOSITORY = Path(__file__).resolve().parents[2]

GATEWAY_ERRORS = (502, 503, 504)
"""HTTP statuses by which `Endpoints.gateway` says itself that it does not reach a DataNode."""

_MAX_PORT = 65535
_MAX_TICKET_MINUTES = 1440
"""What the KDC gives at most: secure/kdc."""


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
        user: HDFS and Hive user name: that of the account, of the containers, or on a cluster elsewhere.
        driver_host: Where executors find Spark's driver, with a cluster elsewhere; empty: by the name of this machine.
        hive_certificate: As `Endpoints.certificate`; a secured stack of this machine has its own.
        given_password: File with the password for HiveServer2; `None`: the one that `up` made, if there is one.
        secure: What the next `up` is asked for; `None`: whatever the state is. See `identity` for what it is.
        ticket_minutes: Minutes that the tickets of a secured stack last.
        tls: Certificate and key that `up` gives to a secured stack; `None`: it makes them.
        elsewhere: Who this client is on a cluster elsewhere with Kerberos.
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
    ticket_minutes: int
    given_password: Path | None = None
    driver_host: str = ""
    hive_certificate: Path | None = None
    secure: bool | None = None
    tls: OwnCertificate | None = None
    elsewhere: Identity | None = None

    @property
    def logins(self) -> Logins:
        """The users of HiveServer2."""
        return Logins(self.home / "users")

    @property
    def identity(self) -> Identity | None:
        """Who this client is to Kerberos; `None`: it is not asked for tickets.

        Of a stack of this machine, the state directory says whether it is a secured one.
        """
        if not self.profile.runs_here:
            return self.elsewhere
        return Identity.of_stack(self.home, self.user, "owner") if is_secured(self.home) else None

    @property
    def hiveserver2_certificate(self) -> Path | None:
        """As `Endpoints.certificate`."""
        own = self.identity if self.profile.runs_here else None
        return own.certificate if own else self.hive_certificate

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
            certificate=self.hiveserver2_certificate,
            identity=self.identity,
        )

    @property
    def password_file(self) -> Path | None:
        """File with the password for HiveServer2, where one is given or made."""
        return self.given_password or self.logins.password_file(self.user)

    def _password(self) -> str:
        # A ticket is enough, unless a password is given.
        file = self.given_password if self.identity else self.password_file
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
    home = source.directory("HOME")
    hosts = Hosts(**{name: source.host(f"{name.upper()}_HOST") for name in Hosts.__dataclass_fields__})
    user = _user(source, profile)
    return Settings(
        home=home,
        jars=source.directory("JARS"),
        datasets=source.directory("DATASETS"),
        profile=profile,
        hosts=hosts,
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
        user=user,
        ticket_minutes=_ticket_minutes(source),
        driver_host=source.optional_host("DRIVER_HOST"),
        given_password=source.optional_path("HIVE_PASSWORD_FILE"),
        hive_certificate=read_authorities(source, "HIVE_CERTIFICATE"),
        secure=source.optional_truth("SECURE"),
        tls=read_own_certificate(source),
        elsewhere=read_identity(source, profile, home, user, _web_servers(hosts, ports)),
    )


def _ticket_minutes(source: Source) -> int:
    minutes = source.number("TICKET_MINUTES")
    if not 1 <= minutes <= _MAX_TICKET_MINUTES:
        raise source.error("TICKET_MINUTES", f"is {minutes}, expected 1 to {_MAX_TICKET_MINUTES}")
    return minutes


def _web_servers(hosts: Hosts, ports: Ports) -> dict[str, str]:
    """`host:port` by the setting with the principal."""
    return {
        "WEBHDFS_PRINCIPAL": f"{hosts.namenode}:{ports.namenode_http}",
        "RESOURCEMANAGER_PRINCIPAL": f"{hosts.resourcemanager}:{ports.resourcemanager_http}",
    }


def _user(source: Source, profile: Profile) -> str:
    if profile.in_containers:
        return source.text("CONTAINER_USER")
    return read_user(source, login_name()) if profile.belongs_to_others else login_name()


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
