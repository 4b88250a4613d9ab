"""The engine that is judged and the one that judges: tables in both, and one way to ask them."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol

import duckdb
import pyarrow.parquet as pq

from hive import ddl
from hive.connection import HiveServer
from hive.release_table import ReleaseTable
from tests.answers.battery import VIEWS, in_duckdb
from tests.answers.tables import AwkwardTable, awkward_tables
from warehouse.errors import StackhouseError
from warehouse.paths import DatasetPaths
from warehouse.quarter import PARTITION_COLUMN

_DIGITS = 12
"""Of a DOUBLE that are compared: sums of them depend on their order."""


@dataclass(frozen=True)
class Answer:
    """What an engine says.

    Attributes:
        rows: As they came, each value in a form that both engines share.
        error: Why it does not answer; empty: it does.
    """

    rows: tuple[tuple[Any, ...], ...] = ()
    error: str = ""


class Engine(Protocol):
    """Something that answers SQL."""

    def ask(self, sql: str) -> Answer:
        """One query."""


class HiveEngine:
    """Hive, by an open session."""

    def __init__(self, server: HiveServer) -> None:
        """Take the session."""
        self.server = server

    def ask(self, sql: str) -> Answer:
        """One query in Hive's SQL."""
        try:
            return Answer(tuple(tuple(map(common, row)) for row in self.server.fetch(sql).rows))
        except StackhouseError as problem:
            return Answer(error=str(problem))


class DuckEngine:
    """DuckDB in this process, with the tables and with what Hive's functions mean."""

    def __init__(self) -> None:
        """Fill it."""
        self.connection = duckdb.connect()
        self.connection.execute(
            "SET error_on_division_by_zero = false; SET ieee_floating_point_ops = false; SET TimeZone = 'UTC'"
        )
        self.connection.execute((Path(__file__).parent / "oracle.sql").read_text())
        # DuckDB 2.0.1 forgets a LIMIT above a LEFT JOIN to a table without rows.
        self.connection.execute("PRAGMA disable_optimizer")
        for table in awkward_tables():
            _fill(self.connection, table)
        for name, query in VIEWS.items():
            self.connection.execute(f"CREATE VIEW answers.{name} AS {in_duckdb(query)}")

    def ask(self, sql: str) -> Answer:
        """One query in DuckDB's SQL."""
        try:
            return Answer(tuple(tuple(map(common, row)) for row in self.connection.execute(sql).fetchall()))
        except duckdb.Error as problem:
            return Answer(error=str(problem))


def _fill(connection: duckdb.DuckDBPyConnection, table: AwkwardTable) -> None:
    columns = {**{name: _published(kind) for name, kind in table.columns.items()}, PARTITION_COLUMN: "DATE"}
    typed = ", ".join(f"{name} {'VARCHAR' if kind == 'STRING' else kind}" for name, kind in columns.items())
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {table.dataset}")
    connection.execute(f"CREATE TABLE {table.full_name} ({typed})")
    if table.rows:
        marks = ", ".join("?" for _ in columns)
        connection.executemany(f"INSERT INTO {table.full_name} VALUES ({marks})", table.rows)


def _published(kind: str) -> str:
    """Readers see whole numbers as BIGINT."""
    return "BIGINT" if kind in ("TINYINT", "SMALLINT", "INT") else kind


def make_hive_tables(
    server: HiveServer, write: Callable[[str, bytes], None], directory: str, only: str | None = None
) -> None:
    """Make the tables as a release makes them: files by quarter, a table over them, a view for readers.

    Args:
        server: Where.
        write: Puts a file where that server reads.
        directory: For the files, in that file system.
        only: Name of a table, to make no other, and no view of a reader.
    """
    for table in awkward_tables():
        if only not in (None, table.name):
            continue
        for statement in ddl.create_databases(table.dataset):
            server.execute(statement)
        columns = tuple(ddl.TableColumn(name, kind, "Awkward.") for name, kind in table.columns.items())
        shape = ddl.Table(table.name, "Awkward rows.", columns, ddl.TableColumn(PARTITION_COLUMN, "DATE", "Quarter."))
        physical = ReleaseTable(table.dataset, table.name, 1)
        server.execute(ddl.drop_table(physical))
        location = DatasetPaths(table.dataset, directory).release_tables
        server.execute(ddl.create_table(physical, shape, location, "answers"))
        if locations := _write_files(write, f"{directory}/{table.dataset}/{table.name}", table):
            server.execute(ddl.add_partitions(physical, shape, locations))
        (view,) = ddl.views(table.name, [*columns, shape.partition])
        server.execute(ddl.replace_view(view, physical, "Awkward rows."))
    for name, query in VIEWS.items() if only is None else ():
        server.execute(f"CREATE OR REPLACE VIEW answers.{name} AS {query}")


def _write_files(write: Callable[[str, bytes], None], directory: str, table: AwkwardTable) -> dict[str, str]:
    locations = {}
    for quarter, rows in table.partitions().items():
        locations[quarter] = f"{directory}/{PARTITION_COLUMN}={quarter}"
        file = BytesIO()
        pq.write_table(rows, file, compression="snappy", store_decimal_as_integer=True)
        write(f"{locations[quarter]}/part-0.parquet", file.getvalue())
    return locations


def write_local(path: str, content: bytes) -> None:
    """Put a file where `local_hive` reads."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(content)


def common(value: Any) -> Any:  # noqa: PLR0911 - one line a type
    """A value in the form in which answers are compared."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, Decimal):
        return value.normalize() if value else Decimal(0)
    if isinstance(value, float):
        if math.isnan(value) or math.isinf(value):
            return str(value)
        return Decimal(f"{value:.{_DIGITS}g}").normalize() if value else Decimal(0)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
