"""Reads one quarter by JDBC into pandas; `consumers.client` does more, and needs no Java.

Usage: .venv/bin/python -m consumers.jdbc.read_jdbc URL QUARTER [SQL]

with connect("jdbc:hive2://localhost:10000/default", "you", password, jars) as session:
    delays = read_quarter(session, SQL, Quarter.parse("2001Q2"))
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import jpype
import pandas as pd

from consumers.frames import frame_of, table_of
from consumers.jdbc.driver import fetch_driver
from hive.java_errors import hive_error
from hive.rows import Rows, Value
from warehouse.errors import SetupError, StackDownError, StackhouseError, UsageError, one_line
from warehouse.quarter import Quarter
from warehouse.settings import load_settings

SQL = """SELECT quarter_start, quarter, flights, mean_delay, late_share
FROM flights.delays_by_quarter WHERE quarter_start = CAST(? AS DATE)"""

_SHOWN = 20
_CONNECTION = "08S01"
"""SQLSTATE of a connection that fails; the driver writes a blank before it."""

_PYTHON: dict[str, Callable[[Any], Value]] = {
    "BOOLEAN": bool,
    "TINYINT": int,
    "SMALLINT": int,
    "INT": int,
    "BIGINT": int,
    "FLOAT": float,
    "DOUBLE": float,
    "DECIMAL": lambda value: Decimal(str(value)),
    "DATE": lambda value: date.fromisoformat(str(value)),
    # Hive has nine digits of a second, Python the first six.
    "TIMESTAMP": lambda value: datetime.fromisoformat(str(value)),
    "BINARY": bytes,
}
"""By Hive's type; what is not here comes as text."""


@contextmanager
def connect(url: str, user: str, password: str, jars: Path) -> Iterator[Any]:
    """Open a session; it is closed at the end of the block.

    Args:
        url: Like `jdbc:hive2://localhost:10000/default`.
        user: Name to log in with.
        password: Password of the user; a HiveServer2 without authentication takes any, but it must not be empty.
        jars: Directory with the driver. It counts for the first session of a process, whose Java stays.

    Raises:
        SetupError: There is no Java.
        StackDownError: HiveServer2 does not answer, or is gone before the end of the block.
        QueryError: HiveServer2 refuses or fails a statement.
    """
    if not jpype.isJVMStarted():
        _start_java(jars)
    try:
        with closing(jpype.JClass("java.sql.DriverManager").getConnection(url, user, password)) as session:
            yield session
    except jpype.JClass("java.sql.SQLException") as problem:
        raise _translated(problem) from problem


def _start_java(jars: Path) -> None:
    try:
        # A TIMESTAMP is a wall clock, which the driver moves where the time zone of this machine skips an hour.
        jpype.startJVM("-Duser.timezone=UTC", classpath=[str(jars / "*")])
    except jpype.JVMNotFoundException as problem:
        raise SetupError("Java is needed for JDBC", "install one, or set JAVA_HOME to it") from problem


def read_quarter(session: Any, sql: str, quarter: Quarter) -> pd.DataFrame:
    """Rows of a query, with the types that `consumers.client` gives.

    Args:
        session: Session from `connect`.
        sql: One SELECT, in which `?` stands for the first day of the quarter.
        quarter: Which.
    """
    with closing(session.prepareStatement(sql)) as statement:
        statement.setDate(1, jpype.JClass("java.sql.Date").valueOf(str(quarter.start)))
        with closing(statement.executeQuery()) as found:
            return frame_of(table_of(rows_of(found)), "decimal")


def rows_of(found: Any) -> Rows:
    """All rows of a `java.sql.ResultSet`, each value in its Python type."""
    about = found.getMetaData()
    numbers = range(1, about.getColumnCount() + 1)
    # By its JDBC name; Hive's own is NULL.
    types = tuple(str(about.getColumnTypeName(n)).upper().replace("VOID", "NULL") for n in numbers)
    readers = [_PYTHON.get(kind, str) for kind in types]
    rows = []
    while found.next():
        values = (found.getObject(n) for n in numbers)
        rows.append(tuple(None if value is None else read(value) for value, read in zip(values, readers, strict=True)))
    return Rows(tuple(str(about.getColumnLabel(n)) for n in numbers), types, tuple(rows))


def _translated(problem: Any) -> StackhouseError:
    message = str(problem.getMessage() or problem)
    if str(problem.getSQLState() or "").strip() == _CONNECTION:
        return StackDownError(one_line(message), "run ./stackhouse up, then ./stackhouse status")
    return hive_error(message)


def main(arguments: list[str]) -> int:
    """Print the first rows; the exit code."""
    try:
        if len(arguments) not in (2, 3):
            raise UsageError("usage: read_jdbc URL QUARTER [SQL], e.g. jdbc:hive2://localhost:10000/default 2001Q2")
        url, quarter, sql = (*arguments, SQL)[:3]
        settings = load_settings()
        password = settings.endpoints.password or "any"
        with connect(url, settings.user, password, fetch_driver(settings.jars) / "jdbc") as session:
            frame = read_quarter(session, sql, Quarter.parse(quarter))
    except StackhouseError as problem:
        print(f"stackhouse: {problem}", file=sys.stderr)
        return problem.exit_code
    print(frame.head(_SHOWN).to_string(index=False))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
