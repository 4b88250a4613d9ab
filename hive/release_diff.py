"""What changed for readers from one release to another, table by table."""

from collections.abc import Iterator
from dataclasses import dataclass

from hive import release_compare
from hive.connection import HiveServer
from hive.publish import table_columns
from hive.release_table import ReleaseTable
from hive.rows import Value
from warehouse.release.manifest import CLEAN, QUARANTINE, Release


@dataclass(frozen=True)
class ChangedRow:
    """A row that is not equally often in both releases.

    Attributes:
        part: Value of its partition key.
        values: Values by column.
        before: How often it is in the earlier release.
        after: How often it is in the later one.
    """

    part: str
    values: dict[str, Value]
    before: int
    after: int


@dataclass(frozen=True)
class TableDiff:
    """A table of two releases.

    Attributes:
        table: `clean`, `quarantine` or a mart.
        only_in: Number of the release that alone has it, `None`: both do, and the other fields say more.
        added: Columns that only the later release has.
        removed: Columns that only the earlier one has.
        retyped: Types before and after of columns that changed theirs.
        shared: Partitions that are the same files in both.
        changes: All other partitions.
        rows: Some of the rows that changed, if they were asked for.
    """

    table: str
    only_in: int | None = None
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    retyped: tuple[tuple[str, str, str], ...] = ()
    shared: int = 0
    changes: tuple[release_compare.PartChange, ...] = ()
    rows: tuple[ChangedRow, ...] = ()


def compare_releases(server: HiveServer, before: Release, after: Release, most_rows: int) -> Iterator[TableDiff]:
    """Compare all tables of two releases of a dataset.

    Args:
        server: Session.
        before: Release.
        after: The one it is compared with.
        most_rows: Changed rows to read of each mart.

    Raises:
        QueryError: A table is missing, or HiveServer2 fails a query.
    """
    for table in {**before.tables, **after.tables}:
        if table not in after.tables:
            yield TableDiff(table, only_in=before.number)
        elif table not in before.tables:
            yield TableDiff(table, only_in=after.number)
        else:
            yield _compare_table(server, before, after, table, 0 if table in (CLEAN, QUARANTINE) else most_rows)


def _compare_table(server: HiveServer, before: Release, after: Release, table: str, most_rows: int) -> TableDiff:
    old, new = (table_columns(server, ReleaseTable.of(release, table)) for release in (before, after))
    columns = release_compare.compare_columns(table, old, new)
    parts = release_compare.changed_parts(before.tables[table], after.tables[table])
    numbers = (before.number, after.number)
    comparison = release_compare.Comparison(after.dataset, table, numbers, new[-1], parts, columns.both)
    return TableDiff(
        table,
        added=columns.added,
        removed=columns.removed,
        retyped=columns.retyped,
        shared=len(before.tables[table].partitions.keys() | after.tables[table].partitions.keys()) - len(parts),
        changes=_counts(server, comparison) if parts else (),
        rows=_rows(server, comparison, most_rows) if parts and most_rows else (),
    )


def _counts(server: HiveServer, comparison: release_compare.Comparison) -> tuple[release_compare.PartChange, ...]:
    return release_compare.read_counts(comparison, server.fetch(release_compare.count_changes(comparison)))


def _rows(server: HiveServer, comparison: release_compare.Comparison, most: int) -> tuple[ChangedRow, ...]:
    names = [column.name for column in comparison.columns]
    return tuple(
        ChangedRow(str(part), dict(zip(names, values, strict=True)), int(str(before)), int(str(after)))
        for part, *values, before, after in server.fetch(release_compare.select_changes(comparison, most)).rows
    )
