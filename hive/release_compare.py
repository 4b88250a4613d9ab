"""What differs between two releases of a table, counted by Hive in one query.

Rows are compared as multisets of the columns that readers see in both releases. Only partitions that the releases do
not share as files are read.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from hive import ddl
from hive.release_table import ReleaseTable
from hive.rows import Rows, Value
from warehouse.contract.hive_type import is_integer, is_numeric
from warehouse.contract.model import ORIGIN_COLUMNS
from warehouse.release.manifest import CLEAN, QUARANTINE, ReleasedTable

_COUNTS = 5
"""Columns of the answer before the sums."""


@dataclass(frozen=True)
class ComparedColumn:
    """A column that both releases have.

    Attributes:
        name: Name for readers.
        expression: Its value, the same kind of value in both.
        total: The same as it is summed; `None` for what is not a number.
    """

    name: str
    expression: str
    total: str | None = None


@dataclass(frozen=True)
class ColumnChanges:
    """How the columns of a table differ.

    Attributes:
        both: Columns that can be compared.
        added: Names that only the later release has.
        removed: Names that only the earlier one has.
        retyped: Name, type before and type after.
    """

    both: tuple[ComparedColumn, ...]
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    retyped: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class Comparison:
    """One table of two releases.

    Attributes:
        dataset: Name in the contract.
        table: `clean`, `quarantine` or a mart.
        releases: Numbers, before and after.
        key: The partition key.
        parts: Values of it that are compared.
        columns: That are compared.
    """

    dataset: str
    table: str
    releases: tuple[int, int]
    key: ddl.TableColumn
    parts: tuple[str, ...]
    columns: tuple[ComparedColumn, ...]

    @property
    def summed(self) -> tuple[str, ...]:
        """Names of the columns whose sums are compared: the numbers of a mart."""
        return tuple(column.name for _, column in self._summed)

    @property
    def _summed(self) -> list[tuple[int, ComparedColumn]]:
        if self.table in (CLEAN, QUARANTINE):
            return []
        return [(place, column) for place, column in enumerate(self.columns) if column.total]


@dataclass(frozen=True)
class PartChange:
    """What changed in one partition.

    Attributes:
        part: Its value: a quarter's first day or a batch id.
        rows_before: Rows in the earlier release.
        rows_after: Rows in the later one.
        only_before: Rows that the later one does not have, equal rows counted as often as they are missing.
        only_after: Rows that the earlier one does not have.
        sums: Before and after by column.
    """

    part: str
    rows_before: int
    rows_after: int
    only_before: int
    only_after: int
    sums: dict[str, tuple[Value, Value]]


def changed_parts(before: ReleasedTable, after: ReleasedTable) -> tuple[str, ...]:
    """Partitions that are not the same files in both; the others cannot differ and need not be read."""
    old, new = before.partitions, after.partitions
    return tuple(
        value
        for value in sorted(old.keys() | new.keys())
        if value not in old or value not in new or old[value].path != new[value].path
    )


def compare_columns(table: str, before: Sequence[ddl.TableColumn], after: Sequence[ddl.TableColumn]) -> ColumnChanges:
    """Which columns can be compared, and which only one release has.

    Args:
        table: `clean`, `quarantine` or a mart.
        before: Columns of the physical table in the earlier release, the partition key last.
        after: The same in the later one.
    """
    old, new = ({column.name: column for column in _readers(table, columns)} for columns in (before, after))
    shared = [name for name in new if name in old]
    return ColumnChanges(
        both=tuple(_compared(old[name], new[name]) for name in shared),
        added=tuple(name for name in new if name not in old),
        removed=tuple(name for name in old if name not in new),
        retyped=tuple((name, old[name].type, new[name].type) for name in shared if old[name].type != new[name].type),
    )


def _readers(table: str, columns: Sequence[ddl.TableColumn]) -> list[ddl.TableColumn]:
    """Without the partition key, which both sides have and which is not summed."""
    if table == CLEAN:
        return [column for column in columns[:-1] if column.name not in ORIGIN_COLUMNS]
    if table == QUARANTINE:
        # The bytes of a record are those of its file and line; where it is and why is what can change.
        return [column for column in columns if column.name in ("source_file", "source_line", "rules")]
    return list(columns[:-1])


def _compared(before: ddl.TableColumn, after: ddl.TableColumn) -> ComparedColumn:
    name = ddl.quoted(after)
    if after.type.startswith("ARRAY") and before.type == after.type:
        return ComparedColumn(after.name, f"CONCAT_WS(',', {name})")
    numbers = is_numeric(before.type) and is_numeric(after.type)
    if before.type != after.type and not numbers:
        return ComparedColumn(after.name, f"CAST({name} AS STRING)")
    # A sum of BIGINT would wrap around silently.
    whole = is_integer(before.type) and is_integer(after.type)
    total = f"CAST({name} AS DECIMAL(38,0))" if whole else name
    return ComparedColumn(after.name, name, total if numbers else None)


def count_changes(comparison: Comparison) -> str:
    """Query for the counts of each partition, then the sums before and after of each column; see `read_counts`."""
    sums = [f"SUM(`{side}_{place}`)" for place, _ in comparison._summed for side in ("before", "after")]
    counts = (
        "SUM(`before`)",
        "SUM(`after`)",
        "SUM(GREATEST(`before` - `after`, 0))",
        "SUM(GREATEST(`after` - `before`, 0))",
    )
    return (
        f"SELECT `part`, {', '.join((*counts, *sums))}\n"
        f"FROM (\n{_distinct_rows(comparison)}\n) `distinct_rows`\nGROUP BY `part`\nORDER BY `part`"
    )


def _distinct_rows(comparison: Comparison) -> str:
    """Query for each row that there is, with how often it is in each release."""
    keys = ", ".join(("`part`", *(f"`c{place}`" for place in range(len(comparison.columns)))))
    sums = "".join(
        f", SUM(`{side}_total_{place}`) AS `{side}_{place}`"
        for place, _ in comparison._summed
        for side in ("before", "after")
    )
    before, after = comparison.releases
    return (
        f"SELECT {keys}, SUM(`in_before`) AS `before`, SUM(`in_after`) AS `after`{sums}\n"
        f"FROM (\n{_side(comparison, before, 'before')}\nUNION ALL\n{_side(comparison, after, 'after')}\n"
        f") `both_releases`\nGROUP BY {keys}"
    )


def _side(comparison: Comparison, release: int, side: str) -> str:
    key = ddl.quoted(comparison.key)
    kind = "DATE " if comparison.key.type == "DATE" else ""
    parts = ", ".join(kind + ddl.literal(part) for part in comparison.parts)
    values = [f"{column.expression} AS `c{place}`" for place, column in enumerate(comparison.columns)]
    marks = [f"{int(side == each)} AS `in_{each}`" for each in ("before", "after")]
    totals = [
        f"{column.total if side == each else 'NULL'} AS `{each}_total_{place}`"
        for place, column in comparison._summed
        for each in ("before", "after")
    ]
    selected = ", ".join((f"CAST({key} AS STRING) AS `part`", *values, *marks, *totals))
    table = ReleaseTable(comparison.dataset, comparison.table, release).sql
    return f"SELECT {selected} FROM {table} WHERE {key} IN ({parts})"


def read_counts(comparison: Comparison, rows: Rows) -> tuple[PartChange, ...]:
    """The answer to `count_changes`."""
    return tuple(_read_change(comparison, row) for row in rows.rows)


def _read_change(comparison: Comparison, row: tuple[Value, ...]) -> PartChange:
    part, rows_before, rows_after, only_before, only_after = map(str, row[:_COUNTS])
    sums = zip(row[_COUNTS::2], row[_COUNTS + 1 :: 2], strict=True)
    return PartChange(
        part=part,
        rows_before=int(rows_before),
        rows_after=int(rows_after),
        only_before=int(only_before),
        only_after=int(only_after),
        sums=dict(zip(comparison.summed, sums, strict=True)),
    )


def select_changes(comparison: Comparison, limit: int) -> str:
    """Query for rows that are not equally often in both releases.

    Args:
        comparison: What is compared.
        limit: How many rows.

    Returns:
        Query for the partition, the compared columns, and how often the row is before and after. Rows are in the
        order of their columns, so that two versions of a row stand together where its first columns say what it is of.
    """
    order = ", ".join(("`part`", *(f"`c{place}`" for place in range(len(comparison.columns)))))
    return (
        f"SELECT {order}, `before`, `after`\nFROM (\n{_distinct_rows(comparison)}\n) `distinct_rows`\n"
        f"WHERE `before` <> `after`\nORDER BY {order}, `before` DESC\nLIMIT {limit:d}"
    )
