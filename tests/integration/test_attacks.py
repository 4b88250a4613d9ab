"""What a foreign web page in the owner's browser, or another account of the machine, tries on the ports of a stack."""

import contextlib
import os
import secrets
import socket
import struct
from http.client import HTTPConnection

import psutil
import pytest

from hadoop.processes import processes
from hadoop.services import log_path
from hadoop.supervisor import Supervisor
from hadoop.web.key import key_header
from tests.integration.conftest import SMALL_HEADER, must, run_command, write_small_dataset

pytestmark = pytest.mark.local

BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
# Either alone has to be enough: a browser may leave out Origin, and call itself anything.
FOREIGN_PAGES = {
    "browser": {**BROWSER, **FORM},
    "origin": {"Origin": "http://attacker.example", **FORM},
    "sandboxed": {"Origin": "null", **FORM},
    "neighbour": {"Origin": "http://localhost:8888", **FORM},
}
SERVERS = ("namenode_http", "datanode_http", "resourcemanager_http", "nodemanager_http")
INNER_PAGES = ("/logs/", "/conf", "/jmx", "/stacks", "/logLevel", "/imagetransfer?getimage=1&txid=latest")
SPELLINGS = ("/%6aMX", "/%6amx", "//jmx", "/./jmx", "/static/../jmx", "/jmx;a=b", "/jmx/", "/%6cogs/", "/logs/../logs/")
REFUSED = (400, 403)
CONTENT = b"for the owner alone"


def ask(port, method, path, headers=(), host="localhost"):
    """Status and body of one request, as it is written here."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    with contextlib.closing(connection):
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in {"Host": f"{host}:{port}", "Content-Length": "0", **dict(headers)}.items():
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.read()


@pytest.fixture(scope="module")
def precious(storage):
    """A file of the owner in HDFS."""
    path = f"/tmp/precious-{secrets.token_hex(4)}"
    storage.create(path, CONTENT)
    yield path
    storage.delete(path)


@pytest.mark.parametrize("page", FOREIGN_PAGES)
def test_foreign_page_changes_no_file(settings, storage, precious, page):
    mine = f"user.name={settings.user}"
    block = f"{mine}&namenoderpcaddress=stackhouse"
    attempts = [
        ("namenode_http", "POST", f"op=TRUNCATE&newlength=0&{mine}"),
        ("namenode_http", "DELETE", f"op=DELETE&{mine}"),
        ("namenode_http", "PUT", f"op=SETPERMISSION&permission=777&{mine}"),
        ("namenode_http", "POST", f"op=APPEND&{mine}"),
        ("datanode_http", "PUT", f"op=CREATE&overwrite=true&{block}"),
        ("datanode_http", "POST", f"op=APPEND&{block}"),
    ]
    for server, method, query in attempts:
        path = f"/webhdfs/v1{precious}?{query}"
        status, _ = ask(getattr(settings.ports, server), method, path, FOREIGN_PAGES[page])
        assert status in REFUSED, (server, query)
    assert storage.read(precious) == CONTENT


@pytest.mark.parametrize("page", FOREIGN_PAGES)
def test_foreign_page_starts_and_ends_no_application(settings, page):
    attempts = [
        ("POST", "/ws/v1/cluster/apps/new-application"),
        ("POST", f"/ws/v1/cluster/apps?user.name={settings.user}"),
        ("PUT", f"/ws/v1/cluster/apps/application_1_0001/state?user.name={settings.user}"),
    ]
    for method, path in attempts:
        status, _ = ask(settings.ports.resourcemanager_http, method, path, FOREIGN_PAGES[page])
        assert status in REFUSED, path


@pytest.mark.parametrize("host", ["attacker.example", "localhost.attacker.example", "127.0.0.1.attacker.example"])
def test_foreign_name_that_points_here_reads_nothing(settings, precious, host):
    mine = f"user.name={settings.user}"
    pages = [
        ("namenode_http", f"/webhdfs/v1{precious}?op=OPEN&{mine}"),
        ("namenode_http", "/"),
        ("datanode_http", f"/webhdfs/v1{precious}?op=OPEN&namenoderpcaddress=stackhouse&{mine}"),
        ("datanode_http", "/"),
        ("resourcemanager_http", "/ws/v1/cluster/apps"),
        ("nodemanager_http", "/ws/v1/node/info"),
    ]
    for server, path in pages:
        status, body = ask(getattr(settings.ports, server), "GET", path, BROWSER, host)
        assert (status, CONTENT in body) == (403, False), (server, path)


def test_own_pages_and_clients_are_answered(settings, precious):
    reading = f"/webhdfs/v1{precious}?op=OPEN&namenoderpcaddress=stackhouse&user.name={settings.user}"
    for host in ("localhost", "127.0.0.1"):
        assert ask(settings.ports.datanode_http, "GET", reading, BROWSER, host) == (200, CONTENT)
        assert ask(settings.ports.resourcemanager_http, "GET", "/ws/v1/cluster/info", BROWSER, host)[0] == 200
        own = {"Origin": f"http://{host}:{settings.ports.resourcemanager_http}"}
        assert ask(settings.ports.resourcemanager_http, "GET", "/ws/v1/cluster/info", own, host)[0] == 200


@pytest.mark.parametrize("server", SERVERS)
def test_inner_pages_are_for_who_has_the_key(settings, server):
    port = getattr(settings.ports, server)
    names = ["", settings.user, "dr.who", "nobody"]
    for page in INNER_PAGES:
        for name in names:
            joined = page + ("&" if "?" in page else "?") + f"user.name={name}" if name else page
            assert ask(port, "GET", joined)[0] == 403, joined
        assert ask(port, "GET", page, {"X-Stackhouse-Key": "0" * 64})[0] == 403, page
    for spelling in SPELLINGS:
        status, body = ask(port, "GET", spelling)
        assert status in (403, 404), spelling
        assert b'"beans"' not in body
    status, body = ask(port, "GET", "/jmx?qry=java.lang:type=Runtime", key_header(settings))
    assert (status, b"beans" in body) == (200, True)


def test_logs_of_containers_are_for_who_has_the_key(settings):
    for path in ("/node/containerlogs/container_1_0001_01_000001/root", "/ws/v1/node/containerlogs/container_1_0001"):
        assert ask(settings.ports.nodemanager_http, "GET", path)[0] == 403
    assert ask(settings.ports.nodemanager_http, "GET", "/ws/v1/node/containers/container_1_0001/logs")[0] == 403


def test_requests_are_not_logged_with_what_is_in_their_urls(settings, precious):
    token = secrets.token_hex(16)
    query = f"op=OPEN&user.name={settings.user}&unknown={token}"
    assert ask(settings.ports.namenode_http, "GET", f"/webhdfs/v1{precious}?{query}")[0] == 307
    reading = f"/webhdfs/v1{precious}?{query}&namenoderpcaddress=stackhouse"
    assert ask(settings.ports.datanode_http, "GET", reading) == (200, CONTENT)
    for service in ("namenode", "datanode"):
        assert token not in log_path(settings, service).read_text(errors="replace")


def listeners(settings):
    """What listens in processes of the stack: command line, address, port."""
    for process in processes(settings):
        with contextlib.suppress(psutil.NoSuchProcess):
            for found in process.net_connections(kind="tcp"):
                if found.status == psutil.CONN_LISTEN:
                    yield " ".join(process.cmdline()), found.laddr.ip, found.laddr.port


def test_only_the_application_master_of_tez_listens_on_every_address(settings):
    wide = [(command, port) for command, address, port in listeners(settings) if not address.startswith("127.")]
    assert [command for command, _ in wide if "DAGAppMaster" not in command] == []
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", settings.ports.shuffle))


OPEN_BLOCKS, RPC_REQUEST, RPC_RESPONSE = 0, 3, 4


def asks_for_blocks(port):
    """First bytes that Spark's block manager answers to a stranger who opens a stream of blocks; empty: it hangs up.

    The frames of org.apache.spark.network.protocol.MessageEncoder and the message shuffle.protocol.OpenBlocks.
    """
    names = [word.encode() for word in ("application_1_0001", "stranger")]
    message = struct.pack(">B", OPEN_BLOCKS) + b"".join(struct.pack(">I", len(name)) + name for name in names)
    message += struct.pack(">I", 0)
    frame = struct.pack(">BQI", RPC_REQUEST, 1, len(message)) + message
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        # The port on which Python talks to the driver reads lines, and hangs up after this one.
        connection.sendall(struct.pack(">Q", 8 + len(frame)) + frame + b"\n")
        # A port that says nothing has given nothing away.
        with contextlib.suppress(ConnectionResetError, TimeoutError):
            return connection.recv(9)
    return b""


def test_spark_talks_to_no_stranger_and_shows_nobody_its_secret(settings, tmp_path):
    dataset = f"attacked{secrets.token_hex(4)}"
    write_small_dataset(tmp_path, dataset)
    rows = tmp_path / "rows.csv"
    rows.write_bytes(SMALL_HEADER + b"1,2001-02-03 04:05:06,1.00,a\n")
    must(run_command("load", dataset, rows, datasets=tmp_path))
    must(run_command("run", dataset, datasets=tmp_path))
    # The engine waits for the next run, with its driver and its executor.
    sparks = [
        (command, port)
        for command, _, port in listeners(settings)
        if "CoarseGrainedExecutorBackend" in command or "org.apache.spark.deploy.SparkSubmit" in command
    ]
    assert {"SparkSubmit" in command for command, _ in sparks} == {True, False}
    answers = {port: asks_for_blocks(port) for _, port in sparks}
    assert [port for port, answer in answers.items() if answer[8:9] == bytes([RPC_RESPONSE])] == []
    for process in processes(settings):
        assert "spark.authenticate.secret" not in " ".join(process.cmdline())
        assert "_SPARK_AUTH_SECRET" not in process.environ()


def test_nothing_is_written_beside_the_state_directory(settings):
    started = psutil.Process(Supervisor(settings).processes()["namenode"].pid).create_time()
    assert (settings.home / "yarn" / "node-attribute").is_dir()
    ports = [str(getattr(settings.ports, server)) for server in SERVERS]
    outside = [
        entry.path
        for entry in os.scandir("/tmp")
        if entry.name.startswith("jetty-") and entry.stat().st_mtime > started and {*entry.name.split("-")} & {*ports}
    ]
    assert outside == []
    assert list((settings.home / "tmp").glob(f"jetty-*-{ports[0]}-*"))
