"""Staging of lines by a pattern: Python's `re` says what each group holds, and no line is searched without bounds."""

import bz2
import gzip
import random
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from spark.reading.line_fields import group_fields, matched_groups
from spark.reading.lines import list_files
from spark.reading.records import read_records
from tests.staging import rejected_rows, stage_raw, staged_rows, task_of, write_raw
from warehouse.contract.lines.pattern import MAX_SEARCHED_BYTES, LinePattern, read_pattern
from warehouse.contract.model import MAX_RECORD_BYTES, Column, Contract, InputFormat
from warehouse.errors import ContractError

_DAY = Column("day", "day", "DATE", "d", required=True)
_SIMPLE = r"^(?<day>\S+) (?<text>.*)$"


def _contract(pattern: str, *columns: Column, **written: Any) -> Contract:
    form = InputFormat(kind="lines", pattern=pattern, **written)
    return Contract("log", "d", columns, columns[0].name, form, (), 1.0, (), Path("x"))


def _text(name: str) -> Column:
    return Column(name, name, "STRING", "d")


def _stage(spark: SparkSession, home: Path, files: dict[str, bytes], contract: Contract) -> None:
    write_raw(home, files)
    stage_raw(spark, home, contract)


def _rejected(spark: SparkSession, home: Path) -> list[tuple[str, int, list[str], bytes]]:
    rows = rejected_rows(spark, home / "quarantine")
    return [(row.source_file, row.source_line, row.rules, bytes(row.record)) for row in rows]


def test_groups_are_columns_and_other_lines_are_rejected_as_they_were(spark: SparkSession, tmp_path: Path) -> None:
    pattern = r'^(?<Day>\S+) (?<pieces>\d+|-)(?: "(?<note>[^"]*)")?(?: (?<mark>x))?$'
    columns = (_DAY, Column("pieces", "Pieces", "INT", "d"), _text("note"), _text("mark"))
    lines = [
        b'2001-01-01 1 "a\\b $1" x', b'2001-01-02 - ""', b"2001-01-03 3", b"", b"2001-01-04 4 x",
        b"  at java.lang.Thread", b"2001-01-05 5 ", b"2001-13-01 6", b"2001-01-07 99999999999",
    ]  # fmt: skip
    _stage(spark, tmp_path, {"a.log": b"\n".join(lines)}, _contract(pattern, *columns, null_tokens=("-",)))
    assert staged_rows(spark, tmp_path, "day", "pieces", "note", "mark", "source_line") == [
        (date(2001, 1, 1), 1, "a\\b $1", "x", 1),
        (date(2001, 1, 2), None, "", None, 2),
        (date(2001, 1, 3), 3, None, None, 3),
        (date(2001, 1, 4), 4, None, "x", 5),
    ]
    assert _rejected(spark, tmp_path) == [
        ("a.log", 6, ["row:pattern"], lines[5]),
        ("a.log", 7, ["row:pattern"], lines[6]),
        ("a.log", 8, ["day:type"], lines[7]),
        ("a.log", 9, ["pieces:type"], lines[8]),
    ]


def test_an_empty_text_is_null_where_the_contract_says_so(spark: SparkSession, tmp_path: Path) -> None:
    columns = (_DAY, _text("text"), Column("pieces", "pieces", "INT", "d"))
    contract = _contract(r"(?<day>\S+) (?<pieces>\d*) (?<text>.*)", *columns, null_tokens=("", "NA"))
    _stage(spark, tmp_path, {"a.log": b"2001-01-01  \n2001-01-02 2 NA\n"}, contract)
    assert staged_rows(spark, tmp_path, "pieces", "text") == [(None, None), (2, None)]


def test_every_line_end_packing_and_encoding_and_lines_that_are_no_rows(spark: SparkSession, tmp_path: Path) -> None:
    text = "title\r\n# at the top\r\n2001-01-01 café\r\n\r\n#2001-01-02 no\r\n2001-01-03 # \u20ac\r\n"
    content = text.encode("cp1252")
    files = {"a.log": content, "b.log.gz": gzip.compress(content), "c.bz2": bz2.compress(content)}
    files |= {"d.txt": content.replace(b"\r\n", b"\n"), "e": content.replace(b"\r\n", b"\r"), "f": content + b"\x81"}
    form = {"encoding": "cp1252", "skip_lines": 1, "comment": "#"}
    _stage(spark, tmp_path, files, _contract(_SIMPLE, _DAY, _text("text"), **form))
    rows = [("café", 3), ("# €", 6)]
    assert staged_rows(spark, tmp_path, "source_file", "text", "source_line") == [
        (name, *row) for name in files for row in rows
    ]
    assert _rejected(spark, tmp_path) == [("f", 7, ["row:encoding"], b"\x81")]


def test_a_mark_at_the_start_is_of_no_line_and_other_line_separators_are_text(
    spark: SparkSession, tmp_path: Path
) -> None:
    content = "\ufeff2001-01-01 a\u2028b\u0085\n\ufeff2001-01-02 c\n".encode() + b"2001-01-03 \xff\n"
    _stage(spark, tmp_path, {"a.log": content}, _contract(_SIMPLE, _DAY, _text("text")))
    assert staged_rows(spark, tmp_path, "text") == [("a\u2028b\u0085",)]
    assert [(line, rules) for _, line, rules, _ in _rejected(spark, tmp_path)] == [
        (2, ["day:type"]), (3, ["row:encoding"]),
    ]  # fmt: skip


def test_long_lines_are_read_or_rejected_and_end_no_task(spark: SparkSession, tmp_path: Path) -> None:
    quoted = b'2001-01-01 "' + rb"\"a" * (MAX_RECORD_BYTES // 3 - 10)
    files = {"a.log": quoted + b'"\n' + quoted + b"\n" + quoted + b"x" * 100 + b'"\n'}
    pattern = r'(?<day>\S+) "(?<text>(?:[^"\\]|\\.)*+)"'
    _stage(spark, tmp_path / "possessive", files, _contract(pattern, _DAY, _text("text")))
    assert staged_rows(spark, tmp_path / "possessive", "source_line") == [(1,)]
    assert [(line, rules) for _, line, rules, _ in _rejected(spark, tmp_path / "possessive")] == [
        (2, ["row:pattern"]), (3, ["row:length"]),
    ]  # fmt: skip
    searched = b"2001-01-01 " + b'"' * (MAX_SEARCHED_BYTES - 11)
    files = {"a.log": searched + b"\n" + searched + b'"\n'}
    pattern = r'(?<day>\S+) (?<text>.*)"\S+ x'
    _stage(spark, tmp_path / "open", files, _contract(pattern, _DAY, _text("text")))
    assert [(line, rules) for _, line, rules, _ in _rejected(spark, tmp_path / "open")] == [
        (1, ["row:pattern"]), (2, ["row:length"]),
    ]  # fmt: skip


def test_a_pattern_of_hundreds_of_columns_is_read(spark: SparkSession, tmp_path: Path) -> None:
    columns = (_DAY, *(_text(f"c{number}") for number in range(400)))
    pattern = r"(?<day>\S+)" + "".join(rf" (?<c{number}>\S+)" for number in range(400))
    line = "2001-01-01 " + " ".join(f"v{number}" for number in range(400))
    _stage(spark, tmp_path, {"a.log": f"{line}\n{line} x\n".encode()}, _contract(pattern, *columns))
    assert staged_rows(spark, tmp_path, "c0", "c10", "c399") == [("v0", "v10", "v399")]
    assert [rules for *_, rules, _ in _rejected(spark, tmp_path)] == [["row:pattern"]]


def test_a_line_is_searched_once_for_all_its_columns(spark: SparkSession, tmp_path: Path) -> None:
    contract = _contract(r"(?<day>\S+) (?<a>\S+) (?<b>\S+)", _DAY, _text("a"), _text("b"))
    write_raw(tmp_path, {"a.log": b"2001-01-01 x y\n"})
    task = task_of(tmp_path, contract)
    listed = list_files(spark, [task], contract.input_format)
    (records,) = read_records(spark, [task], contract, listed)
    chosen = records.frame.select(*(records.text(name) for name in ("day", "a", "b")), "_fault")
    plan = chosen._jdf.queryExecution().optimizedPlan().toString()
    assert plan.count("regexp_replace") == 1


# --- The same as Python's `re` ---

_PARTS = [
    *("a", "b", "é", " ", ".", r"\.", r"\d", r"\S", r"\w", r"[ab]", r"[^a ]", r"[a-c\d-]", "]", "\u2028", r"\x61"),
    *("a*", "b+", "[ab]?", r"\d{2}", r"\d{1,2}?", ".*", ".*?", r"\S*+", "(?:ab)*", "(?:a|bb)*+", "(?:a|)", "(?:a|ab)"),
]  # fmt: skip
_LETTERS = "aab1. é]-\u2028٣\U0001f680"


def _random_pattern(rng: random.Random) -> LinePattern:
    """A pattern of two groups at least; many are refused."""
    while True:
        parts = [rng.choice(_PARTS) for _ in range(rng.randint(2, 6))]
        for name in ("x", "y_2", "z"):
            place = rng.randrange(len(parts))
            parts[place] = f"(?<{name}>{parts[place]})" + rng.choice(["", "", "?", "??"])
        if rng.random() < 0.5:
            place = rng.randrange(1, len(parts))
            parts = ["(?:", *parts[:place], "|", *parts[place:], ")"]
        try:
            return read_pattern("".join(parts))
        except ContractError:
            continue


def _oracle(pattern: LinePattern, line: str) -> tuple[str | None, ...] | None:
    found = re.fullmatch(pattern.python, line, re.ASCII)
    return None if found is None else tuple(found[name] for name in pattern.names)


@pytest.mark.parametrize("seed", range(4))
def test_groups_are_those_of_python(spark: SparkSession, tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    patterns = [_random_pattern(rng) for _ in range(60)]
    lines = sorted({"".join(rng.choices(_LETTERS, k=rng.randint(1, 6))) for _ in range(500)})
    (tmp_path / "lines.json").write_text("\n".join(f'{{"line": "{line}"}}' for line in lines))
    frame = spark.read.schema("line STRING").json(str(tmp_path / "lines.json"))
    line = F.col("line")
    groups = [matched_groups(line, pattern).alias(f"g{number}") for number, pattern in enumerate(patterns)]
    fields = [
        group_fields(line, F.col(f"g{number}"), pattern, _contract("", *map(_text, pattern.names))).alias(f"p{number}")
        for number, pattern in enumerate(patterns)
    ]
    matches = 0
    for row in frame.select(line, *groups).select(line, *fields).collect():
        for number, pattern in enumerate(patterns):
            found = row[f"p{number}"]
            expected = _oracle(pattern, row.line)
            matches += expected is not None
            assert (found and tuple(found)) == expected, (pattern, row.line)
    assert matches > len(lines)
