"""Starts the Spark session; its settings are in `spark/conf/spark-defaults.conf`."""

import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

from pyspark.sql import SparkSession

from warehouse.batch import SPLIT_BYTES
from warehouse.errors import JobError

_INTERPRETED = {"spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN"}
_SPLIT_SETTING = "spark.sql.files.maxPartitionBytes"


def start_session(name: str) -> SparkSession:
    """Start the session of one run, or return the one this process has.

    Master, memory, cores and jars come from `PYSPARK_SUBMIT_ARGS`, the rest from `SPARK_CONF_DIR` or a
    `--properties-file` there.

    Args:
        name: Shown by YARN.

    Raises:
        JobError: The settings were not found: with Spark's own, timestamps and line numbers would be wrong.
    """
    spark = SparkSession.builder.appName(name).getOrCreate()
    found = spark.conf.get(_SPLIT_SETTING)
    if found != str(SPLIT_BYTES):
        place = os.environ.get("SPARK_CONF_DIR", "not set")
        raise JobError(
            f"{_SPLIT_SETTING} is {found}, expected {SPLIT_BYTES}; SPARK_CONF_DIR is {place}, point it to spark/conf"
        )
    return spark


@contextmanager
def with_settings(spark: SparkSession, settings: Mapping[str, str]) -> Iterator[None]:
    """Change settings of the session for a while."""
    kept = {name: spark.conf.get(name, None) for name in settings}
    try:
        for name, value in settings.items():
            spark.conf.set(name, value)
        yield
    finally:
        for name, previous in kept.items():
            if previous is None:
                spark.conf.unset(name)
            else:
                spark.conf.set(name, str(previous))


def interpreted(spark: SparkSession) -> AbstractContextManager[None]:
    """Rows are worked on without generated code: for few rows, compiling it takes longer than all the work."""
    return with_settings(spark, _INTERPRETED)
