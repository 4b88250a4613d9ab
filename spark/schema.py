"""Spark types and column order of the tables that a contract describes."""

from functools import cache

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import DataType, DateType, LongType, StringType, StructField, StructType, TimestampNTZType

from warehouse.contract.model import ORIGIN_COLUMNS, Contract
from warehouse.quarter import PARTITION_COLUMN

SOURCE_BATCH, SOURCE_FILE, SOURCE_LINE = ORIGIN_COLUMNS

ORIGIN_FIELDS = (
    StructField(SOURCE_BATCH, StringType()),
    StructField(SOURCE_FILE, StringType()),
    StructField(SOURCE_LINE, LongType()),
)

PARTITION_SCHEMA = StructType([StructField(PARTITION_COLUMN, DateType())])
"""The partition column alone."""

NO_QUARTER = f"{PARTITION_COLUMN}=__HIVE_DEFAULT_PARTITION__"
"""Directory in which Spark writes the rows whose partition column is NULL."""

ORIGIN_AND_PARTITION = StructType([*ORIGIN_FIELDS, *PARTITION_SCHEMA])
"""Where rows came from, and their quarter: enough to count by file."""


def no_rows(spark: SparkSession, schema: StructType) -> DataFrame:
    """A frame without rows. Not by `createDataFrame`, which starts a Python on the nodes, where none may be."""
    return spark.range(0).select(*(F.lit(None).cast(field.dataType).alias(field.name) for field in schema))


def quoted(name: str) -> str:
    """A column's name as Spark's SQL takes any name."""
    return "`" + name.replace("`", "``") + "`"


@cache
def spark_type(hive_type: str) -> DataType:
    """Spark's type of a Hive type; TIMESTAMP is a wall clock in Hive, so it is one here."""
    return TimestampNTZType() if hive_type == "TIMESTAMP" else DataType.fromDDL(hive_type)


def contract_fields(contract: Contract) -> list[StructField]:
    """The contract's columns, in its order."""
    return [StructField(column.name, spark_type(column.type)) for column in contract.columns]


def row_schema(contract: Contract) -> StructType:
    """What the files of staged and clean rows hold: the contract's columns, then where the row came from."""
    return StructType([*contract_fields(contract), *ORIGIN_FIELDS])


def quarter_start(contract: Contract) -> Expression:
    """First day of the quarter of a row's event time."""
    return F.trunc(F.col(contract.event_time).cast("date"), "quarter").alias(PARTITION_COLUMN)
