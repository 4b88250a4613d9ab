"""Counts rows of written directories and of frames."""

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

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
    return examples_by_origin(rows, F.lit(None))[0]


def examples_by_origin(rows: DataFrame, example: Expression) -> tuple[dict[str, FileRows], list[str]]:
    """The same, and of each file the text that an aggregate makes of its rows; where that is NULL, none."""
    found, examples = dict[str, FileRows](), list[str]()
    origin = (PARTITION_COLUMN, SOURCE_BATCH, SOURCE_FILE)
    counts = rows.groupBy(*origin).agg(F.count("*"), example).collect()
    for quarter, batch, file, count, text in sorted(counts, key=lambda row: row[:3]):
        found.setdefault(quarter.isoformat(), {}).setdefault(batch, {})[file] = count
        examples += [text] if text is not None else []
    return found, examples
