"""Asks HiveServer2 one statement and prints the answer."""

import csv
import io
import json
import sys
from collections.abc import Callable, Sequence

from hive.connection import connect
from hive.rows import Rows, as_json, as_text
from warehouse.contract.hive_type import is_numeric
from warehouse.errors import UsageError
from warehouse.settings import Settings
from warehouse.wording import counted


def run_query(settings: Settings, sql: str, output: str, release: int | None) -> None:
    """Run a statement and print its rows.

    Args:
        settings: Settings of the stack.
        sql: One statement.
        output: `table`, `csv` or `json`.
        release: Read this one where the statement names views of a dataset; `None`: what readers see now.

    Raises:
        UsageError: Unknown format, or no statement; of a release, see `Warehouse.query`.
        QueryError: HiveServer2 refuses or fails it.
    """
    check_format(output)
    statement = sql.strip().rstrip(";").strip()
    if not statement:
        raise UsageError("the statement is empty")
    # Without Warehouse, whose pipeline takes a second to import.
    if release is None:
        with connect(settings.endpoints) as server:
            rows = server.fetch(statement)
    else:
        from pipeline.query import query_release

        rows = query_release(settings, statement, release)
    PRINTERS[output](rows)


def check_format(output: str) -> None:
    """Refuse an unknown `--format` before any work is done.

    Raises:
        UsageError: It is unknown.
    """
    if output not in PRINTERS:
        raise UsageError(f"--format {output!r}: expected one of {', '.join(PRINTERS)}")


def print_table(rows: Rows) -> None:
    """Print for people."""
    from rich.table import Table
    from rich.text import Text

    from cli.output import standard_output

    if not rows.columns:
        return
    table = Table(box=None, pad_edge=False)
    for name, kind in zip(rows.columns, rows.types, strict=True):
        table.add_column(Text(name), justify="right" if is_numeric(kind) else "left", overflow="fold")
    for row in rows.rows:
        table.add_row(*(Text("NULL", style="dim") if value is None else Text(as_text(value)) for value in row))
    standard_output().print(table)
    print(counted(len(rows.rows), "row"), file=sys.stderr)


def _print_csv(rows: Rows) -> None:
    if rows.columns:
        sys.stdout.write(_csv_line(rows.columns))
    for row in rows.rows:
        sys.stdout.write(_csv_line([as_text(value) for value in row]))


def _csv_line(values: Sequence[str]) -> str:
    """A line of CSV; Python's writer quotes a lone CR only if that can end a line of its own."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(values)
    return line.getvalue().removesuffix("\r\n") + "\n"


def _print_json(rows: Rows) -> None:
    if rows.repeated:
        names = ", ".join(rows.repeated)
        raise UsageError(
            f"two columns are called {names}: give one of them another name with AS, as JSON cannot hold both"
        )
    found = [dict(zip(rows.columns, map(as_json, row), strict=True)) for row in rows.rows]
    print(json.dumps(found, indent=2, ensure_ascii=False))


PRINTERS: dict[str, Callable[[Rows], None]] = {"table": print_table, "csv": _print_csv, "json": _print_json}
"""By `--format`."""
