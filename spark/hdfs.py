"""What the job asks of HDFS itself, through the Hadoop client that Spark has loaded."""

from collections.abc import Iterator
from typing import Any

from pyspark.sql import SparkSession

from warehouse.errors import JobError


def exists(spark: SparkSession, path: str) -> bool:
    """Whether a file or directory is there."""
    location, filesystem = _resolve(spark, path)
    return bool(filesystem.exists(location))


def delete(spark: SparkSession, directory: str) -> None:
    """Remove a directory; no error when there is none."""
    location, filesystem = _resolve(spark, directory)
    filesystem.delete(location, True)


def make_directory(spark: SparkSession, directory: str) -> None:
    """Make a directory and those above it; no error when it is there."""
    location, filesystem = _resolve(spark, directory)
    filesystem.mkdirs(location)


def move(spark: SparkSession, directory: str, target: str) -> None:
    """Give a directory a new path.

    Args:
        spark: Spark session.
        directory: Its path.
        target: Its new path.

    Raises:
        JobError: There is no such directory, or the target exists.
    """
    location, filesystem = _resolve(spark, directory)
    to, _ = _resolve(spark, target)
    if filesystem.exists(to) or not filesystem.rename(location, to):
        raise JobError(f"{directory} cannot be moved to {target}")


def file_statuses(spark: SparkSession, directory: str) -> Iterator[Any]:
    """Hadoop's `FileStatus` of every file below a directory."""
    location, filesystem = _resolve(spark, directory)
    found = filesystem.listFiles(location, True)
    while found.hasNext():
        yield found.next()


def size_of(spark: SparkSession, directory: str) -> int:
    """Bytes of all files below a directory, replicas not counted."""
    location, filesystem = _resolve(spark, directory)
    return int(filesystem.getContentSummary(location).getLength())


def uri_of(spark: SparkSession, path: str) -> Any:
    """Java's `URI` of a path, with the filesystem that it is in."""
    location, filesystem = _resolve(spark, path)
    return filesystem.makeQualified(location).toUri()


def java(spark: SparkSession) -> Any:
    """Gateway to the driver's Java classes, which pyspark has no type for."""
    return spark.sparkContext._jvm


def hadoop_configuration(spark: SparkSession) -> Any:
    """Hadoop's `Configuration` with the settings of the session."""
    session: Any = spark._jsparkSession
    return session.sessionState().newHadoopConf()


def _resolve(spark: SparkSession, path: str) -> tuple[Any, Any]:
    location = java(spark).org.apache.hadoop.fs.Path(path)
    return location, location.getFileSystem(hadoop_configuration(spark))
