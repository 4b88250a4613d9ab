"""Marts of a contract: what is not checked for them is refused with the place where it belongs."""

import pytest

from tests.unit.warehouse.contract.sales_contract import parsed, refusal

MART_CHECK = "sql/sales/by_quarter.check.sql"


def test_mart_with_the_partition_key_as_a_column_is_refused(sales):
    sales["schema"][1]["properties"][0]["name"] = "quarter_start"
    assert "schema by_quarter: column quarter_start: this name is reserved" in refusal(sales)


RULE = {"name": "a", "type": "sql", "query": "1 = 0"}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"quality": [RULE]}, "quality"),
        ({"primaryKey": True}, "primaryKey"),
        ({"unique": True}, "unique"),
        ({"enum": [{"value": 1}]}, "enum"),
        ({"logicalTypeOptions": {"minimum": 0}}, "logicalTypeOptions: minimum"),
        ({"logicalTypeOptions": {"maximum": 0}}, "logicalTypeOptions: maximum"),
        ({"logicalType": "string", "logicalTypeOptions": {"pattern": "x"}}, "logicalTypeOptions: pattern"),
    ],
)
def test_check_of_a_marts_column_is_refused_with_the_place_where_it_belongs(sales, changes, told):
    sales["schema"][1]["properties"][0].update(changes)
    expected = f"it is not checked for a mart: select the rows that break it in {MART_CHECK}"
    assert f"schema by_quarter: column total: {told}: {expected}" in refusal(sales)


def test_rules_of_a_mart_are_refused_with_the_place_where_they_belong(sales):
    sales["schema"][1]["quality"] = [RULE]
    told = refusal(sales)
    assert (
        f"schema by_quarter: quality: it is not checked for a mart: select the rows that break it in {MART_CHECK}"
        in told
    )


@pytest.mark.parametrize("name", ["rejectTreshold", "eventTime"])
def test_custom_property_of_a_mart_is_refused(sales, name):
    sales["schema"][1]["customProperties"] = [{"property": name, "value": "nowhere"}]
    assert f"schema by_quarter: customProperties: unknown property '{name}', known: none" in refusal(sales)


def test_required_column_of_a_mart_is_read_since_hive_checks_it(sales):
    sales["schema"][1]["properties"][0]["required"] = True
    assert parsed(sales).mart("by_quarter").columns[0].required
