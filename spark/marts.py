"""Marts: runs a mart's SQL over the clean rows of some quarters, writes its table, and runs its check."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StructField, StructType

from spark.counts import rows_by_quarter
from spark.hdfs import exists
from spark.schema import NO_QUARTER, PARTITION_SCHEMA, contract_fields, no_rows, quarter_start, row_schema, spark_type
from warehouse.contract.model import Contract, Mart
from warehouse.errors import ContractError
from warehouse.job import MartTask
from warehouse.quarter import PARTITION_COLUMN

_CLEAN_VIEW = "clean"
_SHOWN_FAILURES = 20


@dataclass(frozen=True)
class MartCounts:
    """The result of building a mart.

    Attributes:
        rows: Rows by quarter partition value, for every quarter asked for.
        failures: The first rows its check returned, as text.
    """

    rows: dict[str, int]
    failures: list[str]


def build_mart(spark: SparkSession, contract: Contract, task: MartTask, clean: Mapping[str, str]) -> MartCounts:
    """Write one mart to its new directory and check what was written.

    Args:
        spark: Session; gets the views `clean` and the mart's name.
        contract: Gives the columns of clean and mart.
        task: The mart's SQL, its check, its quarters and its directory.
        clean: Directory of clean rows for each quarter of the task that has any.

    Raises:
        ContractError: The SQL does not give the columns of the contract, or a quarter it was not asked for, or none.
    """
    register_clean(spark, contract, [clean[quarter] for quarter in task.quarters if quarter in clean])
    mart = contract.mart(task.name)
    table = shaped(spark.sql(task.sql), mart)
    _one_file_a_quarter(table).write.partitionBy(PARTITION_COLUMN).parquet(task.target)
    _check_no_row_lacks_its_quarter(spark, mart, task.target)
    rows = rows_by_quarter(spark, task.target)
    _check_quarters(mart, rows, task.quarters)
    read_mart(spark, mart, task.target).createOrReplaceTempView(mart.name)
    failures = check_failures(spark, task.check) if task.check is not None else []
    return MartCounts({quarter: rows.get(quarter, 0) for quarter in task.quarters}, failures)


def register_clean(spark: SparkSession, contract: Contract, directories: list[str]) -> None:
    """Make the view `clean`: the contract's columns and the quarter of the rows in some directories.

    Args:
        spark: Spark session.
        contract: Contract of the dataset.
        directories: Directories of clean rows.
    """
    schema = row_schema(contract)
    rows = spark.read.schema(schema).parquet(*directories) if directories else no_rows(spark, schema)
    columns = [field.name for field in contract_fields(contract)]
    rows.select(*columns, quarter_start(contract)).createOrReplaceTempView(_CLEAN_VIEW)


def shaped(result: DataFrame, mart: Mart) -> DataFrame:
    """The result of a mart's SQL as the contract describes it.

    Raises:
        ContractError: A column is missing, unknown or there twice.
    """
    wanted, found = [PARTITION_COLUMN, *(column.name for column in mart.columns)], result.columns
    if sorted(wanted) != sorted(found):
        missing, extra = (
            [c for c in wanted if c not in found],
            [c for c in found if c not in wanted or found.count(c) > 1],
        )
        raise ContractError(
            f"mart {mart.name}: the SQL does not return the contract's columns: missing {missing}, unexpected {extra}"
        )
    values = [F.col(column.name).cast(spark_type(column.type)) for column in mart.columns]
    return result.select(*values, F.col(PARTITION_COLUMN).cast("date"))


def read_mart(spark: SparkSession, mart: Mart, directory: str) -> DataFrame:
    """The written rows of a mart.

    Args:
        spark: Spark session.
        mart: The mart.
        directory: Directory of its rows.
    """
    columns = [StructField(column.name, spark_type(column.type)) for column in mart.columns]
    return spark.read.schema(StructType([*columns, *PARTITION_SCHEMA])).parquet(directory)


def check_failures(spark: SparkSession, check: str) -> list[str]:
    """First rows that a check returns, each as `column=value` texts; none: it passed."""
    rows = spark.sql(check).limit(_SHOWN_FAILURES).collect()
    return [", ".join(f"{name}={value}" for name, value in row.asDict().items()) for row in rows]


def _one_file_a_quarter(table: DataFrame) -> DataFrame:
    return table.repartition(PARTITION_COLUMN).sortWithinPartitions(
        PARTITION_COLUMN, *table.drop(PARTITION_COLUMN).columns
    )


def _check_no_row_lacks_its_quarter(spark: SparkSession, mart: Mart, directory: str) -> None:
    aside = f"{directory}/{NO_QUARTER}"
    if exists(spark, aside):
        count = spark.read.parquet(aside).count()
        raise ContractError(f"mart {mart.name}: {PARTITION_COLUMN} is NULL in {count:,} rows that the SQL returns")


def _check_quarters(mart: Mart, found: Collection[str], asked: Collection[str]) -> None:
    foreign = sorted(set(found) - set(asked))
    if foreign:
        raise ContractError(
            f"mart {mart.name}: the SQL returns rows of quarters that `clean` does not have: {', '.join(foreign)}"
        )
