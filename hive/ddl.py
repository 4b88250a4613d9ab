"""Statements that define databases, tables and views, as text; nothing here talks to a server.

Hive knows nothing of a transaction over several statements, so each is written to be repeated, and what
readers see changes by one `CREATE OR REPLACE VIEW`: one `alter_table` in the metastore
(org.apache.hadoop.hive.ql.ddl.view.create.CreateViewOperation), which unlike `ALTER VIEW ... AS` keeps
column comments and takes properties.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pyhive.hive import HiveParamEscaper

from hive.release_table import ReleaseTable, releases_database
from warehouse.contract.hive_type import INTEGERS
from warehouse.contract.model import ORIGIN_COLUMNS, Column, Contract, validate_identifier
from warehouse.quarter import PARTITION_COLUMN
from warehouse.release.manifest import CLEAN, QUARANTINE

CLEAN_WITH_ORIGIN = "clean_with_origin"

RUN_PROPERTY = "stackhouse.run"
"""Property of a release table: run that made it."""

RELEASE_PROPERTY = "stackhouse.release"
"""Property of a view: number of the release it shows."""

_WIDENED = INTEGERS[:-1]
"""Types that readers see as BIGINT: in Hive the product of two SMALLINT is one, and wraps silently."""

_SHOWN_CHARACTERS = 1000


@dataclass(frozen=True)
class TableColumn:
    """One column in Hive.

    Attributes:
        name: Lower-case identifier.
        type: Hive SQL type.
        comment: One sentence.
        required: NULL is a fault.
    """

    name: str
    type: str
    comment: str
    required: bool = False


@dataclass(frozen=True)
class Table:
    """What a physical table is in every release.

    Attributes:
        name: `clean`, `quarantine` or a mart.
        comment: One sentence.
        columns: Columns that are in the files.
        partition: The partition key, which is not.
    """

    name: str
    comment: str
    columns: tuple[TableColumn, ...]
    partition: TableColumn


_BATCH, _FILE, _LINE = (
    TableColumn(name, kind, comment, required=True)
    for name, kind, comment in zip(
        ORIGIN_COLUMNS,
        ("STRING", "STRING", "BIGINT"),
        (
            "Batch id the row came with.",
            "Name of the file the row came in.",
            "Line of its first byte, 1 is the first; of Parquet the row.",
        ),
        strict=True,
    )
)
QUARTER = TableColumn(PARTITION_COLUMN, "DATE", "First day of the quarter; partition key.", required=True)
"""Partition key of the clean table and of the marts."""

_RULES = TableColumn("rules", "ARRAY<STRING>", "Ids of the broken rules.", required=True)
_VALUES = TableColumn(
    "offending_values",
    "ARRAY<STRING>",
    "Text that breaks each of the rules, in their order; NULL: the record itself does.",
    required=True,
)
_RECORD = TableColumn("record", "BINARY", "The rejected record, its bytes as received.", required=True)
_RECORD_TEXT = TableColumn("record_text", "STRING", "The rejected record as UTF-8 text; other bytes show as U+FFFD.")


def tables(contract: Contract) -> tuple[Table, ...]:
    """The physical tables of a dataset: clean, quarantine, then the marts in their order."""
    clean = Table(CLEAN, contract.description, (*_columns(contract.columns), _BATCH, _FILE, _LINE), QUARTER)
    rejected = Table(
        QUARANTINE, f"Rejected rows of {contract.dataset}.", (_FILE, _LINE, _RULES, _VALUES, _RECORD), _BATCH
    )
    marts = (Table(mart.name, mart.description, _columns(mart.columns), QUARTER) for mart in contract.marts)
    return (clean, rejected, *marts)


def _columns(columns: Sequence[Column]) -> tuple[TableColumn, ...]:
    return tuple(TableColumn(column.name, column.type, column.description, column.required) for column in columns)


def literal(text: str) -> str:
    """A string literal of HiveQL. `HiveServer` turns off the `${...}` that Hive would replace in it."""
    return str(HiveParamEscaper().escape_string(text))


def readers_database(dataset: str) -> str:
    """Name of the database with the views."""
    return validate_identifier(dataset)


def view_name(dataset: str, name: str) -> str:
    """Quoted name of a view with its database."""
    return f"`{readers_database(dataset)}`.`{validate_identifier(name)}`"


def create_databases(dataset: str) -> tuple[str, str]:
    """Statements that make both databases of a dataset unless they exist."""
    readers = f"Dataset {dataset}: what readers query."
    releases = f"Physical tables behind the views of {dataset}, one set per release."
    return (
        f"CREATE DATABASE IF NOT EXISTS `{readers_database(dataset)}` COMMENT {literal(readers)}",
        f"CREATE DATABASE IF NOT EXISTS `{releases_database(dataset)}` COMMENT {literal(releases)}",
    )


def create_table(table: ReleaseTable, shape: Table, location: str, run: str) -> str:
    """Statement for an empty table.

    Args:
        table: Name of the table.
        shape: What its columns are.
        location: HDFS directory that never holds a file; every partition names its own.
        run: That makes it.
    """
    columns = ",\n  ".join(_typed(column) for column in shape.columns)
    return (
        f"CREATE EXTERNAL TABLE IF NOT EXISTS {table.sql} (\n  {columns}\n)\n"
        f"COMMENT {literal(shape.comment)}\n"
        f"PARTITIONED BY ({_typed(shape.partition)})\n"
        f"STORED AS PARQUET\n"
        f"LOCATION {literal(location)}\n"
        f"TBLPROPERTIES ('external.table.purge'='false', '{RUN_PROPERTY}'={literal(run)})"
    )


def _typed(column: TableColumn) -> str:
    return f"{quoted(column)} {column.type} COMMENT {literal(column.comment)}"


def quoted(column: TableColumn) -> str:
    """Name of a column as a statement has it."""
    return column_name(column.name)


def column_name(name: str) -> str:
    """Quoted name of a column."""
    return f"`{validate_identifier(name)}`"


def add_partitions(table: ReleaseTable, shape: Table, locations: Mapping[str, str]) -> str:
    """Statement that adds partitions.

    Args:
        table: Table that gets them.
        shape: What its partition key is.
        locations: HDFS directory by partition value; some hundreds at most.
    """
    kind = "DATE " if shape.partition.type == "DATE" else ""
    lines = "\n".join(
        f"PARTITION ({quoted(shape.partition)}={kind}{literal(value)}) LOCATION {literal(path)}"
        for value, path in locations.items()
    )
    return f"ALTER TABLE {table.sql} ADD IF NOT EXISTS\n{lines}"


def drop_table(table: ReleaseTable) -> str:
    """Statement that removes the table and leaves its files."""
    return f"DROP TABLE IF EXISTS {table.sql}"


@dataclass(frozen=True)
class View:
    """What readers see of one table.

    Attributes:
        name: Name in the readers' database.
        columns: Its columns in order.
    """

    name: str
    columns: tuple[TableColumn, ...]


def views(table: str, columns: Sequence[TableColumn]) -> tuple[View, ...]:
    """The views over a physical table.

    Args:
        table: `clean`, `quarantine` or a mart.
        columns: Columns of the physical table, the partition key last.
    """
    everything = tuple(columns)
    if table == CLEAN:
        published = tuple(column for column in everything if column.name not in ORIGIN_COLUMNS)
        return (View(CLEAN_WITH_ORIGIN, everything), View(CLEAN, published))
    if table == QUARANTINE:
        return (View(QUARANTINE, (everything[-1], *everything[:-1], _RECORD_TEXT)),)
    return (View(table, everything),)


def replace_view(view: View, table: ReleaseTable, comment: str) -> str:
    """Statement that makes a view or points it, with its comments, to a release.

    Args:
        view: The view.
        table: Physical table that it shows.
        comment: Comment of the view.
    """
    names = ",\n  ".join(f"{quoted(column)} COMMENT {literal(column.comment)}" for column in view.columns)
    expressions = ", ".join(_expression(column) for column in view.columns)
    return (
        f"CREATE OR REPLACE VIEW {view_name(table.dataset, view.name)} (\n  {names}\n)\n"
        f"COMMENT {literal(comment)}\n"
        f"TBLPROPERTIES ('{RELEASE_PROPERTY}'='{table.number:d}')\n"
        f"AS SELECT {expressions} FROM {table.sql}"
    )


def select_view(view: View, table: ReleaseTable) -> str:
    """Query for the rows that a view shows, or would show, of a release."""
    expressions = ", ".join(f"{_expression(column)} AS {quoted(column)}" for column in view.columns)
    return f"SELECT {expressions} FROM {table.sql}"


def select_quarters(query: str, columns: Sequence[str] | None, quarters: Sequence[str]) -> str:
    """Query for some quarters of what another query gives.

    Args:
        query: Query of a view.
        columns: Names; `None`: all.
        quarters: Partition values; none of them: no row, but the columns.
    """
    names = "*" if columns is None else ", ".join(column_name(name) for name in columns)
    days = ", ".join(f"DATE {literal(quarter)}" for quarter in quarters)
    chosen = f"`{PARTITION_COLUMN}` IN ({days})" if quarters else "FALSE"
    return f"SELECT {names} FROM ({query}) AS `rows` WHERE {chosen}"


def _expression(column: TableColumn) -> str:
    if column == _RECORD_TEXT:
        return f"CAST(`{_RECORD.name}` AS STRING)"
    return f"CAST({quoted(column)} AS BIGINT)" if column.type in _WIDENED else quoted(column)


def select_quarantine(dataset: str, release: int, limit: int | None) -> str:
    """Query for rejected rows: where each came from, the rules it breaks and by what, its text.

    Args:
        dataset: Name in the contract.
        release: Number.
        limit: How many rows, with the beginning of their text; `None`: all rows with all their text.
    """
    columns = ", ".join(quoted(column) for column in (_BATCH, _FILE, _LINE, _RULES, _VALUES))
    text, few = _expression(_RECORD_TEXT), ""
    if limit is not None:
        text, few = f"SUBSTR({text}, 1, {_SHOWN_CHARACTERS})", f" LIMIT {limit:d}"
    shown = f"{columns}, {text} AS `{_RECORD_TEXT.name}`"
    return f"SELECT {shown} FROM {ReleaseTable(dataset, QUARANTINE, release).sql}{few}"


def select_rejected_records(dataset: str, release: int) -> str:
    """Query for the bytes of all rejected records: batch, file, line, record."""
    columns = ", ".join(quoted(column) for column in (_BATCH, _FILE, _LINE, _RECORD))
    return f"SELECT {columns} FROM {ReleaseTable(dataset, QUARANTINE, release).sql}"


def drop_view(dataset: str, name: str) -> str:
    """Statement that removes a view."""
    return f"DROP VIEW IF EXISTS {view_name(dataset, name)}"
