"""Limits of drift in a contract."""

import pytest
import yaml

from tests.unit.warehouse.contract.option_texts import PATH
from tests.unit.warehouse.contract.sales_contract import SALES, custom, parsed, refusal
from warehouse.contract.file import parse_contract
from warehouse.contract.model import DriftLimit
from warehouse.errors import ContractError


def with_drift_limits(sales, *limits):
    sales["schema"][0]["customProperties"].append({"property": "driftLimits", "value": list(limits)})
    return sales


def test_drift_limits_are_read_and_no_part_of_the_fingerprint(sales):
    before = parsed(sales)
    limits = [
        {"limit": 0.2},
        {"column": "amount", "limit": 3},
        {"table": "by_quarter", "column": "total", "limit": 0.1},
    ]
    contract = parsed(with_drift_limits(sales, *limits))
    assert contract.drift_limits == (
        DriftLimit(0.2, "clean", None),
        DriftLimit(3.0, "clean", "amount"),
        DriftLimit(0.1, "by_quarter", "total"),
    )
    assert (before.drift_limits, contract.fingerprint) == ((), before.fingerprint)


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        ([3], "expected a mapping, got 3"),
        ([{"limit": 0.1, "limt": 1}], "limt: unknown key, known: column, limit, table"),
        ([{}], "limit: expected a relative change above 0, e.g. 0.2, got None"),
        ([{"limit": 0}], "limit: expected a relative change above 0"),
        ([{"limit": True}], "limit: expected a relative change above 0"),
        ([{"limit": "20%"}], "limit: expected a relative change above 0"),
        ([{"limit": float("nan")}], "limit: expected a relative change above 0"),
        ([{"limit": float("inf")}], "limit: expected a relative change above 0"),
        ([{"table": "sums", "limit": 1}], "table: 'sums', expected one of: clean, by_quarter"),
        ([{"table": "quarantine", "limit": 1}], "table: 'quarantine', expected one of: clean, by_quarter"),
        ([{"column": "buyer", "limit": 1}], "column: 'buyer', expected one of: sale, amount"),
        ([{"column": None, "limit": 1}], "column: None, expected one of: sale, amount"),
        ([{"table": "by_quarter", "column": "amount", "limit": 1}], "column: 'amount', expected one of: total"),
        ([{"limit": 1}, {"table": "clean", "limit": 2}], "clean.rows appears twice"),
    ],
)
def test_wrong_drift_limit_is_told_with_file_and_key(sales, limits, told):
    assert f"schema sales: customProperties: driftLimits: {told}" in refusal(with_drift_limits(sales, *limits))


def test_drift_limit_is_told_with_its_line(sales):
    text = yaml.safe_dump(with_drift_limits(sales, {"limit": 0.5}, {"limit": -7}))
    line = next(number for number, line in enumerate(text.splitlines(), 1) if "-7" in line)
    with pytest.raises(ContractError, match=f"^{PATH}:{line}: schema sales: customProperties: driftLimits: limit: "):
        parse_contract("sales", PATH, text)


def test_drift_limits_of_a_table_without_numbers_or_of_no_list_are_refused(sales):
    sales["schema"][1]["properties"] = [{**SALES["schema"][0]["properties"][3], "logicalTypeOptions": {}}]
    limit = {"table": "by_quarter", "column": "buyer", "limit": 1}
    assert "column: by_quarter has no numeric column" in refusal(with_drift_limits(sales, limit))
    custom(sales, "driftLimits")["value"] = {"limit": 0.1}
    assert "driftLimits: expected a list of limits, got" in refusal(sales)
