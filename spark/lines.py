"""Reads the files of a batch as numbered lines.

A line ends at LF, CRLF or CR, as in Hadoop's `LineRecordReader`, which is also what cuts splits: a split reads
the lines that begin after its first byte up to and including the first byte of the next split (the very first
split also the line at byte 0).
"""

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from urllib.parse import unquote

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from spark.schema import SOURCE_FILE, SOURCE_LINE
from warehouse.batch import SPLIT_BYTES
from warehouse.errors import JobError
from warehouse.job import StageTask

LINE = "_line"
"""Bytes of the line without its end, as a STRING that may be invalid UTF-8."""

SPLIT_SETTINGS = ("spark.sql.files.maxPartitionBytes", "spark.sql.files.openCostInBytes")
"""Both are the size of a split, so that no task reads two files."""

_POSITION_BITS = 33
_NO_SPLIT = str(1 << 50)


@contextmanager
def unsplit_bz2(spark: SparkSession, files: Collection[str]) -> Iterator[None]:
    """While rows of a batch are read: no file is split if one of them is bz2.

    Hadoop cuts bz2 between its blocks, where no line number is known. Splits are a setting of the session, so
    plain files beside a bz2 file are each read by one task too.
    """
    if not any(name.endswith(".bz2") for name in files):
        yield
        return
    kept = {name: str(spark.conf.get(name)) for name in SPLIT_SETTINGS}
    try:
        for name in SPLIT_SETTINGS:
            spark.conf.set(name, _NO_SPLIT)
        yield
    finally:
        for name, value in kept.items():
            spark.conf.set(name, value)


def read_lines(
    spark: SparkSession, task: StageTask, split_bytes: int = SPLIT_BYTES, only: Collection[str] | None = None
) -> DataFrame:
    """All lines of a batch, header and empty lines included.

    Args:
        spark: Session.
        task: Names the directory and the files.
        split_bytes: Size of a split, equal to `SPLIT_SETTINGS` unless `unsplit_bz2`.
        only: Names of the files to read; the others are not opened.

    Returns:
        `source_file` STRING, `source_line` BIGINT (first is 1), `_line` STRING.

    Raises:
        JobError: The directory does not hold exactly the files of the batch.
    """
    raw = spark.read.text(task.raw)
    _check_files(task, raw.inputFiles())
    chosen = raw if only is None else raw.where(_file_name().isin(*only))
    return chosen.select(
        _file_name().alias(SOURCE_FILE),
        (_lines_before_split(task.files, split_bytes) + _position_in_split() + 1).alias(SOURCE_LINE),
        F.col("value").alias(LINE),
    )


def rows_of(lines: DataFrame, header: bool) -> DataFrame:
    """The lines that are rows: neither the header, which is line 1 of every file, nor empty."""
    filled = lines.where(F.col(LINE) != "")
    return filled.where(F.col(SOURCE_LINE) > 1) if header else filled


def _check_files(task: StageTask, found: Collection[str]) -> None:
    names = {unquote(url.rpartition("/")[2]) for url in found}
    if names != set(task.files):
        missing, extra = sorted(set(task.files) - names), sorted(names - set(task.files))
        raise JobError(
            f"batch {task.batch}: {task.raw} does not hold the files of its manifest: "
            f"missing {missing}, not in it {extra}; "
            "Spark does not see names that begin with _ or ."
        )


def _file_name() -> Expression:
    # `_metadata` has names as they stand in a URL; url_decode is for forms, where a plus sign is a space.
    name = F.col("_metadata.file_name")
    escaped = F.contains(name, F.lit("%"))
    return F.when(escaped, F.url_decode(F.replace(name, F.lit("+"), F.lit("%2B")))).otherwise(name)


def _position_in_split() -> Expression:
    # The upper bits number the task; each task reads one split (see spark-defaults.conf).
    return F.monotonically_increasing_id().bitwiseAND(F.lit((1 << _POSITION_BITS) - 1))


def _lines_before_split(files: dict[str, list[int]], split_bytes: int) -> Expression:
    split = F.floor(F.col("_metadata.file_block_start") / F.lit(split_bytes)).cast("int")
    cut = {name: counts for name, counts in files.items() if counts}
    counts = F.from_json(F.lit(json.dumps(cut)), "map<string,array<bigint>>")
    known = F.get(F.try_element_at(counts, _file_name()), split - 1)
    unknown = F.raise_error(F.concat(F.lit("the manifest has no line count for a split of "), _file_name())).cast(
        "bigint"
    )
    return F.when(split == 0, F.lit(0)).otherwise(F.coalesce(known, unknown))
