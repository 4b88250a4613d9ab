"""`diff`: what changed for readers from one release to another."""

import csv
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from rich.table import Table
from rich.text import Text

from cli.output import print_json, standard_output
from cli.views.query import check_format
from hadoop.webhdfs import WebHdfs
from hive.connection import connect
from hive.release_compare import PartChange
from hive.release_diff import ChangedRow, TableDiff, compare_releases
from hive.rows import Value, as_json, as_text
from pipeline.dataset import check_known
from warehouse.errors import UsageError
from warehouse.quarter import Quarter
from warehouse.release.manifest import QUARANTINE, load_kept
from warehouse.settings import Settings

_MAX_ROWS = 20
_CSV_COLUMNS = ("table", "part", "column", "before", "after", "only_before", "only_after")


def print_diff(settings: Settings, dataset: str, releases: tuple[int, int], output: str, with_rows: bool) -> None:
    """Compare two releases and print what differs.

    Args:
        settings: Settings of the stack.
        dataset: Name in the contract.
        releases: Numbers, before and after.
        output: `table`, `csv` or `json`.
        with_rows: Also some of the changed rows of each mart.

    Raises:
        UsageError: Unknown format, or a release that cannot be read.
    """
    check_format(output)
    if with_rows and output == "csv":
        raise UsageError("--rows does not fit into one CSV table", "ask for --format json")
    check_known(settings, dataset)
    before, after = load_kept(WebHdfs(settings.endpoints), dataset, releases)
    with connect(settings.endpoints) as server:
        diffs = list(compare_releases(server, before, after, _MAX_ROWS if with_rows else 0))
    if output == "json":
        print_json({"dataset": dataset, "before": releases[0], "after": releases[1], "tables": [*map(_json, diffs)]})
    elif output == "csv":
        _print_csv(diffs)
    else:
        _print_tables(diffs, releases)


def _json(diff: TableDiff) -> dict[str, Any]:
    found = asdict(diff)
    for change in found["changes"]:
        change["sums"] = {name: [*map(as_json, sums)] for name, sums in change["sums"].items()}
    for row in found["rows"]:
        row["values"] = {name: as_json(value) for name, value in row["values"].items()}
    return found


def _print_csv(diffs: Sequence[TableDiff]) -> None:
    """Every partition that was read: a line of row counts with no column, then a line of sums for each column."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(_CSV_COLUMNS)
    for diff in diffs:
        for change in diff.changes:
            counts = (change.rows_before, change.rows_after, change.only_before, change.only_after)
            writer.writerow((diff.table, change.part, "", *counts))
            for column, sums in change.sums.items():
                writer.writerow((diff.table, change.part, column, *map(as_text, sums), "", ""))
    for line in _notes(diffs):
        print(line, file=sys.stderr)


def _print_tables(diffs: Sequence[TableDiff], releases: tuple[int, int]) -> None:
    before, after = releases
    counts = ("table", "quarter", f"rows in {before}", f"rows in {after}", f"only in {before}", f"only in {after}")
    _print_table(counts, 2, [line for diff in diffs for line in _count_lines(diff)])
    sums = ("table", "quarter", "sum of", f"in {before}", f"in {after}")
    _print_table(sums, 3, [line for diff in diffs for line in _sum_lines(diff)])
    for diff in diffs:
        if diff.rows:
            print(f"{diff.table}: changed rows, at most {_MAX_ROWS}")
            _print_table(("quarter", "in", "times", *diff.rows[0].values), 1, list(_row_lines(diff.rows, releases)))
    for line in _notes(diffs):
        print(line)


def _print_table(headings: Sequence[str], texts: int, lines: Sequence[Sequence[str]]) -> None:
    """Print lines unless there are none; columns after the first so many are numbers."""
    if not lines:
        return
    table = Table(box=None, pad_edge=False)
    for place, heading in enumerate(headings):
        table.add_column(Text(heading), justify="left" if place < texts else "right", overflow="fold")
    for line in lines:
        table.add_row(*map(Text, line))
    standard_output().print(table)


def _differs(change: PartChange) -> bool:
    return bool(change.only_before or change.only_after)


def _count_lines(diff: TableDiff) -> Iterator[tuple[str, ...]]:
    for change in filter(_differs, diff.changes):
        counts = (change.rows_before, change.rows_after, change.only_before, change.only_after)
        yield (diff.table, _part(diff.table, change.part), *(f"{count:,}" for count in counts))


def _sum_lines(diff: TableDiff) -> Iterator[tuple[str, ...]]:
    for change in filter(_differs, diff.changes):
        for column, (before, after) in change.sums.items():
            if before != after:
                yield (diff.table, _part(diff.table, change.part), column, _number(before), _number(after))


def _row_lines(rows: Sequence[ChangedRow], releases: tuple[int, int]) -> Iterator[tuple[str, ...]]:
    for row in rows:
        release = releases[0] if row.before > row.after else releases[1]
        values = ("NULL" if value is None else as_text(value) for value in row.values.values())
        yield (str(Quarter.from_partition(row.part)), str(release), str(abs(row.before - row.after)), *values)


def _number(value: Value) -> str:
    return "" if value is None else as_text(value)


def _part(table: str, value: str) -> str:
    return f"batch {value}" if table == QUARANTINE else str(Quarter.from_partition(value))


def _notes(diffs: Sequence[TableDiff]) -> Iterator[str]:
    """What no table of counts can show."""
    for diff in diffs:
        if diff.only_in is not None:
            yield f"{diff.table}: only release {diff.only_in} has this table"
            continue
        yield from (f"{diff.table}: column {name} is added" for name in diff.added)
        yield from (f"{diff.table}: column {name} is removed" for name in diff.removed)
        yield from (f"{diff.table}: column {name} was {old} and is {new}" for name, old, new in diff.retyped)
        rewritten = sum(not _differs(change) for change in diff.changes)
        parts = "batches" if diff.table == QUARANTINE else "quarters"
        yield (
            f"{diff.table}: {parts} that differ: {len(diff.changes) - rewritten}, rewritten but equal: "
            f"{rewritten}, the same files: {diff.shared}"
        )
