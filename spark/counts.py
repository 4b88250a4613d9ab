"""Counts rows of written directories."""

from pyspark.sql import SparkSession

from spark.schema import PARTITION_SCHEMA
from warehouse.quarter import PARTITION_COLUMN


def rows_by_quarter(spark: SparkSession, directory: str) -> dict[str, int]:
    """Rows of each quarter partition below a directory, by partition value.

    Reads no column: the row counts in the Parquet footers are enough.
    """
    rows = spark.read.schema(PARTITION_SCHEMA).parquet(directory)
    found = rows.groupBy(PARTITION_COLUMN).count().collect()
    return {quarter.isoformat(): count for quarter, count in sorted(found)}
