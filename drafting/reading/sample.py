"""A sample in DuckDB: the table `sample`, every column a VARCHAR called by its place, `c0`, `c1`, ...

Beside them `file_place` is the place of a row's file in the sample, and `part` 0 for rows from its beginning, 1 for its
last rows.
"""

import csv
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from drafting.reading.common_format import read_files
from drafting.reading.records import Records, check_names
from drafting.reading.renames import HeldColumn, unite_columns
from drafting.reading.sample_files import SampleFiles, choose_files
from warehouse.contract.file import MAX_COLUMNS
from warehouse.contract.model import InputFormat
from warehouse.errors import InputFileError

_NULL = "\x01NULL\x01"
_MAX_LINE_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True)
class Sample:
    """A sample, ready to be asked.

    Attributes:
        database: Has the table `sample`.
        form: How the files are written.
        columns: Columns of all files; the first is `c0`.
        files: Paths of the files that were read.
        count: Number of files that were given.
        empty: Names of files that were found to have no rows.
        rows: Rows in the table.
        broken: Records that are not rows.
        whole: All rows of the files that were read.
        has_last: Where it is not whole, it has the last rows of files too, not only the first.
        named_from: Line of the header, 0 when there is none.
        nested: Places of the columns that hold nested JSON.
        types: DuckDB types of the columns of Parquet files, empty for text.
    """

    database: duckdb.DuckDBPyConnection
    form: InputFormat
    columns: Sequence[HeldColumn]
    files: tuple[Path, ...]
    count: int
    empty: tuple[str, ...]
    rows: int
    broken: int
    whole: bool
    has_last: bool
    named_from: int = 0
    nested: frozenset[int] = frozenset()
    types: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """The newest name of each column in the files, empty where it has none."""
        return [column.names[0] for column in self.columns]

    def ask(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Rows of an answer; the SQL names columns by place only."""
        return self.database.execute(sql, list(values)).fetchall()


def read_sample(given: Sequence[Path]) -> Sample:
    """Read some rows of some files.

    Args:
        given: Files and directories.

    Raises:
        InputFileError: A file cannot be read, they are not written alike, or none has rows.
    """
    files = choose_files(given)
    records, empty = read_files(files.kind, files.chosen)
    columns = unite_columns(records)
    _check_columns(records, columns)
    database = duckdb.connect(":memory:", config={"threads": 2})
    database.execute("SET TimeZone = 'UTC'")
    _fill(database, records, columns)
    return _sample(database, files, records, columns, empty)


def _sample(
    database: duckdb.DuckDBPyConnection,
    files: SampleFiles,
    records: Sequence[Records],
    columns: Sequence[HeldColumn],
    empty: Sequence[str],
) -> Sample:
    first = records[0]
    return Sample(
        database=database,
        form=first.form,
        columns=columns,
        files=tuple(found.path.path for found in records),
        count=files.count,
        empty=(*files.empty, *empty),
        rows=sum(len(found.rows) for found in records),
        broken=sum(found.broken for found in records),
        whole=all(found.whole for found in records),
        has_last=any(found.first is not None and found.first < len(found.rows) for found in records),
        named_from=first.named_from,
        nested=frozenset(n for n, column in enumerate(columns) if _is_nested(records, column)),
        types=tuple(_type(records, column) for column in columns) if first.types else (),
    )


def _check_columns(records: Sequence[Records], columns: Sequence[HeldColumn]) -> None:
    path = records[-1].path
    if len(columns) > MAX_COLUMNS:
        raise InputFileError(
            f"{records[0].path} to {path} have {len(columns):,} columns, but at most {MAX_COLUMNS:,} are allowed"
        )
    # Keys of JSON differ by case, columns do not.
    check_names(path, [name for column in columns for name in column.names])


def _is_nested(records: Sequence[Records], column: HeldColumn) -> bool:
    return any(place in found.nested for found, place in zip(records, column.places, strict=True))


def _type(records: Sequence[Records], column: HeldColumn) -> str:
    """DuckDB's type of a column, VARCHAR where files differ."""
    types = {
        found.types[place]
        for found, place in zip(records, column.places, strict=True)
        if place is not None and found.types[place] != '"NULL"'
    }
    return next(iter(types)) if len(types) == 1 else "VARCHAR"


def _fill(database: duckdb.DuckDBPyConnection, records: Sequence[Records], held: Sequence[HeldColumn]) -> None:
    """By way of a CSV file of the one kind that cannot be misread."""
    null = "" if records[0].form.kind == "csv" else _NULL
    with tempfile.TemporaryDirectory(prefix="stackhouse-") as directory:
        plain = Path(directory) / "sample.csv"
        with plain.open("w", encoding="utf-8", newline="", errors="replace") as file:
            writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
            for number, found in enumerate(records):
                writer.writerows(_rows(found, number, [column.places[number] for column in held], null))
        columns = {f"c{place}": "VARCHAR" for place in range(len(held))}
        database.execute(
            "CREATE TABLE sample AS SELECT * FROM read_csv(?, columns = ?, header = false, delim = ',', quote = '\"', "
            "escape = '\"', nullstr = ?, auto_detect = false, parallel = false, new_line = '\\n', max_line_size = ?)",
            [str(plain), {**columns, "file_place": "INTEGER", "part": "INTEGER"}, null, _MAX_LINE_BYTES],
        )


def _rows(records: Records, number: int, places: Sequence[int | None], null: str) -> Iterator[list[str]]:
    """Rows as they are written: in CSV nothing stands for NULL, elsewhere an empty text is a text."""
    first = len(records.rows) if records.first is None else records.first
    for row_number, row in enumerate(records.rows):
        texts = (None if place is None else row[place] for place in places)
        fields = [null if text is None else text.replace("\0", "\ufffd") for text in texts]
        yield [*fields, str(number), str(int(row_number >= first))]
