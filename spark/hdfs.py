"""What the job asks of HDFS itself, through the Hadoop client that Spark has loaded."""

from typing import Any

from pyspark.sql import SparkSession


def exists(spark: SparkSession, path: str) -> bool:
    """Whether a file or directory is there."""
    location, filesystem = _resolve(spark, path)
    return bool(filesystem.exists(location))


def delete(spark: SparkSession, directory: str) -> None:
    """Remove a directory; no error when there is none."""
    location, filesystem = _resolve(spark, directory)
    filesystem.delete(location, True)


def size_of(spark: SparkSession, directory: str) -> int:
    """Bytes of all files below a directory, replicas not counted."""
    location, filesystem = _resolve(spark, directory)
    return int(filesystem.getContentSummary(location).getLength())


def _resolve(spark: SparkSession, path: str) -> tuple[Any, Any]:
    # pyspark types neither field: `_jvm` is its gateway to the Java classes.
    gateway: Any = spark.sparkContext._jvm
    location = gateway.org.apache.hadoop.fs.Path(path)
    return location, location.getFileSystem(spark._jsparkSession.sessionState().newHadoopConf())
