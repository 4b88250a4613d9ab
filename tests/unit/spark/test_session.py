"""The settings file: what the code relies on stands in it."""

import pytest
from pyspark.errors import ArithmeticException
from pyspark.sql import SparkSession

from spark.session import start_session
from warehouse.batch import SPLIT_BYTES
from warehouse.errors import JobError
from warehouse.settings import REPOSITORY

_FILE = REPOSITORY / "spark" / "conf" / "spark-defaults.conf"


def _settings() -> dict[str, str]:
    lines = [line for line in _FILE.read_text().splitlines() if line.strip() and not line.startswith("#")]
    return dict(line.split(maxsplit=1) for line in lines)  # type: ignore[misc]


def test_split_size_is_the_one_the_loader_counts_lines_by() -> None:
    assert _settings()["spark.sql.files.maxPartitionBytes"] == str(SPLIT_BYTES)


def test_every_setting_reaches_the_session(spark: SparkSession) -> None:
    found = dict(spark.sparkContext.getConf().getAll())
    # Spark puts options of its own before those for Java.
    assert [name for name, value in _settings().items() if not found.get(name, "").endswith(value)] == []


@pytest.mark.parametrize(
    "expression",
    ["n + 1", "n * n", "SUM(n)", "CAST(n AS INT)", "CAST(300 AS SMALLINT) * CAST(300 AS SMALLINT)", "ABS(-n - 1)"],
)
def test_whole_number_that_does_not_fit_its_type_is_an_error(spark: SparkSession, expression: str) -> None:
    numbers = "SELECT 9223372036854775807 AS n UNION ALL SELECT 9223372036854775807"
    with pytest.raises(ArithmeticException, match="OVERFLOW"):
        spark.sql(f"SELECT {expression} FROM ({numbers})").collect()


def test_session_refuses_to_start_without_its_settings(spark: SparkSession) -> None:
    name = "spark.sql.files.maxPartitionBytes"
    kept = spark.conf.get(name)
    spark.conf.set(name, "134217728")
    try:
        with pytest.raises(JobError, match="SPARK_CONF_DIR"):
            start_session("tests")
    finally:
        spark.conf.set(name, kept)
