"""What a draft reads of a file: its dialect, its kind, and which of its rows."""

import bz2
import csv
import gzip
import io
import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drafting.draft import draft
from tests.unit.drafting.samples import DAYS, drafted_from, read_or_ask, says
from warehouse.contract.file import load_contract
from warehouse.errors import InputFileError, StackhouseError


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("day\tn\n2021-01-01\t1\n", {"delimiter": "\t"}),
        ("day|n\n2021-01-01|1,5\n2021-01-01|x\n", {"delimiter": "|"}),
        ("day,n\n2021-01-01,'a,b'\n", {"quote": "'"}),
        ('day,n\n2021-01-01,"a\\"b,c"\n2021-01-01,d\n', {"escape": "\\"}),
        ('day,n\n2021-01-01,"a""b,c"\n2021-01-01,d\n', {"escape": None, "quote": '"'}),
        ('day,n\n2021-01-01,5" pipe\n2021-01-01,7" pipe\n', {"quote": "\x02"}),
        ('day,n\n2021-01-01,"a\nb"\n2021-01-01,c\n', {"quoted_newlines": True}),
        ('day,n\n2021-01-01,"a\n""b"", c"\n2021-01-01,"d\n""e"", f"\n', {"quoted_newlines": True, "quote": '"'}),
        ('day,n\n2021-01-01,"a\n#b"\n2021-01-01,c\n', {"quoted_newlines": True, "comment": None}),
        ("day,n\n2021-01-01,'tis\n2021-01-01,'twas\n", {"quote": '"'}),
        ("Report\n\nday,n\n2021-01-01,1\n", {"skip_lines": 2, "header": True}),
        ("# a, b, c\n# x\nday,n,m\n2021-01-01,1,2\n# mid\n2021-01-01,1,2\n", {"skip_lines": 2, "comment": "#"}),
        ("2021-01-01,1\n2021-01-02,1\n", {"header": False, "skip_lines": 0}),
        ("\ufeffday,n\r\n2021-01-01,1\r\n", {"header": True, "encoding": "utf-8"}),
        ("day,n\r2021-01-01,1\r", {"header": True}),
    ],
)  # fmt: skip
def test_dialects(tmp_path: Path, content: str, expected: dict[str, Any]) -> None:
    drafted, contract = drafted_from(tmp_path, content)
    assert {name: getattr(contract.input_format, name) for name in expected} == expected
    assert contract.columns[0].type == "DATE"
    assert contract.columns[0].source_name == ("day" if contract.input_format.header else "column_1")
    assert drafted.rejected == 0


def test_bytes_that_are_no_utf_8_are_windows_1252(tmp_path: Path) -> None:
    drafted, contract = drafted_from(tmp_path, "tag,größe\n2021-01-01,süß\n".encode("windows-1252"))
    assert (contract.input_format.encoding, contract.columns[1].source_name) == ("cp1252", "größe")
    assert contract.columns[1].name == "grosse"
    assert says(drafted, "not UTF-8")


def test_a_few_broken_bytes_in_utf_8_are_rejected_rows(tmp_path: Path) -> None:
    drafted, contract = drafted_from(tmp_path, "day,n\n2021-01-01,é\n2021-01-01,ü\n".encode() + b"2021-01-01,\xff\n")
    assert (contract.input_format.encoding, drafted.rejected) == ("utf-8", pytest.approx(1 / 3))


@pytest.mark.parametrize(("suffix", "pack"), [(".gz", gzip.compress), (".bz2", bz2.compress)])
def test_compressed_files(tmp_path: Path, suffix: str, pack: Any) -> None:
    _, contract = drafted_from(tmp_path, pack(b"day,n\n2021-01-01,1\n"), f"sample.csv{suffix}")
    assert [column.type for column in contract.columns] == ["DATE", "BIGINT"]


def test_json_lines(tmp_path: Path) -> None:
    objects: list[object] = [
        {"at": "2021-01-01T00:00:00Z", "n": 1, "x": 1.5, "ok": True, "deep": {"a": [1]}},
        {"at": "2021-01-01T00:00:00Z", "n": 2, "x": 7, "ok": None, "more": "m"},
    ]
    content = "\n".join(map(json.dumps, objects * 5)) + '\n{"at": 1, "at": 2}\nnonsense\n'
    drafted, contract = drafted_from(tmp_path, content, "sample.jsonl")
    assert contract.input_format.kind == "jsonl"
    assert {column.name: column.type for column in contract.columns} == {
        "at": "TIMESTAMP", "n": "BIGINT", "x": "DECIMAL(6,2)", "ok": "BOOLEAN", "deep": "STRING", "more": "STRING",
    }  # fmt: skip
    assert drafted.rejected == pytest.approx(2 / 12)


def test_parquet(tmp_path: Path) -> None:
    table = pa.table(
        {
            "At": pa.array([datetime(2021, 1, 1, 1), datetime(2021, 1, 2)], pa.timestamp("us")),
            "zoned": pa.array([datetime(2021, 1, 1, 1), datetime(2021, 1, 2)], pa.timestamp("us", "UTC")),
            "day": [date(2021, 1, 1), date(2021, 1, 2)],
            "money": [Decimal("1.50"), None],
            "x": [1.5, float("nan")],
            "rare": [1e-9, 1e20],
            "text day": ["2021-01-01", "2021-01-02"],
            "odd day": ["01.01.2021", "02.01.2021"],
            'a "quoted" name': [1, 2],
        }
    )
    file = tmp_path / "sample[1].parquet"
    pq.write_table(table, file)
    drafted = draft("things", file, tmp_path)
    contract = load_contract("things", tmp_path)
    assert {column.source_name: column.type for column in contract.columns} == {
        "At": "TIMESTAMP", "zoned": "TIMESTAMP", "day": "DATE", "money": "DECIMAL(6,2)", "x": "DECIMAL(6,2)",
        "rare": "DOUBLE", "text day": "DATE", "odd day": "STRING", 'a "quoted" name': "BIGINT",
    }  # fmt: skip
    assert (contract.column("zoned").zoned, contract.time_zone) == (True, "UTC")
    # Null tokens are for text; a .parquet is Parquet in a dataset of CSV files too.
    assert (contract.input_format.kind, contract.input_format.null_tokens) == ("csv", ("NaN",))
    assert drafted.rejected == 0


def test_parquet_in_nanoseconds_is_drafted_in_microseconds(tmp_path: Path) -> None:
    at = pa.array([datetime(2021, 1, 1, 0, 0, 0, 5)] * 2, pa.timestamp("ns"))
    pq.write_table(pa.table({"at": at, "seen": at.cast(pa.timestamp("ns", "UTC"))}), tmp_path / "a.parquet")
    draft("things", tmp_path / "a.parquet", tmp_path)
    contract = load_contract("things", tmp_path)
    assert [(column.type, column.zoned) for column in contract.columns] == [("TIMESTAMP", False), ("TIMESTAMP", True)]


@pytest.mark.parametrize(
    ("column", "said"),
    [
        (pa.array([[1], [2]]), "plain column"),
        (pa.array([b"1", b"2"]), "plain column"),
    ],
)
def test_parquet_columns_that_load_does_not_read(tmp_path: Path, column: Any, said: str) -> None:
    pq.write_table(pa.table({"day": [date(2021, 1, 1)] * 2, "odd": column}), tmp_path / "a.parquet")
    with pytest.raises(InputFileError, match=said):
        draft("things", tmp_path / "a.parquet", tmp_path)


def test_only_the_first_and_the_last_rows_of_many_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drafting.reading.source.MAX_ROWS", 8)
    rows = ["2021-01-01,1"] * 3 + ["between,x"] * 4 + ["2021-01-02,1.5"] * 4
    drafted, contract = drafted_from(tmp_path, "\n".join(["day,n", *rows]))
    assert (drafted.rows, drafted.whole, contract.column("n").type) == (7, False, "DECIMAL(6,2)")
    assert "7 rows, the first and the last, of sample.csv" in drafted.paths[0].read_text()
    assert says(drafted, "Only 7 rows, the first and last of each file, were looked at")


def test_a_large_file_is_read_at_both_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drafting.reading.source.MAX_BYTES", 100)
    rows = ["1,2021-01-01"] * 10 + ["x,between"] * 1000 + ["2,2021-12-31"] * 10
    drafted, contract = drafted_from(tmp_path, "\n".join(["n,day", *rows]))
    assert [column.type for column in contract.columns] == ["BIGINT", "DATE"]
    assert (drafted.rejected, drafted.columns[1].most) == (0, "2021-12-31")


def test_of_many_columns_fewer_rows_are_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drafting.reading.source.MAX_FIELDS", 30)
    rows = ["2021-01-01,1,2"] * 5 + ["between,x,2"] * 10 + ["2021-12-31,1.5,2"] * 5
    drafted, contract = drafted_from(tmp_path, "\n".join(["day,n,m", *rows]))
    assert (drafted.rows, drafted.whole, contract.column("n").type) == (9, False, "DECIMAL(6,2)")


_CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["", "NA", "2021-01-01", "2021-01-01 00:00:00", "1", "1.5", "1,5", "true", "-", '"', "01/02/2020"]),
)


_TABLES = st.integers(1, 5).flatmap(
    lambda width: st.tuples(
        st.lists(st.text(max_size=15), min_size=width, max_size=width),
        st.lists(st.lists(_CELLS, min_size=width, max_size=width), max_size=6),
    )
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_TABLES, st.sampled_from(",;\t"), st.booleans())
def test_any_table_gives_a_valid_contract_or_one_line(
    tmp_path_factory: pytest.TempPathFactory, table: tuple[list[str], list[list[str]]], delimiter: str, quoted: bool
) -> None:
    root = tmp_path_factory.mktemp("table")
    header, rows = table
    content = io.StringIO()
    writer = csv.writer(content, delimiter=delimiter, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL)
    writer.writerows([["day", *header], *(["2021-01-01", *row] for row in rows)])
    try:
        read_or_ask(root, content.getvalue().encode("utf-8", "replace"))
    except StackhouseError as problem:
        assert "internal error" not in str(problem)  # noqa: PT017 - both ends are right
        assert "\n" not in str(problem)  # noqa: PT017


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_any_bytes_give_a_valid_contract_or_one_line(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    try:
        read_or_ask(tmp_path_factory.mktemp("bytes"), b"day,x\n2021-01-01,1\n" + content)
    except StackhouseError as problem:
        assert "internal error" not in str(problem)  # noqa: PT017


def test_two_quotes_that_are_never_closed_do_not_swallow_the_lines_between(tmp_path: Path) -> None:
    lines = [f"{DAYS[number % 40]}\tplain\t{number}" for number in range(200)]
    lines[20], lines[120] = f'{DAYS[0]}\t"cut text\t20', f'{DAYS[0]}\t"other cut\t120'
    drafted, contract = drafted_from(tmp_path, "\n".join(["day\ttext\tn", *lines, ""]), "sample.tsv")
    assert (contract.input_format.quoted_newlines, drafted.rows) == (False, 198)


def test_first_row_that_lacks_one_of_two_dates_is_no_header(tmp_path: Path) -> None:
    rows = [f"{number},{day},{day}" for number, day in enumerate(DAYS)]
    rows[0] = f"0,{DAYS[0]},NULL"
    drafted, contract = drafted_from(tmp_path, "\n".join(rows) + "\n")
    assert (contract.input_format.header, drafted.rows) == (False, 40)


def test_decimal_comma_is_no_delimiter_where_another_cuts_as_well(tmp_path: Path) -> None:
    _, contract = drafted_from(tmp_path, "".join(f"{day} 00:00:00;1,5;1,7\n" for day in DAYS))
    assert (contract.input_format.delimiter, contract.input_format.decimal_separator) == (";", ",")


def test_decimals_of_parquet_stay_decimals(tmp_path: Path) -> None:
    amounts = pa.array([Decimal("12345678901234.123456789012345678")] * 40, pa.decimal128(38, 18))
    buffer = io.BytesIO()
    pq.write_table(pa.table({"day": DAYS, "amount": amounts}), buffer)
    _, contract = drafted_from(tmp_path, buffer.getvalue(), "sample.parquet")
    assert contract.columns[1].type == "DECIMAL(35,18)"
