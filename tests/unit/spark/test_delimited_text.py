"""Staging of CSV: the same values come out, and a bad record keeps its bytes and its line."""

import csv
import io
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from tests.staging import staged_rows
from tests.unit.spark.odd_files import COLUMNS, odd_contract, rejected, stage
from warehouse.contract.model import Column


def test_columns_come_by_name_in_any_case_and_order_and_may_be_missing(spark: SparkSession, tmp_path: Path) -> None:
    files = {
        "a.csv": b"Day,Amount,Name,Pieces\n2001-01-01,1.5,a,1\n",
        "b.csv": b"pieces,NAME,day\n2,b,2001-01-02\nx,b,2001-01-02\npieces,NAME,day\n",
        "c.csv": b"Name,Extra,Day\nc,e,2001-01-03\n",
    }
    stage(spark, tmp_path, files, odd_contract(ignore_unknown=True))
    assert staged_rows(spark, tmp_path, "source_file", "day", "amount", "name", "pieces") == [
        ("a.csv", date(2001, 1, 1), Decimal("1.5"), "a", 1),
        ("b.csv", date(2001, 1, 2), None, "b", 2),
        ("c.csv", date(2001, 1, 3), None, "c", None),
    ]
    assert rejected(spark, tmp_path) == [
        (3, ["pieces:type"], ["x"], b"x,b,2001-01-02"),
        (4, ["row:header", "day:type", "pieces:type"], [None, "day", "pieces"], b"pieces,NAME,day"),
    ]


def test_offending_values_stand_beside_their_rules(spark: SparkSession, tmp_path: Path) -> None:
    columns = (replace(COLUMNS[0], minimum="2001-01-01"), *COLUMNS[1:])
    lines = [b"Day,Amount,Name,Pieces", b"2000-12-31,1,x,9999999999", b"2001-13-01,,\xff,", b"2001-01-01,1"]
    stage(spark, tmp_path, {"a.csv": b"\n".join(lines)}, odd_contract(columns))
    assert rejected(spark, tmp_path) == [
        (2, ["day:minimum", "pieces:type"], ["2000-12-31", "9999999999"], lines[1]),
        (3, ["row:encoding"], [None], lines[2]),
        (4, ["row:parse"], [None], lines[3]),
    ]


def test_title_and_comment_lines_and_a_mark_at_the_start_are_no_rows(spark: SparkSession, tmp_path: Path) -> None:
    text = "\ufeffReport;;\n\nDay;Amount;Name;Pieces\n# a comment;\n2001-01-01;1;#;1\n\n#2001-01-02;1;x;1\n"
    stage(spark, tmp_path, {"a.csv": text.encode()}, odd_contract(delimiter=";", comment="#", skip_lines=2))
    assert staged_rows(spark, tmp_path, "name", "source_line") == [("#", 5)]
    assert rejected(spark, tmp_path) == []


def test_a_mark_at_the_start_of_a_file_without_header_is_of_no_row(spark: SparkSession, tmp_path: Path) -> None:
    stage(spark, tmp_path, {"a.csv": b"\xef\xbb\xbf2001-01-01,1,x,1\nbad"}, odd_contract(header=False))
    assert staged_rows(spark, tmp_path, "day", "source_line") == [(date(2001, 1, 1), 1)]


def test_a_mark_in_mid_file_is_text_whichever_record_is_read_first(spark: SparkSession, tmp_path: Path) -> None:
    mark = b"\xef\xbb\xbf"
    columns = (Column("name", "name", "STRING", "d"), Column("day", "day", "DATE", "d", required=True))
    contract = replace(odd_contract(columns, header=False, comment="#"), event_time="day")
    files = {
        # Below a comment it is the first record that is parsed.
        "a.csv": b"#\n" + mark + b"a,2001-01-01\n" + mark + b",2001-01-02\nb,2001-01-03\n",
        # Rejected records are parsed again without the others.
        "b.csv": b"c,2001-01-04\n" + mark + b"d,x\n" + mark + b'"e",2001-01-05\n' + mark + b'f,"2001-01-06"\n',
    }
    stage(spark, tmp_path, files, contract)
    assert [name for (name,) in staged_rows(spark, tmp_path, "name")] == ["\ufeffa", "\ufeff", "b", "c", "\ufefff"]
    assert rejected(spark, tmp_path) == [
        (2, ["day:type"], ["x"], mark + b"d,x"), (3, ["row:parse"], [None], mark + b'"e",2001-01-05'),
    ]  # fmt: skip


def test_a_date_behind_a_mark_in_mid_file_is_none(spark: SparkSession, tmp_path: Path) -> None:
    export = b"\xef\xbb\xbf2001-01-01,1,x,1"
    stage(spark, tmp_path, {"a.csv": export + b"\n" + export}, odd_contract(header=False))
    assert staged_rows(spark, tmp_path, "source_line") == [(1,)]
    assert rejected(spark, tmp_path) == [(2, ["day:type"], ["\ufeff2001-01-01"], export)]


def test_numbers_with_comma_and_groups(spark: SparkSession, tmp_path: Path) -> None:
    lines = ["2001-01-01;1.234,50;x;1.000", "2001-01-01;1234,5;x;1000", "2001-01-01;-0,5;x;+7",
             "2001-01-01;1.23,5;x;1", "2001-01-01;1,5;x;1.00", "2001-01-01;1.5;x;1"]  # fmt: skip
    form = {"delimiter": ";", "decimal_separator": ",", "thousands_separator": ".", "header": False}
    stage(spark, tmp_path, {"a.csv": "\n".join(lines).encode()}, odd_contract(**form))
    assert staged_rows(spark, tmp_path, "amount", "pieces") == [
        (Decimal("1234.5"), 1000), (Decimal("1234.5"), 1000), (Decimal("-0.5"), 7),
    ]  # fmt: skip
    assert [(line, rules) for line, rules, *_ in rejected(spark, tmp_path)] == [
        (4, ["amount:type"]), (5, ["pieces:type"]), (6, ["amount:type"]),
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["cp1252", "iso8859-1", "iso8859-15", "koi8-r", "cp1251"])
def test_other_encodings_are_read_and_rejected_bytes_stay(spark: SparkSession, tmp_path: Path, encoding: str) -> None:
    text = "Day,Amount,Name,Pieces\n2001-01-01,1,{0},1\nx,1,{0},1\n"
    content = text.format({"koi8-r": "Ж", "cp1251": "Ж"}.get(encoding, "é")).encode(encoding)
    stage(spark, tmp_path, {"a.csv": content}, odd_contract(encoding=encoding))
    assert [name.encode(encoding) for (name,) in staged_rows(spark, tmp_path, "name")] == [content.split(b",")[5]]
    assert rejected(spark, tmp_path)[0][3] == content.splitlines()[2]


def test_a_byte_that_the_encoding_has_not_is_an_encoding_error(spark: SparkSession, tmp_path: Path) -> None:
    content = b"2001-01-01,1,\x81,1\n2001-01-01,1,\xe9,1\n"
    stage(spark, tmp_path, {"a.csv": content}, odd_contract(encoding="cp1252", header=False))
    assert [rules for _, rules, *_ in rejected(spark, tmp_path)] == [["row:encoding"]]


def test_escaped_quotes(spark: SparkSession, tmp_path: Path) -> None:
    lines = [rb'2001-01-01,1,"a\"b, \\",1', rb'2001-01-01,1,"a""b",1', rb"2001-01-01,1,a\b,1"]
    stage(spark, tmp_path, {"a.csv": b"\n".join(lines)}, odd_contract(escape="\\", header=False))
    assert staged_rows(spark, tmp_path, "name") == [('a"b, \\',), ("a\\b",)]
    assert [(line, rules) for line, rules, *_ in rejected(spark, tmp_path)] == [(2, ["row:parse"])]


def test_a_long_record_is_rejected_with_all_its_bytes(spark: SparkSession, tmp_path: Path) -> None:
    long = b"2001-01-01,1," + b"x" * 1_100_000 + b",1"
    stage(spark, tmp_path, {"a.csv": b"2001-01-01,1,x,1\n" + long}, odd_contract(header=False))
    assert rejected(spark, tmp_path) == [(2, ["row:length"], [None], long)]


# --- Quoted line ends ---


def test_quoted_line_ends_are_part_of_the_record(spark: SparkSession, tmp_path: Path) -> None:
    content = (
        b'Day,Amount,Name,Pieces\r\n2001-01-01,1,"two\r\nlines",1\r\n\r\n2001-01-02,1,"x\n\n""y"",",2\r\n'
        b'bad,1,"three\n\r\nlines",1\n2001-01-03,1,plain,3'
    )
    stage(spark, tmp_path, {"a.csv": content}, odd_contract(quoted_newlines=True))
    assert staged_rows(spark, tmp_path, "name", "pieces", "source_line") == [
        ("two\r\nlines", 1, 2), ('x\n\n"y",', 2, 5), ("plain", 3, 11),
    ]  # fmt: skip
    assert rejected(spark, tmp_path) == [(8, ["day:type"], ["bad"], b'bad,1,"three\n\r\nlines",1')]


def test_quoted_line_ends_of_a_file_in_one_byte_characters_lose_no_byte(spark: SparkSession, tmp_path: Path) -> None:
    text = '2001-01-01,1,"caf\u00e9\r\nol\u00e9",1\r\n2001-01-02,1,b,caf\u00e9\r\n2001-01-03,1,El Ni\u00f1o),\r\n'
    stage(
        spark,
        tmp_path,
        {"a.csv": text.encode("cp1252")},
        odd_contract(encoding="cp1252", quoted_newlines=True, header=False),
    )
    assert staged_rows(spark, tmp_path, "name") == [("caf\u00e9\r\nol\u00e9",), ("El Ni\u00f1o)",)]
    assert rejected(spark, tmp_path) == [(3, ["pieces:type"], ["caf\u00e9"], b"2001-01-02,1,b,caf\xe9")]


def test_an_open_quote_takes_lines_up_to_the_next_quote_and_no_further(spark: SparkSession, tmp_path: Path) -> None:
    content = b'2001-01-01,1,"open,1\n2001-01-02,1,b,2\n2001-01-03,1,"c",3\n2001-01-04,1,"d\nd",4\n'
    stage(spark, tmp_path, {"a.csv": content}, odd_contract(quoted_newlines=True, header=False))
    assert staged_rows(spark, tmp_path, "name", "source_line") == [("d\nd", 4)]
    assert rejected(spark, tmp_path) == [(1, ["row:parse"], [None], content[: content.index(b"\n2001-01-04")])]


_TEXTS = st.text(st.sampled_from('ab,"\n\r é'), max_size=6)


_FILES = st.lists(st.lists(st.tuples(_TEXTS, st.text(st.sampled_from('x",\n'), max_size=3)), min_size=1, max_size=40),
                  min_size=1, max_size=4)  # fmt: skip


# Files of one batch are read apart; a batch of four costs little more than one file.
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=_FILES)
def test_any_quoted_text_arrives_as_python_wrote_it(
    spark: SparkSession, tmp_path_factory: pytest.TempPathFactory, files: list[list[tuple[str, str]]]
) -> None:
    columns = (COLUMNS[0], Column("a", "a", "STRING", "d"), Column("b", "b", "STRING", "d"))
    written = {}
    for number, rows in enumerate(files):
        text = io.StringIO()
        csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(("2001-01-01", *row) for row in rows)
        written[f"{number}.csv"] = text.getvalue().encode()
    home = tmp_path_factory.mktemp("quoted")
    stage(spark, home, written, odd_contract(columns, quoted_newlines=True, header=False))
    assert staged_rows(spark, home, "a", "b") == [(a or None, b or None) for rows in files for a, b in rows]
