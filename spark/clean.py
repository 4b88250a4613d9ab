"""Clean: the newest version of each key in some quarters, in few sorted files.

A key is one thing wherever its versions lie: a correction of the event time moves the row to another quarter, and the
older version in the old quarter is superseded. So a quarter that holds a key of a batch that is new to readers is
cleaned too: its row may just have been superseded. Without a key every row is its own.

The versions come from one of two places, and both give the same rows. What readers see of a quarter is the newest of
all batches they know, so it and the rows of new batches are enough. Without such a release, or when a quarter is to be
rebuilt, all staged rows are read.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from spark.counts import rows_by_origin
from spark.hdfs import delete, exists, size_of
from spark.schema import (
    NO_QUARTER,
    ORIGIN_AND_PARTITION,
    ORIGIN_FIELDS,
    SOURCE_BATCH,
    SOURCE_FILE,
    SOURCE_LINE,
    contract_fields,
    quarter_start,
    row_schema,
)
from spark.superseded import superseded_examples
from spark.versions import newest_apart
from warehouse.contract.model import Contract
from warehouse.job import FileRows, StagedSource
from warehouse.paths import partition_name
from warehouse.quarter import PARTITION_COLUMN

_ORDER = "_order"
_FILE_BITS, _LINE_BITS = 15, 26
"""With 22 for the days of all years that a date can have, these are the 63 that a positive number has."""


@dataclass(frozen=True)
class CleanTask:
    """What to clean.

    Attributes:
        sources: All staged batches.
        released: Batches among them that the live release has.
        quarters: Partition values.
        target: New directory; not made when no row is left.
        target_file_bytes: Wanted size of a file, roughly.
        live: Directory of the clean rows of each quarter of the live release; `None`: read all staged rows instead.
    """

    sources: list[StagedSource]
    released: Collection[str]
    quarters: Collection[str]
    target: str
    target_file_bytes: int
    live: Mapping[str, str] | None = None

    @property
    def new(self) -> list[StagedSource]:
        """Batches that the live release lacks."""
        return [source for source in self.sources if source.batch not in self.released]


@dataclass(frozen=True)
class CleanCounts:
    """What cleaning made of its quarters.

    Attributes:
        clean: Rows by quarter partition value, batch and file.
        superseded: Older versions of a key, in the same way, among the rows that were read: all that there are, or
            those that the live release does not have as superseded yet.
        examples: Some that a new batch supersedes, as text; only where the contract limits their share.
    """

    clean: dict[str, FileRows]
    superseded: dict[str, FileRows]
    examples: list[str] = field(default_factory=list)


def clean(spark: SparkSession, contract: Contract, task: CleanTask) -> CleanCounts:
    """Write the clean rows of some quarters, and of those that share a key with them.

    Args:
        spark: Spark session.
        contract: Contract of the dataset.
        task: What to clean.

    Returns:
        Counts with an entry for every quarter cleaned.
    """
    quarters = quarters_to_clean(spark, contract, task)
    rows = _rows(spark, contract, task, quarters)
    if rows is None:
        return CleanCounts({quarter: {} for quarter in quarters}, {quarter: {} for quarter in quarters})
    files = {quarter: _file_count(spark, task, quarter) for quarter in quarters}
    arranged(rows, contract, files).write.partitionBy(PARTITION_COLUMN).parquet(task.target)
    counts = _count(spark, contract, task, quarters)
    delete(spark, f"{task.target}/{NO_QUARTER}")
    return counts


def read_staged(
    spark: SparkSession, contract: Contract, sources: Iterable[StagedSource], quarters: Collection[str]
) -> DataFrame | None:
    """Staged rows of some quarters with their quarter; `None` when no source has any.

    Args:
        spark: Spark session.
        contract: Contract of the dataset.
        sources: Staged batches.
        quarters: Partition values.
    """
    return _read(spark, contract, [path for quarter in sorted(quarters) for path in _directories(sources, quarter)])


def quarters_to_clean(spark: SparkSession, contract: Contract, task: CleanTask) -> list[str]:
    """The quarters of the task and all others that may hold a version of a key of a new batch, ascending.

    Args:
        spark: Spark session.
        contract: Contract of the dataset.
        task: What to clean.
    """
    quarters = set(task.quarters)
    if not _moves(contract) or not quarters:
        return sorted(quarters)
    live = {q: [path] for q, path in task.live.items()} if task.live is not None else _staged_directories(task)
    others = [path for quarter, paths in live.items() if quarter not in quarters for path in paths]
    new = [path for source in task.new for quarter in source.quarters for path in _directories([source], quarter)]
    return sorted(quarters | _quarters_with_keys(spark, contract, others, new))


def arranged(rows: DataFrame, contract: Contract, files: dict[str, int]) -> DataFrame:
    """Rows distributed to files and sorted by day and origin, so that equal rows always give equal files.

    Args:
        rows: With their quarter, or without one: these are spread over all files' tasks.
        contract: Gives the event time.
        files: Number of files of each quarter.
    """
    first, first_file_of = 0, list[Expression]()
    for quarter, count in files.items():
        first_file_of += [
            # Not as a Python date: of a year before 1000 pyspark makes a text that Java does not read.
            F.lit(quarter).cast("date"),
            F.struct(F.lit(first).alias("first"), F.lit(count).alias("count")),
        ]
        first += count
    place = F.create_map(*first_file_of)[F.col(PARTITION_COLUMN)]
    # By origin and not by time: a quarter whose rows all have one time still spreads.
    origin = F.xxhash64(SOURCE_BATCH, SOURCE_FILE, SOURCE_LINE)
    file = F.coalesce(place["first"] + F.pmod(origin, place["count"]), F.pmod(origin, F.lit(first)))
    spread = rows.withColumn(_ORDER, _order(contract)).repartitionById(first, file.cast("int"))
    return spread.sortWithinPartitions(_ORDER, *(field.name for field in ORIGIN_FIELDS)).drop(_ORDER)


def _order(contract: Contract) -> Expression:
    """By day, then file, then line, in one number: Spark compares the first eight bytes before it looks at a row."""
    day = F.unix_date(F.col(contract.event_time).cast("date")).cast("bigint")
    file = F.pmod(F.xxhash64(SOURCE_BATCH, SOURCE_FILE), F.lit(1 << _FILE_BITS))
    line = F.least(F.col(SOURCE_LINE), F.lit((1 << _LINE_BITS) - 1))
    return (day * (1 << _FILE_BITS) + file) * (1 << _LINE_BITS) + line


def _rows(spark: SparkSession, contract: Contract, task: CleanTask, quarters: list[str]) -> DataFrame | None:
    """The rows of some quarters to be written: the clean ones, and without a quarter those they supersede."""
    if task.live is None:
        return _from_staged(spark, contract, task, quarters)
    live = _read(spark, contract, [task.live[quarter] for quarter in quarters if quarter in task.live])
    new = read_staged(spark, contract, task.new, quarters)
    rows = live.unionByName(new) if live is not None and new is not None else live or new
    return newest_apart(rows, contract, _sequences(task)) if rows is not None and contract.key else rows


def _from_staged(spark: SparkSession, contract: Contract, task: CleanTask, quarters: list[str]) -> DataFrame | None:
    rows = read_staged(spark, contract, task.sources, quarters)
    if rows is None or not contract.key:
        return rows
    others = _staged_directories(task).keys() - {*quarters} if _moves(contract) else ()
    elsewhere = read_staged(spark, contract, task.sources, others)
    if elsewhere is None:
        return newest_apart(rows, contract, _sequences(task))
    # A newer version there supersedes one here; no more of it is read than that takes.
    told = {*contract.key, contract.event_time, contract.version, *ORIGIN_AND_PARTITION.names}
    thin = elsewhere.select(*(name for name in elsewhere.columns if name in told))
    versions = rows.unionByName(thin, allowMissingColumns=True)
    apart = newest_apart(versions, contract, _sequences(task))
    return apart.where(quarter_start(contract).cast("string").isin(quarters))


def _read(spark: SparkSession, contract: Contract, directories: list[str]) -> DataFrame | None:
    if not directories:
        return None
    return spark.read.schema(row_schema(contract)).parquet(*directories).select("*", quarter_start(contract))


def _moves(contract: Contract) -> bool:
    """Whether versions of a key may lie in several quarters."""
    return bool(contract.key) and contract.event_time not in contract.key


def _quarters_with_keys(spark: SparkSession, contract: Contract, others: list[str], new: list[str]) -> set[str]:
    """Quarters of the directories in `others` that hold a key of those in `new`."""
    if not others or not new:
        return set()
    # Nothing but keys is read, not even the event time: the quarter is in the path.
    schema = StructType([column for column in contract_fields(contract) if column.name in contract.key])
    rows = spark.read.schema(schema).parquet(*others).select(*contract.key, "_metadata.file_path")
    shared = rows.join(spark.read.schema(schema).parquet(*new), [*contract.key], "left_semi")
    files = [PurePosixPath(path) for (path,) in shared.select("file_path").distinct().collect()]
    return {file.parent.name.removeprefix(partition_name("")) for file in files}


def _sequences(task: CleanTask) -> dict[str, int]:
    """Sequences of the batches whose rows may be compared with each other."""
    if task.live is None:
        return {source.batch: source.sequence for source in task.sources}
    # The live release has one row a key: of its batches only those matter that came after a new one.
    first = min((source.sequence for source in task.new), default=0)
    return {source.batch: source.sequence for source in task.sources if source.sequence >= first}


def _count(spark: SparkSession, contract: Contract, task: CleanTask, quarters: list[str]) -> CleanCounts:
    """Count what was written, as it is read."""
    rows = spark.read.schema(ORIGIN_AND_PARTITION).parquet(task.target)
    written = rows_by_origin(rows.where(F.col(PARTITION_COLUMN).isNotNull()))
    superseded, examples = dict[str, FileRows](), list[str]()
    aside = f"{task.target}/{NO_QUARTER}"
    if exists(spark, aside):
        older = spark.read.schema(row_schema(contract)).parquet(aside).select("*", quarter_start(contract))
        superseded = rows_by_origin(older)
        if contract.superseded_threshold is not None:
            known = task.released if task.live is None else ()
            examples = superseded_examples(spark, contract, task.target, written, known)
    return CleanCounts(
        {quarter: written.get(quarter, {}) for quarter in quarters},
        {quarter: superseded.get(quarter, {}) for quarter in quarters},
        examples,
    )


def _staged_directories(task: CleanTask) -> dict[str, list[str]]:
    """Directories of all staged rows by quarter."""
    known = sorted({quarter for source in task.sources for quarter in source.quarters})
    return {quarter: _directories(task.sources, quarter) for quarter in known}


def _directories(sources: Iterable[StagedSource], quarter: str) -> list[str]:
    return [f"{source.path}/{partition_name(quarter)}" for source in sources if quarter in source.quarters]


def _file_count(spark: SparkSession, task: CleanTask, quarter: str) -> int:
    """Number of files for the rows of a quarter.

    By all rows ever staged and the bytes of a row in the largest batch: not by cores or by what this run reads, so
    that the same batches give the same files on any machine, cleaned at once or one after the other.
    """
    sources = [source for source in task.sources if quarter in source.quarters]
    if not sources:
        return 1
    largest = max(sources, key=lambda source: (source.quarters[quarter], -source.sequence))
    (directory,) = _directories([largest], quarter)
    rows = sum(source.quarters[quarter] for source in sources)
    size = size_of(spark, directory) * rows // largest.quarters[quarter]
    return max(1, -(-size // task.target_file_bytes))
