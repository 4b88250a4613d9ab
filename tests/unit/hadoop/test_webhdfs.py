"""What `WebHdfs` makes of refusals and of silence, with a NameNode that a small HTTP server plays."""

import json
import socket
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import tenacity

from hadoop.webhdfs import WebHdfs
from warehouse.errors import AlreadyExistsError, DataNodeDownError, NotFoundError, StackDownError, StorageError
from warehouse.settings import Endpoints, load_settings

JAVA_TRACE = "\n\tat org.apache.hadoop.hdfs.server.namenode.FSNamesystem.startFileInt(FSNamesystem.java:2773)"


def client_at(port):
    settings = load_settings({})
    return WebHdfs(replace(settings, user="ann", ports=replace(settings.ports, namenode_http=port)).endpoints)


@pytest.fixture
def free_port():
    with socket.socket() as taken:
        taken.bind(("localhost", 0))
        yield taken.getsockname()[1]


@pytest.fixture
def namenode():
    """Answers every request with what the test puts into `answer`: status, headers, body."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self):
            server.asked += 1
            status, headers, body = server.answer(server.asked) if callable(server.answer) else server.answer
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_PUT = do_POST = do_DELETE = answer

        def log_message(self, *args):
            pass

    server = HTTPServer(("localhost", 0), Handler)
    server.asked = 0
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def refuse_with(namenode, exception, message="what HDFS says"):
    body = {"RemoteException": {"exception": exception, "javaClassName": f"x.{exception}", "message": message}}
    namenode.answer = (403, {"Content-Type": "application/json"}, json.dumps(body).encode())


@pytest.mark.parametrize(
    ("exception", "kind", "told"),
    [
        ("FileNotFoundException", NotFoundError, "what HDFS says"),
        ("FileAlreadyExistsException", AlreadyExistsError, "what HDFS says"),
        ("AlreadyBeingCreatedException", AlreadyExistsError, "/a/b"),
        ("RecoveryInProgressException", AlreadyExistsError, "/a/b"),
        ("LeaseExpiredException", StorageError, "/a/b was deleted"),
        ("ParentNotDirectoryException", StorageError, "/a/b"),
        ("AccessControlException", StorageError, "ann has no permission for /a/b"),
        ("DSQuotaExceededException", StorageError, "space quota"),
        ("NSQuotaExceededException", StorageError, "name quota is used up"),
        ("SafeModeException", StackDownError, "HDFS is in safe mode"),
        ("RetriableException", StackDownError, "still starting"),
        ("StandbyException", StackDownError, "standby"),
        ("IOException", StorageError, "full disk"),
        ("SomethingNewException", StorageError, "HDFS refused /a/b: what HDFS says"),
    ],
)
def test_refusal_becomes_one_line_of_the_right_kind(namenode, exception, kind, told):
    refuse_with(namenode, exception, "what HDFS says" + JAVA_TRACE)
    with pytest.raises(kind, match=told) as problem:
        client_at(namenode.server_port).create("/a/b", b"x")
    assert "org.apache" not in str(problem.value)
    assert "\n" not in str(problem.value)


def test_only_a_missing_path_means_that_it_does_not_exist(namenode):
    client = client_at(namenode.server_port)
    refuse_with(namenode, "FileNotFoundException")
    assert not client.exists("/a")
    assert client.list("/a") == []
    refuse_with(namenode, "AccessControlException")
    with pytest.raises(StorageError):
        client.exists("/a")
    with pytest.raises(StorageError):
        client.list("/a")


@pytest.mark.parametrize("body", [b"<html>It works</html>", b"{}", b"[]", b'{"detail": "Not Found"}', b""])
@pytest.mark.parametrize("status", [200, 404])
def test_another_server_on_the_port_is_told_in_one_line(namenode, status, body):
    namenode.answer = (status, {}, body)
    address = f"http://localhost:{namenode.server_port}"
    with pytest.raises(StackDownError, match=f"what answers at {address} is not HDFS"):
        client_at(namenode.server_port).exists("/a")


def test_hdfs_that_is_down_is_told_with_address_and_what_to_do(free_port):
    with pytest.raises(StackDownError, match=rf"http://localhost:{free_port}; start it with \./stackhouse up"):
        client_at(free_port).exists("/a")


def test_datanode_that_cannot_be_reached_is_named(namenode, free_port):
    namenode.answer = (307, {"Location": f"http://localhost:{free_port}/webhdfs/v1/a?op=CREATE"}, b"")
    with pytest.raises(StackDownError, match=f"DataNode at localhost:{free_port}.*must resolve"):
        client_at(namenode.server_port).create("/a", b"x")


def test_datanode_name_that_does_not_resolve_is_named(namenode):
    namenode.answer = (307, {"Location": "http://datanode-1.invalid:9864/webhdfs/v1/a?op=CREATE"}, b"")
    with pytest.raises(StackDownError, match=r"datanode-1\.invalid must resolve"):
        client_at(namenode.server_port).create("/a", b"x")


@pytest.fixture
def at_once(monkeypatch):
    """Who asks again does not wait before."""
    for method in (WebHdfs.read, WebHdfs.publish):
        monkeypatch.setattr(method.retry, "wait", tenacity.wait_none())


def test_who_reads_while_a_datanode_dies_gets_the_bytes_of_another(namenode, free_port, at_once):
    def answer(asked):
        if asked < 3:
            return 307, {"Location": f"http://localhost:{free_port}/webhdfs/v1/a?op=OPEN"}, b""
        return 200, {}, b"content"

    namenode.answer = answer
    assert client_at(namenode.server_port).read("/a") == b"content"
    assert namenode.asked == 3


def test_who_publishes_while_a_datanode_dies_writes_to_another_and_renames_once(namenode, free_port, at_once):
    there = f"http://localhost:{namenode.server_port}/webhdfs/v1/a?op=CREATE"
    gone = f"http://localhost:{free_port}/webhdfs/v1/a?op=CREATE"
    done, made = (200, {}, b'{"boolean": true}'), (201, {}, b"")
    # Make the directory, be sent to a DataNode; the file that is not there is removed; again.
    answers = [done, (307, {"Location": gone}, b""), done, done, (307, {"Location": there}, b""), made, done, done]
    namenode.answer = lambda asked: answers[asked - 1]
    client_at(namenode.server_port).publish("/d/a", b"x")
    assert namenode.asked == 8


def test_datanode_that_stays_away_is_named_after_some_attempts(namenode, free_port, at_once):
    namenode.answer = (307, {"Location": f"http://localhost:{free_port}/webhdfs/v1/a?op=OPEN"}, b"")
    with pytest.raises(DataNodeDownError, match=f"DataNode at localhost:{free_port}"):
        client_at(namenode.server_port).read("/a")
    assert namenode.asked == 8


def test_gateway_that_does_not_reach_a_datanode_is_not_taken_for_hdfs(namenode, at_once):
    endpoints = Endpoints.of(
        "localhost:1", f"127.0.0.1:{namenode.server_port}", "ann", f"http://localhost:{namenode.server_port}"
    )
    named = (307, {"Location": "http://datanode-1:9864/webhdfs/v1/a?op=OPEN"}, b"")
    namenode.answer = lambda asked: named if asked % 2 else (502, {}, b"<html>Bad Gateway</html>")
    with pytest.raises(DataNodeDownError, match="DataNode at datanode-1:9864"):
        WebHdfs(endpoints).read("/a")


def test_root_is_the_one_of_the_endpoints():
    assert WebHdfs(Endpoints.of("localhost:1", "localhost:1", root="/user/ann/w")).root == "/user/ann/w"


def test_proxy_of_the_environment_is_not_asked(namenode, free_port, monkeypatch):
    for variable in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(variable, f"http://localhost:{free_port}")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    namenode.answer = (200, {}, b'{"FileStatus": {"length": 7}}')
    assert client_at(namenode.server_port).size("/a") == 7


def test_failure_to_read_the_source_is_not_taken_for_one_of_hdfs(namenode):
    def chunks():
        yield b"x"
        raise StorageError("from the source")

    namenode.answer = (307, {"Location": f"http://localhost:{namenode.server_port}/webhdfs/v1/a?op=CREATE"}, b"")
    with pytest.raises(StorageError, match="from the source"):
        client_at(namenode.server_port).write_stream("/a", chunks(), 1024 * 1024)
