"""Starts the Spark session; what it is set to stands in `spark/conf/spark-defaults.conf`."""

import os

from pyspark.sql import SparkSession

from warehouse.batch import SPLIT_BYTES
from warehouse.errors import JobError

_SPLIT_SETTING = "spark.sql.files.maxPartitionBytes"


def start_session(name: str) -> SparkSession:
    """Start the session of one run, or return the one this process has.

    Master, memory, cores and jars come from `PYSPARK_SUBMIT_ARGS`, the rest from `SPARK_CONF_DIR`.

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
