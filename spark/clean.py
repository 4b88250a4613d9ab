"""Clean: of all staged rows of some quarters, the newest version of each key, in few sorted files.

Newest is the greatest of (version column if the contract has one, batch sequence, file name, line number), a total
order. A key is one thing wherever its
versions lie: a correction of the event time moves the row to another quarter, and the older version in the old
quarter is superseded. So versions are compared across all quarters, and a quarter that holds a key of a batch that is
new to readers is cleaned too: its row may just have been superseded. Without a key every row is its own.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from spark.counts import examples_by_origin, rows_by_origin
from spark.hdfs import size_of
from spark.schema import (
    ORIGIN_AND_PARTITION,
    ORIGIN_FIELDS,
    SOURCE_BATCH,
    SOURCE_FILE,
    SOURCE_LINE,
    quarter_start,
    row_schema,
)
from warehouse.contract.model import Contract
from warehouse.job import FileRows, StagedSource
from warehouse.paths import partition_name
from warehouse.quarter import PARTITION_COLUMN

_VERSION, _NEWEST, _AT = "_version", "_newest", "_at"
_SHOWN_EXAMPLES = 5
_SHOWN_CHARACTERS = 100


@dataclass(frozen=True)
class CleanTask:
    """What to clean.

    Attributes:
        sources: All staged batches.
        released: Batches among them that the quarters which are not cleaned were cleaned with.
        quarters: Partition values.
        target: New directory; not made when no row is left.
        target_file_bytes: Wanted size of a file, roughly.
    """

    sources: list[StagedSource]
    released: Collection[str]
    quarters: Collection[str]
    target: str
    target_file_bytes: int


@dataclass(frozen=True)
class CleanCounts:
    """What cleaning made of its quarters.

    Attributes:
        clean: Rows by quarter partition value, batch and file.
        superseded: Older versions of a key, in the same way.
        examples: Some that a new batch supersedes, as text; only where the contract limits their share.
    """

    clean: dict[str, FileRows]
    superseded: dict[str, FileRows]
    examples: list[str] = field(default_factory=list)


def clean(spark: SparkSession, contract: Contract, task: CleanTask) -> CleanCounts:
    """Write the clean rows of some quarters, and of those that share a key with them.

    Returns:
        Counts with an entry for every quarter cleaned.
    """
    everywhere = _all_versions(spark, contract, task)
    quarters = sorted(task.quarters)
    if everywhere is not None:
        quarters = quarters_with_new_keys(everywhere, contract, task)
    rows = read_staged(spark, contract, task.sources, quarters)
    superseded, examples = dict[str, FileRows](), list[str]()
    if rows is not None and everywhere is not None:
        versions = with_newest(rows, everywhere, contract, task.sources)
        # The join put the key first; files keep the order of the contract, as the tables do.
        rows = _newest_only(versions).select(rows.columns)
        superseded, examples = _count_older(_older(versions), contract, task)
    written = {} if rows is None else _write(spark, contract, task, quarters, rows)
    return CleanCounts(
        {q: written.get(q, {}) for q in quarters}, {q: superseded.get(q, {}) for q in quarters}, examples
    )


def read_staged(
    spark: SparkSession, contract: Contract, sources: Iterable[StagedSource], quarters: Collection[str]
) -> DataFrame | None:
    """Staged rows of some quarters with their quarter; `None` when no source has any."""
    paths = [path for quarter in sorted(quarters) for path in _directories(sources, quarter)]
    if not paths:
        return None
    return spark.read.schema(row_schema(contract)).parquet(*paths).select("*", quarter_start(contract))


def quarters_with_new_keys(everywhere: DataFrame, contract: Contract, task: CleanTask) -> list[str]:
    """The quarters of the task and all others that hold a version of a key of a new batch, ascending."""
    known = {quarter for source in task.sources for quarter in source.quarters}
    if known <= set(task.quarters):
        return sorted(task.quarters)
    # Only keys are read, of everything staged.
    new = everywhere.where(~F.col(SOURCE_BATCH).isin(*task.released)) if task.released else everywhere
    keys = new.select(*contract.key).distinct()
    shared = everywhere.join(keys, [*contract.key], "left_semi").select(F.col(PARTITION_COLUMN).cast("string"))
    return sorted({*task.quarters, *(quarter for (quarter,) in shared.distinct().collect())})


def with_newest(rows: DataFrame, everywhere: DataFrame, contract: Contract, sources: list[StagedSource]) -> DataFrame:
    """Rows with their `_version` and the `_newest` version that their key has in any quarter."""
    version = _version(contract, sources)
    newest = everywhere.groupBy(*contract.key).agg(F.max(version).alias(_NEWEST))
    return rows.withColumn(_VERSION, version).join(newest, [*contract.key])


def arranged(rows: DataFrame, contract: Contract, files: dict[str, int]) -> DataFrame:
    """Rows distributed to files and sorted, so that equal rows always give equal files.

    Args:
        rows: With their quarter.
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
    file = place["first"] + F.pmod(F.xxhash64(SOURCE_BATCH, SOURCE_FILE, SOURCE_LINE), place["count"])
    order = [PARTITION_COLUMN, contract.event_time, *(field.name for field in ORIGIN_FIELDS)]
    return rows.repartitionById(first, file.cast("int")).sortWithinPartitions(*order)


def _all_versions(spark: SparkSession, contract: Contract, task: CleanTask) -> DataFrame | None:
    if not contract.key or not task.quarters:
        return None
    known = {quarter for source in task.sources for quarter in source.quarters}
    return read_staged(spark, contract, task.sources, known)


def _write(
    spark: SparkSession, contract: Contract, task: CleanTask, quarters: list[str], rows: DataFrame
) -> dict[str, FileRows]:
    files = {quarter: _file_count(spark, task, quarter) for quarter in quarters}
    arranged(rows, contract, files).write.partitionBy(PARTITION_COLUMN).parquet(task.target)
    return rows_by_origin(spark.read.schema(ORIGIN_AND_PARTITION).parquet(task.target))


def _directories(sources: Iterable[StagedSource], quarter: str) -> list[str]:
    return [f"{source.path}/{partition_name(quarter)}" for source in sources if quarter in source.quarters]


def _file_count(spark: SparkSession, task: CleanTask, quarter: str) -> int:
    # By bytes and not by cores: the same rows give the same files on any machine.
    size = sum(size_of(spark, directory) for directory in _directories(task.sources, quarter))
    return max(1, -(-size // task.target_file_bytes))


def _version(contract: Contract, sources: Iterable[StagedSource]) -> Expression:
    pairs = [F.lit(item) for source in sources for item in (source.batch, source.sequence)]
    order = [F.create_map(*pairs)[F.col(SOURCE_BATCH)].alias("sequence"), F.col(SOURCE_FILE), F.col(SOURCE_LINE)]
    # After a total order, so these decide nothing: the examples show them. Else no row carries them to its key.
    told = [F.col(SOURCE_BATCH), F.col(contract.event_time).alias(_AT)] if _shows_examples(contract) else []
    return F.struct(*([F.col(contract.version)] if contract.version else []), *order, *told)


def _shows_examples(contract: Contract) -> bool:
    return contract.superseded_threshold is not None


def _newest_only(versions: DataFrame) -> DataFrame:
    return versions.where(F.col(_VERSION) == F.col(_NEWEST))


def _older(versions: DataFrame) -> DataFrame:
    return versions.where(F.col(_VERSION) != F.col(_NEWEST))


def _count_older(older: DataFrame, contract: Contract, task: CleanTask) -> tuple[dict[str, FileRows], list[str]]:
    """Older versions by origin, and some that are older only since a new batch came; both in one Spark job."""
    if not _shows_examples(contract):
        return rows_by_origin(older), []
    released = F.lit(False)
    if task.released:
        released = F.col(SOURCE_BATCH).isin(*task.released) & F.col(f"{_NEWEST}.{SOURCE_BATCH}").isin(*task.released)
    # The last of each file: an earlier one may have been superseded within the file before.
    last = F.max(F.when(~released, F.struct(SOURCE_LINE, _told(contract).alias("told"))))["told"]
    counts, examples = examples_by_origin(older, last)
    return counts, examples[:_SHOWN_EXAMPLES]


def _told(contract: Contract) -> Expression:
    """An older version with its key and the version that won."""
    key = [
        part
        for name in contract.key
        for part in (F.lit(f", {name}="), F.substring(F.col(name).cast("string"), 1, _SHOWN_CHARACTERS))
    ]
    return F.concat(
        F.substring(F.concat(*key), 3, 2**31 - 1), F.lit(": "), _place(_VERSION), F.lit(" by "), _place(_NEWEST)
    )


def _place(version: str) -> Expression:
    """Event time, file and line of a version."""
    of = {name: F.col(f"{version}.{name}").cast("string") for name in (_AT, SOURCE_FILE, SOURCE_LINE, SOURCE_BATCH)}
    words = [of[_AT], F.lit("in"), of[SOURCE_FILE], F.lit("line"), of[SOURCE_LINE], F.lit("of batch"), of[SOURCE_BATCH]]
    return F.concat_ws(" ", *words)
