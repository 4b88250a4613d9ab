"""`transformLogic` and `trim` in a contract: what is read, what is refused, and what a change of them means."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from warehouse.contract.change import changes
from warehouse.contract.file import parse_contract
from warehouse.contract.file_columns import check_columns, column_positions, fields_of
from warehouse.contract.model import Contract
from warehouse.errors import ContractError

DAY = {"name": "day", "logicalType": "date", "physicalType": "DATE", "required": True, "description": "Day."}
NOTE = {"name": "note", "logicalType": "string", "physicalType": "STRING", "description": "Note."}


def computed(sql: Any, **more: Any) -> dict[str, Any]:
    return {**NOTE, "name": "x", "transformLogic": sql, **more}


def read(*columns: dict[str, Any], **form: Any) -> Contract:
    custom = {"eventTime": "day", "inputFormat": {"kind": "csv", **form}, "rejectThreshold": 1}
    rows = {
        "name": "sales",
        "description": "Sales.",
        "properties": [DAY, *columns],
        "customProperties": [{"property": name, "value": value} for name, value in custom.items()],
    }
    head = {"apiVersion": "v3.2.0", "kind": "DataContract", "id": "x", "version": "1.0.0", "status": "active"}
    return parse_contract("sales", Path("dataset.yaml"), yaml.safe_dump({**head, "schema": [rows]}, sort_keys=False))


def refusal(*columns: dict[str, Any], **form: Any) -> str:
    with pytest.raises(ContractError) as found:
        read(*columns, **form)
    assert "\n" not in str(found.value)
    return str(found.value)


def test_fields_are_what_the_expression_names() -> None:
    contract = read(computed("CONCAT(`Date of`, ' ', Note, year, YEAR2, `date OF`)"), NOTE)
    assert contract.columns[1].reads == ("Date of", "Note", "year", "YEAR2", "date OF")
    assert [field.source_name for field in fields_of(contract)] == ["day", "note", "date OF", "year", "YEAR2"]
    check_columns(contract, ["day", "DATE OF", "note", "Year", "year2"])
    places = column_positions(contract, ["DATE OF", "day", "note", "Year", "year2"])
    assert sorted(places.values()) == [0, 1, 2, 3, 4]


def test_a_field_of_a_required_column_must_be_in_the_file() -> None:
    contract = read(computed("CONCAT(a, note)", required=True), NOTE)
    with pytest.raises(ContractError, match="missing 'note, a'"):
        check_columns(contract, ["day"])
    check_columns(read(computed("CONCAT(a, note)"), NOTE), ["day"])


def test_a_computed_column_is_no_column_of_the_file_unless_it_reads_itself() -> None:
    with pytest.raises(ContractError, match="unknown 'x'"):
        check_columns(read(computed("UPPER(a)")), ["day", "a", "x"])
    check_columns(read(computed("UPPER(x)")), ["day", "x"])
    check_columns(read(computed("UPPER(`X of`)", physicalName="X of")), ["day", "X of"])


def test_names_in_a_header_are_trimmed_with_the_values() -> None:
    contract = read(NOTE, computed("UPPER(note)"), trim=True)
    check_columns(contract, [" day", "NOTE\t"])
    assert column_positions(contract, [" day", "NOTE\t"]) == {"day": 0, "note": 1}
    with pytest.raises(ContractError, match="appears twice"):
        check_columns(contract, ["day", "note", " note"])
    with pytest.raises(ContractError, match="unknown ' note'"):
        check_columns(read(NOTE), ["day", " note"])


NOT_ALLOWED = {
    "SUM(a)": "SUM is not allowed",
    "COUNT(*)": "COUNT is not allowed",
    "ROW_NUMBER() OVER (ORDER BY a)": "a window is not allowed",
    "(SELECT MAX(a) FROM t)": "a subquery is not allowed",
    "a IN (SELECT 1)": "a subquery is not allowed",
    "EXISTS (SELECT 1)": "EXISTS is not allowed",
    "SELECT a": "a query is not allowed",
    "a; b": "expected one expression",
    "a, b": "not an expression in Spark SQL",
    "DROP TABLE a": "DROP is not allowed",
    "a AS b": "an alias (AS) is not allowed",
    "*": "* is not allowed",
    "t.a": "t.a is not the name of a column of the file",
    "``": "is not the name of a column",
    "a[0]": "BRACKET is not allowed",
    "RAND() || a": "RAND is not allowed",
    "CONCAT(a, UUID())": "UUID is not allowed",
    "CURRENT_DATE": "CURRENT_DATE is not allowed",
    "CONCAT(NOW(), a)": "NOW is not allowed",
    "java_method('java.lang.System', 'exit', a)": "JAVA_METHOD is not allowed",
    "reflect('java.lang.System', 'exit', a)": "REFLECT is not allowed",
    "input_file_name() || a": "INPUT_FILE_NAME is not allowed",
    "raise_error(a)": "RAISE_ERROR is not allowed",
    "EXPLODE(SPLIT(a, ','))": "EXPLODE is not allowed",
    "TRANSFORM(a, x -> x)": "is not allowed",
    "a LIKE '\\x'": "LIKE is not allowed",
    "REGEXP_REPLACE(a, '(', '')": "REGEXP_REPLACE is not allowed",
    "REPEAT(a, 1000000)": "REPEAT is not allowed",
    "LPAD(a, 1000000000, '0')": "LPAD takes a number from 0 to 1000",
    "SPLIT_PART(a, '-', 0)": "SPLIT_PART takes a number from 1 to 1000",
    "a * 100": "a is a string, not a number: write CAST(a AS DECIMAL(12,2))",
    "CAST(a AS INT) > '7'": "'7' is a string, not a number",
    "IF(a, b, c)": "a is a string, expected true or false",
    "CAST(a AS DECIMAL)": "write DECIMAL(precision,scale)",
    "CAST(a AS DECIMAL(39,2))": "write DECIMAL(precision,scale)",
    "CAST(a AS ARRAY<INT>)": "to ARRAY<INT> is not allowed",
    "CAST(CAST(a AS DATE) AS INT)": "CAST of a date to INT is not allowed",
    "CONCAT(a, 1e999)": "the number 1e999 is not allowed",
    "CONCAT(a, 99999999999999999999)": "the number 99999999999999999999 is not allowed",
    "${a}": "a parameter is not allowed",
    ":a": "a parameter is not allowed",
    "UPPER(a": "not an expression in Spark SQL",
    "'a": "not an expression in Spark SQL",
    "-- a": "expected one expression",
    "'constant'": "it does not use any column of the file",
    "": "expected a non-empty string",
    "||".join("a" * 40): "more than 30 levels of nesting",
    "(" * 500 + "a" + ")" * 500: "nested",
    "CONCAT(" + "a," * 2000 + "a)": "at most 2,000 are allowed",
}


@pytest.mark.parametrize("sql", NOT_ALLOWED, ids=lambda sql: sql[:40])
def test_what_is_not_allowed_is_named_with_file_line_and_column(sql: str) -> None:
    told = refusal(computed(sql))
    assert NOT_ALLOWED[sql] in told
    assert "dataset.yaml:" in told
    assert "column x: transformLogic" in told


def test_parts_inside_each_other_are_read_once() -> None:
    sql = "a"
    for _ in range(25):
        sql = f"COALESCE({sql}, 'b')"
    assert read(computed(sql)).columns[1].reads == ("a",)


def test_a_name_in_the_file_that_is_not_read_is_refused() -> None:
    assert "transformLogic does not use it: remove it" in refusal(computed("UPPER(a)", physicalName="b"))


def test_without_a_header_every_field_needs_a_place() -> None:
    assert "year: without a header" in refusal(computed("UPPER(year)"), header=False)
    contract = read(computed("CONCAT(note, x)"), NOTE, header=False)
    assert [field.source_name for field in fields_of(contract)] == ["day", "x", "note"]


def test_trim_is_of_a_column_or_of_the_file() -> None:
    own = {**NOTE, "customProperties": [{"property": "trim", "value": False}]}
    contract = read(own, trim=True)
    assert (contract.columns[0].trim, contract.columns[1].trim, contract.input_format.trim) == (None, False, True)
    wrong = {**NOTE, "customProperties": [{"property": "trim", "value": "yes"}]}
    assert "column note: customProperties: trim: expected true or false, got 'yes'" in refusal(wrong)
    assert "inputFormat: trim: expected true or false" in refusal(NOTE, trim=1)


def test_a_contract_that_uses_neither_keeps_its_meaning() -> None:
    # As release manifests of earlier versions have it.
    meaning = read(NOTE).meaning
    assert {"trim", "transform", "reads"}.isdisjoint({*meaning["columns"][1], *meaning["input_format"]})
    assert read(NOTE).fingerprint == "0c04a7bfff2df2bd"


TRIMMED = {**NOTE, "customProperties": [{"property": "trim", "value": True}]}


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        (read(NOTE), read(NOTE, computed("UPPER(note)")), "column x is new and nullable"),
        (read(computed("UPPER(x)")), read(computed("LOWER(x)")), "column x: transform: UPPER(x) -> LOWER(x)"),
        (read({**NOTE, "name": "x"}), read(computed("LOWER(x)")), "column x: transform: none -> LOWER(x)"),
        (read(computed("LOWER(x)")), read({**NOTE, "name": "x"}), "column x: transform: LOWER(x) -> none"),
        (read(NOTE), read(NOTE, trim=True), "inputFormat trim: False -> True"),
        (read(NOTE, trim=True), read(NOTE), "inputFormat trim: True -> False"),
        (read(TRIMMED), read(NOTE), "column note: trim: True -> none"),
    ],
)
def test_a_change_of_either_is_told_and_incompatible(before: Contract, after: Contract, text: str) -> None:
    (change,) = changes(before.meaning, after.meaning)
    assert (change.text, change.kind) == (text, "incompatible")
