"""Names that a column has in files: each is found, and none is of two columns."""

import pytest

from tests.unit.warehouse.contract.sales_contract import parsed, refusal
from warehouse.contract.file_columns import check_columns, column_positions
from warehouse.errors import ContractError


def test_two_columns_from_one_column_of_the_file_are_refused(sales):
    sales["schema"][0]["properties"][1]["physicalName"] = "SaleId"
    assert "schema sales: physicalName: saleid appears twice" in refusal(sales)


def test_two_columns_from_one_column_of_the_file_in_another_case_are_refused(sales):
    sales["schema"][0]["properties"][1]["physicalName"] = "SALEID"
    assert "schema sales: physicalName: saleid appears twice" in refusal(sales)


def with_other_names(sales, *names):
    sales["schema"][0]["properties"][2]["customProperties"] = [{"property": "otherPhysicalNames", "value": [*names]}]
    return parsed(sales)


def test_column_is_found_under_each_of_its_names_whatever_the_case(sales):
    contract = with_other_names(sales, "Price EUR", "total")
    assert contract.columns[2].source_names == ("amount", "Price EUR", "total")
    for name in ("AMOUNT", "price eur", "Total"):
        assert column_positions(contract, ["buyer", name, "SaleId"]) == {"sale": 2, "amount": 1, "buyer": 0}
        check_columns(contract, ["sold_at", name, "SaleId", "buyer"])


def test_header_with_two_names_of_one_column_is_refused_and_names_both(sales):
    with pytest.raises(ContractError, match=r"^'amount, Total' are all names of the column amount$"):
        check_columns(with_other_names(sales, "Total"), ["SaleId", "sold_at", "Total", "amount", "buyer"])


def test_required_column_that_is_missing_is_told_with_all_its_names(sales):
    sales["schema"][0]["properties"][2]["required"] = True
    with pytest.raises(ContractError, match=r"^missing 'amount or Total'$"):
        check_columns(with_other_names(sales, "Total"), ["SaleId", "sold_at", "buyer"])


def test_one_name_of_two_columns_is_refused(sales):
    with pytest.raises(ContractError, match="physicalName: buyer appears twice"):
        with_other_names(sales, "Buyer")


def test_name_of_several_lines_is_refused(sales):
    with pytest.raises(ContractError, match="otherPhysicalNames: expected one line of at most"):
        with_other_names(sales, "a\nb")


def test_contract_without_other_names_keeps_its_fingerprint(sales):
    before = parsed(sales)
    # Of the version before columns had other names: published releases hold it.
    assert before.fingerprint == "81979eb840550c08"
    assert with_other_names(sales, "Total").fingerprint != before.fingerprint
