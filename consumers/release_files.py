"""Reads the Parquet files of a release, many at once, from HDFS: for more rows than HiveServer2 hands out quickly."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.errors import NotFoundError, ReleaseGoneError, UsageError
from warehouse.quarter import PARTITION_COLUMN
from warehouse.release.manifest import CLEAN, Partition, Release
from warehouse.storage import Storage

_AT_ONCE = 8
"""Files on their way: HDFS sends some while others are decoded."""

_HIDDEN = ("_", ".")


def read_files(
    storage: Storage, release: Release, table: str, quarters: Sequence[str], columns: Sequence[str] | None
) -> pa.Table:
    """Rows of some quarters of a table.

    Args:
        storage: HDFS.
        release: Whose table.
        table: Clean or a mart.
        quarters: Partition values, at least one.
        columns: Names, at least one; `None`: as the view of readers has them.

    Returns:
        The columns, by quarter and file in the order of their names.

    Raises:
        UsageError: The table has no such column; names those it has.
        ReleaseGoneError: Files that the release refers to are not there any more.
    """
    partitions = {quarter: release.tables[table].partitions[quarter] for quarter in quarters}
    if columns is None and table == CLEAN:
        columns = [*(column["name"] for column in release.meaning["columns"]), PARTITION_COLUMN]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        listed = zip(partitions, pool.map(partial(_files, storage), partitions.values()), strict=True)
        jobs = [partial(_read, storage, path, quarter, table, columns) for quarter, paths in listed for path in paths]
        try:
            tables = list(pool.map(_call, jobs))
        except NotFoundError as problem:
            raise _gone(release, table) from problem
    wanted = sum(partition.rows for partition in partitions.values())
    if sum(found.num_rows for found in tables) != wanted:
        raise _gone(release, table)
    return pa.concat_tables(tables)


def _gone(release: Release, table: str) -> ReleaseGoneError:
    return ReleaseGoneError(
        f"files of release {release.number} of {release.dataset} are missing in HDFS, rows of {table} cannot be read",
        f"see whether gc has removed it: ./stackhouse history {release.dataset}",
    )


def _files(storage: Storage, partition: Partition) -> list[str]:
    names = storage.list(partition.path)
    return [f"{partition.path}/{name}" for name in names if not name.startswith(_HIDDEN)]


def _call(job: Callable[[], pa.Table]) -> pa.Table:
    return job()


def _read(storage: Storage, path: str, quarter: str, table: str, columns: Sequence[str] | None) -> pa.Table:
    with pq.ParquetFile(pa.BufferReader(storage.read(path))) as file:
        stored = file.schema_arrow.names
        chosen = _choose(table, stored, columns)
        # The pool reads many files; more threads for each would only wait for a core.
        found = file.read(columns=[name for name in chosen if name in stored], use_threads=False)
        rows = file.metadata.num_rows
    if PARTITION_COLUMN in chosen:
        # Known by the directory alone.
        found = found.append_column(PARTITION_COLUMN, pa.repeat(pa.scalar(date.fromisoformat(quarter)), rows))
    return found.select(chosen)


def _choose(table: str, stored: Sequence[str], columns: Sequence[str] | None) -> list[str]:
    known = [*stored, PARTITION_COLUMN]
    if columns is None:
        return known
    refuse_unknown(table, columns, known)
    return list(columns)


def refuse_unknown(table: str, columns: Sequence[str], known: Sequence[str]) -> None:
    """See whether a table has the columns that are asked for.

    Args:
        table: Name of the table, for messages.
        columns: Names that are asked for.
        known: Names that the table has.

    Raises:
        UsageError: Not all, or none is wanted.
    """
    unknown = [name for name in columns if name not in known]
    if unknown or not columns:
        wrong = f"{table} has no column {', '.join(unknown)}" if unknown else f"columns of {table}: give one at least"
        raise UsageError(f"{wrong}; it has: {', '.join(known)}")
