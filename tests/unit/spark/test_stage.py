"""Staging: every line ends exactly once, as the value it says or in quarantine with the rules it breaks."""

import gzip
import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from spark.hdfs import exists
from spark.stage import stage
from tests.staging import rejected_rows
from warehouse.batch import BatchFile
from warehouse.contract.model import Column, Contract, InputFormat, RowRule
from warehouse.job import StagedCounts, StageTask

_COLUMNS = (
    Column("happened", "When", "TIMESTAMP", "d", required=True, formats=("yyyy-MM-dd HH:mm:ss",)),
    Column("amount", "Amount", "DECIMAL(6,2)", "d", minimum=-10, maximum=Decimal("99.5")),  # type: ignore[arg-type]
    Column("pieces", "Pieces", "SMALLINT", "d", minimum=0),
    Column("code", "Code", "STRING", "d", pattern="[A-Z]{2}|none"),
    Column("kind", "Kind", "STRING", "d", values=("a", "b c")),
)
_RULES = (RowRule("cheap", "amount <= pieces * 50", "d"),)
_HEADER = b"When,Amount,Pieces,Code,Kind"
_GOOD = b"2001-06-30 23:59:59,1.50,2,AB,a"


def _contract(columns: tuple[Column, ...] = _COLUMNS, rules: tuple[RowRule, ...] = _RULES, **written: Any) -> Contract:
    return Contract("odd", "d", columns, columns[0].name, InputFormat(**written), rules, 1.0, (), Path("x"))


def _stage(spark: SparkSession, home: Path, files: dict[str, bytes], contract: Contract) -> StagedCounts:
    raw = home / "raw" / "batch=0123"
    raw.mkdir(parents=True)
    for name, content in files.items():
        (raw / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    described = [BatchFile(name, 1, "0", 1, "csv", _columns(contract), ()) for name in files]
    task = StageTask("0123", 1, str(raw), described, str(home / "staged"), str(home / "quarantine"))
    return stage(spark, task, contract)


def _columns(contract: Contract) -> tuple[str, ...]:
    return tuple(column.source_name for column in contract.columns) if contract.input_format.header else ()


def _staged(spark: SparkSession, home: Path) -> list[dict[str, Any]]:
    rows = spark.read.parquet(str(home / "staged")).drop("_rejected").orderBy("source_file", "source_line").collect()
    return [row.asDict() for row in rows]


def _quarantined(spark: SparkSession, home: Path) -> list[tuple[str, int, list[str], bytes]]:
    rows = rejected_rows(spark, home / "quarantine")
    return [(row.source_file, row.source_line, row.rules, bytes(row.record)) for row in rows]


def test_good_rows_arrive_typed_with_their_origin_and_quarter(spark: SparkSession, tmp_path: Path) -> None:
    lines = [_HEADER, _GOOD, b"", b'2001-07-01 00:00:00,,"3","XY","b c"', b"2001-07-01 00:00:01,-.5,+007,none,a"]
    counts = _stage(spark, tmp_path, {"a b.csv": b"\r\n".join(lines)}, _contract(header=True))
    assert counts == StagedCounts(3, 0, {"2001-04-01": 1, "2001-07-01": 2}, {}, {})
    origin = {"source_batch": "0123", "source_file": "a b.csv"}
    june, july = date(2001, 4, 1), date(2001, 7, 1)
    assert _staged(spark, tmp_path) == [
        {"happened": datetime(2001, 6, 30, 23, 59, 59), "amount": Decimal("1.50"), "pieces": 2, "code": "AB",
         "kind": "a", **origin, "source_line": 2, "quarter_start": june},
        {"happened": datetime(2001, 7, 1), "amount": None, "pieces": 3, "code": "XY", "kind": "b c",
         **origin, "source_line": 4, "quarter_start": july},
        {"happened": datetime(2001, 7, 1, 0, 0, 1), "amount": Decimal("-0.50"), "pieces": 7, "code": "none",
         "kind": "a", **origin, "source_line": 5, "quarter_start": july},
    ]  # fmt: skip
    assert _quarantined(spark, tmp_path) == []


_BAD = {
    b"2001-06-30 23:59:59,1.50,2,\xff\xfe,a": ["row:encoding"],
    b"2001-06-30 23:59:59,1.50,2,AB": ["row:parse"],
    b"2001-06-30 23:59:59,1.50,2,AB,a,": ["row:parse"],
    b" ": ["row:parse"],
    b'2001-06-30 23:59:59,1.50,2,AB,"a': ["row:parse"],
    b'2001-06-30 23:59:59,1.50,2,A"B,a': ["row:parse"],
    b'2001-06-30 23:59:59,1.50,2,"AB"x,a': ["row:parse"],
    b'2001-06-30 23:59:59,1.50,2, "AB",a': ["row:parse"],
    b'2001-06-30 23:59:59,1.50,2,"A\\"B",a': ["row:parse"],
    b"," * 30_000: ["row:parse"],
    b'""' + b"," * 30_000: ["row:parse"],
    _HEADER: ["row:header", "happened:type", "amount:type", "pieces:type", "code:pattern", "kind:values"],
    b",1.50,2,AB,a": ["happened:required"],
    b'"",1.50,2,AB,a': ["happened:required"],
    b"2001-02-30 00:00:00,1.50,2,AB,a": ["happened:type"],
    b"2001-06-30 23:59:59x,1.50,2,AB,a": ["happened:type"],
    b" 2001-06-30 23:59:59,1.50,2,AB,a": ["happened:type"],
    b"2001-06-30,1.50,2,AB,a": ["happened:type"],
    b"0000-06-30 23:59:59,1.50,2,AB,a": ["happened:type"],
    b"+12001-06-30 23:59:59,1.50,2,AB,a": ["happened:type"],
    b"2001-06-30 23:59:59,1.505,2,AB,a": ["amount:type"],
    b"2001-06-30 23:59:59,12345.5,2,AB,a": ["amount:type"],
    b"2001-06-30 23:59:59,1e1,2,AB,a": ["amount:type"],
    b"2001-06-30 23:59:59,-10.01,2,AB,a": ["amount:minimum"],
    b"2001-06-30 23:59:59,99.51,2,AB,a": ["amount:maximum"],
    b"2001-06-30 23:59:59,1.50,2.0,AB,a": ["pieces:type"],
    b"2001-06-30 23:59:59,1.50, 2,AB,a": ["pieces:type"],
    b"2001-06-30 23:59:59,1.50,32768,AB,a": ["pieces:type"],
    b"2001-06-30 23:59:59,1.50,\xd9\xa2,AB,a": ["pieces:type"],
    b"2001-06-30 23:59:59,1.50,2,AB\xc2\x85,a": ["code:pattern"],
    b"2001-06-30 23:59:59,1.50,2,ABC,b": ["code:pattern", "kind:values"],
    b"2001-06-30 23:59:59,50.01,1,AB,a": ["row:cheap"],
    b"x,x,-1,ab,A": ["happened:type", "amount:type", "pieces:minimum", "code:pattern", "kind:values"],
}


def test_bad_rows_keep_their_bytes_and_name_every_broken_rule(spark: SparkSession, tmp_path: Path) -> None:
    content = b"\n".join([_HEADER, _GOOD, *_BAD, _GOOD])
    counts = _stage(spark, tmp_path, {"a.csv.gz": content, "good.csv": _HEADER + b"\n" + _GOOD}, _contract())
    assert _quarantined(spark, tmp_path) == [
        ("a.csv.gz", number, rules, record) for number, (record, rules) in enumerate(_BAD.items(), 3)
    ]
    assert (counts.staged, counts.quarantined) == (3, len(_BAD))
    named = [rule for rules in _BAD.values() for rule in rules]
    assert counts.rules == {rule: named.count(rule) for rule in named}


def test_null_tokens_other_delimiter_and_no_header(spark: SparkSession, tmp_path: Path) -> None:
    contract = _contract(header=False, delimiter="|", quote="'", null_tokens=("NA", "-"))
    lines = [
        b"2001-01-01 00:00:00|NA|-|'NA'|'b c'",
        b"2001-01-01 00:00:00|1|2|'A''B'|-",
        b"When|Amount|Pieces|Code|Kind",
    ]
    counts = _stage(spark, tmp_path, {"a.csv": b"\n".join(lines)}, contract)
    assert [tuple(row.values())[1:5] for row in _staged(spark, tmp_path)] == [(None, None, None, "b c")]
    assert counts.rules == {
        "code:pattern": 2, "happened:type": 1, "amount:type": 1, "pieces:type": 1, "kind:values": 1,
    }  # fmt: skip


def test_a_repeated_header_of_a_contract_of_texts_is_refused(spark: SparkSession, tmp_path: Path) -> None:
    columns = (Column("day", "Day", "DATE", "d", required=True), Column("name", "Name", "STRING", "d"))
    content = b"Day,Name\n2001-01-01,Name\nDay,Name\n"
    _stage(spark, tmp_path, {"a.csv": content}, _contract(columns, ()))
    assert _quarantined(spark, tmp_path) == [("a.csv", 3, ["row:header", "day:type"], b"Day,Name")]


@pytest.mark.parametrize(
    ("hive_type", "good", "bad"),
    [
        ("TINYINT", {"127": 127, "-128": -128}, ["128", "1 ", "0x1", "--1", "1_0"]),
        ("BIGINT", {"9223372036854775807": 2**63 - 1}, ["9223372036854775808", "1L"]),
        ("DECIMAL(5,0)", {"99999": 99999, "-3": -3}, ["1.0", "100000", "."]),
        ("DECIMAL(38,10)", {"1" * 28 + ".5": Decimal("1" * 28 + ".5")}, ["1" * 29, "1." + "1" * 11, "1."]),
        ("DOUBLE", {"1": 1.0, "-1.5e3": -1500.0, ".5": 0.5, "5.": 5.0}, ["NaN", "Infinity", "1d", "1e999", " 1"]),
        ("BOOLEAN", {"true": True, "F": False, "1": True, "No": False}, ["on", " true", "2", "truex"]),
        ("DATE", {"2000-02-29": date(2000, 2, 29), "0001-01-01": date(1, 1, 1), "9999-12-31": date(9999, 12, 31)},
         ["2001-02-29", "2001-2-1", "2001-02-01 00:00:00", "20010201", "2001", "10000-01-01"]),
        ("TIMESTAMP", {"2001-03-11 02:30:00": datetime(2001, 3, 11, 2, 30), "1500-01-01 00:00:00.000001":
         datetime(1500, 1, 1, 0, 0, 0, 1)}, ["2001-01-01 24:00:00", "2001-01-01T00:00:00", "2001-01-01 00:00:60"]),
        ("STRING", {" a ": " a ", "\u00e9\u0000": "\u00e9\u0000", '"a\\"': "a\\", '"x""y,"': 'x"y,'}, []),
    ],
)  # fmt: skip
def test_texts_of_every_type(
    spark: SparkSession, tmp_path: Path, hive_type: str, good: dict[str, Any], bad: list[str]
) -> None:
    columns = (Column("day", "day", "DATE", "d", required=True), Column("found", "found", hive_type, "d"))
    content = "".join(f"2001-01-01,{text}\n" for text in [*good, *bad]).encode()
    _stage(spark, tmp_path, {"a.csv": content}, _contract(columns, (), header=False))
    assert [row["found"] for row in _staged(spark, tmp_path)] == list(good.values())
    assert [(record.decode(), rules) for _, _, rules, record in _quarantined(spark, tmp_path)] == [
        (f"2001-01-01,{text}", ["found:type"]) for text in bad
    ]


def test_a_date_with_a_zone_stays_the_day_that_was_written(spark: SparkSession, tmp_path: Path) -> None:
    columns = (Column("day", "day", "DATE", "d", required=True, formats=("yyyy-MM-dd'T'HH:mm:ssXXX",)),)
    _stage(spark, tmp_path, {"a.csv": b"2001-04-01T01:00:00+05:00"}, _contract(columns, (), header=False))
    assert [(row["day"], row["quarter_start"]) for row in _staged(spark, tmp_path)] == [
        (date(2001, 4, 1), date(2001, 4, 1))
    ]


def test_every_line_ends_exactly_once(spark: SparkSession, tmp_path: Path) -> None:
    chance = random.Random(4)
    alphabet = [
        b"2001-01-01 00:00:00",
        b"1.5",
        b"2",
        b"AB",
        b"a",
        b",",
        b",",
        b",",
        b'"',
        b"\xff",
        b" ",
        b"\\",
        b"'",
        b"\x00",
    ]
    files = {}
    for name in ("a.csv", "b.csv.gz"):
        odd = [b"".join(chance.choices(alphabet, k=chance.randrange(14))) for _ in range(1500)]
        files[name] = b"\n".join([_HEADER, *chance.sample(odd + [_GOOD] * 200, 1700)])
    counts = _stage(spark, tmp_path, files, _contract())
    expected = [
        (name, number)
        for name, content in files.items()
        for number, line in enumerate(content.splitlines(), 1)
        if number > 1 and line
    ]
    staged = [(row["source_file"], row["source_line"]) for row in _staged(spark, tmp_path)]
    refused = [(file, number) for file, number, _, _ in _quarantined(spark, tmp_path)]
    assert sorted(staged + refused) == sorted(expected)
    assert (counts.staged, counts.quarantined) == (len(staged), len(refused))
    lines = {(name, n): line for name, content in files.items() for n, line in enumerate(content.splitlines(), 1)}
    assert [record for *_, record in _quarantined(spark, tmp_path)] == [lines[place] for place in refused]


@pytest.mark.parametrize("content", [b"", _HEADER, _HEADER + b"\nbad\n"])
def test_a_batch_without_a_good_row_leaves_two_readable_directories(
    spark: SparkSession, tmp_path: Path, content: bytes
) -> None:
    counts = _stage(spark, tmp_path, {"a.csv": content}, _contract())
    assert (counts.staged, counts.quarters) == (0, {})
    assert counts.quarantined == len(_quarantined(spark, tmp_path)) == content.count(b"bad")
    assert exists(spark, str(tmp_path / "staged"))


def test_quarters_are_those_of_the_calendar_day_by_day(spark: SparkSession, tmp_path: Path) -> None:
    columns = (Column("day", "day", "TIMESTAMP", "d", required=True),)
    days = [datetime(1999, 12, 1, 23, 59, 59, tzinfo=UTC) + timedelta(days=n) for n in range(500)]
    content = "".join(f"{day:%Y-%m-%d %H:%M:%S}\n" for day in days).encode()
    counts = _stage(spark, tmp_path, {"a.csv": content}, _contract(columns, (), header=False))
    starts = [date(day.year, 3 * ((day.month - 1) // 3) + 1, 1).isoformat() for day in days]
    assert counts.quarters == {start: starts.count(start) for start in starts}
