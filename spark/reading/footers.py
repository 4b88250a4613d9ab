"""Footers of Parquet files, read by the driver: to count rows, a Spark job takes longer than everything else."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pyspark.sql import SparkSession

from spark.hdfs import file_statuses, hadoop_configuration, java

_AT_A_TIME = 500
_SPARK_SCHEMA = "org.apache.spark.sql.parquet.row.metadata"


@dataclass(frozen=True)
class Footer:
    """What a Parquet file says about itself.

    Attributes:
        path: Path of the file.
        rows: Number of its rows.
        schema: Its schema, as text: Spark reads files of equal texts with the same types.
    """

    path: str
    rows: int
    schema: tuple[str, str]

    @property
    def name(self) -> str:
        """Name of the file."""
        return self.path.rpartition("/")[2]

    def partition(self, column: str) -> str:
        """Value of a partition column, by the path; empty when no directory above the file names one."""
        return next((name.partition("=")[2] for name in self.path.split("/") if name.startswith(f"{column}=")), "")


def read_footers(spark: SparkSession, directory: str) -> Iterator[Footer]:
    """Footers of all Parquet files below a directory, in no order."""
    statuses = (status for status in file_statuses(spark, directory) if _is_parquet(status))
    configuration, parquet = hadoop_configuration(spark), java(spark).org.apache.parquet.hadoop
    # A footer has all statistics: thousands do not fit into the driver.
    while some := list(islice(statuses, _AT_A_TIME)):
        found = parquet.ParquetFileReader.readAllFootersInParallel(configuration, _java_list(spark, some), False)
        yield from map(_footer, found)


def _is_parquet(status: Any) -> bool:
    return str(status.getPath().getName()).lower().endswith(".parquet")


def _java_list(spark: SparkSession, items: Iterable[Any]) -> Any:
    found = java(spark).java.util.ArrayList()
    for item in items:
        found.add(item)
    return found


def _footer(found: Any) -> Footer:
    metadata = found.getParquetMetadata()
    file = metadata.getFileMetaData()
    rows = sum(block.getRowCount() for block in metadata.getBlocks())
    # Spark's own schema, where Spark wrote the file, decides before that of Parquet.
    own = file.getKeyValueMetaData().get(_SPARK_SCHEMA) or ""
    return Footer(str(found.getFile().toString()), int(rows), (str(file.getSchema().toString()), str(own)))
