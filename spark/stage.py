"""Stage: each record of a batch becomes a typed row or goes to quarantine with the rules it breaks, never both."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import nullcontext
from functools import reduce

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame, Observation, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, BinaryType, LongType, StringType, StructField, StructType

from spark.hdfs import delete, make_directory, move, size_of
from spark.reading.footers import read_footers
from spark.reading.lines import LINE, list_files, numbering_settings
from spark.reading.packing import weight_of
from spark.reading.records import PLAIN, Records, read_again, read_records
from spark.rules import SEPARATOR, broken_rules, offending_values
from spark.schema import (
    NO_QUARTER,
    SOURCE_BATCH,
    SOURCE_FILE,
    SOURCE_LINE,
    contract_fields,
    quarter_start,
    row_schema,
)
from spark.session import interpreted, with_settings
from spark.transforms import compute
from spark.values import value_of
from warehouse.contract.model import Column, Contract
from warehouse.job import StagedCounts, StageTask
from warehouse.quarter import PARTITION_COLUMN

_BROKEN = "_broken"
_REJECTED = "_rejected"
_BATCH = "_batch"
_FEW_RAW_BYTES = 256 * 1024
_FEW_BYTES = 16 * 1024 * 1024
_REJECTED_LINES = StructType(
    [
        StructField(SOURCE_BATCH, StringType()),
        StructField(SOURCE_FILE, StringType()),
        StructField(SOURCE_LINE, LongType()),
        StructField(_REJECTED, BinaryType()),
    ]
)
_REJECTED_RULES = StructType(
    [
        StructField(SOURCE_FILE, StringType()),
        StructField("rules", ArrayType(StringType())),
        StructField(_BATCH, StringType()),
    ]
)
# Tasks are as large as splits however many cores there are: a batch becomes the same files on any machine.
_SETTINGS = {
    "spark.sql.files.minPartitionNum": "1",
    "spark.sql.adaptive.coalescePartitions.parallelismFirst": "false",
}


def stage(spark: SparkSession, task: StageTask, contract: Contract) -> StagedCounts:
    """Stage one batch, as `stage_together` does."""
    return stage_together(spark, [task], contract)[task.batch]


def stage_together(spark: SparkSession, tasks: Sequence[StageTask], contract: Contract) -> dict[str, StagedCounts]:
    """Write the typed and the rejected rows of batches to their new directories.

    The files are read once: rejected records are first written beside the typed rows, as rows without a quarter. Only
    they are judged again, with all that people want to know, and then taken away.

    Args:
        spark: Session.
        tasks: A group of `spark.batch_groups.group_batches`.
        contract: Contract of their dataset.

    Returns:
        Counts by batch id.

    Raises:
        JobError: The directory of a batch does not hold its files.
    """
    written, refused = f"{tasks[0].staged}.parts", f"{tasks[0].quarantine}.parts"
    _write_staged(spark, tasks, contract, written)
    rows = _rows_by_batch(spark, written)
    dirty = [task for task in tasks if NO_QUARTER in rows.get(task.batch, {})]
    rejected = _write_quarantine(spark, dirty, contract, written, refused) if dirty else {}
    _publish(spark, refused, {task.batch: task.quarantine for task in tasks}, rejected)
    _publish(spark, written, {task.batch: task.staged for task in tasks}, rows)
    return {task.batch: _counts(rows.get(task.batch, {}), rejected.get(task.batch, [])) for task in tasks}


def _write_staged(spark: SparkSession, tasks: Sequence[StageTask], contract: Contract, target: str) -> None:
    form = contract.input_format
    texts = [file for task in tasks for file in task.files if file.kind != "parquet"]
    settings = {**_SETTINGS, **(numbering_settings(texts, form) if texts else {})}
    listed = list_files(spark, tasks, form)
    few = weight_of(file for task in tasks for file in task.files) < _FEW_RAW_BYTES
    with with_settings(spark, settings), interpreted(spark) if few else nullcontext():
        judged = (judge(records) for records in read_records(spark, tasks, contract, listed))
        sorted_out(_united(judged), contract).write.partitionBy(_BATCH, PARTITION_COLUMN).parquet(target)


def _rows_by_batch(spark: SparkSession, directory: str) -> dict[str, dict[str, int]]:
    """Rows by batch id and partition value; those of rejected records by `NO_QUARTER`."""
    found = dict[str, dict[str, int]]()
    for footer in read_footers(spark, directory):
        quarters = found.setdefault(footer.partition(_BATCH), {})
        quarter = NO_QUARTER if f"/{NO_QUARTER}/" in footer.path else footer.partition(PARTITION_COLUMN)
        quarters[quarter] = quarters.get(quarter, 0) + footer.rows
    return found


def _publish(spark: SparkSession, written: str, targets: Mapping[str, str], batches: Collection[str]) -> None:
    """Move what was written for each batch to its directory, empty when it is not one of those that have rows."""
    for batch, target in targets.items():
        if batch in batches:
            move(spark, f"{written}/{_BATCH}={batch}", target)
        else:
            make_directory(spark, target)
    delete(spark, written)


def _counts(rows: Mapping[str, int], rejected: Iterable[tuple[str, list[str], int]]) -> StagedCounts:
    quarters = {quarter: count for quarter, count in sorted(rows.items()) if quarter != NO_QUARTER}
    files, rules = dict[str, int](), dict[str, int]()
    for file, broken, count in rejected:
        files[file] = files.get(file, 0) + count
        for rule in broken:
            rules[rule] = rules.get(rule, 0) + count
    return StagedCounts(sum(quarters.values()), sum(files.values()), quarters, rules, files)


def judge(records: Records) -> DataFrame:
    """Type and judge records.

    Returns:
        The contract's columns, `source_batch`, `source_file`, `source_line`, `_line`, and `_broken`: ids of broken
        rules as one text.
    """
    records = compute(records)
    columns = [field.name for field in contract_fields(records.contract)]
    broken = broken_rules(records).alias(_BROKEN)
    return _typed(records).select(SOURCE_BATCH, SOURCE_FILE, SOURCE_LINE, LINE, *columns, broken)


def sorted_out(judged: DataFrame, contract: Contract) -> DataFrame:
    """Rows with their batch and quarter; one that breaks a rule has its record and no quarter instead."""
    good = F.col(_BROKEN) == ""
    return judged.withColumns(
        {
            _BATCH: F.col(SOURCE_BATCH),
            _REJECTED: F.when(~good, F.col(LINE).cast("binary")),
            PARTITION_COLUMN: F.when(good, quarter_start(contract)),
        }
    ).select(*(field.name for field in row_schema(contract)), _REJECTED, _BATCH, PARTITION_COLUMN)


def _write_quarantine(
    spark: SparkSession, dirty: Sequence[StageTask], contract: Contract, written: str, target: str
) -> dict[str, list[tuple[str, list[str], int]]]:
    """Write the rejected rows and take their records away; returns their number by batch, file and broken rules."""
    aside = [f"{written}/{_BATCH}={task.batch}/{NO_QUARTER}" for task in dirty]
    rejected = spark.read.schema(_REJECTED_LINES).parquet(*aside).withColumn(LINE, F.col(_REJECTED).cast("string"))
    few = sum(size_of(spark, directory) for directory in aside) < _FEW_BYTES
    with interpreted(spark) if few else nullcontext():
        again = read_again(spark, dirty, contract, rejected.drop(_REJECTED))
        rows = _united(quarantined_rows(records) for records in again)
        rows.write.partitionBy(_BATCH).parquet(target)
        found = _count_rejected(spark, target)
    for directory in aside:
        delete(spark, directory)
    return found


def quarantined_rows(records: Records) -> DataFrame:
    """The rows that break a rule: batch, file and line, the broken rules with what breaks them, and its bytes."""
    records = compute(records)
    judged = _typed(records).withColumn(_BROKEN, broken_rules(records))
    # Observing keeps the optimizer from copying every rule into the filter: the generated code would not fit.
    kept_apart = judged.observe(Observation(), F.count(F.lit(1)).alias("rows"))
    return kept_apart.where(F.col(_BROKEN) != "").select(
        F.col(SOURCE_BATCH).alias(_BATCH),
        SOURCE_FILE,
        SOURCE_LINE,
        F.split(F.col(_BROKEN), SEPARATOR).alias("rules"),
        offending_values(records).alias("offending_values"),
        F.col(LINE).cast("binary").alias("record"),
    )


def _typed(records: Records) -> DataFrame:
    """The records with the contract's columns, typed, beside them."""
    contract = records.contract
    values = [
        value_of(records.text(found.name), found, contract, _plain(found)).alias(found.name)
        for found in contract.columns
    ]
    return records.frame.select("*", *values)


def _plain(column: Column) -> Expression:
    # The record says nothing about what is computed.
    return F.col(PLAIN) if column.transform is None else F.lit(False)


def _united(frames: Iterable[DataFrame]) -> DataFrame:
    return reduce(DataFrame.unionByName, frames)


def _count_rejected(spark: SparkSession, directory: str) -> dict[str, list[tuple[str, list[str], int]]]:
    found = dict[str, list[tuple[str, list[str], int]]]()
    rejected = spark.read.schema(_REJECTED_RULES).parquet(directory)
    for batch, file, rules, count in rejected.groupBy(_BATCH, SOURCE_FILE, "rules").count().collect():
        found.setdefault(batch, []).append((file, rules, count))
    return found
