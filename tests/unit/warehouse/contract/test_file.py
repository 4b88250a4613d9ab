"""The file of a contract: what it becomes, and how each mistake is told with file and key."""

from dataclasses import replace

import pytest
import yaml

from cli.views.contract import print_check
from drafting.draft import draft
from tests.unit.warehouse.contract.option_texts import PATH
from tests.unit.warehouse.contract.sales_contract import SALES, custom, parsed, refusal
from warehouse.contract.file import contract_path, load_contract, parse_contract
from warehouse.contract.model import Column, InputFormat, RowRule
from warehouse.errors import ContractError
from warehouse.settings import load_settings


def test_contract_has_what_the_file_says(sales):
    contract = parsed(sales)
    assert contract.columns == (
        Column("sale", "SaleId", "BIGINT", "Number.", required=True, key=True),
        Column("sold_at", "sold_at", "TIMESTAMP", "When.", required=True, formats=("yyyy-MM-dd",)),
        Column("amount", "amount", "DECIMAL(10,2)", "Price, EUR.", minimum=0, maximum=100),
        Column("buyer", "buyer", "STRING", "Name.", pattern="[A-Z].*", pii=True),
    )
    assert contract.description == "Every sale, one row each."
    assert contract.input_format == InputFormat(delimiter=";", null_tokens=("NA",))
    assert contract.row_rules == (RowRule("cheap", "amount < 50 OR buyer IS NOT NULL", "Dear ones have a buyer."),)
    assert (contract.event_time, contract.key, contract.reject_threshold) == ("sold_at", ("sale",), 0.5)
    assert contract.superseded_threshold == 0
    assert [column.name for column in contract.mart("by_quarter").columns] == ["total"]


def test_flights_contract_is_the_header_of_its_files():
    contract = load_contract("flights")
    assert [column.source_name for column in contract.columns] == ["date", "delay", "distance", "origin", "destination"]
    assert contract.key == ()


def test_missing_dataset_is_told_with_the_known_ones(tmp_path):
    for name in ("sales", "cities"):
        contract_path(name, tmp_path).parent.mkdir(parents=True)
        contract_path(name, tmp_path).touch()
    with pytest.raises(ContractError, match=r"no dataset 'sale'.*known datasets: cities, sales"):
        load_contract("sale", tmp_path)


def test_column_or_mart_that_is_not_there_is_told(sales):
    contract = parsed(sales)
    with pytest.raises(ContractError, match=f"{PATH}: no column 'price'"):
        contract.column("price")
    with pytest.raises(ContractError, match=f"{PATH}: no mart 'sums'"):
        contract.mart("sums")


@pytest.mark.parametrize("text", ["", "text", "- a", "a: [", "a: b: c", "apiVersion: 7\nkind: X", "\x00"])
def test_what_is_no_contract_is_refused_in_one_line_with_the_file(text):
    with pytest.raises(ContractError) as problem:
        parse_contract("sales", PATH, text)
    assert str(problem.value).startswith(str(PATH))
    assert "\n" not in str(problem.value)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"name": "Sold At"}, "'Sold At' is not a usable name"),
        ({"name": None}, "properties: name"),
        ({"name": "sale"}, "schema sales: column: sale appears twice"),
        ({"name": "source_line"}, "column source_line: this name is reserved"),
        ({"name": "quarter_start"}, "column quarter_start: this name is reserved"),
        ({"description": None}, "column amount: description"),
        ({"logicalType": "money"}, "column amount: logicalType 'money'"),
        ({"logicalType": None}, "column amount: logicalType None"),
        ({"physicalType": None}, "column amount: physicalType"),
        ({"physicalType": "BIGINT"}, "schema sales: column amount: physicalType: BIGINT does not fit"),
        ({"physicalType": "DECIMAL"}, "column amount: physicalType: DECIMAL, expected"),
        ({"physicalType": "DECIMAL(39,2)"}, "column amount: physicalType: DECIMAL(39,2)"),
        ({"physicalType": "DECIMAL(4,5)"}, "column amount: physicalType: DECIMAL(4,5)"),
        ({"physicalType": "DECIMAL(0,0)"}, "column amount: physicalType: DECIMAL(0,0)"),
        ({"physicalType": "DOUBLE(3)"}, "column amount: physicalType: DOUBLE(3) takes no length"),
        ({"logicalTypeOptions": {"minimumm": 0}}, "column amount: logicalTypeOptions: minimumm: unknown key"),
        ({"logicalTypeOptions": {"pattern": "x"}}, "column amount: logicalTypeOptions: pattern: unknown key"),
        ({"logicalTypeOptions": {"minimum": "low"}}, "logicalTypeOptions: minimum: expected a number, got 'low'"),
        ({"logicalTypeOptions": {"maximum": True}}, "logicalTypeOptions: maximum: expected a number, got True"),
        ({"logicalTypeOptions": {"minimum": 9, "maximum": 1}}, "logicalTypeOptions: minimum: 9 is above maximum 1"),
    ],
)
def test_wrong_column_is_told_with_file_and_key(sales, changes, told):
    sales["schema"][0]["properties"][2].update(changes)
    assert told in refusal(sales)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("eventTime", None, "eventTime"),
        ("eventTime", "when", "eventTime: no column 'when'"),
        ("eventTime", "amount", "eventTime: amount must be a required date or timestamp"),
        ("rejectThreshold", None, "rejectThreshold"),
        ("rejectThreshold", 1.5, "rejectThreshold: expected a share from 0 to 1"),
        ("supersededThreshold", 1.5, "supersededThreshold: expected a share from 0 to 1"),
        ("supersededThreshold", True, "supersededThreshold"),
        ("rejectThreshold", True, "rejectThreshold"),
        ("rejectThreshold", "1%", "rejectThreshold"),
        ("inputFormat", None, "inputFormat"),
        ("inputFormat", "csv", "inputFormat"),
        ("inputFormat", {"kind": "xml"}, "inputFormat: kind: 'xml', expected one of: csv, jsonl, lines, parquet"),
        ("inputFormat", {"kind": "csv", "header": "no"}, "inputFormat: header"),
        ("inputFormat", {"kind": "csv", "delimiter": "::"}, "inputFormat: delimiter"),
        ("inputFormat", {"kind": "csv", "delimiter": 1}, "inputFormat: delimiter"),
        ("inputFormat", {"kind": "csv", "delimiter": '"'}, "inputFormat: quote: delimiter and quote are both"),
        ("inputFormat", {"kind": "csv", "delimiter": "\n"}, "inputFormat: delimiter"),
        ("inputFormat", {"kind": "csv", "quote": ""}, "inputFormat: quote"),
        ("inputFormat", {"kind": "csv", "nullTokens": "NA"}, "inputFormat: nullTokens"),
        ("inputFormat", {"kind": "csv", "separator": ";"}, "inputFormat: separator: unknown key, known: comment"),
        ("marts", ["by_quarter", "sums"], "marts: sums has no schema object"),
        ("marts", "by_quarter", "marts"),
        ("marts", ["by_quarter", "by_quarter"], "marts: by_quarter appears twice"),
        ("marts", ["by_quarter", "clean"], "marts: the name clean is reserved"),
    ],
)
def test_wrong_custom_property_is_told_with_file_and_key(sales, name, value, told):
    if "clean" in str(value):
        sales["schema"].append({**SALES["schema"][1], "name": "clean"})
    custom(sales, name)["value"] = value
    assert f"schema sales: customProperties: {told}" in refusal(sales)


def test_unknown_custom_property_is_told(sales):
    sales["schema"][0]["customProperties"].append({"property": "evenTime", "value": "x"})
    assert "unknown property 'evenTime'" in refusal(sales)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"type": "library"}, "quality cheap: type: 'library'"),
        ({"query": None}, "quality cheap: query"),
        ({"name": None}, "quality (no name): name"),
        ({"name": "Cheap!"}, "'Cheap!' is not a usable name"),
        ({"description": None}, "quality cheap: description"),
    ],
)
def test_wrong_rule_is_told_with_file_and_key(sales, changes, told):
    sales["schema"][0]["quality"][0].update(changes)
    assert told in refusal(sales)


def test_two_rules_of_one_name_are_refused(sales):
    sales["schema"][0]["quality"] *= 2
    assert "schema sales: quality: cheap appears twice" in refusal(sales)


def test_schema_without_the_dataset_is_refused(sales):
    sales["schema"][0]["name"] = "other"
    assert "no object named 'sales'; it has: other, by_quarter" in refusal(sales)


@pytest.mark.parametrize(("place", "name"), [(0, "sales"), (1, "by_quarter")])
def test_table_without_columns_is_refused(sales, place, name):
    sales["schema"][place]["properties"] = []
    assert f"schema {name}: properties: expected at least one column" in refusal(sales)


def test_fingerprint_changes_with_what_rows_mean_and_not_with_words(sales):
    contract = parsed(sales)
    column = contract.columns[2]

    def columns(**changes):
        return (*contract.columns[:2], replace(column, **changes), contract.columns[3])

    reworded = replace(contract, description="x", columns=columns(description="x"), marts=())
    assert reworded.fingerprint == contract.fingerprint
    for changed in (
        replace(contract, columns=columns(maximum=99)),
        replace(contract, columns=columns(key=True)),
        replace(contract, columns=columns(type="DOUBLE")),
        replace(contract, event_time="x"),
        replace(contract, input_format=InputFormat()),
        replace(contract, row_rules=()),
    ):
        assert changed.fingerprint != contract.fingerprint


@pytest.mark.parametrize("name", ["default", "ops", "sales_releases"])
def test_dataset_with_the_name_of_another_database_is_refused(sales, name):
    with pytest.raises(ContractError, match=f"cannot be called {name}"):
        parse_contract(name, PATH, yaml.safe_dump(sales))


MISSPELT = """\
apiVersion: v3.2.0
kind: DataContract
{top}: me
schema:
  - name: sales
    {table}: Every sale.
    properties:
      - name: sale
        logicalTypeOptions: {{anything: goes}}
        {column}: true
    customProperties:
      - property: marts
        {custom}: [a]
"""
RIGHT = {"top": "name", "table": "description", "column": "required", "custom": "value"}


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"top": "owner"}, "dataset.yaml:3: owner: the standard has no such key"),
        (
            {"table": "descripton"},
            "dataset.yaml:6: schema.0.descripton: the standard has no such key, did you mean desc",
        ),
        (
            {"column": "requird"},
            "dataset.yaml:10: schema.0.properties.0.requird: the standard has no such key, did you",
        ),
        ({"custom": "valeu"}, "dataset.yaml:13: schema.0.customProperties.0.valeu: the standard has no such key"),
        (
            {"column": "description"},
            "dataset.yaml:10: schema.0.properties.0.description: Input should be a valid string",
        ),
    ],
)
def test_wrong_key_is_told_with_file_line_and_key(wrong, told):
    with pytest.raises(ContractError) as problem:
        parse_contract("sales", PATH, MISSPELT.format(**{**RIGHT, **wrong}))
    assert told in str(problem.value)


def test_rules_of_a_column_are_refused_since_nobody_would_check_them(sales):
    sales["schema"][0]["properties"][0]["quality"] = [{"name": "a", "type": "sql", "query": "1 = 0"}]
    with pytest.raises(ContractError, match="column sale: quality: rules of a column are not checked"):
        parsed(sales)


@pytest.mark.parametrize("pattern", [r"\p{Lu}+", r"[a-z&&[^x]]", r"(?i)a++", r"\Qa\E"])
def test_patterns_that_only_java_knows_are_taken(sales, pattern):
    sales["schema"][0]["properties"][3]["logicalTypeOptions"] = {"pattern": pattern}
    assert parsed(sales).columns[3].pattern == pattern


def test_brackets_in_names_of_a_file_are_no_markup(tmp_path, capsys):
    sample = tmp_path / "sample.csv"
    sample.write_text("day,speed [m/s],dose [/day]\n2024-01-01,1,1\n2024-01-02,2,2\n")
    draft("things", sample, tmp_path)
    settings = load_settings({"STACKHOUSE_DATASETS": str(tmp_path), "STACKHOUSE_NAMENODE_HTTP_PORT": "1"})
    print_check(settings, "things", as_json=False)
    printed = capsys.readouterr().out
    assert "speed [m/s]" in printed
    assert "dose [/day]" in printed
