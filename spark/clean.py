"""Clean: of all staged rows of some quarters, the newest version of each key, in few sorted files.

Newest is the greatest of (batch sequence, file name, line number), a total order. A key is one thing wherever its
versions lie: a correction of the event time moves the row to another quarter, and the older version in the old
quarter is superseded. So versions are compared across all quarters, and a quarter that shares a key with a quarter to
be cleaned is cleaned with it: its row may just have been superseded. Without a key every row is its own.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from spark.counts import rows_by_quarter
from spark.fs import size_of
from spark.schema import ORIGIN_FIELDS, SOURCE_BATCH, SOURCE_FILE, SOURCE_LINE, quarter_start, row_schema
from warehouse.contract import Contract
from warehouse.job import StagedSource
from warehouse.quarter import PARTITION_COLUMN

_VERSION, _NEWEST = "_version", "_newest"


@dataclass(frozen=True)
class CleanTask:
    """What to clean.

    Attributes:
        sources: All staged batches.
        quarters: Partition values.
        target: New directory; not made when no row is left.
        target_file_bytes: Wanted size of a file, roughly.
    """

    sources: list[StagedSource]
    quarters: Collection[str]
    target: str
    target_file_bytes: int


@dataclass(frozen=True)
class CleanCounts:
    """What cleaning made of its quarters.

    Attributes:
        clean: Rows by quarter partition value.
        superseded: Older versions of a key, by quarter partition value.
    """

    clean: dict[str, int]
    superseded: dict[str, int]


def clean(spark: SparkSession, contract: Contract, task: CleanTask) -> CleanCounts:
    """Write the clean rows of some quarters, and of those that share a key with them.

    Returns:
        Counts with an entry for every quarter cleaned.
    """
    everywhere = _all_versions(spark, contract, task)
    quarters = sorted(task.quarters)
    if everywhere is not None:
        quarters = quarters_with_shared_keys(everywhere, contract, quarters)
    rows = read_staged(spark, contract, task.sources, quarters)
    superseded: dict[str, int] = {}
    if rows is not None and everywhere is not None:
        versions = with_newest(rows, everywhere, contract, task.sources)
        rows, superseded = _newest_only(versions), _count_superseded(versions)
    written = {} if rows is None else _write(spark, contract, task, quarters, rows)
    return CleanCounts({q: written.get(q, 0) for q in quarters}, {q: superseded.get(q, 0) for q in quarters})


def read_staged(
    spark: SparkSession, contract: Contract, sources: Iterable[StagedSource], quarters: Collection[str]
) -> DataFrame | None:
    """Staged rows of some quarters with their quarter; `None` when no source has any."""
    paths = [path for quarter in sorted(quarters) for path in _directories(sources, quarter)]
    if not paths:
        return None
    return spark.read.schema(row_schema(contract)).parquet(*paths).select("*", quarter_start(contract))


def quarters_with_shared_keys(everywhere: DataFrame, contract: Contract, quarters: Collection[str]) -> list[str]:
    """The quarters and all others that hold a version of one of their keys, ascending."""
    # One pass over the keys of everything staged; the rest of the rows is not read.
    lying_in = everywhere.groupBy(*contract.key).agg(
        F.collect_set(F.col(PARTITION_COLUMN).cast("string")).alias("quarters")
    )
    shared = lying_in.where(F.arrays_overlap("quarters", F.lit(list(quarters))))
    found = shared.select(F.explode("quarters")).distinct().collect()
    return sorted({*quarters, *(quarter for (quarter,) in found)})


def with_newest(rows: DataFrame, everywhere: DataFrame, contract: Contract, sources: list[StagedSource]) -> DataFrame:
    """Rows with their `_version` and the `_newest` version that their key has in any quarter."""
    newest = everywhere.groupBy(*contract.key).agg(F.max(_version(sources)).alias(_NEWEST))
    return rows.withColumn(_VERSION, _version(sources)).join(newest, [*contract.key])


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
            F.lit(date.fromisoformat(quarter)),
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
) -> dict[str, int]:
    files = {quarter: _file_count(spark, task, quarter) for quarter in quarters}
    arranged(rows, contract, files).write.partitionBy(PARTITION_COLUMN).parquet(task.target)
    return rows_by_quarter(spark, task.target)


def _directories(sources: Iterable[StagedSource], quarter: str) -> list[str]:
    return [f"{source.path}/{PARTITION_COLUMN}={quarter}" for source in sources if quarter in source.quarters]


def _file_count(spark: SparkSession, task: CleanTask, quarter: str) -> int:
    # By bytes and not by cores: the same rows give the same files on any machine.
    size = sum(size_of(spark, directory) for directory in _directories(task.sources, quarter))
    return max(1, -(-size // task.target_file_bytes))


def _version(sources: Iterable[StagedSource]) -> Expression:
    pairs = [F.lit(item) for source in sources for item in (source.batch, source.sequence)]
    return F.struct(F.create_map(*pairs)[F.col(SOURCE_BATCH)].alias("sequence"), SOURCE_FILE, SOURCE_LINE)


def _newest_only(versions: DataFrame) -> DataFrame:
    return versions.where(F.col(_VERSION) == F.col(_NEWEST)).drop(_VERSION, _NEWEST)


def _count_superseded(versions: DataFrame) -> dict[str, int]:
    older = versions.where(F.col(_VERSION) != F.col(_NEWEST))
    return {quarter.isoformat(): count for quarter, count in older.groupBy(PARTITION_COLUMN).count().collect()}
