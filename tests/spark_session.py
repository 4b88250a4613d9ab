"""One local Spark session for all tests, with the settings that production has."""

import os
from collections.abc import Iterator

import pytest
from pyspark.sql import SparkSession

from spark.session import start_session
from warehouse.settings import REPOSITORY

LOCAL = {
    "SPARK_CONF_DIR": str(REPOSITORY / "spark" / "conf"),
    "PYSPARK_SUBMIT_ARGS": "--master local[2] --driver-memory 1g --conf spark.driver.host=127.0.0.1 "
    "--conf spark.driver.bindAddress=127.0.0.1 --conf spark.sql.shuffle.partitions=3 pyspark-shell",
}
"""Environment that gives a local session; what production sets for YARN stands in the same two variables."""


@pytest.fixture(name="spark", scope="session")
def spark_session() -> Iterator[SparkSession]:
    """The session. Its JVM runs in another time zone, so that a test sees where UTC was forgotten."""
    os.environ.update(LOCAL, TZ="America/New_York")
    session = start_session("tests")
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()
