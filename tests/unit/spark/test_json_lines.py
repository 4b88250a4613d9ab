"""Staging of JSON lines, and of numbers that take many digits."""

from decimal import Decimal
from pathlib import Path

from pyspark.sql import SparkSession

from tests.staging import staged_rows
from tests.unit.spark.odd_files import COLUMNS, odd_contract, rejected, stage
from warehouse.contract.model import Column

# --- JSON lines ---

_JSON = {
    '{"Day": "2001-01-01", "Amount": 1.10000000000000000001, "Name": "\\u00e9\\n", "Pieces": 5}': None,
    '{"Pieces": "7", "Day": "2001-01-02", "Name": {"a": [1, 2.50]}, "Amount": null}': None,
    '{"Day": "2001-01-03", "Name": "", "Amount": "12.5"}': None,
    '{"Day": "2001-01-01"} x': (["row:parse"], [None]),
    '{"Day": "2001-01-01"}{"Day": "2001-01-01"}': (["row:parse"], [None]),
    '{"Day": "2001-01-01", "Day": "2001-01-02"}': (["row:parse"], [None]),
    '["2001-01-01"]': (["row:parse"], [None]),
    '{"Day": "2001-01-01"': (["row:parse"], [None]),
    "{'Day': '2001-01-01'}": (["row:parse"], [None]),
    '{"Day": "2001-01-01", "Pieces": 01}': (["row:parse"], [None]),
    '{"Day": "2001-01-01", "Pieces": NaN}': (["row:parse"], [None]),
    '{"Day": "2001-01-01", "Pieces": 1.5}': (["pieces:type"], ["1.5"]),
    '{"Day": "2001-01-01", "Pieces": true}': (["pieces:type"], ["true"]),
    '{"Day": "2001-01-01", "pieces": 1, "Other": 2}': (["row:unknown_key"], ["pieces, Other"]),
    '{"Name": "no day"}': (["day:required"], [None]),
    '{"Day": "2001-01-01", "Amount": 1e3}': (["amount:type"], ["1e3"]),
}


def test_json_lines(spark: SparkSession, tmp_path: Path) -> None:
    stage(spark, tmp_path, {"a.jsonl": "\n".join(_JSON).encode()}, odd_contract(kind="jsonl"))
    assert staged_rows(spark, tmp_path, "amount", "name", "pieces") == [
        (Decimal("1.10000000000000000001"), "é\n", 5), (None, '{"a":[1,2.5]}', 7), (Decimal("12.5"), "", None),
    ]  # fmt: skip
    expected = [(n, *why, text.encode()) for n, (text, why) in enumerate(_JSON.items(), 1) if why]
    assert rejected(spark, tmp_path) == expected


def test_json_numbers_keep_their_digits_as_texts_too_and_nothing_hides_behind_a_list(
    spark: SparkSession, tmp_path: Path
) -> None:
    lines = [
        '{"Day": "2001-01-01", "Name": 1.10}',
        '{"Day": "2001-01-01", "Name": 12345678901234567.25}',
        '{"Day": "2001-01-01", "Name": [1.10, 2]}',
        '{"Day": "2001-01-01", "Name": "[1.10"}',
        '{"Day": "2001-01-01", "Name": "x"}]',
        '{"Day": "2001-01-01", "Name": "x"}] [{"Day": "2001-01-02"}',
        '{"Day": "2001-01-01", "Name": "x"}, {"Day": "2001-01-02"}',
    ]
    stage(spark, tmp_path, {"a.jsonl": "\n".join(lines).encode()}, odd_contract(kind="jsonl"))
    names = [name for (name,) in staged_rows(spark, tmp_path, "name")]
    assert names[:2] == ["1.10", "12345678901234567.25"]
    assert names[3:] == ["[1.10"]
    assert [(line, rules) for line, rules, *_ in rejected(spark, tmp_path)] == [(n, ["row:parse"]) for n in (5, 6, 7)]


def test_a_key_of_json_may_be_any_text(spark: SparkSession, tmp_path: Path) -> None:
    columns = (COLUMNS[0], Column("name", "_corrupt", "STRING", "d"), Column("other", "a`b.c", "STRING", "d"))
    lines = [
        '{"Day": "2001-01-01", "_corrupt": "x", "a`b.c": "y"}',
        '{"Day": "2001-01-02", "_corrupt\\n": "z"}',
        '{"Day": "2001-01-03"',
    ]
    form = {"kind": "jsonl", "ignore_unknown": True}
    stage(spark, tmp_path, {"a.jsonl": "\n".join(lines).encode()}, odd_contract(columns, **form))
    assert staged_rows(spark, tmp_path, "name", "other") == [("x", "y"), (None, None)]
    assert [(line, rules) for line, rules, *_ in rejected(spark, tmp_path)] == [(3, ["row:parse"])]


def test_digits_of_other_scripts_are_no_numbers(spark: SparkSession, tmp_path: Path) -> None:
    columns = (COLUMNS[0], Column("amount", "Amount", "DECIMAL(9,2)", "d"), Column("pieces", "Pieces", "INT", "d"))
    content = "2001-01-01,\uff11\uff12,1\n2001-01-01,\u0661\u0662,1\n2001-01-01,1,\u0661\n2001-01-01,12,1\n".encode()
    stage(spark, tmp_path, {"a.csv": content}, odd_contract(columns, header=False))
    assert staged_rows(spark, tmp_path, "amount", "pieces") == [(Decimal("12.00"), 1)]
    assert [rules for _, rules, *_ in rejected(spark, tmp_path)] == [["amount:type"]] * 2 + [["pieces:type"]]


def test_limits_of_many_digits_are_compared(spark: SparkSession, tmp_path: Path) -> None:
    columns = (
        COLUMNS[0],
        Column("fine", "fine", "DECIMAL(38,18)", "d", maximum=10_000_000_000),
        Column("large", "large", "DECIMAL(38,2)", "d", maximum=10**27),
    )
    content = b"2001-01-01,10000000000,1000000000000000000000000000\n2001-01-01,10000000000.1,1\n"
    stage(spark, tmp_path, {"a.csv": content}, odd_contract(columns, header=False))
    assert staged_rows(spark, tmp_path, "fine") == [(Decimal("10000000000"),)]
    assert [rules for _, rules, *_ in rejected(spark, tmp_path)] == [["fine:maximum"]]


def test_a_limit_beyond_all_numbers_of_spark_is_compared(spark: SparkSession, tmp_path: Path) -> None:
    columns = (
        COLUMNS[0],
        Column("rough", "rough", "DOUBLE", "d", maximum=10**20),
        Column("huge", "huge", "DOUBLE", "d", maximum=10**400),
        Column("small", "small", "INT", "d", minimum=-(10**40), maximum=10**40),
        Column("fine", "fine", "DECIMAL(9,2)", "d", minimum=1e-50, maximum=10**400),
    )
    content = b"2001-01-01,1e20,1e300,1,0.01\n2001-01-01,1.1e20,1,1,0\n"
    stage(spark, tmp_path, {"a.csv": content}, odd_contract(columns, header=False))
    assert staged_rows(spark, tmp_path, "rough", "huge", "small", "fine") == [(1e20, 1e300, 1, Decimal("0.01"))]
    assert [rules for _, rules, *_ in rejected(spark, tmp_path)] == [["rough:maximum", "fine:minimum"]]
