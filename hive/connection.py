"""Statements over a session of HiveServer2, by PyHive."""

import logging
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date

from pyhive import hive as pyhive
from pyhive.exc import Error as PyHiveError
from TCLIService.ttypes import TOperationState
from thrift.Thrift import TException
from thrift.transport.TTransport import TTransportBase, TTransportException

from hive.java_errors import hive_error
from hive.rows import Rows, Value
from secure.access import access
from secure.login_errors import login_error
from warehouse.errors import QueryError, StackDownError, StackhouseError
from warehouse.settings import Endpoints
from warehouse.steps import confirm

CONNECT_SECONDS = 30.0
"""How long HiveServer2 may take to open a session. A statement may take as long as it likes."""

_ROWS_PER_FETCH = 10_000
_SESSION = {
    # Names as the user wrote them, not `view.column`.
    "hive.resultset.use.unique.column.names": "false",
    # `${...}` in a value or a comment is text, never a variable of the server.
    "hive.variable.substitute": "false",
}
_UNFINISHED = (TOperationState.INITIALIZED_STATE, TOperationState.PENDING_STATE, TOperationState.RUNNING_STATE)

# thrift logs what it raises; without a handler Python would print that to the user as well.
logging.getLogger("thrift").addHandler(logging.NullHandler())


class HiveServer:
    """One open session; its statements run one after the other."""

    def __init__(self, session: pyhive.Connection, address: str) -> None:
        """Take an open PyHive connection and its `host:port` for messages."""
        self._session = session
        self._address = address

    def execute(self, sql: str, parameters: Mapping[str, Value] | None = None) -> None:
        """Run a statement for its effect, if it may still be run; arguments and errors as in `fetch`."""
        confirm()
        self.fetch(sql, parameters)

    def fetch(self, sql: str, parameters: Mapping[str, Value] | None = None) -> Rows:
        """Run a statement and read all its rows.

        Args:
            sql: One statement. With parameters, `%(name)s` stands for a value and `%%` for a percent sign.
            parameters: Values, escaped by PyHive.

        Returns:
            The rows; without columns for a statement that has no result.

        Raises:
            QueryError: HiveServer2 refuses or fails it.
            StackDownError: HiveServer2 or a service behind it is gone.
        """
        try:
            cursor = self._session.cursor(arraysize=_ROWS_PER_FETCH)
            cursor.execute(sql, parameters, async_=True)
            self._wait(cursor)
            rows = _read(cursor)
            cursor.close()
        except PyHiveError as problem:
            raise _translated(problem) from problem
        except (TException, OSError, EOFError) as problem:
            raise StackDownError(
                f"HiveServer2 at {self._address} went away during the statement",
                "run ./stackhouse status, then the statement again",
            ) from problem
        return rows

    def ends_within(self, sql: str, seconds: float) -> bool:
        """Whether a statement ends in time; it is cancelled if not. Errors as in `fetch`.

        Args:
            sql: One statement; its rows are not read.
            seconds: How long it may take, give or take the 5 s for which the server holds a poll back.
        """
        try:
            cursor = self._session.cursor()
            cursor.execute(sql, async_=True)
            ended = self._wait(cursor, time.monotonic() + seconds)
            if not ended:
                cursor.cancel()
        except PyHiveError as problem:
            raise _translated(problem) from problem
        except (TException, OSError, EOFError) as problem:
            raise StackDownError(
                f"HiveServer2 at {self._address} went away during the statement", "run ./stackhouse status"
            ) from problem
        return ended

    def _wait(self, cursor: pyhive.Cursor, deadline: float = math.inf) -> bool:
        # The server itself holds each poll back until the statement ends, up to some seconds.
        while True:
            status = cursor.poll(get_progress_update=False)
            if status.operationState not in _UNFINISHED:
                break
            if time.monotonic() > deadline:
                return False
        if status.operationState == TOperationState.CANCELED_STATE:
            raise QueryError("HiveServer2 cancelled the statement")
        if status.operationState != TOperationState.FINISHED_STATE:
            raise hive_error(status.errorMessage or "")
        return True


@contextmanager
def connect(endpoints: Endpoints) -> Iterator[HiveServer]:
    """Open a session; it ends with the block.

    Raises:
        StackDownError: HiveServer2 does not answer within `CONNECT_SECONDS`.
        TicketError: Kerberos gives the client no ticket.
        CertificateError: HiveServer2 does not prove who it is.
        LoginError: It does not let the user in.
    """
    way = access(endpoints.identity, endpoints.certificate)
    socket = way.socket(endpoints.hive_host, endpoints.hive_port)
    socket.setTimeout(CONNECT_SECONDS * 1000)
    try:
        session = _open_session(way.hiveserver2(socket, endpoints), endpoints)
        socket.setTimeout(None)
        yield HiveServer(session, endpoints.hive)
        # After an error the reply may not be the one to our question; the server ends the session by itself.
        with suppress(TException, OSError, EOFError, PyHiveError):
            session.close()
    finally:
        socket.close()


def _open_session(transport: TTransportBase, endpoints: Endpoints) -> pyhive.Connection:
    try:
        session = pyhive.connect(thrift_transport=transport, username=endpoints.user, configuration=_SESSION)
    except PyHiveError as problem:
        raise _translated(problem) from problem
    except (TException, OSError, EOFError) as problem:
        if refusal := login_error(problem, endpoints):
            raise refusal from problem
        raise StackDownError(_silence(problem, endpoints), "run ./stackhouse up, then ./stackhouse status") from problem
    # thrift itself stops reading at a value of 16 MB; a rejected line may be longer.
    session.client._iprot.string_length_limit = None
    return session


def _silence(problem: Exception, endpoints: Endpoints) -> str:
    if isinstance(problem, TTransportException) and problem.type == TTransportException.TIMED_OUT:
        return f"HiveServer2 at {endpoints.hive} opened no session within {CONNECT_SECONDS:.0f} s"
    by_tls = " over TLS" if endpoints.certificate else ""
    return f"HiveServer2 does not answer{by_tls} at {endpoints.hive}"


def _translated(problem: PyHiveError) -> StackhouseError:
    status = getattr(problem.args[0], "status", None) if problem.args else None
    return QueryError(str(problem)) if status is None else hive_error(status.errorMessage or "")


def _read(cursor: pyhive.Cursor) -> Rows:
    described = _described(cursor)
    if described is None:
        return Rows((), (), ())
    columns = tuple(column[0] for column in described)
    types = tuple(column[1].removesuffix("_TYPE") for column in described)
    found = _fetched(cursor)
    dates = [index for index, name in enumerate(types) if name == "DATE"]
    return Rows(columns, types, tuple(_with_dates(row, dates, columns) for row in found))


def _described(cursor: pyhive.Cursor) -> Sequence[tuple[str, str]] | None:
    try:
        return [column[:2] for column in cursor.description] if cursor.description is not None else None
    except KeyError as problem:
        raise QueryError(
            f"the answer has a column of a type that PyHive does not know, number {problem}, such as "
            "TIMESTAMP WITH LOCAL TIME ZONE",
            "select it as a string, CAST(... AS STRING)",
        ) from problem


def _fetched(cursor: pyhive.Cursor) -> Sequence[tuple[Value, ...]]:
    try:
        found: Sequence[tuple[Value, ...]] = cursor.fetchall()
    except Exception as problem:
        # PyHive cannot do better for a timestamp before the year 0.
        if type(problem) is not Exception and not isinstance(problem, ValueError):
            raise
        raise QueryError(str(problem), "select it as a string, CAST(... AS STRING)") from problem
    return found


def _with_dates(row: tuple[Value, ...], dates: list[int], columns: tuple[str, ...]) -> tuple[Value, ...]:
    """PyHive leaves DATE as text."""
    if not dates:
        return row
    values = list(row)
    for index in dates:
        text = values[index]
        if text is not None:
            values[index] = _date(str(text), columns[index])
    return tuple(values)


def _date(text: str, column: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as problem:
        raise QueryError(
            f"column {column}: {text!r} is not a date that Python can hold", "select CAST(... AS STRING)"
        ) from problem
