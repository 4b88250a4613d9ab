"""Counts rows of written directories and of frames."""

from pyspark.sql import DataFrame, SparkSession

from spark.schema import PARTITION_SCHEMA, SOURCE_BATCH, SOURCE_FILE
from warehouse.job import FileRows
from warehouse.quarter import PARTITION_COLUMN


def rows_by_quarter(spark: SparkSession, directory: str) -> dict[str, int]:
    """Rows of each quarter partition below a directory, by partition value.

    Reads no column: the row counts in the Parquet footers are enough.
    """
    rows = spark.read.schema(PARTITION_SCHEMA).parquet(directory)
    found = rows.groupBy(PARTITION_COLUMN).count().collect()
    return {quarter.isoformat(): count for quarter, count in sorted(found)}


def rows_by_origin(rows: DataFrame) -> dict[str, FileRows]:
    """Rows by quarter partition value, batch and file, for every quarter that has any."""
    found = dict[str, FileRows]()
    counts = rows.groupBy(PARTITION_COLUMN, SOURCE_BATCH, SOURCE_FILE).count().collect()
    for quarter, batch, file, count in sorted(counts):
        found.setdefault(quarter.isoformat(), {}).setdefault(batch, {})[file] = count
    return found
