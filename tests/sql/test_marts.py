"""SQL of marts, tested by data alone: `<dataset>/<mart>/given.csv` holds clean rows, `expect.csv` the mart's."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import StructField, StructType

from spark.marts import check_failures, shaped
from spark.schema import PARTITION_SCHEMA, contract_fields, quarter_start, spark_type
from warehouse.contract.file import load_contract
from warehouse.contract.model import Mart
from warehouse.settings import REPOSITORY

_CASES = sorted(path.parent for path in Path(__file__).parent.glob("*/*/given.csv"))
_SQL = REPOSITORY / "sql"
_NO_SHARE = (Decimal("-0.000001"), Decimal("1.000001"), None)
_IMPOSSIBLE: dict[str, dict[str, tuple[Any, ...]]] = {
    "delays_by_quarter": {"late_share": _NO_SHARE, "origins": (0, 10**6), "flights": (0,)},
    "airport_delays_by_quarter": {"late_share": _NO_SHARE, "flights": (0, 10**6)},
    "revenue_by_quarter": {"tip_share": _NO_SHARE, "trips": (0,), "total_tip": (Decimal(-1), Decimal(10**9), None)},
    "zone_demand_by_quarter": {"trip_share": (*_NO_SHARE, Decimal("0.999999")), "trips": (0, 10**6)},
    "forecast_by_quarter": {"weeks": (0, 15)},
}
"""Values that a check must not let pass, by mart and column."""


def _read(spark: SparkSession, path: Path, fields: list[StructField]) -> DataFrame:
    header = path.read_text().splitlines()[0].split(",")
    assert header == [field.name for field in fields]
    return spark.read.schema(StructType(fields)).csv(str(path), header=True, mode="FAILFAST")


def _build(spark: SparkSession, case: Path) -> tuple[Mart, DataFrame, str]:
    contract = load_contract(case.parent.name)
    mart = contract.mart(case.name)
    given = _read(spark, case / "given.csv", contract_fields(contract))
    given.select("*", quarter_start(contract)).createOrReplaceTempView("clean")
    sql = _SQL / contract.dataset
    built = shaped(spark.sql((sql / f"{mart.name}.sql").read_text()), mart)
    return mart, built, (sql / f"{mart.name}.check.sql").read_text()


@pytest.fixture(name="case", params=_CASES, ids=lambda path: f"{path.parent.name}.{path.name}")
def _case(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


def test_mart_is_what_was_expected_and_passes_its_check(spark: SparkSession, case: Path) -> None:
    mart, built, check = _build(spark, case)
    columns = [StructField(column.name, spark_type(column.type)) for column in mart.columns]
    expected = _read(spark, case / "expect.csv", [*PARTITION_SCHEMA, *columns]).select(built.columns)
    assert sorted(map(tuple, built.collect())) == sorted(map(tuple, expected.collect()))
    built.createOrReplaceTempView(mart.name)
    assert check_failures(spark, check) == []


def _unseen(spark: SparkSession, case: Path, tables: dict[str, list[Any]]) -> list[str]:
    """Wrong tables that the check of a mart finds nothing in."""
    mart, built, check = _build(spark, case)
    unseen = []
    for name, table in tables.items():
        spark.createDataFrame(table, built.schema).createOrReplaceTempView(mart.name)
        if not check_failures(spark, check):
            unseen.append(name)
    return unseen


def test_check_finds_what_cannot_be_and_doubled_rows(spark: SparkSession, case: Path) -> None:
    _, built, _ = _build(spark, case)
    first, *others = (row.asDict() for row in built.collect())
    tables = {
        f"{column}={value}": [{**first, column: value}, *others]
        for column, values in _IMPOSSIBLE[case.name].items()
        for value in values
    }
    assert _unseen(spark, case, {**tables, "(doubled)": [first, first, *others]}) == []


@pytest.mark.parametrize("name", ["flights/airport_delays_by_quarter", "trips/zone_demand_by_quarter"])
def test_check_misses_no_airport_and_no_zone(spark: SparkSession, name: str) -> None:
    case = Path(__file__).parent / name
    rows = [row.asDict() for row in _build(spark, case)[1].collect()]
    assert (
        _unseen(spark, case, {str(left_out): [row for row in rows if row is not left_out] for left_out in rows}) == []
    )


def test_every_mart_has_a_case() -> None:
    marts = {(path.parent.name, path.stem) for path in _SQL.glob("*/*.sql") if not path.name.endswith(".check.sql")}
    assert {(case.parent.name, case.name) for case in _CASES} == marts


def test_no_mart_computes_with_doubles(spark: SparkSession, case: Path) -> None:
    _, built, _ = _build(spark, case)
    plan = built._jdf.queryExecution().analyzed().toString()
    assert "double" not in plan.lower()
