"""Marts: the contract's columns or a clear error, one file a quarter, and a check that speaks."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from spark.marts import build_mart
from spark.schema import row_schema
from warehouse.contract.model import Column, Contract, InputFormat, Mart
from warehouse.errors import ContractError
from warehouse.job import MartTask

_Q1, _Q2 = "2001-01-01", "2001-04-01"
_SQL = "SELECT quarter_start, COUNT(*) AS number, SUM(amount) AS total FROM clean GROUP BY quarter_start"
_NO_ROWS = "SELECT 1 AS one WHERE FALSE"


def _contract() -> Contract:
    columns = (Column("at", "at", "TIMESTAMP", "d", required=True), Column("amount", "amount", "SMALLINT", "d"))
    mart = Mart(
        "totals", "d", (Column("total", "total", "DECIMAL(10,2)", "d"), Column("number", "number", "BIGINT", "d"))
    )
    return Contract("sums", "d", columns, "at", InputFormat(), (), 1.0, (mart,), Path("x"))


@pytest.fixture(name="clean")
def _clean(spark: SparkSession, tmp_path: Path) -> dict[str, str]:
    days = {_Q1: [(1, 5), (3, 7)], _Q2: [(4, 9)]}
    paths = {quarter: str(tmp_path / f"run/quarter_start={quarter}") for quarter in days}
    for quarter, rows in days.items():
        staged = [(datetime(2001, month, 1), amount, "b", "f", 1) for month, amount in rows]
        spark.createDataFrame(staged, row_schema(_contract())).write.parquet(paths[quarter])
    return paths


def _task(tmp_path: Path, sql: str = _SQL, check: str = _NO_ROWS, quarters: tuple[str, ...] = (_Q1, _Q2)) -> MartTask:
    return MartTask("totals", sql, check, list(quarters), str(tmp_path / "mart"))


def test_mart_has_the_contract_s_columns_and_types_in_one_file_a_quarter(
    spark: SparkSession, tmp_path: Path, clean: dict[str, str]
) -> None:
    built = build_mart(spark, _contract(), _task(tmp_path), clean)
    assert (built.rows, built.failures) == ({_Q1: 1, _Q2: 1}, [])
    found = spark.read.parquet(str(tmp_path / "mart"))
    assert found.dtypes == [("total", "decimal(10,2)"), ("number", "bigint"), ("quarter_start", "date")]
    assert sorted(map(tuple, found.collect())) == [
        (Decimal("9.00"), 1, date(2001, 4, 1)), (Decimal("12.00"), 2, date(2001, 1, 1)),
    ]  # fmt: skip


def test_a_quarter_is_one_file_however_many_rows_it_has(
    spark: SparkSession, tmp_path: Path, clean: dict[str, str]
) -> None:
    sql = "SELECT quarter_start, id AS number, amount AS total FROM clean CROSS JOIN range(100)"
    assert build_mart(spark, _contract(), _task(tmp_path, sql), clean).rows == {_Q1: 200, _Q2: 100}
    assert len(list((tmp_path / "mart").rglob("*.parquet"))) == 2


def test_a_quarter_without_clean_rows_has_none_in_the_mart(
    spark: SparkSession, tmp_path: Path, clean: dict[str, str]
) -> None:
    del clean[_Q1], clean[_Q2]
    assert build_mart(spark, _contract(), _task(tmp_path), clean).rows == {_Q1: 0, _Q2: 0}


def test_only_the_task_s_quarters_are_read(spark: SparkSession, tmp_path: Path, clean: dict[str, str]) -> None:
    assert build_mart(spark, _contract(), _task(tmp_path, quarters=(_Q2,)), clean).rows == {_Q2: 1}


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        (_SQL.replace("AS total", "AS totl"), r"missing \['total'\], unexpected \['totl'\]"),
        (_SQL.replace("SUM(amount)", "1 AS total, 2"), r"missing \[\], unexpected \['total', 'total'\]"),
        ("SELECT DATE'2031-01-01' AS quarter_start, 1 AS number, 1 AS total", "2031-01-01"),
        (f"{_SQL} WITH ROLLUP", "mart totals: quarter_start is NULL in 1 rows that the SQL returns"),
        (_SQL.replace("GROUP BY", "WHERE source_line = 1 GROUP BY"), "source_line"),
    ],
)
def test_sql_that_does_not_fit_is_refused(
    spark: SparkSession, tmp_path: Path, clean: dict[str, str], sql: str, said: str
) -> None:
    expected = Exception if said == "source_line" else ContractError
    with pytest.raises(expected, match=said):
        build_mart(spark, _contract(), _task(tmp_path, sql), clean)


def test_check_sees_clean_and_mart_and_its_first_rows_come_back(
    spark: SparkSession, tmp_path: Path, clean: dict[str, str]
) -> None:
    check = (
        "SELECT total, clean.amount FROM totals JOIN clean USING (quarter_start) CROSS JOIN range(30) ORDER BY total"
    )
    failures = build_mart(spark, _contract(), _task(tmp_path, check=check), clean).failures
    assert (len(failures), failures[0]) == (20, "total=9.00, amount=9")


def test_mart_without_a_check_is_built(spark: SparkSession, tmp_path: Path, clean: dict[str, str]) -> None:
    task = MartTask("totals", _SQL, None, [_Q1, _Q2], str(tmp_path / "mart"))
    assert build_mart(spark, _contract(), task, clean).failures == []
