"""What the cases of `trips` cannot show: quarters without revenue, and none at all."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import StructType

from spark.marts import check_failures, shaped
from spark.schema import contract_fields, quarter_start
from warehouse.contract.file import load_contract
from warehouse.settings import REPOSITORY

_CONTRACT = load_contract("trips")
_FREE = {"vendor_id": 1, "pickup_at": datetime(2024, 5, 1), "dropoff_at": datetime(2024, 5, 1), "pickup_zone": 7}
_ZERO = ("trip_distance", "fare_amount", "tip_amount", "total_amount")


def _build(spark: SparkSession, rows: list[dict[str, Any]], mart: str) -> DataFrame:
    clean = spark.createDataFrame(rows, StructType(contract_fields(_CONTRACT)))
    clean.select("*", quarter_start(_CONTRACT)).createOrReplaceTempView("clean")
    sql = (REPOSITORY / "sql" / "trips" / f"{mart}.sql").read_text()
    table = shaped(spark.sql(sql), _CONTRACT.mart(mart))
    table.createOrReplaceTempView(mart)
    return table


def _failures(spark: SparkSession, mart: str) -> list[str]:
    return check_failures(spark, (REPOSITORY / "sql" / "trips" / f"{mart}.check.sql").read_text())


def test_a_quarter_without_revenue_has_no_share_of_tips(spark: SparkSession) -> None:
    free = _FREE | dict.fromkeys(_ZERO, Decimal(0))
    (row,) = _build(spark, [free, free], "revenue_by_quarter").collect()
    assert (row.quarter_start, row.trips, row.total_revenue, row.tip_share) == (date(2024, 4, 1), 2, 0, None)
    assert _failures(spark, "revenue_by_quarter") == []


def test_a_share_of_tips_where_there_is_no_revenue_is_wrong(spark: SparkSession) -> None:
    table = _build(spark, [_FREE | dict.fromkeys(_ZERO, Decimal(0))], "revenue_by_quarter")
    wrong = [row.asDict() | {"tip_share": Decimal(0)} for row in table.collect()]
    spark.createDataFrame(wrong, table.schema).createOrReplaceTempView("revenue_by_quarter")
    assert len(_failures(spark, "revenue_by_quarter")) == 1


@pytest.mark.parametrize("mart", ["revenue_by_quarter", "zone_demand_by_quarter"])
def test_no_trips_make_no_rows(spark: SparkSession, mart: str) -> None:
    assert _build(spark, [], mart).collect() == []
    assert _failures(spark, mart) == []
