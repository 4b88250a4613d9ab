"""Stage: each record of a batch becomes a typed row or goes to quarantine with the rules it breaks, never both."""

from collections.abc import Iterable
from contextlib import nullcontext
from functools import reduce

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame, Observation, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, BinaryType, LongType, StringType, StructField, StructType

from spark.counts import rows_by_quarter
from spark.hdfs import delete, exists, size_of
from spark.reading.lines import LINE, check_files, needs_unsplit, unsplit
from spark.reading.records import PLAIN, Records, read_again, read_records
from spark.rules import SEPARATOR, broken_rules, offending_values
from spark.schema import (
    NO_QUARTER,
    SOURCE_BATCH,
    SOURCE_FILE,
    SOURCE_LINE,
    contract_fields,
    no_rows,
    quarter_start,
    row_schema,
)
from spark.session import interpreted
from spark.transforms import compute
from spark.values import value_of
from warehouse.batch import SPLIT_BYTES
from warehouse.contract.model import Column, Contract
from warehouse.job import StagedCounts, StageTask
from warehouse.quarter import PARTITION_COLUMN

_BROKEN = "_broken"
_REJECTED = "_rejected"
_FEW_BYTES = 16 * 1024 * 1024
_QUARANTINE = StructType(
    [
        StructField(SOURCE_FILE, StringType()),
        StructField(SOURCE_LINE, LongType()),
        StructField("rules", ArrayType(StringType())),
        StructField("offending_values", ArrayType(StringType())),
        StructField("record", BinaryType()),
    ]
)


def stage(spark: SparkSession, task: StageTask, contract: Contract, split_bytes: int = SPLIT_BYTES) -> StagedCounts:
    """Write the typed and the rejected rows of one batch to their new directories.

    The files are read once: rejected records are first written beside the typed rows, as rows without a quarter. Only
    they are judged again, with all that people want to know, and then taken away.

    Raises:
        JobError: The directory of the batch does not hold its files.
    """
    check_files(spark, task)
    with unsplit(spark, needs_unsplit(task.files, contract.input_format)):
        judged = (judge(records) for records in read_records(spark, task, contract, split_bytes))
        sorted_out(_united(judged), task.batch, contract).write.partitionBy(PARTITION_COLUMN).parquet(task.staged)
    _write_quarantine(spark, task, contract)
    delete(spark, f"{task.staged}/{NO_QUARTER}")
    quarters = rows_by_quarter(spark, task.staged)
    rejected, rules = _count_rejected(spark, task.quarantine)
    return StagedCounts(sum(quarters.values()), sum(rejected.values()), quarters, rules, rejected)


def judge(records: Records) -> DataFrame:
    """Type and judge records.

    Returns:
        The contract's columns, `source_file`, `source_line`, `_line`, and `_broken`: ids of broken rules as one text.
    """
    records = compute(records)
    columns = [field.name for field in contract_fields(records.contract)]
    return _typed(records).select(SOURCE_FILE, SOURCE_LINE, LINE, *columns, broken_rules(records).alias(_BROKEN))


def sorted_out(judged: DataFrame, batch: str, contract: Contract) -> DataFrame:
    """Rows with where each came from and its quarter; one that breaks a rule has its record and no quarter instead."""
    good = F.col(_BROKEN) == ""
    return judged.withColumns(
        {
            SOURCE_BATCH: F.lit(batch),
            _REJECTED: F.when(~good, F.col(LINE).cast("binary")),
            PARTITION_COLUMN: F.when(good, quarter_start(contract)),
        }
    ).select(*(field.name for field in row_schema(contract)), _REJECTED, PARTITION_COLUMN)


def _write_quarantine(spark: SparkSession, task: StageTask, contract: Contract) -> None:
    rows = no_rows(spark, _QUARANTINE)
    aside = f"{task.staged}/{NO_QUARTER}"
    some = exists(spark, aside)
    few = not some or size_of(spark, aside) < _FEW_BYTES
    if some:
        lines = StructType([*_QUARANTINE.fields[:2], StructField(_REJECTED, BinaryType())])
        rejected = spark.read.schema(lines).parquet(aside).withColumn(LINE, F.col(_REJECTED).cast("string"))
        again = read_again(spark, task, contract, rejected.drop(_REJECTED))
        rows = _united([rows, *(quarantined_rows(records) for records in again)])
    with interpreted(spark) if few else nullcontext():
        rows.write.parquet(task.quarantine)


def quarantined_rows(records: Records) -> DataFrame:
    """The rows that break a rule: where each came from, the broken rules with what breaks them, and its bytes."""
    records = compute(records)
    judged = _typed(records).withColumn(_BROKEN, broken_rules(records))
    # Observing keeps the optimizer from copying every rule into the filter: the generated code would not fit.
    kept_apart = judged.observe(Observation(), F.count(F.lit(1)).alias("rows"))
    return kept_apart.where(F.col(_BROKEN) != "").select(
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
    # The record tells nothing about what is computed.
    return F.col(PLAIN) if column.transform is None else F.lit(False)


def _united(frames: Iterable[DataFrame]) -> DataFrame:
    return reduce(DataFrame.unionByName, frames)


def _count_rejected(spark: SparkSession, quarantine: str) -> tuple[dict[str, int], dict[str, int]]:
    """Rejected rows by file, and by rule."""
    files, rules = dict[str, int](), dict[str, int]()
    rejected = spark.read.schema(f"{SOURCE_FILE} STRING, rules ARRAY<STRING>").parquet(quarantine)
    for file, broken, count in rejected.groupBy(SOURCE_FILE, "rules").count().collect():
        files[file] = files.get(file, 0) + count
        for rule in broken:
            rules[rule] = rules.get(rule, 0) + count
    return files, rules
