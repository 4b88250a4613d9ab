"""SQL of marts, tested by data alone: `<dataset>/<mart>/given.csv` holds clean rows, `expect.csv` the mart's."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import StructField, StructType

from spark.marts import check_failures, shaped
from spark.schema import PARTITION_SCHEMA, contract_fields, quarter_start, spark_type
from warehouse.contract import Mart
from warehouse.contract_file import load_contract
from warehouse.settings import REPOSITORY

_CASES = sorted(path.parent for path in Path(__file__).parent.glob("*/*/given.csv"))
_SQL = REPOSITORY / "sql"


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


def _wrong(rows: list[Any], column: str) -> list[Any]:
    first = rows[0].asDict()
    value = first[column]
    other = {str: lambda: value + "x", date: lambda: date(1990, 1, 1)}.get(type(value), lambda: value + 1)()
    return [{**first, column: other}, *(row.asDict() for row in rows[1:])]


def test_check_finds_every_wrong_value_and_missing_and_doubled_rows(spark: SparkSession, case: Path) -> None:
    mart, built, check = _build(spark, case)
    rows = built.collect()
    wrong = {column: _wrong(rows, column) for column in built.columns}
    wrong |= {"(missing)": [row.asDict() for row in rows[1:]], "(doubled)": [row.asDict() for row in [*rows, rows[0]]]}
    unseen = []
    for name, table in wrong.items():
        spark.createDataFrame(table, built.schema).createOrReplaceTempView(mart.name)
        if not check_failures(spark, check):
            unseen.append(name)
    assert unseen == []


def test_every_mart_has_a_case() -> None:
    marts = {(path.parent.name, path.stem) for path in _SQL.glob("*/*.sql") if not path.name.endswith(".check.sql")}
    assert {(case.parent.name, case.name) for case in _CASES} == marts


def test_no_mart_computes_with_doubles(spark: SparkSession, case: Path) -> None:
    _, built, _ = _build(spark, case)
    plan = built._jdf.queryExecution().analyzed().toString()
    assert "double" not in plan.lower()
