"""Staging of every way to write a file: the same values come out, and a bad record keeps its bytes and its line."""

import csv
import io
import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from tests.staging import rejected_rows, stage_raw, staged_rows, write_raw
from warehouse.contract.calendar_names import LOCALES, months, weekdays
from warehouse.contract.file import load_contract
from warehouse.contract.model import Column, Contract, InputFormat
from warehouse.job import StagedCounts

_COLUMNS = (
    Column("day", "Day", "DATE", "d", required=True),
    Column("amount", "Amount", "DECIMAL(30,20)", "d"),
    Column("name", "Name", "STRING", "d"),
    Column("pieces", "Pieces", "INT", "d"),
)


def _contract(columns: tuple[Column, ...] = _COLUMNS, zone: str | None = None, **written: Any) -> Contract:
    form = InputFormat(**written)
    return Contract("odd", "d", columns, columns[0].name, form, (), 1.0, (), Path("x"), time_zone=zone)


def _stage(spark: SparkSession, home: Path, files: dict[str, bytes], contract: Contract) -> StagedCounts:
    write_raw(home, files)
    return stage_raw(spark, home, contract)


def _rejected(spark: SparkSession, home: Path) -> list[tuple[int, list[str], list[str | None], bytes]]:
    rows = rejected_rows(spark, home / "quarantine")
    return [(row.source_line, row.rules, row.offending_values, bytes(row.record)) for row in rows]


def test_columns_come_by_name_in_any_case_and_order_and_may_be_missing(spark: SparkSession, tmp_path: Path) -> None:
    files = {
        "a.csv": b"Day,Amount,Name,Pieces\n2001-01-01,1.5,a,1\n",
        "b.csv": b"pieces,NAME,day\n2,b,2001-01-02\nx,b,2001-01-02\npieces,NAME,day\n",
        "c.csv": b"Name,Extra,Day\nc,e,2001-01-03\n",
    }
    _stage(spark, tmp_path, files, _contract(ignore_unknown=True))
    assert staged_rows(spark, tmp_path, "source_file", "day", "amount", "name", "pieces") == [
        ("a.csv", date(2001, 1, 1), Decimal("1.5"), "a", 1),
        ("b.csv", date(2001, 1, 2), None, "b", 2),
        ("c.csv", date(2001, 1, 3), None, "c", None),
    ]
    assert _rejected(spark, tmp_path) == [
        (3, ["pieces:type"], ["x"], b"x,b,2001-01-02"),
        (4, ["row:header", "day:type", "pieces:type"], [None, "day", "pieces"], b"pieces,NAME,day"),
    ]


def test_offending_values_stand_beside_their_rules(spark: SparkSession, tmp_path: Path) -> None:
    columns = (replace(_COLUMNS[0], minimum="2001-01-01"), *_COLUMNS[1:])
    lines = [b"Day,Amount,Name,Pieces", b"2000-12-31,1,x,9999999999", b"2001-13-01,,\xff,", b"2001-01-01,1"]
    _stage(spark, tmp_path, {"a.csv": b"\n".join(lines)}, _contract(columns))
    assert _rejected(spark, tmp_path) == [
        (2, ["day:minimum", "pieces:type"], ["2000-12-31", "9999999999"], lines[1]),
        (3, ["row:encoding"], [None], lines[2]),
        (4, ["row:parse"], [None], lines[3]),
    ]


def test_title_and_comment_lines_and_a_mark_at_the_start_are_no_rows(spark: SparkSession, tmp_path: Path) -> None:
    text = "\ufeffReport;;\n\nDay;Amount;Name;Pieces\n# a comment;\n2001-01-01;1;#;1\n\n#2001-01-02;1;x;1\n"
    _stage(spark, tmp_path, {"a.csv": text.encode()}, _contract(delimiter=";", comment="#", skip_lines=2))
    assert staged_rows(spark, tmp_path, "name", "source_line") == [("#", 5)]
    assert _rejected(spark, tmp_path) == []


def test_a_mark_at_the_start_of_a_file_without_header_is_of_no_row(spark: SparkSession, tmp_path: Path) -> None:
    _stage(spark, tmp_path, {"a.csv": b"\xef\xbb\xbf2001-01-01,1,x,1\nbad"}, _contract(header=False))
    assert staged_rows(spark, tmp_path, "day", "source_line") == [(date(2001, 1, 1), 1)]


def test_a_mark_in_mid_file_is_text_whichever_record_is_read_first(spark: SparkSession, tmp_path: Path) -> None:
    mark = b"\xef\xbb\xbf"
    columns = (Column("name", "name", "STRING", "d"), Column("day", "day", "DATE", "d", required=True))
    contract = replace(_contract(columns, header=False, comment="#"), event_time="day")
    files = {
        # Below a comment it is the first record that is parsed.
        "a.csv": b"#\n" + mark + b"a,2001-01-01\n" + mark + b",2001-01-02\nb,2001-01-03\n",
        # Rejected records are parsed again without the others.
        "b.csv": b"c,2001-01-04\n" + mark + b"d,x\n" + mark + b'"e",2001-01-05\n' + mark + b'f,"2001-01-06"\n',
    }
    _stage(spark, tmp_path, files, contract)
    assert [name for (name,) in staged_rows(spark, tmp_path, "name")] == ["\ufeffa", "\ufeff", "b", "c", "\ufefff"]
    assert _rejected(spark, tmp_path) == [
        (2, ["day:type"], ["x"], mark + b"d,x"), (3, ["row:parse"], [None], mark + b'"e",2001-01-05'),
    ]  # fmt: skip


def test_a_date_behind_a_mark_in_mid_file_is_none(spark: SparkSession, tmp_path: Path) -> None:
    export = b"\xef\xbb\xbf2001-01-01,1,x,1"
    _stage(spark, tmp_path, {"a.csv": export + b"\n" + export}, _contract(header=False))
    assert staged_rows(spark, tmp_path, "source_line") == [(1,)]
    assert _rejected(spark, tmp_path) == [(2, ["day:type"], ["\ufeff2001-01-01"], export)]


def test_numbers_with_comma_and_groups(spark: SparkSession, tmp_path: Path) -> None:
    lines = ["2001-01-01;1.234,50;x;1.000", "2001-01-01;1234,5;x;1000", "2001-01-01;-0,5;x;+7",
             "2001-01-01;1.23,5;x;1", "2001-01-01;1,5;x;1.00", "2001-01-01;1.5;x;1"]  # fmt: skip
    form = {"delimiter": ";", "decimal_separator": ",", "thousands_separator": ".", "header": False}
    _stage(spark, tmp_path, {"a.csv": "\n".join(lines).encode()}, _contract(**form))
    assert staged_rows(spark, tmp_path, "amount", "pieces") == [
        (Decimal("1234.5"), 1000), (Decimal("1234.5"), 1000), (Decimal("-0.5"), 7),
    ]  # fmt: skip
    assert [(line, rules) for line, rules, *_ in _rejected(spark, tmp_path)] == [
        (4, ["amount:type"]), (5, ["pieces:type"]), (6, ["amount:type"]),
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["cp1252", "iso8859-1", "iso8859-15", "koi8-r", "cp1251"])
def test_other_encodings_are_read_and_rejected_bytes_stay(spark: SparkSession, tmp_path: Path, encoding: str) -> None:
    text = "Day,Amount,Name,Pieces\n2001-01-01,1,{0},1\nx,1,{0},1\n"
    content = text.format({"koi8-r": "Ж", "cp1251": "Ж"}.get(encoding, "é")).encode(encoding)
    _stage(spark, tmp_path, {"a.csv": content}, _contract(encoding=encoding))
    assert [name.encode(encoding) for (name,) in staged_rows(spark, tmp_path, "name")] == [content.split(b",")[5]]
    assert _rejected(spark, tmp_path)[0][3] == content.splitlines()[2]


def test_a_byte_that_the_encoding_has_not_is_an_encoding_error(spark: SparkSession, tmp_path: Path) -> None:
    content = b"2001-01-01,1,\x81,1\n2001-01-01,1,\xe9,1\n"
    _stage(spark, tmp_path, {"a.csv": content}, _contract(encoding="cp1252", header=False))
    assert [rules for _, rules, *_ in _rejected(spark, tmp_path)] == [["row:encoding"]]


def test_escaped_quotes(spark: SparkSession, tmp_path: Path) -> None:
    lines = [rb'2001-01-01,1,"a\"b, \\",1', rb'2001-01-01,1,"a""b",1', rb"2001-01-01,1,a\b,1"]
    _stage(spark, tmp_path, {"a.csv": b"\n".join(lines)}, _contract(escape="\\", header=False))
    assert staged_rows(spark, tmp_path, "name") == [('a"b, \\',), ("a\\b",)]
    assert [(line, rules) for line, rules, *_ in _rejected(spark, tmp_path)] == [(2, ["row:parse"])]


def test_a_long_record_is_rejected_with_all_its_bytes(spark: SparkSession, tmp_path: Path) -> None:
    long = b"2001-01-01,1," + b"x" * 1_100_000 + b",1"
    _stage(spark, tmp_path, {"a.csv": b"2001-01-01,1,x,1\n" + long}, _contract(header=False))
    assert _rejected(spark, tmp_path) == [(2, ["row:length"], [None], long)]


# --- Quoted line ends ---


def test_quoted_line_ends_are_part_of_the_record(spark: SparkSession, tmp_path: Path) -> None:
    content = (
        b'Day,Amount,Name,Pieces\r\n2001-01-01,1,"two\r\nlines",1\r\n\r\n2001-01-02,1,"x\n\n""y"",",2\r\n'
        b'bad,1,"three\n\r\nlines",1\n2001-01-03,1,plain,3'
    )
    _stage(spark, tmp_path, {"a.csv": content}, _contract(quoted_newlines=True))
    assert staged_rows(spark, tmp_path, "name", "pieces", "source_line") == [
        ("two\r\nlines", 1, 2), ('x\n\n"y",', 2, 5), ("plain", 3, 11),
    ]  # fmt: skip
    assert _rejected(spark, tmp_path) == [(8, ["day:type"], ["bad"], b'bad,1,"three\n\r\nlines",1')]


def test_quoted_line_ends_of_a_file_in_one_byte_characters_lose_no_byte(spark: SparkSession, tmp_path: Path) -> None:
    text = '2001-01-01,1,"caf\u00e9\r\nol\u00e9",1\r\n2001-01-02,1,b,caf\u00e9\r\n2001-01-03,1,El Ni\u00f1o),\r\n'
    _stage(
        spark,
        tmp_path,
        {"a.csv": text.encode("cp1252")},
        _contract(encoding="cp1252", quoted_newlines=True, header=False),
    )
    assert staged_rows(spark, tmp_path, "name") == [("caf\u00e9\r\nol\u00e9",), ("El Ni\u00f1o)",)]
    assert _rejected(spark, tmp_path) == [(3, ["pieces:type"], ["caf\u00e9"], b"2001-01-02,1,b,caf\xe9")]


def test_an_open_quote_takes_lines_up_to_the_next_quote_and_no_further(spark: SparkSession, tmp_path: Path) -> None:
    content = b'2001-01-01,1,"open,1\n2001-01-02,1,b,2\n2001-01-03,1,"c",3\n2001-01-04,1,"d\nd",4\n'
    _stage(spark, tmp_path, {"a.csv": content}, _contract(quoted_newlines=True, header=False))
    assert staged_rows(spark, tmp_path, "name", "source_line") == [("d\nd", 4)]
    assert _rejected(spark, tmp_path) == [(1, ["row:parse"], [None], content[: content.index(b"\n2001-01-04")])]


_TEXTS = st.text(st.sampled_from('ab,"\n\r é'), max_size=6)


_FILES = st.lists(st.lists(st.tuples(_TEXTS, st.text(st.sampled_from('x",\n'), max_size=3)), min_size=1, max_size=40),
                  min_size=1, max_size=4)  # fmt: skip


# Files of one batch are read apart; a batch of four costs little more than one file.
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=_FILES)
def test_any_quoted_text_arrives_as_python_wrote_it(
    spark: SparkSession, tmp_path_factory: pytest.TempPathFactory, files: list[list[tuple[str, str]]]
) -> None:
    columns = (_COLUMNS[0], Column("a", "a", "STRING", "d"), Column("b", "b", "STRING", "d"))
    written = {}
    for number, rows in enumerate(files):
        text = io.StringIO()
        csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(("2001-01-01", *row) for row in rows)
        written[f"{number}.csv"] = text.getvalue().encode()
    home = tmp_path_factory.mktemp("quoted")
    _stage(spark, home, written, _contract(columns, quoted_newlines=True, header=False))
    assert staged_rows(spark, home, "a", "b") == [(a or None, b or None) for rows in files for a, b in rows]


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
    _stage(spark, tmp_path, {"a.jsonl": "\n".join(_JSON).encode()}, _contract(kind="jsonl"))
    assert staged_rows(spark, tmp_path, "amount", "name", "pieces") == [
        (Decimal("1.10000000000000000001"), "é\n", 5), (None, '{"a":[1,2.5]}', 7), (Decimal("12.5"), "", None),
    ]  # fmt: skip
    expected = [(n, *why, text.encode()) for n, (text, why) in enumerate(_JSON.items(), 1) if why]
    assert _rejected(spark, tmp_path) == expected


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
    _stage(spark, tmp_path, {"a.jsonl": "\n".join(lines).encode()}, _contract(kind="jsonl"))
    names = [name for (name,) in staged_rows(spark, tmp_path, "name")]
    assert names[:2] == ["1.10", "12345678901234567.25"]
    assert names[3:] == ["[1.10"]
    assert [(line, rules) for line, rules, *_ in _rejected(spark, tmp_path)] == [(n, ["row:parse"]) for n in (5, 6, 7)]


def test_a_key_of_json_may_be_any_text(spark: SparkSession, tmp_path: Path) -> None:
    columns = (_COLUMNS[0], Column("name", "_corrupt", "STRING", "d"), Column("other", "a`b.c", "STRING", "d"))
    lines = [
        '{"Day": "2001-01-01", "_corrupt": "x", "a`b.c": "y"}',
        '{"Day": "2001-01-02", "_corrupt\\n": "z"}',
        '{"Day": "2001-01-03"',
    ]
    form = {"kind": "jsonl", "ignore_unknown": True}
    _stage(spark, tmp_path, {"a.jsonl": "\n".join(lines).encode()}, _contract(columns, **form))
    assert staged_rows(spark, tmp_path, "name", "other") == [("x", "y"), (None, None)]
    assert [(line, rules) for line, rules, *_ in _rejected(spark, tmp_path)] == [(3, ["row:parse"])]


def test_digits_of_other_scripts_are_no_numbers(spark: SparkSession, tmp_path: Path) -> None:
    columns = (_COLUMNS[0], Column("amount", "Amount", "DECIMAL(9,2)", "d"), Column("pieces", "Pieces", "INT", "d"))
    content = "2001-01-01,\uff11\uff12,1\n2001-01-01,\u0661\u0662,1\n2001-01-01,1,\u0661\n2001-01-01,12,1\n".encode()
    _stage(spark, tmp_path, {"a.csv": content}, _contract(columns, header=False))
    assert staged_rows(spark, tmp_path, "amount", "pieces") == [(Decimal("12.00"), 1)]
    assert [rules for _, rules, *_ in _rejected(spark, tmp_path)] == [["amount:type"]] * 2 + [["pieces:type"]]


def test_limits_of_many_digits_are_compared(spark: SparkSession, tmp_path: Path) -> None:
    columns = (
        _COLUMNS[0],
        Column("fine", "fine", "DECIMAL(38,18)", "d", maximum=10_000_000_000),
        Column("large", "large", "DECIMAL(38,2)", "d", maximum=10**27),
    )
    content = b"2001-01-01,10000000000,1000000000000000000000000000\n2001-01-01,10000000000.1,1\n"
    _stage(spark, tmp_path, {"a.csv": content}, _contract(columns, header=False))
    assert staged_rows(spark, tmp_path, "fine") == [(Decimal("10000000000"),)]
    assert [rules for _, rules, *_ in _rejected(spark, tmp_path)] == [["fine:maximum"]]


def test_a_limit_beyond_all_numbers_of_spark_is_compared(spark: SparkSession, tmp_path: Path) -> None:
    columns = (
        _COLUMNS[0],
        Column("rough", "rough", "DOUBLE", "d", maximum=10**20),
        Column("huge", "huge", "DOUBLE", "d", maximum=10**400),
        Column("small", "small", "INT", "d", minimum=-(10**40), maximum=10**40),
        Column("fine", "fine", "DECIMAL(9,2)", "d", minimum=1e-50, maximum=10**400),
    )
    content = b"2001-01-01,1e20,1e300,1,0.01\n2001-01-01,1.1e20,1,1,0\n"
    _stage(spark, tmp_path, {"a.csv": content}, _contract(columns, header=False))
    assert staged_rows(spark, tmp_path, "rough", "huge", "small", "fine") == [(1e20, 1e300, 1, Decimal("0.01"))]
    assert [rules for _, rules, *_ in _rejected(spark, tmp_path)] == [["rough:maximum", "fine:minimum"]]


# --- Parquet ---


def test_parquet_is_typed_by_the_contract_and_rejected_as_json(spark: SparkSession, tmp_path: Path) -> None:
    columns = (
        Column("at", "at", "TIMESTAMP", "d", required=True, formats=("dd.MM.yyyy HH:mm",)),
        Column("pieces", "Pieces", "INT", "d", maximum=10),
        Column("amount", "amount", "DECIMAL(5,2)", "d"),
        Column("name", "name", "STRING", "d"),
    )
    at = [
        datetime(1815, 6, 18, 11, 35, 0, 1),
        datetime(2101, 1, 1),
        None,
        datetime(2001, 1, 1, 0, 0, 0, 1),
        datetime(2001, 1, 2),
    ]
    table = pa.table({
        "pieces": pa.array([1.0, None, 3.0, 2.5, 11.0], pa.float64()),
        "AT": pa.array(at, pa.timestamp("us")),
        "amount": pa.array(["1.5", None, "1", "1", "1"], pa.string()),
        "name": pa.array(["é", None, "x", "y", "z"], pa.large_string()),
    })  # fmt: skip
    (tmp_path / "raw").mkdir()
    pq.write_table(table, tmp_path / "a.parquet")
    (tmp_path / "raw").rmdir()
    counts = _stage(spark, tmp_path, {"a.parquet": (tmp_path / "a.parquet").read_bytes()}, _contract(columns))
    assert staged_rows(spark, tmp_path, "at", "pieces", "amount", "name", "source_line") == [
        (at[0], 1, Decimal("1.50"), "é", 1), (at[1], None, None, None, 2),
    ]  # fmt: skip
    rejected = _rejected(spark, tmp_path)
    assert [(line, rules, values) for line, rules, values, _ in rejected] == [
        (3, ["at:required"], [None]), (4, ["pieces:type"], ["2.5"]), (5, ["pieces:maximum"], ["11"]),
    ]  # fmt: skip
    record = json.loads(rejected[1][3])
    assert (record["pieces"], record["AT"]) == (2.5, "2001-01-01T00:00:00.000001")
    assert counts.rejected == {"a.parquet": 3}


def test_parquet_files_of_one_batch_may_hold_a_column_in_different_types(spark: SparkSession, tmp_path: Path) -> None:
    columns = (_COLUMNS[0], Column("amount", "Amount", "DECIMAL(9,2)", "d"))
    day = pa.array([date(2001, 1, 1)])
    amounts = {
        "a.parquet": pa.array([12], pa.int64()),
        "b.parquet": pa.array([Decimal("12.34")], pa.decimal128(9, 2)),
        "c.parquet": pa.array([0.1], pa.float32()),
        "d.parquet": pa.array([0.1], pa.float64()),
        "e.parquet": pa.array(["1.50"]),
        "f.parquet": pa.array([None], pa.null()),
        "g.parquet": pa.array([7], pa.int64()),
        "h.PARQUET": pa.array(["2.25"]).dictionary_encode(),
        "i.parquet": pa.array([8], pa.int64()).dictionary_encode(),
    }
    files = {}
    for name, values in amounts.items():
        buffer = io.BytesIO()
        pq.write_table(pa.table({"Day": day, "Amount": values}), buffer)
        files[name] = buffer.getvalue()
    _stage(spark, tmp_path, files, _contract(columns, kind="parquet"))
    assert staged_rows(spark, tmp_path, "amount") == [
        (Decimal(text),) if text else (None,) for text in ("12", "12.34", "0.1", "0.1", "1.50", "", "7", "2.25", "8")
    ]


def test_dates_that_parquet_holds_as_text_have_the_format_of_the_contract(spark: SparkSession, tmp_path: Path) -> None:
    columns = (replace(_COLUMNS[0], formats=("dd.MM.yyyy",)), _COLUMNS[2])
    pq.write_table(pa.table({"Day": ["03.02.2001", "2001-02-03"], "Name": ["a", "b"]}), tmp_path / "a.parquet")
    _stage(spark, tmp_path, {"a.parquet": (tmp_path / "a.parquet").read_bytes()}, _contract(columns))
    assert staged_rows(spark, tmp_path, "day", "name") == [(date(2001, 2, 3), "a")]
    assert [(rules, values) for _, rules, values, _ in _rejected(spark, tmp_path)] == [(["day:type"], ["2001-02-03"])]


_NUMBERS = {"amount": "DECIMAL(18,6)", "pieces": "BIGINT", "note": "STRING"}
_HELD_NUMBERS = {
    # Value and type in the file: what becomes of it in each of these columns, None where it is rejected.
    (12345678.25, pa.float64()): (Decimal("12345678.25"), None, "1.234567825E7"),
    (0.0005, pa.float64()): (Decimal("0.0005"), None, "5.0E-4"),
    (-0.25, pa.float64()): (Decimal("-0.25"), None, "-0.25"),
    (1e-7, pa.float64()): (None, None, "1.0E-7"),
    (1e-300, pa.float64()): (None, None, "1.0E-300"),
    (20000000.0, pa.float64()): (Decimal("20000000"), 20000000, "20000000"),
    (2.0**53, pa.float64()): (None, None, "9.007199254740992E15"),
    (0.0005, pa.float32()): (Decimal("0.0005"), None, "5.0E-4"),
    (Decimal("1.5"), pa.decimal128(20, 10)): (Decimal("1.5"), None, "1.5000000000"),
    (Decimal(3), pa.decimal128(20, 2)): (Decimal("3"), 3, "3.00"),
    (Decimal(-100), pa.decimal128(20, 2)): (Decimal("-100"), -100, "-100.00"),
    (Decimal(0), pa.decimal128(20, 10)): (Decimal("0"), 0, "0.0000000000"),
    (Decimal(100), pa.decimal128(20, 0)): (Decimal("100"), 100, "100"),
    (Decimal("0.0000001"), pa.decimal128(20, 10)): (None, None, "0.0000001000"),
}


def test_numbers_of_parquet_fit_whatever_type_holds_them(spark: SparkSession, tmp_path: Path) -> None:
    columns = (_COLUMNS[0], *(Column(name, name, hive_type, "d") for name, hive_type in _NUMBERS.items()))
    files, expected = {}, []
    for number, kind in enumerate(dict.fromkeys(kind for _, kind in _HELD_NUMBERS)):
        held = {value: texts for (value, of), texts in _HELD_NUMBERS.items() if of == kind}
        # A row for each value and column, so that a good one is not lost with a bad one.
        table = {name: pa.array([value if place == at else None for value in held for at in range(3)], kind)
                 for place, name in enumerate(_NUMBERS)}  # fmt: skip
        buffer = io.BytesIO()
        pq.write_table(pa.table({"Day": [date(2001, 1, 1)] * 3 * len(held), **table}), buffer)
        files[f"{number}.parquet"] = buffer.getvalue()
        expected += [good for texts in held.values() for good in texts if good is not None]
    _stage(spark, tmp_path, files, _contract(columns, kind="parquet"))
    found = [next(value for value in row if value is not None) for row in staged_rows(spark, tmp_path, *_NUMBERS)]
    assert found == expected
    assert {rule for _, rules, *_ in _rejected(spark, tmp_path) for rule in rules} == {"amount:type", "pieces:type"}


def test_nanoseconds_in_parquet_are_the_timestamps_that_they_are(spark: SparkSession, tmp_path: Path) -> None:
    columns = (
        _COLUMNS[0], Column("wall", "wall", "TIMESTAMP", "d"), Column("count", "count", "BIGINT", "d"),
        Column("instant", "instant", "TIMESTAMP", "d", source_zone="Asia/Tokyo"),
    )  # fmt: skip
    at = [datetime(1969, 12, 31, 23, 59, 59, 999999), datetime(2024, 7, 1, 12, 0, 0, 1)]
    wall = pa.array([*at, None], pa.timestamp("ns"))
    buffer = io.BytesIO()
    pq.write_table(
        pa.table({"Day": [date(2024, 7, 1)] * 3, "wall": wall, "count": [1_719_835_200_000, 1, None],
                  "instant": wall.cast(pa.timestamp("ns", "UTC"))}),
        buffer,
    )  # fmt: skip
    contract = _contract(columns, "Europe/Berlin", kind="parquet")
    _stage(spark, tmp_path, {"a.parquet": buffer.getvalue()}, contract)
    assert staged_rows(spark, tmp_path, "wall", "count", "instant") == [
        (at[0], 1_719_835_200_000, at[0] + timedelta(hours=1)), (at[1], 1, at[1] + timedelta(hours=2)),
        (None, None, None),
    ]  # fmt: skip


def test_an_instant_in_parquet_is_one_whatever_the_default_zone_says(spark: SparkSession, tmp_path: Path) -> None:
    columns = (Column("at", "at", "TIMESTAMP", "d", required=True, source_zone="America/New_York"),)
    at = datetime(2024, 1, 2, 14, 30)
    files = {}
    for name, kind in {"a": pa.timestamp("us", "America/New_York"), "b": pa.timestamp("us")}.items():
        buffer = io.BytesIO()
        pq.write_table(pa.table({"at": pa.array([at], kind)}), buffer)
        files[f"{name}.parquet"] = buffer.getvalue()
    _stage(spark, tmp_path, files, _contract(columns, "UTC", kind="parquet"))
    assert staged_rows(spark, tmp_path, "at") == [(at,), (at.replace(hour=19),)]


def test_a_parquet_file_as_the_taxi_commission_publishes_it_fits_the_contract_of_trips(
    spark: SparkSession, tmp_path: Path
) -> None:
    contract, at = load_contract("trips"), datetime(2024, 1, 1, 0, 57, 55)
    money = ("fare_amount", "extra", "mta_tax", "tip_amount", "tolls_amount", "improvement_surcharge")
    values = {
        "VendorID": pa.array([2], pa.int32()), "tpep_pickup_datetime": pa.array([at], pa.timestamp("us")),
        "tpep_dropoff_datetime": pa.array([at.replace(hour=1)], pa.timestamp("us")),
        "passenger_count": pa.array([1.0]), "trip_distance": pa.array([1.72]), "RatecodeID": pa.array([1.0]),
        "store_and_fwd_flag": pa.array(["N"], pa.large_string()), "PULocationID": pa.array([186], pa.int32()),
        "DOLocationID": pa.array([79], pa.int32()), "payment_type": pa.array([2], pa.int64()),
        **{name: pa.array([1.5]) for name in money}, "total_amount": pa.array([22.7]),
        "congestion_surcharge": pa.array([2.5]), "Airport_fee": pa.array([None], pa.float64()),
    }  # fmt: skip
    pq.write_table(pa.table(values), tmp_path / "y.parquet")
    counts = _stage(spark, tmp_path, {"y.parquet": (tmp_path / "y.parquet").read_bytes()}, contract)
    assert (counts.staged, counts.rules) == (1, {})
    assert staged_rows(spark, tmp_path, "pickup_at", "passenger_count", "trip_distance", "airport_fee") == [
        (at, 1, Decimal("1.72"), None)
    ]


def test_parquet_beside_csv_in_one_batch(spark: SparkSession, tmp_path: Path) -> None:
    pq.write_table(pa.table({"Day": [date(2001, 1, 1)], "Name": ["p"]}), tmp_path / "b.parquet")
    files = {"a.csv": b"Day,Name\n2001-01-01,c\n", "b.parquet": (tmp_path / "b.parquet").read_bytes()}
    _stage(spark, tmp_path, files, _contract())
    assert staged_rows(spark, tmp_path, "source_file", "name") == [("a.csv", "c"), ("b.parquet", "p")]


# --- Dates and times ---


def _moments(
    spark: SparkSession, home: Path, texts: list[str], zone: str | None = None, **options: Any
) -> tuple[list[datetime | None], list[tuple[str, list[str]]]]:
    """Values of the good texts, and of the bad ones the rules."""
    columns = (Column("day", "day", "DATE", "d", required=True), Column("at", "at", "TIMESTAMP", "d", **options))
    content = "".join(f"2001-01-01|{text}\n" for text in texts).encode()
    _stage(spark, home, {"a.csv": content}, _contract(columns, zone, delimiter="|", header=False))
    good = [at for (at,) in staged_rows(spark, home, "at")]
    return good, [(texts[line - 1], rules) for line, rules, *_ in _rejected(spark, home)]


def test_the_first_format_that_fits_counts(spark: SparkSession, tmp_path: Path) -> None:
    formats = ("yyyy-MM-dd HH:mm:ss", "dd/MM/yyyy", "MM/dd/yyyy hh:mm a")
    texts = ["2001-02-03 04:05:06", "03/02/2001", "02/03/2001 04:05 PM", "02/30/2001 04:05 PM", "2001-02-03"]
    good, bad = _moments(spark, tmp_path, texts, formats=formats)
    assert good == [datetime(2001, 2, 3, 4, 5, 6), datetime(2001, 2, 3), datetime(2001, 2, 3, 16, 5)]
    assert bad == [(texts[3], ["at:type"]), (texts[4], ["at:type"])]


def test_the_name_of_a_weekday_is_read_and_not_compared_with_the_date(spark: SparkSession, tmp_path: Path) -> None:
    formats = ("EEE MMM ppd HH:mm:ss yyyy", "EEEE, d MMMM yyyy", "'['EEE MMM dd HH:mm yyyy']'")
    texts = ["Sun Dec 04 04:47:44 2005", "sun Dec  4 04:47:44 2005", "Mon Dec 14 04:47:44 2005",
             "Sunday, 4 December 2005", "[Sun Dec 04 04:47 2005]"]  # fmt: skip
    wrong = [" Dec 04 04:47:44 2005", "Xyz Dec 04 04:47:44 2005", "Sund Dec 04 04:47:44 2005",
             "Sun Feb 30 04:47:44 2005", "Sun Dec 04 04:47:44 2005 Sun", "Sun"]  # fmt: skip
    good, bad = _moments(spark, tmp_path, [*texts, *wrong], formats=formats)
    clock = datetime(2005, 12, 4, 4, 47, 44)
    assert good == [clock, clock, clock.replace(day=14), datetime(2005, 12, 4), datetime(2005, 12, 4, 4, 47)]
    assert bad == [(text, ["at:type"]) for text in wrong]


def test_a_weekday_before_an_offset(spark: SparkSession, tmp_path: Path) -> None:
    formats = ("EEE, d MMM yyyy HH:mm:ss XX", "EEE MMM dd HH:mm:ss XX yyyy", "EEE MMM dd yyyy HH:mm:ss 'GMT'XX")
    texts = ["Sun, 04 Dec 2005 04:47:44 +0200", "Wed Aug 27 13:08:45 +0000 2008", "Sun Dec 04 2005 04:47:44 GMT-0100"]
    wrong = ["04 Dec 2005 04:47:44 +0200", "Sun, 04 Dec 2005 04:47:44", "}"]
    good, bad = _moments(spark, tmp_path, [*texts, *wrong], "UTC", formats=formats, zoned=True)
    assert good == [
        datetime(2005, 12, 4, 2, 47, 44),
        datetime(2008, 8, 27, 13, 8, 45),
        datetime(2005, 12, 4, 5, 47, 44),
    ]
    assert bad == [(text, ["at:type"]) for text in wrong]


def test_forms_of_logs_and_exports(spark: SparkSession, tmp_path: Path) -> None:
    formats = ("yyyy-MM-dd HH:mm:ss[,SSSSSS]", "yyyyMMddHH", "d-MMM-yy hh.mm.ss[.SSSSSS] a", "dd/MM/yyyy HH.mm.ss")
    texts = ["2015-07-29 23:59:00,123", "2019010113", "15-NOV-19 03.04.05.000001 PM", "10/03/2004 18.00.00"]
    good, bad = _moments(spark, tmp_path, [*texts, "2019010124"], formats=formats)
    assert good == [datetime(2015, 7, 29, 23, 59, 0, 123000), datetime(2019, 1, 1, 13),
                    datetime(2019, 11, 15, 15, 4, 5, 1), datetime(2004, 3, 10, 18)]  # fmt: skip
    assert bad == [("2019010124", ["at:type"])]


def test_brackets_around_a_moment_of_apache(spark: SparkSession, tmp_path: Path) -> None:
    good, _ = _moments(spark, tmp_path, ["[01/Jul/1995:00:00:01 -0400]"], "UTC", zoned=True,
                       formats=("'['dd/MMM/yyyy:HH:mm:ss XX']'",))  # fmt: skip
    assert good == [datetime(1995, 7, 1, 4, 0, 1)]


@pytest.mark.parametrize(
    ("unit", "text", "value"),
    [
        ("epoch-seconds", "-5000000000", datetime(1811, 7, 23, 15, 6, 40)),
        ("epoch-milliseconds", "1700000000123", datetime(2023, 11, 14, 22, 13, 20, 123000)),
        ("epoch-microseconds", "4102444800000001", datetime(2100, 1, 1, 0, 0, 0, 1)),
    ],
)
def test_counts_since_1970(spark: SparkSession, tmp_path: Path, unit: str, text: str, value: datetime) -> None:
    worst = ["9" * 18, "9" * 19, "1.5", "x", "-" + "9" * 18]
    good, bad = _moments(spark, tmp_path, [text, *worst], "UTC", formats=(unit,))
    assert good == [value]
    assert bad == [(wrong, ["at:type"]) for wrong in worst]


def test_seconds_with_a_fraction_are_rounded_to_microseconds(spark: SparkSession, tmp_path: Path) -> None:
    texts = ["1594512094.3859746", "1594512094", "-0.0000005", "0.0000004"]
    wrong = ["1e9", "1594512094.", ".5", "1594512094,5", "9" * 30, "NaN"]
    good, bad = _moments(spark, tmp_path, [*texts, *wrong], "UTC", formats=("epoch-fractional-seconds",))
    first, start = datetime(2020, 7, 12, 0, 1, 34), datetime(1970, 1, 1)
    assert good == [first.replace(microsecond=385975), first, datetime(1969, 12, 31, 23, 59, 59, 999999), start]
    assert bad == [(text, ["at:type"]) for text in wrong]


def test_nanoseconds_are_cut_to_microseconds(spark: SparkSession, tmp_path: Path) -> None:
    texts = ["1594512094385974699", "-1", "-9223372036854775808"]
    good, bad = _moments(spark, tmp_path, [*texts, "9223372036854775808"], "UTC", formats=("epoch-nanoseconds",))
    assert good == [datetime(2020, 7, 12, 0, 1, 34, 385974), datetime(1969, 12, 31, 23, 59, 59, 999999),
                    datetime(1677, 9, 21, 0, 12, 43, 145224)]  # fmt: skip
    assert bad == [("9223372036854775808", ["at:type"])]


def test_the_magnitude_of_a_count_gives_its_unit(spark: SparkSession, tmp_path: Path) -> None:
    texts = ["1735689600", "1735689600000", "1735689600000000", "99999999999", "100000000000", "-100000000000",
             "99999999999999", "100000000000000"]  # fmt: skip
    wrong = ["100000000000000000", "-9223372036854775808", "1735689600.5"]
    good, bad = _moments(spark, tmp_path, [*texts, *wrong], "UTC", formats=("epoch-auto",))
    assert good == [*[datetime(2025, 1, 1)] * 3, datetime(5138, 11, 16, 9, 46, 39), datetime(1973, 3, 3, 9, 46, 40),
                    datetime(1966, 10, 31, 14, 13, 20), datetime(5138, 11, 16, 9, 46, 39, 999000),
                    datetime(1973, 3, 3, 9, 46, 40)]  # fmt: skip
    assert bad == [(text, ["at:type"]) for text in wrong]


def test_a_month_or_year_is_its_first_day(spark: SparkSession, tmp_path: Path) -> None:
    texts = ["1949-02", "1990", "Mar 2001"]
    good, bad = _moments(spark, tmp_path, [*texts, "1949-13"], formats=("yyyy-MM", "yyyy", "MMM yyyy"))
    assert good == [datetime(1949, 2, 1), datetime(1990, 1, 1), datetime(2001, 3, 1)]
    assert bad == [("1949-13", ["at:type"])]


def test_two_digits_of_a_year_mean_one_from_the_pivot_on(spark: SparkSession, tmp_path: Path) -> None:
    texts = ["31-DEC-98", "01-JAN-68", "01-JAN-69", "29-FEB-00", "01/02/1950"]
    good, bad = _moments(spark, tmp_path, [*texts, "29-FEB-99"], formats=("dd-MMM-yy", "dd/MM/yyyy"), pivot_year=1969)
    assert good == [datetime(1998, 12, 31), datetime(2068, 1, 1), datetime(1969, 1, 1), datetime(2000, 2, 29),
                    datetime(1950, 2, 1)]  # fmt: skip
    assert bad == [("29-FEB-99", ["at:type"])]


def test_names_of_other_languages(spark: SparkSession, tmp_path: Path) -> None:
    formats = ("EEEE, d. MMMM yyyy", "dd.MMM.yyyy HH:mm", "ddMMMyyyy")
    texts = ["Sonntag, 4. Dezember 2005", "04.MÄRZ.2005 01:02", "04.Mrz.2005 01:02", "04Okt2005"]
    wrong = ["Sunday, 4. Dezember 2005", "04.Oct.2005 01:02", "04.12.2005 01:02", "04.Marz.2005 01:02"]
    good, bad = _moments(spark, tmp_path, [*texts, *wrong], formats=formats, locale="de")
    assert good == [datetime(2005, 12, 4), *[datetime(2005, 3, 4, 1, 2)] * 2, datetime(2005, 10, 4)]
    assert bad == [(text, ["at:type"]) for text in wrong]


def test_a_weekday_that_is_called_like_a_month(spark: SparkSession, tmp_path: Path) -> None:
    texts = ["mar 4 mar 2005 01:00:00 +0100", "martes 12 abril 2005 01:00:00 +0000"]
    options = {"formats": ("E d MMM yyyy HH:mm:ss XX",), "zoned": True, "locale": "es"}
    good, bad = _moments(spark, tmp_path, texts, "UTC", **options)
    assert (good, bad) == ([datetime(2005, 3, 4), datetime(2005, 4, 12, 1)], [])


def test_names_of_months_are_those_of_java(spark: SparkSession) -> None:
    java = spark._jvm.java  # type: ignore[union-attr]
    for locale in LOCALES:
        names = java.text.DateFormatSymbols.getInstance(java.util.Locale.forLanguageTag(locale))
        for found in (names.getMonths(), names.getShortMonths()):
            numbers = [months(locale)[name.lower().rstrip(".")] for name in list(found)[:12]]
            assert numbers == list(range(1, 13)), locale
        for found in (names.getWeekdays(), names.getShortWeekdays()):
            assert {name.lower().rstrip(".") for name in list(found)[1:]} <= set(weekdays(locale)), locale


def test_counts_are_published_in_the_zone_of_the_contract(spark: SparkSession, tmp_path: Path) -> None:
    good, _ = _moments(spark, tmp_path, ["0"], "Asia/Kathmandu", formats=("epoch-seconds",))
    assert good == [datetime(1970, 1, 1, 5, 30)]


def test_offsets_become_the_wall_clock_of_the_zone(spark: SparkSession, tmp_path: Path) -> None:
    formats = ("yyyy-MM-dd'T'HH:mm:ss[.SSSSSS]XXX", "yyyy-MM-dd HH:mm:ss VV")
    texts = ["2024-07-01T12:00:00+02:00", "2024-07-01T12:00:00.000001Z", "2024-07-01 12:00:00 America/New_York",
             "2024-07-01T12:00:00", '2024-07-01T12:00:00Z"', "0001-01-01T00:00:00+14:00"]  # fmt: skip
    good, bad = _moments(spark, tmp_path, texts, "Europe/Berlin", formats=formats, zoned=True)
    assert good == [datetime(2024, 7, 1, 12), datetime(2024, 7, 1, 14, 0, 0, 1), datetime(2024, 7, 1, 18)]
    assert [text for text, _ in bad] == texts[3:]


def test_a_clock_that_never_was_is_a_gap_and_of_two_the_first_is_meant(spark: SparkSession, tmp_path: Path) -> None:
    texts = ["2024-03-10 01:59:59", "2024-03-10 02:00:00", "2024-03-10 02:59:59", "2024-03-10 03:00:00",
             "2024-11-03 00:59:59", "2024-11-03 01:30:00", "2024-11-03 02:00:00", "nonsense"]  # fmt: skip
    good, bad = _moments(spark, tmp_path, texts, "UTC", source_zone="America/New_York")
    assert good == [datetime(2024, 3, 10, 6, 59, 59), datetime(2024, 3, 10, 7), datetime(2024, 11, 3, 4, 59, 59),
                    datetime(2024, 11, 3, 5, 30), datetime(2024, 11, 3, 7)]  # fmt: skip
    assert bad == [(texts[1], ["at:gap"]), (texts[2], ["at:gap"]), ("nonsense", ["at:type"])]


def test_a_zone_in_the_text_has_gaps_too(spark: SparkSession, tmp_path: Path) -> None:
    formats = ("yyyy-MM-dd HH:mmXXX", "yyyy-MM-dd HH:mm VV", "VV yyyy-MM-dd HH:mm", "MMM d yyyy h:mm a VV")
    left_out = ["2024-03-31 02:30 Europe/Berlin", "2024-03-31 02:00 europe/berlin", "2024-03-10 02:30 EST5EDT",
                "America/Argentina/Buenos_Aires 2007-12-30 00:30", "Mar 10 2024 2:30 AM America/New_York"]  # fmt: skip
    texts = ["2024-03-31 01:59 Europe/Berlin", "2024-03-31 03:00 Europe/Berlin", "2024-03-31 02:30 Asia/Tokyo",
             "2024-03-31 02:30+01:00", "2024-03-31 02:30 +01:00", "2024-03-31 02:30 UTC+01:00",
             "2024-10-27 02:30 Europe/Berlin", "2024-03-31 02:30 Nowhere/Berlin", *left_out]  # fmt: skip
    good, bad = _moments(spark, tmp_path, texts, "UTC", formats=formats, zoned=True)
    assert good == [datetime(2024, 3, 31, 0, 59), datetime(2024, 3, 31, 1), datetime(2024, 3, 30, 17, 30),
                    *[datetime(2024, 3, 31, 1, 30)] * 3, datetime(2024, 10, 27, 0, 30)]  # fmt: skip
    assert bad == [(texts[7], ["at:type"]), *((text, ["at:gap"]) for text in left_out)]


def test_a_date_with_a_clock_that_never_was_stays_the_day(spark: SparkSession, tmp_path: Path) -> None:
    columns = (replace(_COLUMNS[0], formats=("yyyy-MM-dd HH:mm VV",)),)
    _stage(spark, tmp_path, {"a.csv": b"2024-03-31 02:30 Europe/Berlin"}, _contract(columns, header=False))
    assert staged_rows(spark, tmp_path, "day") == [(date(2024, 3, 31),)]


def test_a_gap_of_the_first_format_that_fits_counts(spark: SparkSession, tmp_path: Path) -> None:
    formats = ("d/M/yyyy HH:mm VV", "M/d/yyyy HH:mm VV")
    texts = ["10/3/2024 02:30 America/New_York", "3/10/2024 02:30 America/New_York"]
    good, bad = _moments(spark, tmp_path, texts, "UTC", formats=formats, zoned=True)
    assert (good, bad) == ([datetime(2024, 10, 3, 6, 30)], [(texts[0], ["at:gap"])])
