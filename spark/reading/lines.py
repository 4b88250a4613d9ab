"""Reads the text files of a batch as numbered lines.

A line ends at LF, CRLF or CR, as in Hadoop's `LineRecordReader`, which is also what cuts splits: a split reads
the lines that begin after its first byte up to and including the first byte of the next split (the very first
split also the line at byte 0). Where a quoted field may hold line ends, only LF ends a line and no file is split.
"""

import json
from collections.abc import Collection
from contextlib import AbstractContextManager, nullcontext
from urllib.parse import unquote

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from spark.schema import SOURCE_FILE, SOURCE_LINE
from spark.session import with_settings
from warehouse.batch import SPLIT_BYTES, BatchFile
from warehouse.contract.model import InputFormat
from warehouse.errors import JobError
from warehouse.job import StageTask

LINE = "_line"
"""Bytes of the line without its end, as a STRING that may be invalid UTF-8."""

SPLIT_SETTINGS = ("spark.sql.files.maxPartitionBytes", "spark.sql.files.openCostInBytes")
"""Both are the size of a split, so that no task reads two files."""

_POSITION_BITS = 33
_NO_SPLIT = str(1 << 50)


def unsplit(spark: SparkSession, needed: bool) -> AbstractContextManager[None]:
    """While rows of a batch are read: no file is split, if that is needed.

    Splits are a setting of the session, so all files of the batch are each read by one task then.
    """
    return with_settings(spark, dict.fromkeys(SPLIT_SETTINGS, _NO_SPLIT)) if needed else nullcontext()


def needs_unsplit(files: Collection[BatchFile], form: InputFormat) -> bool:
    """Whether line numbers are known in whole files only.

    Hadoop cuts bz2 between its blocks; in a record of several lines the first may lie in another split.
    """
    return form.quoted_newlines or any(file.name.endswith(".bz2") for file in files)


def read_lines(
    spark: SparkSession, task: StageTask, form: InputFormat, only: Collection[str], split_bytes: int = SPLIT_BYTES
) -> DataFrame:
    """All lines of some text files of a batch, header and empty lines included.

    Args:
        spark: Session.
        task: Names the directory and the files.
        form: Format of the files.
        only: Names of the files to read; the others are not opened.
        split_bytes: Size of a split, equal to `SPLIT_SETTINGS` unless `unsplit`.

    Returns:
        `source_file` STRING, `source_line` BIGINT (first is 1), `_line` STRING.
    """
    reader = spark.read.option("lineSep", "\n") if form.quoted_newlines else spark.read
    raw = reader.text(task.raw)
    if set(only) != {file.name for file in task.files}:
        raw = raw.where(file_name().isin(*only))
    return raw.select(
        file_name().alias(SOURCE_FILE),
        (_lines_before_split(task.files, split_bytes) + _position_in_split() + 1).alias(SOURCE_LINE),
        F.col("value").alias(LINE),
    )


def rows_of(lines: DataFrame, form: InputFormat) -> DataFrame:
    """The lines that are rows: neither title, header nor comment, and not empty."""
    rows = lines.where(F.col(LINE) != "")
    if form.header_lines:
        rows = rows.where(F.col(SOURCE_LINE) > form.header_lines)
    return rows.where(~F.startswith(F.col(LINE), F.lit(form.comment))) if form.comment else rows


def check_files(spark: SparkSession, task: StageTask) -> None:
    """Compare the directory of a batch with its manifest.

    Raises:
        JobError: It does not hold exactly the files of the batch.
    """
    _check_files(task, spark.read.text(task.raw).inputFiles())


def _check_files(task: StageTask, found: Collection[str]) -> None:
    names = {unquote(url.rpartition("/")[2]) for url in found}
    known = {file.name for file in task.files}
    if names != known:
        missing, extra = sorted(known - names), sorted(names - known)
        raise JobError(
            f"batch {task.batch}: {task.raw} does not hold the files of its manifest: "
            f"missing {missing}, not in it {extra}; "
            "Spark does not see names that begin with _ or ."
        )


def file_name() -> Expression:
    """Name of the file that a row is read from."""
    # `_metadata` has names as they stand in a URL; url_decode is for forms, where a plus sign is a space.
    name = F.col("_metadata.file_name")
    escaped = F.contains(name, F.lit("%"))
    return F.when(escaped, F.url_decode(F.replace(name, F.lit("+"), F.lit("%2B")))).otherwise(name)


def _position_in_split() -> Expression:
    # The upper bits number the task; each task reads one split (see spark-defaults.conf).
    return F.monotonically_increasing_id().bitwiseAND(F.lit((1 << _POSITION_BITS) - 1))


def _lines_before_split(files: Collection[BatchFile], split_bytes: int) -> Expression:
    split = F.floor(F.col("_metadata.file_block_start") / F.lit(split_bytes)).cast("int")
    cut = {file.name: file.split_lines for file in files if file.split_lines}
    counts = F.from_json(F.lit(json.dumps(cut)), "map<string,array<bigint>>")
    known = F.get(F.try_element_at(counts, file_name()), split - 1)
    unknown = F.raise_error(F.concat(F.lit("the manifest has no line count for a split of "), file_name())).cast(
        "bigint"
    )
    return F.when(split == 0, F.lit(0)).otherwise(F.coalesce(known, unknown))
