"""Reads the text files of a batch as numbered lines.

A line ends at LF, CRLF or CR, as in Hadoop's `LineRecordReader`, which is also what cuts splits: a split reads
the lines that begin after its first byte up to and including the first byte of the next split (the very first
split also the line at byte 0). Where a quoted field may hold line ends, only LF ends a line and no file is split.
"""

import json
from collections.abc import Collection, Sequence
from functools import reduce
from urllib.parse import unquote

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from spark.reading.packing import SizeRange, size_ranges
from spark.schema import SOURCE_BATCH, SOURCE_FILE, SOURCE_LINE
from warehouse.batch import SPLIT_BYTES, BatchFile
from warehouse.contract.model import InputFormat
from warehouse.errors import JobError
from warehouse.job import StageTask

LINE = "_line"
"""Bytes of the line without its end, as a STRING that may be invalid UTF-8."""

SPLIT_SETTINGS = ("spark.sql.files.maxPartitionBytes", "spark.sql.files.openCostInBytes")
"""While lines are numbered both are the size of a split, so that no partition holds two files."""

_FOLDER = "batch="
_POSITION_BITS = 33
_NO_SPLIT = 1 << 50


def numbering_settings(
    files: Collection[BatchFile], form: InputFormat, split_bytes: int = SPLIT_BYTES
) -> dict[str, str]:
    """Settings of the session with which `read_lines` numbers the lines of some files.

    Splits are a setting of the session, so all files of a job are split or none.

    Args:
        files: Files to read.
        form: How they are written.
        split_bytes: Bytes of a split.
    """
    return dict.fromkeys(SPLIT_SETTINGS, str(_NO_SPLIT if needs_unsplit(files, form) else split_bytes))


def needs_unsplit(files: Collection[BatchFile], form: InputFormat) -> bool:
    """Whether line numbers are known in whole files only.

    Hadoop cuts bz2 between its blocks; in a record of several lines the first may lie in another split.
    """
    return form.quoted_newlines or any(file.name.endswith(".bz2") for file in files)


def list_files(spark: SparkSession, tasks: Sequence[StageTask], form: InputFormat) -> DataFrame:
    """The lines of all files of some batches, as they are in the files; only listed, not read yet.

    Args:
        spark: Spark session.
        tasks: Batches to stage.
        form: How their files are written.

    Raises:
        JobError: A directory does not hold exactly the files of its batch.
    """
    reader = spark.read.option("lineSep", "\n") if form.quoted_newlines else spark.read
    listed = reader.text([task.raw for task in tasks])
    found: dict[str, set[str]] = {}
    for folder, name in map(_place, listed.inputFiles()):
        found.setdefault(folder, set()).add(name)
    for task in tasks:
        _check_files(task, found.get(_folder(task), set()))
    return listed


def read_lines(
    listed: DataFrame,
    tasks: Sequence[StageTask],
    only: Collection[str],
    split_bytes: int = SPLIT_BYTES,
) -> DataFrame:
    """All lines of some text files, header and empty lines included, by a job with `numbering_settings`.

    Args:
        listed: What `list_files` gave for the batches.
        tasks: The batches; several only if `batch_in_path` holds for them.
        only: Names of the files to read; the others are not opened.
        split_bytes: Size of a split, as in the settings.

    Returns:
        `source_batch` STRING, `source_file` STRING, `source_line` BIGINT (first is 1), `_line` STRING.
    """
    files = [file for task in tasks for file in task.files]
    if set(only) != {file.name for file in files}:
        files = [file for file in files if file.name in only]
        listed = listed.where(file_name().isin(*only))
    columns = [
        _batch_of(tasks).alias(SOURCE_BATCH),
        file_name().alias(SOURCE_FILE),
        (_lines_before_split(files, split_bytes) + _position_in_split() + 1).alias(SOURCE_LINE),
        F.col("value").alias(LINE),
    ]
    return reduce(
        DataFrame.union,
        (_together(_of_size(listed, sizes).select(*columns), sizes) for sizes in size_ranges(files, split_bytes)),
    )


def _of_size(listed: DataFrame, sizes: SizeRange) -> DataFrame:
    size = F.col("_metadata.file_size")
    if sizes.at_least:
        listed = listed.where(size >= sizes.at_least)
    return listed if sizes.below is None else listed.where(size < sizes.below)


def _together(numbered: DataFrame, sizes: SizeRange) -> DataFrame:
    # Without a shuffle: each partition is still read, and its lines numbered, by itself.
    return numbered if sizes.tasks is None else numbered.coalesce(sizes.tasks)


def rows_of(lines: DataFrame, form: InputFormat) -> DataFrame:
    """The lines that are rows: neither title, header nor comment, and not empty."""
    rows = lines.where(F.col(LINE) != "")
    if form.header_lines:
        rows = rows.where(F.col(SOURCE_LINE) > form.header_lines)
    return rows.where(~F.startswith(F.col(LINE), F.lit(form.comment))) if form.comment else rows


def batch_in_path(task: StageTask) -> bool:
    """Whether the name of the batch's directory tells its id, as in `warehouse.paths`."""
    return _folder(task) == f"{_FOLDER}{task.batch}"


def _batch_of(tasks: Sequence[StageTask]) -> Expression:
    """Id of the batch of a row."""
    if len(tasks) == 1:
        return F.lit(tasks[0].batch)
    folder = F.substring_index(F.substring_index(F.col("_metadata.file_path"), "/", -2), "/", 1)
    return F.substring_index(folder, "=", -1)


def _folder(task: StageTask) -> str:
    return task.raw.rstrip("/").rpartition("/")[2]


def _place(url: str) -> tuple[str, str]:
    """Names of a file's directory and of the file."""
    folder, _, name = url.rpartition("/")
    return unquote(folder.rpartition("/")[2]), unquote(name)


def _check_files(task: StageTask, names: set[str]) -> None:
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
    # The upper bits number the partition, which is one split: see `numbering_settings`.
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
