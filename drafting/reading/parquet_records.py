"""The records of a sample as rows of texts, from Parquet."""

import re
import tempfile
from pathlib import Path

import duckdb

from drafting.reading.records import Records, check_names
from drafting.reading.source import MAX_FIELDS, MAX_ROWS
from warehouse.contract.file import MAX_COLUMNS
from warehouse.contract.model import InputFormat
from warehouse.errors import EmptyFileError, InputFileError
from warehouse.input.compressed_streams import ExpansionLimit
from warehouse.input.input_path import InputPath

_MIN_ROWS = 4
_PLAIN = re.compile(
    r"VARCHAR|\"NULL\"|BOOLEAN|DATE|FLOAT|DOUBLE|U?(TINYINT|SMALLINT|INTEGER|BIGINT)|DECIMAL\(\d+,\d+\)|ENUM\(.*\)"
    r"|TIMESTAMP(_MS|_S| WITH TIME ZONE)?",
    re.DOTALL,
)
_IN_MICROSECONDS = {"TIMESTAMP_NS": "TIMESTAMP", "TIMESTAMPTZ_NS": "TIMESTAMP WITH TIME ZONE"}
"""`load` takes nanoseconds that are whole microseconds."""


def read_parquet(path: InputPath, files: int = 1) -> Records:
    """Read a sample of a Parquet file, its first and its last rows.

    Args:
        path: The file.
        files: Number of files in the sample, which share `MAX_ROWS`.

    Raises:
        EmptyFileError: It has no rows.
        InputFileError: It cannot be read, or `load` does not read one of its columns.
    """
    database = duckdb.connect(":memory:", config={"threads": 2})
    database.execute("SET TimeZone = 'UTC'")
    with tempfile.TemporaryDirectory(prefix="stackhouse-") as directory, database:
        # DuckDB takes * and [ in a name for a pattern.
        link = Path(directory) / "sample.parquet"
        try:
            with path.open() as file:
                # The file that is open, whatever has its name by now.
                link.symlink_to(f"/dev/fd/{file.fileno()}")
                return _read(path, str(link), database, files)
        except (duckdb.Error, OSError) as problem:
            reason = " ".join(str(problem).split())
            raise InputFileError(f"{path} cannot be read as Parquet: {reason}") from problem


def _read(path: InputPath, link: str, database: duckdb.DuckDBPyConnection, files: int) -> Records:
    _check_expansion(path, link, database)
    described = database.execute("DESCRIBE SELECT * FROM read_parquet(?)", [link]).fetchall()
    columns = [(name, _IN_MICROSECONDS.get(kind, kind)) for name, kind, *_ in described]
    _check_columns(path, columns)
    count = database.execute("SELECT count(*) FROM read_parquet(?)", [link]).fetchall()[0][0]
    if not count:
        raise EmptyFileError(f"{path} has no rows")
    most = max(min(MAX_ROWS, MAX_FIELDS // len(columns)) // files, _MIN_ROWS)
    texts = ", ".join(_as_text(name, kind) for name, kind in columns)
    # Identifiers are quoted, the rest is ours.
    sql = f"SELECT {texts} FROM read_parquet(?, file_row_number = true) WHERE file_row_number BETWEEN ? AND ?"
    parts = [(0, count - 1)] if count <= most else [(0, most // 2 - 1), (count - most // 2, count - 1)]
    found = [[list(row) for row in database.execute(sql, [link, *part]).fetchall()] for part in parts]
    return Records(
        path, InputFormat(kind="parquet", header=False), [name for name, _ in columns],
        [row for rows in found for row in rows], 0, count <= most, first=len(found[0]),
        types=tuple(kind for _, kind in columns),
    )  # fmt: skip


def _check_expansion(path: InputPath, link: str, database: duckdb.DuckDBPyConnection) -> None:
    """Before a value is read: a page is uncompressed as a whole."""
    sql = "SELECT sum(total_uncompressed_size) FROM parquet_metadata(?)"
    declared = database.execute(sql, [link]).fetchall()[0][0] or 0
    size = Path(link).stat().st_size
    ExpansionLimit().check(path, size, size, int(declared))


def _check_columns(path: InputPath, columns: list[tuple[str, str]]) -> None:
    if len(columns) > MAX_COLUMNS:
        raise InputFileError(f"{path} has {len(columns):,} columns, but at most {MAX_COLUMNS:,} are allowed")
    for name, kind in columns:
        if not _PLAIN.fullmatch(kind):
            raise InputFileError(
                f"{path}: column {name!a} is {kind[:60]}, which load does not read", "write it as a plain column"
            )
    if any(not name.strip() for name, _ in columns):
        raise InputFileError(f"{path}: a column has no name", "name it")
    check_names(path, [name for name, _ in columns])


def _as_text(name: str, kind: str) -> str:
    """As `spark.reading.parquet_fields` writes it: whole numbers of floating-point columns without a fraction."""
    column = _quoted(name)
    text = (
        f"CAST(CAST({column} AS {kind}) AS VARCHAR)"
        if kind in _IN_MICROSECONDS.values()
        else f"CAST({column} AS VARCHAR)"
    )
    if kind not in ("FLOAT", "DOUBLE"):
        return text
    whole = f"isfinite({column}) AND {column} = floor({column}) AND abs({column}) < 9007199254740992"
    nan = f"WHEN isnan({column}) THEN 'NaN'"
    return f"CASE {nan} WHEN {whole} THEN CAST(CAST({column} AS BIGINT) AS VARCHAR) ELSE {text} END"


def _quoted(name: str) -> str:
    """A name as an identifier of DuckDB."""
    return '"' + name.replace('"', '""') + '"'
