"""Counts rows of written directories and of frames."""

from pyspark.sql import DataFrame, SparkSession

from spark.reading.footers import read_footers
from spark.schema import SOURCE_BATCH, SOURCE_FILE
from warehouse.job import FileRows
from warehouse.quarter import PARTITION_COLUMN


def rows_by_quarter(spark: SparkSession, directory: str) -> dict[str, int]:
    """Rows of each quarter partition below a directory, by partition value."""
    found = dict[str, int]()
    for footer in read_footers(spark, directory):
        quarter = footer.partition(PARTITION_COLUMN)
        if quarter and footer.rows:
            found[quarter] = found.get(quarter, 0) + footer.rows
    return dict(sorted(found.items()))


def rows_by_origin(rows: DataFrame) -> dict[str, FileRows]:
    """Rows by quarter partition value, batch and file, for every quarter that has any."""
    found = dict[str, FileRows]()
    counts = rows.groupBy(PARTITION_COLUMN, SOURCE_BATCH, SOURCE_FILE).count().collect()
    for quarter, batch, file, count in sorted(counts):
        found.setdefault(quarter.isoformat(), {}).setdefault(batch, {})[file] = count
    return found
