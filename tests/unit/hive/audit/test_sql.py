"""Queries of the audit: the conditions are those of the contract."""

from dataclasses import replace

import pytest

from hive import ddl
from hive.audit import sql as audit_sql
from warehouse.contract.model import Column
from warehouse.errors import ContractError

TABLE = ddl.Table(
    "clean",
    "Sales.",
    (ddl.TableColumn("amount", "INT", "Euro."),),
    ddl.TableColumn("quarter_start", "DATE", "Quarter."),
)


def column(hive_type: str, **limits: object) -> Column:
    return Column("select", "select", hive_type, "A word of SQL.", **limits)  # type: ignore[arg-type]


def condition(found: Column) -> str:
    return audit_sql.outside(found).removeprefix("CAST(COUNT(CASE WHEN ").removesuffix(" THEN 1 END) AS STRING)")


@pytest.mark.parametrize(
    ("limited", "expected"),
    [
        (
            column("INT", minimum=0, maximum=9),
            "`select` < CAST('0' AS DECIMAL(1,0)) OR `select` > CAST('9' AS DECIMAL(1,0))",
        ),
        (column("DECIMAL(9,2)", minimum=-0.05), "`select` < CAST('-0.05' AS DECIMAL(3,2))"),
        (column("DECIMAL(9,2)", maximum=1e20), "`select` > CAST('100000000000000000000' AS DECIMAL(21,0))"),
        (column("DECIMAL(38,38)", minimum=1e-38), f"`select` < CAST('0.{'0' * 37}1' AS DECIMAL(38,38))"),
        (column("DOUBLE", minimum=0.1), "`select` < CAST('0.1' AS DOUBLE)"),
        (column("DATE", minimum="2024-01-01"), "`select` < DATE '2024-01-01'"),
        (column("TIMESTAMP", maximum="2024-01-01 00:00:00"), "`select` > TIMESTAMP '2024-01-01 00:00:00'"),
        (column("STRING", values=("it's", "1.0")), r"`select` NOT IN ('it\'s', '1.0')"),
        (column("TINYINT", values=("1.0", "2")), "`select` NOT IN (CAST('1' AS TINYINT), CAST('2' AS TINYINT))"),
        (column("DECIMAL(3,1)", values=("2.5",)), "`select` NOT IN (CAST('2.5' AS DECIMAL(3,1)))"),
        (column("DOUBLE", values=("1e300",)), "`select` NOT IN (CAST('1e300' AS DOUBLE))"),
        (column("BOOLEAN", values=("false",)), "`select` NOT IN (FALSE)"),
        (column("DATE", values=("2024-01-01",)), "`select` NOT IN (DATE '2024-01-01')"),
    ],
)  # fmt: skip
def test_values_that_the_contract_does_not_accept_are_counted(limited: Column, expected: str) -> None:
    assert audit_sql.is_limited(limited)
    assert condition(limited) == expected


def test_column_without_limits_has_none() -> None:
    assert not audit_sql.is_limited(column("STRING", pattern="a", required=True))


def test_facts_of_some_quarters_read_only_their_partitions() -> None:
    facts = (audit_sql.filled("amount"), audit_sql.column_sum("amount", "INT"))
    assert audit_sql.partition_facts("shop", TABLE, 7, facts, ["2024-01-01", "2024-04-01"]) == (
        "SELECT 7 AS `release`, 'clean' AS `name`, CAST(`quarter_start` AS STRING) AS `value`, "
        "COUNT(*) AS `rows_read`, "
        "ARRAY(CAST(COUNT(`amount`) AS STRING), CAST(SUM(CAST(`amount` AS DECIMAL(19,0))) AS STRING)) AS `facts` "
        "FROM `shop_releases`.`clean__r000007` "
        "WHERE `quarter_start` IN (DATE '2024-01-01', DATE '2024-04-01') GROUP BY `quarter_start`"
    )
    assert " WHERE " not in audit_sql.partition_facts("shop", TABLE, 7, facts)


def test_facts_of_some_batches_read_only_their_partitions() -> None:
    rejected = replace(TABLE, partition=ddl.TableColumn("source_batch", "STRING", "Batch."))
    query = audit_sql.partition_facts("shop", rejected, 7, ("'x'",), ["00aa"])
    assert query.endswith(" WHERE `source_batch` IN ('00aa') GROUP BY `source_batch`")


def test_doubled_keys_are_those_of_all_columns_of_the_key_in_the_columns_of_the_facts() -> None:
    assert audit_sql.doubled_keys("shop", 7, ("till", "count")) == (
        "SELECT * FROM (SELECT 7 AS `release`, 'doubled key' AS `name`, '' AS `value`, COUNT(*) AS `rows_read`, "
        "ARRAY(CAST(`till` AS STRING), CAST(`count` AS STRING)) AS `facts` FROM `shop_releases`.`clean__r000007` "
        "GROUP BY `till`, `count` HAVING COUNT(*) > 1 LIMIT 20) AS `doubled`"
    )
    assert " WHERE `quarter_start` IN (DATE '2024-01-01') GROUP BY " in audit_sql.doubled_keys(
        "shop", 7, ("till",), ["2024-01-01"]
    )


@pytest.mark.parametrize("name", ["a`b", "a b", "Select"])
def test_names_that_are_none_never_come_into_a_query(name: str) -> None:
    with pytest.raises(ContractError):
        audit_sql.doubled_keys("shop", 7, (name,))
