"""What `doctor` says of the metastore, its schema, HiveServer2 and its Tez session."""

import threading
from contextlib import contextmanager
from dataclasses import replace

import pytest
from TCLIService.ttypes import TOperationState
from thrift.protocol.TBinaryProtocol import TBinaryProtocol
from thrift.Thrift import TMessageType, TType
from thrift.transport.TSocket import TServerSocket
from thrift.transport.TTransport import TBufferedTransport

from doctor import services
from doctor.services import check_schema, check_tez
from hive import service_checks
from hive.metastore import SchemaVersions, metastore_version, schema_versions
from hive.rows import Rows
from hive.service_checks import check_hiveserver2, check_metastore, check_versions
from tests.unit.hadoop.daemons import Daemons, closed_port, settings_for
from tests.unit.hadoop.test_hdfs_checks import only
from tests.unit.hive.test_connection import ScriptedCursor, server_with
from warehouse.errors import NotCheckedError, StackDownError
from warehouse.settings import load_settings

INFO = """NOTE: Picked up JDK_JAVA_OPTIONS: @jvm.options
Metastore connection User:\t APP
Hive distribution version:\t 4.0.0
Metastore schema version:\t 3.1.0
Metastore schema version is not compatible. Hive Version: 4.0.0, Database Schema Version: 3.1.0
"""


@pytest.fixture
def settings(tmp_path):
    settings = settings_for(closed_port())
    return replace(settings, ports=replace(settings.ports, metastore=closed_port(), hiveserver2=closed_port()))


@contextmanager
def metastore(settings, version):
    """A metastore that answers every call with its version."""
    server = TServerSocket("127.0.0.1", 0)
    server.listen()
    port = server.handle.getsockname()[1]

    def serve():
        transport = TBufferedTransport(server.accept())
        protocol = TBinaryProtocol(transport)
        name, _, sequence = protocol.readMessageBegin()
        protocol.writeMessageBegin(name, TMessageType.REPLY, sequence)
        protocol.writeFieldBegin("success", TType.STRING, 0)
        protocol.writeString(version)
        protocol.writeFieldStop()
        protocol.writeMessageEnd()
        transport.flush()
        transport.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield replace(settings, ports=replace(settings.ports, metastore=port))
    thread.join(5)
    server.close()


@pytest.fixture
def hiveserver2(monkeypatch):
    """Has `connect` open a session on a cursor of the test."""

    def answer_with(cursor):
        @contextmanager
        def connect(_):
            yield server_with(cursor)

        monkeypatch.setattr(service_checks, "connect", connect)

    return answer_with


class RunningCursor(ScriptedCursor):
    """A statement that never ends by itself."""

    cancelled = False

    def __init__(self):
        super().__init__(state=TOperationState.RUNNING_STATE)

    def cancel(self):
        self.cancelled = True


def test_metastore_and_hiveserver2_that_do_not_answer_are_told_with_their_addresses(settings):
    finding = only(check_metastore(settings))
    assert f"127.0.0.1:{settings.ports.metastore}" in finding.problem
    assert "STACKHOUSE_METASTORE_HOST" in finding.remedy
    finding = only(check_hiveserver2(settings))
    assert finding.problem == f"HiveServer2 does not answer at 127.0.0.1:{settings.ports.hiveserver2}"


def test_hiveserver2_that_opens_sessions_and_answers_nothing_is_told(settings, hiveserver2, monkeypatch):
    monkeypatch.setattr(service_checks, "_ANSWER_SECONDS", 0)
    hiveserver2(RunningCursor())
    assert "does not answer SELECT 1 within 0 s" in only(check_hiveserver2(settings)).problem
    hiveserver2(ScriptedCursor())
    assert check_hiveserver2(settings) == []


def test_hiveserver2_that_only_suffers_from_another_fault_tells_that_one(settings, hiveserver2):
    refused = ScriptedCursor(
        state=TOperationState.ERROR_STATE, message="Cannot create directory. In safe mode: in safe mode"
    )
    hiveserver2(refused)
    with pytest.raises(NotCheckedError, match="safe mode"):
        check_hiveserver2(settings)
    hiveserver2(ScriptedCursor(state=TOperationState.ERROR_STATE, message="Could not connect to meta store"))
    assert "opens no session (HiveServer2 cannot reach its metastore" in only(check_hiveserver2(settings)).problem


def test_metastore_of_another_hive_than_hiveserver2_is_told(settings, monkeypatch):
    class Server:
        def fetch(self, _sql):
            return Rows(("_c0",), ("STRING",), (("4.0.1 r3af4517eb8cfd9407ad34ed78a0b48b57dfaa264",),))

    @contextmanager
    def connect(_):
        yield Server()

    monkeypatch.setattr(service_checks, "connect", connect)
    with metastore(settings, "3.1.3") as at:
        finding = only(check_versions(at))
    assert finding.problem == "the metastore is of Hive 3.1.3, HiveServer2 of 4.0.1"
    assert "-upgradeSchema" in finding.remedy
    with metastore(settings, "4.0.1") as at:
        assert check_versions(at) == []


def test_metastore_that_nobody_named_is_not_looked_for():
    elsewhere = load_settings({"STACKHOUSE_PROFILE": "external"})
    for check in (check_metastore, check_versions):
        with pytest.raises(NotCheckedError, match="STACKHOUSE_METASTORE_HOST is not set"):
            check(elsewhere)


def test_metastore_that_is_gone_is_one_error(settings):
    with pytest.raises(StackDownError):
        metastore_version("127.0.0.1", settings.ports.metastore)


def test_versions_are_read_from_what_the_schema_tool_prints():
    assert schema_versions(INFO) == SchemaVersions("4.0.0", "3.1.0")
    assert schema_versions("Failed to get schema version.\nUnderlying cause: java.sql.SQLException") is None


@pytest.fixture
def database(tmp_path, monkeypatch):
    """Settings of a stack that has a metastore database and jars, and whose metastore is down."""
    (tmp_path / "metastore" / "derby").mkdir(parents=True)
    monkeypatch.setattr(services, "artifact_directory", lambda _: tmp_path)
    settings = replace(load_settings({}), home=tmp_path)
    return replace(settings, ports=replace(settings.ports, metastore=closed_port()))


@pytest.mark.parametrize("version", ["3.1.0", "4.1.0"])
def test_schema_of_another_hive_is_told(database, monkeypatch, version):
    monkeypatch.setattr(services, "_schema_tool", lambda _: INFO.replace("3.1.0", version))
    finding = only(check_schema(database))
    assert finding.problem == f"the metastore's schema is of Hive {version}, this Hive needs 4.0.0"
    assert "back up" in finding.remedy
    assert "-upgradeSchema" in finding.remedy


def test_schema_of_this_hive_is_fine_and_one_that_cannot_be_read_is_not_judged(database, monkeypatch):
    monkeypatch.setattr(services, "_schema_tool", lambda _: INFO.replace("3.1.0", "4.0.0"))
    assert check_schema(database) == []
    monkeypatch.setattr(services, "_schema_tool", lambda _: "Failed to get schema version.")
    with pytest.raises(NotCheckedError, match="one process at a time"):
        check_schema(database)
    monkeypatch.setattr(services, "check_metastore", lambda _: [])
    with pytest.raises(NotCheckedError, match="checked the schema when it started"):
        check_schema(database)


@pytest.fixture
def yarn():
    daemons = Daemons()
    yield daemons
    daemons.close()


def tez_application(state, containers):
    return {
        "id": "application_1_0001",
        "applicationType": "TEZ",
        "queue": "root.hive",
        "state": state,
        "runningContainers": containers,
    }


@pytest.mark.parametrize(
    ("applications", "told", "remedy"),
    [
        ([], "YARN has no Tez application", "restart hiveserver2"),
        ([("RUNNING", 1)], "application_1_0001 has no container except its own", "restart hiveserver2"),
        ([("ACCEPTED", -1)], "waits in queue root.hive for its application master", "queues"),
        ([("RUNNING", 3)], "application_1_0001 is busy with other queries", "wait"),
        ([("ACCEPTED", -1), ("RUNNING", 3)], "is busy with other queries", "wait"),
    ],
)
def test_query_that_gets_no_tez_session_is_told_with_what_yarn_knows(yarn, hiveserver2, applications, told, remedy):
    cursor = RunningCursor()
    hiveserver2(cursor)
    yarn.apps = [tez_application(*each) for each in applications]
    finding = only(check_tez(settings_for(yarn.port, "compose"), seconds=0))
    assert told in finding.problem
    assert "answers SELECT 1, but no query that needs Tez within 0 s" in finding.problem
    assert remedy in finding.remedy
    # Who waits for other queries will be served.
    assert finding.severity == ("warning" if remedy == "wait" else "error")
    assert cursor.cancelled


def test_tez_session_that_fails_or_answers(yarn, hiveserver2):
    settings = settings_for(yarn.port)
    hiveserver2(ScriptedCursor(state=TOperationState.ERROR_STATE, message="TezSession has already shutdown."))
    assert "YARN is not running Hive's Tez session" in only(check_tez(settings)).problem
    hiveserver2(ScriptedCursor(state=TOperationState.ERROR_STATE, message="FAILED: OutOfMemoryError"))
    assert "a query that needs Tez fails: the query ran out of memory" in only(check_tez(settings)).problem
    hiveserver2(ScriptedCursor())
    assert check_tez(settings) == []
