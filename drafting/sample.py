"""A sample in DuckDB: the table `sample`, every column a VARCHAR called by its place, `c0`, `c1`, ..."""

import csv
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from drafting.records import Records, check_names, read_csv, read_json
from drafting.source import MAX_ROWS, kind_of
from warehouse.contract.file import MAX_COLUMNS
from warehouse.contract.model import InputFormat
from warehouse.errors import InputFileError

_NULL = "\x01NULL\x01"
_MAX_LINE_BYTES = 16 * 1024 * 1024
_PLAIN = re.compile(
    r"VARCHAR|\"NULL\"|BOOLEAN|DATE|FLOAT|DOUBLE|U?(TINYINT|SMALLINT|INTEGER|BIGINT)|DECIMAL\(\d+,\d+\)|ENUM\(.*\)"
    r"|TIMESTAMP(_MS|_S| WITH TIME ZONE)?",
    re.DOTALL,
)


@dataclass(frozen=True)
class Sample:
    """A sample, ready to be asked.

    Attributes:
        database: Has the table `sample`.
        form: How the file is written.
        names: Names in the file, empty where it has none; the first is that of `c0`.
        rows: Rows in the table.
        broken: Records that are no rows.
        whole: The sample is the whole file.
        named_from: Line of the header, 0 when there is none.
        nested: Places of the columns that hold nested JSON.
        types: DuckDB types of a Parquet file's columns, empty for text.
    """

    database: duckdb.DuckDBPyConnection
    form: InputFormat
    names: Sequence[str]
    rows: int
    broken: int
    whole: bool
    named_from: int = 0
    nested: frozenset[int] = frozenset()
    types: tuple[str, ...] = ()

    def ask(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Rows of an answer; the SQL names columns by place only."""
        return self.database.execute(sql, list(values)).fetchall()


def read_sample(path: Path) -> Sample:
    """Read the first rows of a file.

    Raises:
        InputFileError: It cannot be read, or holds no rows.
    """
    kind = kind_of(path)
    database = duckdb.connect(":memory:", config={"threads": 2})
    database.execute("SET TimeZone = 'UTC'")
    if kind == "parquet":
        return _parquet(path, database)
    records = read_json(path) if kind == "jsonl" else read_csv(path)
    _fill(database, records)
    return Sample(
        database, records.form, records.names, len(records.rows), records.broken, records.whole, records.named_from,
        records.nested,
    )  # fmt: skip


def quoted(name: str) -> str:
    """A name as an identifier of DuckDB."""
    return '"' + name.replace('"', '""') + '"'


def _fill(database: duckdb.DuckDBPyConnection, records: Records) -> None:
    """By way of a CSV file of the one kind that cannot be misread."""
    with tempfile.TemporaryDirectory(prefix="stackhouse-") as directory:
        plain = Path(directory) / "sample.csv"
        with plain.open("w", encoding="utf-8", newline="", errors="replace") as file:
            csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(_rows(records))
        columns = {f"c{place}": "VARCHAR" for place in range(len(records.names))}
        database.execute(
            "CREATE TABLE sample AS SELECT * FROM read_csv(?, columns = ?, header = false, delim = ',', quote = '\"', "
            "escape = '\"', nullstr = ?, auto_detect = false, parallel = false, new_line = '\\n', max_line_size = ?)",
            [str(plain), columns, _null_of(records), _MAX_LINE_BYTES],
        )


def _null_of(records: Records) -> str:
    """What stands for NULL: in CSV nothing does, in JSON an empty text is a text."""
    return _NULL if records.form.kind == "jsonl" else ""


def _rows(records: Records) -> Iterator[list[str]]:
    null = _null_of(records)
    for row in records.rows:
        yield [null if text is None else text.replace("\0", "\ufffd") for text in row]


def _parquet(path: Path, database: duckdb.DuckDBPyConnection) -> Sample:
    with tempfile.TemporaryDirectory(prefix="stackhouse-") as directory:
        # DuckDB takes * and [ in a name for a pattern.
        link = Path(directory) / "sample.parquet"
        try:
            link.symlink_to(path.resolve())
            found = database.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(link)]).fetchall()
            columns = [(name, kind) for name, kind, *_ in found]
            _check_parquet(path, columns)
            _copy_parquet(database, link, columns)
        except (duckdb.Error, OSError) as problem:
            reason = " ".join(str(problem).split())
            raise InputFileError(f"{path} cannot be read as Parquet: {reason}") from problem
    rows = database.execute("SELECT count(*) FROM sample").fetchall()[0][0]
    if not rows:
        raise InputFileError(f"{path} has no rows")
    names, types = [name for name, _ in columns], tuple(kind for _, kind in columns)
    form = InputFormat(kind="parquet", header=False)
    return Sample(database, form, names, rows, 0, rows < MAX_ROWS, types=types)


def _copy_parquet(database: duckdb.DuckDBPyConnection, link: Path, columns: list[tuple[str, str]]) -> None:
    texts = ", ".join(f"{_as_text(name, kind)} AS c{place}" for place, (name, kind) in enumerate(columns))
    # Identifiers are quoted, the rest is ours.
    database.execute(
        f"CREATE TABLE sample AS SELECT {texts} FROM read_parquet(?) LIMIT {MAX_ROWS}",
        [str(link)],
    )


def _check_parquet(path: Path, columns: list[tuple[str, str]]) -> None:
    if len(columns) > MAX_COLUMNS:
        raise InputFileError(f"{path} has {len(columns):,} columns, at most {MAX_COLUMNS:,} are possible")
    for name, kind in columns:
        if not _PLAIN.fullmatch(kind):
            advice = "write it in microseconds" if kind == "TIMESTAMP_NS" else "write it as a plain column"
            raise InputFileError(f"{path}: column {name!a} is {kind[:60]}, which load does not read", advice)
    if any(not name.strip() for name, _ in columns):
        raise InputFileError(f"{path}: a column has no name", "name it")
    check_names(path, [name for name, _ in columns])


def _as_text(name: str, kind: str) -> str:
    """As `spark.parquet_fields` writes it: whole numbers of floating-point columns without a fraction."""
    column = quoted(name)
    text = f"CAST({column} AS VARCHAR)"
    if kind not in ("FLOAT", "DOUBLE"):
        return text
    whole = f"isfinite({column}) AND {column} = floor({column}) AND abs({column}) < 9007199254740992"
    nan = f"WHEN isnan({column}) THEN 'NaN'"
    return f"CASE {nan} WHEN {whole} THEN CAST(CAST({column} AS BIGINT) AS VARCHAR) ELSE {text} END"
