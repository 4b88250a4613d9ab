"""Computed columns: the text of an expression is typed and judged like a field, and no value of a file ends the job."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from ingestion.input_file import describe_file
from tests.staging import rejected_rows, stage_raw, staged_rows, write_raw
from warehouse.contract.model import Column, Contract, InputFormat
from warehouse.contract.transform.sql import translate
from warehouse.errors import InputFileError
from warehouse.input.input_path import InputPath
from warehouse.job import StagedCounts

DAY = Column("day", "day", "DATE", "d", required=True)


def computed(name: str, kind: str, sql: str, **more: Any) -> Column:
    return Column(name, name, kind, "d", transform=sql, reads=translate(sql).reads, **more)


def contract_of(*columns: Column, **written: Any) -> Contract:
    return Contract("odd", "d", columns, columns[0].name, InputFormat(**written), (), 1.0, (), Path("x"))


def staged(spark: SparkSession, home: Path, files: dict[str, bytes], contract: Contract) -> StagedCounts:
    write_raw(home, files)
    return stage_raw(spark, home, contract)


def rejected(spark: SparkSession, home: Path) -> list[tuple[int, list[str], list[str | None]]]:
    found = rejected_rows(spark, home / "quarantine")
    return [(row.source_line, row.rules, row.offending_values) for row in found]


def test_a_timestamp_of_four_columns_which_are_no_columns_of_the_contract(spark: SparkSession, tmp_path: Path) -> None:
    at = computed("at", "TIMESTAMP", "make_timestamp_ntz(year, month, day, hour, 0, 0)", required=True)
    note = Column("note", "note", "STRING", "d")
    lines = ["Year,month,day,hour,note", "2010,1,2,3,a", "2010,13,1,0,b", "2010,x,1,0,c", ",1,1,0,d", "2010,2,28,23,e"]
    staged(spark, tmp_path, {"a.csv": "\n".join(lines).encode()}, contract_of(at, note))
    assert staged_rows(spark, tmp_path, "at", "note") == [
        (datetime(2010, 1, 2, 3), "a"),
        (datetime(2010, 2, 28, 23), "e"),
    ]
    assert rejected(spark, tmp_path) == [
        (3, ["at:transform"], ["year=2010, month=13, day=1, hour=0"]),
        (4, ["at:transform"], ["year=2010, month=x, day=1, hour=0"]),
        (5, ["at:required"], [None]),
    ]


def test_a_string_has_the_format_rules_and_limits_of_its_column(spark: SparkSession, tmp_path: Path) -> None:
    at = computed("at", "TIMESTAMP", "CONCAT(`Date`, ' ', `Time`)", required=True, minimum="2004-03-10 18:00:00")
    contract = contract_of(replace(at, formats=("dd/MM/yyyy HH.mm.ss",)), delimiter=";")
    lines = ["Date;Time", "10/03/2004;18.00.00", "10/03/2004;17.59.59", "10/03/2004;25.00.00", ";1", "a;b;c"]
    staged(spark, tmp_path, {"a.csv": "\n".join(lines).encode()}, contract)
    assert staged_rows(spark, tmp_path, "at") == [(datetime(2004, 3, 10, 18),)]
    assert rejected(spark, tmp_path) == [
        (3, ["at:minimum"], ["10/03/2004 17.59.59"]),
        (4, ["at:type"], ["10/03/2004 25.00.00"]),
        (5, ["at:required"], [None]),
        (6, ["row:parse"], [None]),
    ]


def test_a_column_may_read_its_own_field_and_that_of_another(spark: SparkSession, tmp_path: Path) -> None:
    cents = computed("fare", "BIGINT", "CAST(fare AS DECIMAL(12,2)) * 100")
    with_tip = computed("total", "DECIMAL(9,2)", "CAST(fare AS DECIMAL(12,2)) + CAST(tip AS DECIMAL(12,2))")
    tip = Column("tip", "Tip", "DECIMAL(9,2)", "d")
    text = b"day,fare,Tip\n2024-01-02,1.5,0.25\n2024-01-02,,1\n2024-01-02,x,1\n2024-01-02,0.00,0\n"
    staged(spark, tmp_path, {"a.csv": text}, contract_of(DAY, cents, with_tip, tip))
    assert staged_rows(spark, tmp_path, "fare", "total", "tip") == [
        (150, Decimal("1.75"), Decimal("0.25")),
        (None, None, Decimal("1.00")),
        (0, Decimal("0.00"), Decimal("0.00")),
    ]
    assert rejected(spark, tmp_path) == [
        (4, ["fare:transform", "total:transform"], ["fare=x", "fare=x, tip=1"]),
    ]


def test_without_a_header_fields_keep_the_places_of_their_columns(spark: SparkSession, tmp_path: Path) -> None:
    twice = computed("n", "BIGINT", "CAST(n AS BIGINT) * 2")
    both = computed("both", "STRING", "CONCAT(n, '/', note)")
    contract = contract_of(both, DAY, twice, Column("note", "note", "STRING", "d"), header=False)
    staged(spark, tmp_path, {"a.csv": b"2024-01-02,4,x\n"}, replace(contract, event_time="day"))
    assert staged_rows(spark, tmp_path, "both", "n", "note") == [("4/x", 8, "x")]


def test_numbers_come_out_with_the_separator_of_the_file(spark: SparkSession, tmp_path: Path) -> None:
    half = computed("half", "DECIMAL(9,2)", "CAST(REPLACE(price, ',', '.') AS DECIMAL(9,2)) * 0.5")
    note = computed("note", "STRING", "CAST(REPLACE(price, ',', '.') AS DECIMAL(9,2)) * 0.5")
    contract = contract_of(DAY, half, note, delimiter=";", decimal_separator=",", thousands_separator=".")
    staged(spark, tmp_path, {"a.csv": b"day;price\n2024-01-02;2,50\n"}, contract)
    assert staged_rows(spark, tmp_path, "half", "note") == [(Decimal("1.25"), "1.250")]


def test_null_tokens_and_missing_columns_are_null_before_and_after(spark: SparkSession, tmp_path: Path) -> None:
    either = computed("either", "STRING", "COALESCE(new, old, 'none')")
    joined = computed("joined", "STRING", "CONCAT(old, new)")
    made = computed("made", "STRING", "IF(old = 'x', 'NA', '')")
    files = {"a.csv": b"day,old,new\n2024-01-02,x,NA\n2024-01-02,N,A\n", "b.csv": b"day\n2024-01-02\n"}
    staged(spark, tmp_path, files, contract_of(DAY, either, joined, made, null_tokens=("NA",)))
    assert staged_rows(spark, tmp_path, "either", "joined", "made") == [
        ("x", None, None),
        ("A", None, None),
        ("none", None, None),
    ]


def test_a_file_without_a_field_that_a_required_column_reads_is_refused(tmp_path: Path) -> None:
    at = computed("at", "DATE", "MAKE_DATE(year, month, day)", required=True)
    (tmp_path / "a.csv").write_bytes(b"Year,day\n2010,1\n")
    with pytest.raises(InputFileError, match="missing 'month'"):
        describe_file(InputPath(tmp_path / "a.csv"), contract_of(at), lambda _phase, _size: None)
    (tmp_path / "a.csv").write_bytes(b"year,month,day,at\n2010,1,1,1\n")
    with pytest.raises(InputFileError, match="unknown 'at'"):
        describe_file(InputPath(tmp_path / "a.csv"), contract_of(at), lambda _phase, _size: None)


def test_json_and_parquet(spark: SparkSession, tmp_path: Path) -> None:
    at = computed("at", "DATE", "MAKE_DATE(Year, month, 1)", required=True)
    cents = computed("cents", "DECIMAL(20,4)", "CAST(price AS DECIMAL(12,4)) * 100")
    lines = b'{"Year": 2010, "month": "2", "price": 1.10}\n{"Year": 2010, "month": 2.0, "price": 1}\n'
    staged(
        spark,
        tmp_path / "j",
        {"a.jsonl": lines + b'{"Year": 1, "month": 2, "n": 1}'},
        contract_of(at, cents, kind="jsonl"),
    )
    assert staged_rows(spark, tmp_path / "j", "at", "cents") == [(date(2010, 2, 1), Decimal("110.0000"))]
    assert rejected(spark, tmp_path / "j") == [
        (2, ["at:transform"], ["Year=2010, month=2.0"]),
        (3, ["row:unknown_key"], ["n"]),
    ]
    table = pa.table({"year": [2010.0, None], "MONTH": pa.array([2, 3], pa.int8()), "price": [1.5, 2.0]})
    pq.write_table(table, tmp_path / "t.parquet")
    content = (tmp_path / "t.parquet").read_bytes()
    staged(spark, tmp_path / "p", {"t.parquet": content}, contract_of(at, cents, kind="parquet"))
    assert staged_rows(spark, tmp_path / "p", "at", "cents") == [(date(2010, 2, 1), Decimal("150.0000"))]
    assert rejected(spark, tmp_path / "p") == [(2, ["at:required"], [None])]


def test_blanks_and_tabs_go_before_null_tokens_types_and_rules(spark: SparkSession, tmp_path: Path) -> None:
    columns = (
        DAY,
        Column("n", "n", "INT", "d", maximum=9),
        Column("name", "name", "STRING", "d", pattern="[a-z ]+"),
        Column("kept", "kept", "STRING", "d", trim=False),
        computed("both", "STRING", "CONCAT(n, name, ' ')"),
    )
    text = b"day, n\t,name,kept\n 2024-01-02\t,  7 , a b , k \n2024-01-02,\t,NA , NA\n2024-01-02, 10,\xc2\xa0a,\n"
    staged(spark, tmp_path, {"a.csv": text}, contract_of(*columns, trim=True, null_tokens=("NA",)))
    assert staged_rows(spark, tmp_path, "n", "name", "kept", "both") == [
        (7, "a b", " k ", "7a b"),
        (None, None, " NA", None),
    ]
    # What is written is told, with its blanks.
    assert rejected(spark, tmp_path) == [(4, ["n:maximum", "name:pattern"], [" 10", "\u00a0a"])]


def test_a_column_has_null_tokens_of_its_own(spark: SparkSession, tmp_path: Path) -> None:
    level = Column("level", "level", "INT", "d", null_tokens=("-200",))
    code = Column("code", "code", "STRING", "d", null_tokens=())
    summed = computed("summed", "INT", "CAST(level AS INT) + 1", null_tokens=("8",))
    text = b"day,level,code,n\n2024-01-02,-200,NA,NA\n2024-01-02,7,-200,7\n2024-01-02,NA,,-200\n"
    columns = (DAY, level, code, Column("n", "n", "INT", "d"), summed)
    staged(spark, tmp_path, {"a.csv": text}, contract_of(*columns, null_tokens=("NA",)))
    # An expression reads what the column is.
    assert staged_rows(spark, tmp_path, "level", "code", "n", "summed") == [
        (None, "NA", None, None),
        (7, "-200", 7, None),
    ]
    assert rejected(spark, tmp_path) == [(4, ["level:type", "summed:transform"], ["NA", "level=NA"])]


def test_one_column_is_trimmed_and_an_empty_text_of_json_stays(spark: SparkSession, tmp_path: Path) -> None:
    columns = (DAY, Column("a", "a", "STRING", "d", trim=True), Column("b", "b", "STRING", "d"))
    lines = b'{"day": "2024-01-02", "a": " x ", "b": " x "}\n{"day": "2024-01-02", "a": " ", "b": " "}\n'
    staged(spark, tmp_path, {"a.jsonl": lines}, contract_of(*columns, kind="jsonl"))
    assert staged_rows(spark, tmp_path, "a", "b") == [("x", " x "), ("", " ")]


# --- Every function, and every value that could end a job ---

FIELDS = {"a": "abc-Def", "n": "7", "d": "2.50", "day": "2024-02-29", "at": "2024-02-29 01:02:03.5", "e": "", "z": None}
MEANS: Sequence[tuple[str, object]] = (
    *(("CONCAT(a, n)", "abc-Def7"), ("a || '-' || n", "abc-Def-7"), ("CONCAT_WS('-', a, z, n)", "abc-Def-7")),
    *(("UPPER(a)", "ABC-DEF"), ("LOWER(a)", "abc-def"), ("INITCAP(a)", "Abc-def"), ("REVERSE(n || 'x')", "x7")),
    *(("LENGTH(a)", 7), ("TRIM(' ' || a || ' ')", "abc-Def"), ("LTRIM(' ' || n || ' ')", "7 "), ("RTRIM(n)", "7")),
    *(("TRIM(LEADING 'a' FROM a)", "bc-Def"), ("TRIM(BOTH 'af' FROM a)", "bc-De"), ("LPAD(n, 2, '0')", "07")),
    *(("RPAD(n, 3)", "7  "), ("LPAD(CAST(n AS INT) + 1, 2, '0')", "08"), ("LEFT(a, 2)", "ab"), ("RIGHT(a, 2)", "ef")),
    *(("SUBSTRING(a, 2, 3)", "bc-"), ("SUBSTR(a, -3)", "Def"), ("SUBSTRING(a, INSTR(a, '-') + 1)", "Def")),
    *(("SUBSTRING_INDEX(a, '-', 1)", "abc"), ("SPLIT_PART(a, '-', 2)", "Def"), ("SPLIT_PART(a, '-', 9)", "")),
    *(("REPLACE(a, '-', '')", "abcDef"), ("REPLACE(a, '-')", "abcDef"), ("TRANSLATE(a, 'ab-', 'xy')", "xycDef")),
    *(("INSTR(a, 'c')", 3), ("LOCATE('c', a)", 3), ("POSITION('c' IN a)", 3), ("STARTSWITH(a, 'ab')", True)),
    *(("ENDSWITH(a, 'ab')", False), ("CONTAINS(a, '-')", True), ("COALESCE(z, a)", "abc-Def"), ("NVL(z, n)", "7")),
    *(("IF(n = '7', 'x', 'y')", "x"), ("CASE WHEN n > '8' THEN a ELSE 'o' END", "o")),
    *(("CASE n WHEN '7' THEN 1 END", 1), ("z <=> NULL", True)),
    *(("n IN ('6', '7')", True), ("n NOT IN ('7')", False), ("n BETWEEN '6' AND '8'", True), ("z IS NULL", True)),
    *(("z IS NOT NULL", False), ("NOT (n = '7')", False), ("n = '7' AND a <> 'b' OR n < '1'", True)),
    *(("(n = '7') IS TRUE", True), ("CAST(n AS INT) + 1", 8), ("CAST(n AS INT) - 1", 6), ("-CAST(n AS INT)", -7)),
    *(("CAST(d AS DECIMAL(4,2)) * 100", Decimal("250.00")), ("CAST(n AS DOUBLE) / 2", 3.5), ("CAST(n AS INT) % 4", 3)),
    *(("TRY_DIVIDE(CAST(n AS DOUBLE), 2)", 3.5), ("d::decimal(4,2) = 2.5", True), ("CAST('t' AS BOOLEAN)", True)),
    *(("CAST(day AS DATE)", date(2024, 2, 29)), ("CAST(at AS TIMESTAMP)", datetime(2024, 2, 29, 1, 2, 3, 500000))),
    *(("CAST(CAST(at AS TIMESTAMP) AS DATE)", date(2024, 2, 29)), ("CONCAT(DATE '2024-01-02', '')", "2024-01-02")),
    *(("MAKE_DATE(2024, '2', n)", date(2024, 2, 7)), ("TRY_MAKE_TIMESTAMP(2024, 2, n, 1, 2, '3.5')",
       datetime(2024, 2, 7, 1, 2, 3, 500000))),
    *(("CAST(DATE '2024-01-02' AS TIMESTAMP) = CAST('2024-01-02' AS TIMESTAMP_NTZ)", True), ("TRUE", True)),
    *((r"'it\'s \\ ' || n", r"it's \ 7"), (r"r'\d' || n", r"\d7"), ("'a''b' || n", "ab7")),
    ("'\u00e9\n' || n", "\u00e9\n7"),
)  # fmt: skip
FAILS = (
    *("CAST(a AS INT)", "CAST(d AS INT)", "CAST(a AS DECIMAL(3,1))", "CAST('99.9' AS DECIMAL(2,1))", "CAST(a AS DATE)"),
    *("CAST(a AS DOUBLE)", "CAST(a AS BOOLEAN)", "CAST(a AS TIMESTAMP)", "CAST('300' AS TINYINT)", "CAST(e AS INT)"),
    *("CAST('9223372036854775807' AS BIGINT) + 1", "-CAST('-9223372036854775808' AS BIGINT)", "CAST(n AS INT) / 0"),
    *("CAST('2147483647' AS INT) * 2", "CAST(n AS INT) % 0", "CAST(300 AS TINYINT)", "MAKE_DATE(2023, 2, 29)"),
    *(
        "MAKE_DATE(a, 1, 1)",
        "MAKE_DATE(1, 1, '1.5')",
        "MAKE_TIMESTAMP(2024, 1, 1, 24, 0, 0)",
        "z",
    ),
    *("MAKE_TIMESTAMP(2024, 1, 1, 1, 1, 61)", "SUBSTRING(a, CAST('x' AS INT))", "LEFT(a, 99999999999)"),
    *(
        "CAST('1e300' AS DOUBLE) * CAST('1e300' AS DECIMAL(38,0))",
        "CONCAT(a, z)",
        "CAST(CAST('1e300' AS DOUBLE) AS INT)",
    ),
    *("CAST('99999999999999999999999999999999999999' AS DECIMAL(38,0)) * 100", "TRIM(LEADING z FROM a)"),
)


def _evaluate(spark: SparkSession, expressions: Sequence[str]) -> list[object]:
    # From a shuffle and not from literals, which the optimizer would compute by other code.
    row = (
        spark.range(1).repartition(2).select(*(F.lit(text).cast("string").alias(name) for name, text in FIELDS.items()))
    )
    frame = row.repartition(2)
    return list(frame.select(*(F.expr(translate(sql).sql) for sql in expressions)).collect()[0])


def test_every_function_means_what_it_means_in_spark(spark: SparkSession) -> None:
    found = _evaluate(spark, [sql for sql, _ in MEANS])
    assert {sql: value for (sql, _), value in zip(MEANS, found, strict=True)} == dict(MEANS)


def test_an_error_is_null_and_ends_no_job(spark: SparkSession) -> None:
    assert dict(zip(FAILS, _evaluate(spark, FAILS), strict=True)) == dict.fromkeys(FAILS)
