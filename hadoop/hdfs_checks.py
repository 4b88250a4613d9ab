"""What can be wrong with HDFS, and its remedies: the NameNode's view of it, and the way from here to the DataNodes."""

import json
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests

from hadoop.rest import clock_ahead, hdfs_health, namenode_bean
from secure.access import access
from warehouse.errors import NotCheckedError, StackDownError
from warehouse.finding import Finding, unanswered
from warehouse.settings import GATEWAY_ERRORS, Settings

_SECONDS = 5
_AT_ONCE = 16
_MAX_DATANODES = 64
"""On a large cluster not every DataNode is asked; the NameNode spreads blocks over all, so some show the fault."""

_MAX_SKEW_SECONDS = 30


@dataclass(frozen=True)
class DataNode:
    """A DataNode that reports.

    Attributes:
        host: Name by which WebHDFS sends clients to it.
        http_port: Port where its part of WebHDFS answers.
        address: IP address as the NameNode sees it.
    """

    host: str
    http_port: int
    address: str

    @property
    def netloc(self) -> str:
        """Where a client is sent."""
        return f"{self.host}:{self.http_port}"


def live_datanodes(settings: Settings) -> list[DataNode]:
    """DataNodes that report.

    Raises:
        StackDownError: The NameNode does not answer.
    """
    found = json.loads(namenode_bean(settings, "NameNodeInfo")["LiveNodes"])
    nodes = []
    for name, node in found.items():
        # With HTTPS a DataNode has no HTTP, and port 0 for it.
        secure = access(settings.identity).scheme == "https"
        address, _, port = node["infoSecureAddr" if secure else "infoAddr"].rpartition(":")
        nodes.append(DataNode(name.rpartition(":")[0], int(port), address))
    return nodes


def check_namenode(settings: Settings) -> list[Finding]:
    """Whether the NameNode answers as one does."""
    address = f"{settings.hosts.namenode}:{settings.ports.namenode_http}"
    return unanswered(settings, "namenode", "NameNode", address, hdfs_health)


def check_safe_mode(settings: Settings) -> list[Finding]:
    """Safe mode: HDFS can be read, as far as blocks are known, and not written."""
    told = " ".join(hdfs_health(settings).safe_mode.split())
    if not told:
        return []
    problem = (
        "HDFS is in safe mode, so nothing can be written: " + told.removeprefix("Safe mode is ON. ").split(". ")[0]
    )
    return [Finding("safe mode", problem, _safe_mode_remedy(settings, told))]


def _safe_mode_remedy(settings: Settings, told: str) -> str:
    restart = settings.profile.choose(
        local="./stackhouse down and ./stackhouse up",
        compose="docker compose restart namenode",
        external="a restart of the NameNode",
    )
    if "Resources are low" in told:
        return f"free space on the disk of the NameNode, then hdfs dfsadmin -safemode leave, or {restart}"
    if "manually" in told:
        return f"leave it with hdfs dfsadmin -safemode leave; {restart} ends it too"
    return (
        "wait until the DataNodes have reported their blocks; when the number stops changing, start the DataNodes that "
        "are missing"
    )


def check_datanodes(settings: Settings) -> list[Finding]:
    """Whether DataNodes report."""
    state = namenode_bean(settings, "FSNamesystemState")
    live, dead = state["NumLiveDataNodes"], state["NumDeadDataNodes"]
    start = settings.profile.choose(
        local="./stackhouse up; ./stackhouse logs datanode says why",
        compose="./stackhouse up --profile compose; docker compose logs datanode says why",
        external="start the DataNodes of the cluster; their logs say why they do not register",
    )
    if not live:
        return [Finding("datanodes", f"no DataNode reports to the NameNode; it knows {dead}, all dead", start)]
    if dead:
        return [Finding("datanodes", f"{dead} of {dead + live} DataNodes are dead", start, "warning")]
    return []


def check_datanode_hosts(settings: Settings) -> list[Finding]:
    """Whether the names that WebHDFS sends clients to mean something on this machine."""
    nodes = live_datanodes(settings)[:_MAX_DATANODES]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        resolved = list(pool.map(_resolves, nodes))
    return [
        Finding(
            "datanode hosts",
            f"the DataNode's host {node.host} has no address here, and WebHDFS sends every reader and writer to it",
            f"add the line `{node.address} {node.host}` to /etc/hosts, or set dfs.datanode.hostname of that DataNode "
            "to a name that resolves here",
        )
        for node, found in zip(nodes, resolved, strict=True)
        if not found
    ]


def _resolves(node: DataNode) -> bool:
    try:
        socket.getaddrinfo(node.host, node.http_port)
    except OSError:
        return False
    return True


def check_webhdfs(settings: Settings) -> list[Finding]:
    """Whether the addresses that WebHDFS sends clients to can be reached from here."""
    addresses = {node.netloc for node in live_datanodes(settings)[:_MAX_DATANODES]} | {_redirect(settings)}
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        problems = list(pool.map(lambda address: _unreachable(settings, address), sorted(addresses)))
    return [_redirect_finding(settings, problem) for problem in problems if problem]


def _redirect(settings: Settings) -> str:
    """Where the NameNode would send who creates a file; nothing is created by asking."""
    url = f"{_namenode(settings)}/webhdfs/v1/tmp/_doctor"
    parameters = {"op": "CREATE", "noredirect": "true", "user.name": settings.user}
    try:
        # The NameNode is reached directly in every profile.
        answer = _session(settings).put(url, params=parameters, timeout=_SECONDS)
        return str(urlsplit(answer.json()["Location"]).netloc)
    except (requests.RequestException, ValueError, KeyError, TypeError) as problem:
        raise StackDownError("WebHDFS offers no DataNode to write to", "see ./stackhouse status") from problem


def _unreachable(settings: Settings, address: str) -> str:
    """Why a DataNode does not answer, empty when it does: a refusal is an answer, only it must be its own."""
    try:
        url = f"{access(settings.identity).scheme}://{address}/webhdfs/v1/?op=NOTHING"
        answer = _session(settings, settings.gateway).get(url, timeout=_SECONDS)
    except requests.RequestException as problem:
        return f"{address} does not answer ({_cause(problem)})"
    if settings.gateway and answer.status_code in GATEWAY_ERRORS:
        return f"the gateway at {settings.gateway} does not reach {address} (HTTP {answer.status_code})"
    return ""


def _cause(problem: requests.RequestException) -> str:
    return "no answer in time" if isinstance(problem, requests.Timeout) else "connection refused or no route"


def _redirect_finding(settings: Settings, problem: str) -> Finding:
    remedy = settings.profile.choose(
        local="./stackhouse logs datanode; a firewall must let this machine reach its own ports",
        compose="docker compose ps edge datanode; start what is not healthy with ./stackhouse up --profile compose",
        external="open that port for this machine in the cluster's firewall, or let dfs.datanode.hostname and "
        "dfs.datanode.http.address name an address that can be reached from here",
    )
    return Finding("webhdfs", f"WebHDFS sends clients to a DataNode that cannot be reached: {problem}", remedy)


def _namenode(settings: Settings) -> str:
    return f"{access(settings.identity).scheme}://{settings.hosts.namenode}:{settings.ports.namenode_http}"


def _session(settings: Settings, gateway: str = "") -> requests.Session:
    session = access(settings.identity).session()
    session.proxies = {"http": gateway} if gateway else {}
    return session


def check_blocks(settings: Settings) -> list[Finding]:
    """Blocks that are lost, or have fewer copies than they should."""
    state = namenode_bean(settings, "FSNamesystem")
    address = _namenode(settings)
    found = []
    if missing := state["MissingBlocks"]:
        remedy = (
            "start the DataNodes that hold them; what stays lost is listed by "
            f"curl '{address}/fsck?ugi={settings.user}&path=/&listcorruptfileblocks=1' and has to be loaded again"
        )
        found.append(Finding("blocks", f"{missing:,} HDFS blocks have no good copy left", remedy))
    # The two are counted at different times.
    if (low := state["UnderReplicatedBlocks"] - missing) > 0:
        remedy = (
            "HDFS copies them by itself once enough DataNodes are up; if there are fewer DataNodes than copies, start "
            "more or lower dfs.replication (STACKHOUSE_REPLICATION)"
        )
        found.append(Finding("blocks", f"{low:,} HDFS blocks have fewer copies than they should", remedy, "warning"))
    return found


def check_clocks(settings: Settings) -> list[Finding]:
    """Whether the clocks of the daemons agree with this machine's."""
    hosts, ports = settings.hosts, settings.ports
    daemons = {
        "NameNode": (hosts.namenode, ports.namenode_http),
        "ResourceManager": (hosts.resourcemanager, ports.resourcemanager_http),
    }
    ahead = {name: seconds for name, place in daemons.items() if (seconds := _clock(settings, *place)) is not None}
    if not ahead:
        raise NotCheckedError("no daemon reports its time")
    return [
        Finding(
            "clocks",
            f"the clock of the {name} is {abs(seconds):,.0f} s {'ahead of' if seconds > 0 else 'behind'} ours",
            "synchronize the clocks of all machines by NTP: timedatectl set-ntp true, or chronyd",
        )
        for name, seconds in ahead.items()
        if abs(seconds) > _MAX_SKEW_SECONDS
    ]


def _clock(settings: Settings, host: str, port: int) -> float | None:
    try:
        return clock_ahead(settings, host, port)
    except StackDownError:
        return None
