"""Spark's event log of one plan: an application that stays for the next one writes no log of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pyspark.sql import SparkSession

from spark.hdfs import java, make_directory, uri_of

_PLAIN = {"spark.eventLog.rolling.enabled": "false", "spark.eventLog.compress": "false"}
"""One file of lines."""


@contextmanager
def events_logged(spark: SparkSession, directory: str | None) -> Iterator[None]:
    """Write what Spark does meanwhile to a file.

    Args:
        spark: Session.
        directory: Where the file is made, named by the application; `None`: nothing is written.
    """
    if directory is None:
        yield
        return
    make_directory(spark, directory)
    context: Any = spark.sparkContext._jsc
    listener = _listener(spark, directory)
    listener.start()
    context.sc().addSparkListener(listener)
    try:
        yield
        # Not of a plan that failed: nobody reads its log, and this would hide why.
        context.sc().listenerBus().waitUntilEmpty()
    finally:
        context.sc().removeSparkListener(listener)
        listener.stop()


def _listener(spark: SparkSession, directory: str) -> Any:
    context: Any = spark.sparkContext._jsc
    settings = context.sc().getConf().clone()
    for name, value in _PLAIN.items():
        settings.set(name, value)
    no_attempt, configuration = java(spark).scala.Option.empty(), context.hadoopConfiguration()
    return java(spark).org.apache.spark.scheduler.EventLoggingListener(
        spark.sparkContext.applicationId, no_attempt, uri_of(spark, directory), settings, configuration
    )
