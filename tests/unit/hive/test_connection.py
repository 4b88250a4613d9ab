import socket
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from threading import Thread
from types import SimpleNamespace

import pytest
from pyhive import hive as pyhive
from pyhive.exc import OperationalError, ProgrammingError
from TCLIService import ttypes
from TCLIService.ttypes import TOperationState
from thrift.transport.TTransport import TTransportException

from hive import connection
from hive.connection import HiveServer, connect
from hive.rows import Rows
from warehouse.errors import QueryError, StackDownError
from warehouse.settings import load_settings


def settings_for(port):
    settings = load_settings({"STACKHOUSE_PORT_OFFSET": "0"})
    return replace(
        settings,
        hosts=replace(settings.hosts, hiveserver2="127.0.0.1"),
        ports=replace(settings.ports, hiveserver2=port),
    )


def open_and_close(port):
    with connect(settings_for(port).endpoints):
        pass


@contextmanager
def listener(answer):
    """A port where `answer` deals with the one client that comes."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            client, _ = server.accept()
            with client:
                answer(client)

        thread = Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


def test_port_where_nothing_listens_says_how_to_start_the_stack(capfd):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(StackDownError) as caught:
        open_and_close(port)
    assert str(caught.value) == (
        f"HiveServer2 does not answer at 127.0.0.1:{port}; run ./stackhouse up, then ./stackhouse status"
    )
    assert capfd.readouterr() == ("", "")


def test_server_that_accepts_and_never_answers_is_given_up(monkeypatch):
    monkeypatch.setattr(connection, "CONNECT_SECONDS", 0.2)

    def wait_for_the_end(client):
        while client.recv(1024):
            pass

    with listener(wait_for_the_end) as port, pytest.raises(StackDownError, match=f":{port} opened no session within"):
        open_and_close(port)


@pytest.mark.parametrize("reply", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x05\x00\x00\x00\x00"])
def test_port_of_something_else_is_not_hiveserver2(reply, monkeypatch):
    monkeypatch.setattr(connection, "CONNECT_SECONDS", 5)

    def answer(client):
        client.recv(1024)
        client.sendall(reply)

    with listener(answer) as port, pytest.raises(StackDownError, match="HiveServer2 does not answer at"):
        open_and_close(port)


class ScriptedCursor:
    """Fails where it is told to."""

    description = None

    def __init__(self, execute=None, state=TOperationState.FINISHED_STATE, message=None):
        self._execute = execute
        self._status = SimpleNamespace(operationState=state, errorMessage=message)

    def execute(self, *_, **__):
        if self._execute:
            raise self._execute

    def poll(self, **_):
        return self._status

    def close(self):
        pass


DONE = ttypes.TStatus(ttypes.TStatusCode.SUCCESS_STATUS)


def server_with(cursor):
    return HiveServer(SimpleNamespace(cursor=lambda **_: cursor), "localhost:10000")


def column(name, kind):
    entry = ttypes.TPrimitiveTypeEntry(kind)
    return ttypes.TColumnDesc(name, ttypes.TTypeDesc([ttypes.TTypeEntry(primitiveEntry=entry)]))


class OneColumn:
    """Thrift's client of a server whose every answer has one column with one value."""

    def __init__(self, kind, value):
        self._schema = ttypes.TTableSchema([column("seen_at", kind)])
        self._parts = [[value], []]

    def ExecuteStatement(self, _):
        handle = ttypes.TOperationHandle(hasResultSet=True)
        return SimpleNamespace(status=DONE, operationHandle=handle)

    def GetOperationStatus(self, _):
        return SimpleNamespace(status=DONE, operationState=TOperationState.FINISHED_STATE)

    def GetResultSetMetadata(self, _):
        return SimpleNamespace(status=DONE, schema=self._schema)

    def FetchResults(self, _):
        values = ttypes.TColumn(stringVal=ttypes.TStringColumn(self._parts.pop(0), b""))
        return SimpleNamespace(status=DONE, results=SimpleNamespace(rows=[], columns=[values]))

    def CloseOperation(self, _):
        return SimpleNamespace(status=DONE)


def server_of(client):
    session = SimpleNamespace(client=client, sessionHandle=None)
    return server_with(pyhive.Cursor(session))


def test_value_comes_with_its_name_and_type():
    rows = server_of(OneColumn(ttypes.TTypeId.TIMESTAMP_TYPE, "2001-04-01 02:03:04")).fetch("SELECT seen_at FROM x")
    assert rows == Rows(("seen_at",), ("TIMESTAMP",), ((datetime(2001, 4, 1, 2, 3, 4),),))


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        # TIMESTAMP WITH LOCAL TIME ZONE of Hive 4.
        (22, "2001-04-01 02:03:04.0 UTC", "does not know, number 22, such as TIMESTAMP WITH LOCAL TIME ZONE"),
        (ttypes.TTypeId.TIMESTAMP_TYPE, "-0001-01-01 00:00:00", 'Cannot convert "-0001-01-01 00:00:00"'),
        (ttypes.TTypeId.TIMESTAMP_TYPE, "10000-01-01 00:00:00", "does not match format"),
        (ttypes.TTypeId.DATE_TYPE, "-0001-01-01", "column seen_at: '-0001-01-01' is not a date that Python can hold"),
    ],
)
def test_value_that_python_has_not_is_to_be_selected_as_text(kind, value, words):
    with pytest.raises(QueryError, match=rf"{words}.*; select .*CAST\(\.\.\. AS STRING\)"):
        server_of(OneColumn(kind, value)).fetch("SELECT seen_at FROM x")


def test_mistake_of_ours_while_rows_are_read_is_no_fault_of_the_statement(monkeypatch):
    monkeypatch.setattr(OneColumn, "FetchResults", lambda *_: {}["rows"])
    with pytest.raises(KeyError):
        server_of(OneColumn(ttypes.TTypeId.STRING_TYPE, "x")).fetch("SELECT seen_at FROM x")


def refusal(message):
    return OperationalError(SimpleNamespace(status=SimpleNamespace(errorMessage=message)))


@pytest.mark.parametrize(
    ("cursor", "error", "text"),
    [
        (
            ScriptedCursor(execute=TTransportException(TTransportException.END_OF_FILE, "TSocket read 0 bytes")),
            StackDownError,
            "HiveServer2 at localhost:10000 went away during the statement; run ./stackhouse status, then the "
            "statement again",
        ),
        (
            ScriptedCursor(execute=BrokenPipeError()),
            StackDownError,
            "HiveServer2 at localhost:10000 went away during the statement; run ./stackhouse status, then the "
            "statement again",
        ),
        (
            ScriptedCursor(execute=refusal("Error while compiling statement: FAILED: ParseException line 1:0 bad")),
            QueryError,
            "line 1:0 bad",
        ),
        (ScriptedCursor(execute=ProgrammingError("Unsupported object x")), QueryError, "Unsupported object x"),
        (
            ScriptedCursor(
                state=TOperationState.ERROR_STATE, message="FAILED: Execution Error, return code 2 from a.B. no"
            ),
            QueryError,
            "no",
        ),
        (ScriptedCursor(state=TOperationState.CANCELED_STATE), QueryError, "HiveServer2 cancelled the statement"),
    ],
)
def test_failed_statement_becomes_one_of_our_errors(cursor, error, text):
    with pytest.raises(error) as caught:
        server_with(cursor).fetch("SELECT 1")
    assert type(caught.value) is error
    assert str(caught.value) == text
