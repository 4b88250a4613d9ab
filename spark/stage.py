"""Stage: each line of a batch becomes a typed row or goes to quarantine with the rules it breaks, never both."""

from collections.abc import Collection

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame, Observation, SparkSession
from pyspark.sql import functions as F

from spark.counts import rows_by_quarter
from spark.fields import split_fields, text_of
from spark.lines import LINE, read_lines, rows_of, unsplit_bz2
from spark.rules import SEPARATOR, broken_rules
from spark.schema import ORIGIN_FIELDS, SOURCE_BATCH, SOURCE_FILE, SOURCE_LINE, contract_fields, quarter_start
from spark.values import value_of
from warehouse.batch import SPLIT_BYTES
from warehouse.contract import Contract
from warehouse.job import StagedCounts, StageTask
from warehouse.quarter import PARTITION_COLUMN

_FIELDS, _BROKEN = "_fields", "_broken"


def stage(spark: SparkSession, task: StageTask, contract: Contract, split_bytes: int = SPLIT_BYTES) -> StagedCounts:
    """Write the typed and the rejected rows of one batch to their new directories.

    The files are read once; a second time only those that hold a rejected row.

    Raises:
        JobError: The directory of the batch does not hold its files.
    """
    with unsplit_bz2(spark, task.files):
        seen = Observation()
        judged = _judged(spark, task, contract, split_bytes).observe(seen, _files_with_rejects())
        staged_rows(judged, task.batch, contract).write.partitionBy(PARTITION_COLUMN).parquet(task.staged)
        rejected = _judged(spark, task, contract, split_bytes, only=seen.get["files"])
        quarantined_rows(rejected).write.parquet(task.quarantine)
    quarters = rows_by_quarter(spark, task.staged)
    quarantined, rules = _count_rules(spark, task.quarantine)
    return {"staged": sum(quarters.values()), "quarantined": quarantined, "quarters": quarters, "rules": rules}


def judge(rows: DataFrame, contract: Contract) -> DataFrame:
    """Parse, type and judge rows.

    Args:
        rows: `source_file`, `source_line`, `_line`.
        contract: What a row must be.

    Returns:
        The same columns, the contract's columns typed, and `_broken`: ids of broken rules as one text.
    """
    fields, line = F.col(_FIELDS), F.col(LINE)
    parsed = rows.withColumn(_FIELDS, split_fields(line, contract))
    typed = parsed.select("*", *(_value(column.name, contract) for column in contract.columns))
    return typed.withColumn(_BROKEN, broken_rules(line, fields, contract)).drop(_FIELDS)


def staged_rows(judged: DataFrame, batch: str, contract: Contract) -> DataFrame:
    """The rows that break no rule: the contract's columns, where each came from, and its quarter."""
    columns = [F.col(field.name) for field in (*contract_fields(contract), *ORIGIN_FIELDS)]
    kept = judged.where(F.col(_BROKEN) == "").withColumn(SOURCE_BATCH, F.lit(batch))
    return kept.select(*columns, quarter_start(contract))


def quarantined_rows(judged: DataFrame) -> DataFrame:
    """The rows that break a rule: where each came from, the broken rules, and its bytes as received."""
    return judged.where(F.col(_BROKEN) != "").select(
        SOURCE_FILE,
        SOURCE_LINE,
        F.split(F.col(_BROKEN), SEPARATOR).alias("rules"),
        F.col(LINE).cast("binary").alias("record"),
    )


def _value(name: str, contract: Contract) -> Expression:
    text = text_of(F.col(_FIELDS), name, contract.input_format)
    return value_of(text, contract.column(name)).alias(name)


def _judged(
    spark: SparkSession, task: StageTask, contract: Contract, split_bytes: int, only: Collection[str] | None = None
) -> DataFrame:
    lines = read_lines(spark, task, split_bytes, only)
    return judge(rows_of(lines, contract.input_format.header), contract)


def _files_with_rejects() -> Expression:
    return F.collect_set(F.when(F.col(_BROKEN) != "", F.col(SOURCE_FILE))).alias("files")


def _count_rules(spark: SparkSession, quarantine: str) -> tuple[int, dict[str, int]]:
    rows, rules = 0, dict[str, int]()
    for found in spark.read.schema("rules ARRAY<STRING>").parquet(quarantine).groupBy("rules").count().collect():
        rows += found["count"]
        for rule in found["rules"]:
            rules[rule] = rules.get(rule, 0) + found["count"]
    return rows, rules
