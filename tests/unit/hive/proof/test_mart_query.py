"""What of a mart's SQL Hive is given, and what it is not: wherever the two engines may not mean the same."""

from pathlib import Path

import pytest
import sqlglot

from hive.proof.mart_query import mart_query, refusal
from hive.proof.shared_sql import _SHAPES, _SHARED
from tests.unit.hive.proof.shared_sql_cases import BY_QUARTER, BY_ROW, CONTRACT, JOINED, NESTED, mart_sql
from warehouse.contract.file import contract_path, load_contract, parse_contract
from warehouse.contract.sql import load_mart_sql
from warehouse.settings import REPOSITORY

SHOP = parse_contract("shop", Path("/data/shop/dataset.yaml"), CONTRACT.format(dataset="shop"))
ALL_SQL = (mart_sql("by_row", BY_ROW), mart_sql("by_quarter", BY_QUARTER), JOINED, NESTED)


def translated(expression: str) -> str:
    """An expression over `clean` as Hive gets it."""
    _, query = mart_query(SHOP, f"SELECT {expression} FROM clean", 7, ["2001-01-01"])
    return query.removeprefix("SELECT ").partition(" FROM (SELECT")[0]


@pytest.mark.parametrize(
    ("spark", "hive"),
    [
        ("COUNT_IF(small > 1)", "COUNT(CASE WHEN `small` > 1 THEN 1 END)"),
        ("COUNT(*) FILTER (WHERE flag)", "COUNT(CASE WHEN `flag` THEN 1 END)"),
        ("SUM(big) FILTER (WHERE small > 1)", "SUM(CASE WHEN `small` > 1 THEN `big` END)"),
        ("amount * 1.50", "`amount` * CAST('1.50' AS DECIMAL(3, 2))"),
        ("amount * 0.05", "`amount` * CAST('0.05' AS DECIMAL(2, 2))"),
        ("real * 1e3", "`real` * 1e3"),
        ("word = '1.0'", "`word` = '1.0'"),
        ("DATE_TRUNC('quarter', at)", "CAST(TRUNC(`at`, 'Q') AS TIMESTAMP)"),
        ("TRUNC(day, 'MONTH')", "CAST(TRUNC(`day`, 'MM') AS DATE)"),
        ("LAST_DAY(day)", "CAST(LAST_DAY(`day`) AS DATE)"),
        ("RANK() OVER (ORDER BY small)", "RANK() OVER (ORDER BY `small` NULLS FIRST)"),
        ("RANK() OVER (ORDER BY small DESC)", "RANK() OVER (ORDER BY `small` DESC NULLS LAST)"),
        ("COUNT_IF(amount > 1.0) OVER (PARTITION BY COUNT_IF(flag))",
         "COUNT(CASE WHEN `amount` > CAST('1.0' AS DECIMAL(2, 1)) THEN 1 END) "
         "OVER (PARTITION BY COUNT(CASE WHEN `flag` THEN 1 END))"),
    ],
)  # fmt: skip
def test_what_the_engines_write_otherwise_is_translated(spark: str, hive: str) -> None:
    assert translated(spark) == hive


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("MAX_BY(id, at)", "MAX_BY is not known"),
        ("STDDEV(small)", "STDDEV is not known"),
        ("VAR_SAMP(small)", "VARIANCE is not known"),
        ("ADD_MONTHS(day, 1)", "ADD_MONTHS is not known"),
        ("PERCENTILE_APPROX(small, 0.5)", "is not known"),
        ("APPROX_COUNT_DISTINCT(small)", "is not known"),
        ("MAKE_DATE(2001, 1, 1)", "is not known"),
        ("day + INTERVAL 1 DAY", "INTERVAL is not known"),
        ("ROW_NUMBER() OVER (ORDER BY id)", "ROW_NUMBER is not known"),
        ("SUM(small) OVER (ORDER BY id ROWS 1 PRECEDING)", "the frame of a window"),
        ("DATE_TRUNC('week', at)", "Hive cannot truncate a date to WEEK"),
        ("SUBSTRING(word, -3)", "SUBSTRING from the end"),
        ("SUBSTRING(word, small)", "SUBSTRING from the end"),
        ("CAST(flag AS STRING)", "a BOOLEAN as a string"),
        ("CONCAT(word, small > 1)", "a BOOLEAN as a string"),
        ("word || MAX(flag)", "a BOOLEAN as a string"),
        ("COUNT(DISTINCT id) FILTER (WHERE flag)", "DISTINCT with FILTER"),
        ("rand()", "RAND is not known"),
    ],
)
def test_what_the_engines_may_compute_otherwise_is_not_proved(expression: str, told: str) -> None:
    assert told in str(refusal(SHOP, f"SELECT {expression} FROM clean"))


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("SELECT * FROM clean LIMIT 3", "LIMIT is not known"),
        ("SELECT * FROM clean JOIN other ON clean.id = other.id", "it reads other"),
        ("SELECT * FROM shop.clean", "it reads shop.clean"),
        ("WITH clean AS (SELECT * FROM clean) SELECT * FROM clean", "a name of WITH appears twice, or is clean"),
        ("SELECT * FROM clean JOIN clean AS o USING (id)", "a JOIN with USING"),
        ("SELECT * FROM clean LEFT ANTI JOIN clean AS o ON clean.id = o.id", "a ANTI JOIN"),
        ("SELECT id FROM clean GROUP BY ROLLUP(id)", "ROLLUP is not known"),
        ("SELECT FROM WHERE", "its SQL cannot be translated: line 1"),
        ("DROP TABLE clean", "its SQL is not one SELECT"),
        ("SELECT 1; SELECT 2", "its SQL is not one SELECT"),
        ("", "its SQL is not one SELECT"),
    ],
)
def test_what_is_not_understood_is_not_proved(sql: str, told: str) -> None:
    assert told in str(refusal(SHOP, sql))


def test_clean_is_only_the_rows_of_the_quarters_and_only_where_it_is_a_table() -> None:
    sql = "SELECT 'clean' AS a, clean.id, b.id FROM clean JOIN CLEAN AS b ON clean.id = b.id ORDER BY 1"
    ctes, query = mart_query(SHOP, sql, 7, ["2001-01-01", "2001-04-01"])
    assert ctes == ""
    rows = (
        "`shop_releases`.`clean__r000007`) AS `rows` WHERE `quarter_start` IN (DATE '2001-01-01', DATE '2001-04-01'))"
    )
    assert query.count(rows) == 2
    assert query.count(f"{rows} AS `clean`") == query.count(f"{rows} AS `b`") == 1
    assert query.startswith("SELECT 'clean' AS `a`, `clean`.`id`, `b`.`id` FROM")
    assert "ORDER BY" not in query


def test_group_by_a_position_is_the_column_that_stands_there() -> None:
    _, query = mart_query(SHOP, "SELECT YEAR(day) AS y, COUNT(*) FROM clean GROUP BY 1", 7, ["2001-01-01"])
    assert query.endswith("GROUP BY YEAR(TO_DATE(`day`))") or query.endswith("GROUP BY YEAR(`day`)")


def test_a_text_that_looks_like_sql_stays_a_text() -> None:
    assert translated("word = ') UNION ALL SELECT \\'x\\' --'") == "`word` = ') UNION ALL SELECT \\'x\\' --'"


def test_all_that_is_believed_to_be_alike_is_computed_by_both_in_a_test() -> None:
    """`tests/integration/test_proofs.py` has Spark and Hive compute these."""
    assert [refusal(SHOP, sql) for sql in ALL_SQL] == [None] * 4
    used = {type(node) for sql in ALL_SQL for node in sqlglot.parse_one(sql, read="spark").walk()}
    assert sorted(kind.__name__ for kind in _SHARED - set(_SHAPES) - used) == []


@pytest.mark.parametrize("dataset", sorted(path.parent.name for path in (REPOSITORY / "data").glob("*/dataset.yaml")))
def test_every_mart_that_is_shipped_can_be_proved(dataset: str) -> None:
    assert contract_path(dataset, REPOSITORY).exists()
    contract = load_contract(dataset)
    assert {mart.name: refusal(contract, mart.sql) for mart in load_mart_sql(contract)} == dict.fromkeys(
        [mart.name for mart in contract.marts]
    )
