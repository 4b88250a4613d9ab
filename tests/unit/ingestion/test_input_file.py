"""What `describe_file` says of a CSV file: rows, hash, splits and header, whether it is compressed or damaged."""

import bz2
import gzip
import hashlib
import tracemalloc
from pathlib import Path

import pytest

from ingestion.input_file import describe_file
from tests.unit.ingestion.descriptions import no_progress, refusal
from warehouse.batch import SPLIT_BYTES
from warehouse.contract.model import Column, Contract, InputFormat
from warehouse.errors import EmptyFileError
from warehouse.input.input_path import InputPath

HEADER = b"day,amount\n"
ROWS = HEADER + b"2001-01-01,1\n\n2001-01-02,2\r\n2001-01-03,3"


def a_contract(**form):
    columns = tuple(Column(name, name, "STRING", "A column.", required=True) for name in ("day", "amount"))
    form = InputFormat(**form)
    return Contract("sales", "Sales.", columns, "day", form, (), 0.0, (), Path("dataset.yaml"))


def described(path, content, **form):
    path.write_bytes(content)
    return describe_file(InputPath(path), a_contract(**form), no_progress)


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.parquet"])
def test_empty_file_is_told_apart_from_a_damaged_one(tmp_path, name):
    with pytest.raises(EmptyFileError, match=r"is empty$"):
        described(tmp_path / name, b"")


@pytest.mark.parametrize(("name", "pack"), [("a.csv", bytes), ("a.csv.gz", gzip.compress), ("a.csv.bz2", bz2.compress)])
def test_description_has_rows_of_the_text_and_hash_of_the_stored_bytes(tmp_path, name, pack):
    stored = pack(ROWS)
    found = described(tmp_path / name, stored)
    assert (found.name, found.rows, found.split_lines) == (name, 3, ())
    assert (found.size, found.sha256) == (len(stored), hashlib.sha256(stored).hexdigest())


def test_compressed_file_of_several_streams_counts_them_all(tmp_path):
    assert described(tmp_path / "a.csv.gz", gzip.compress(ROWS + b"\n") + gzip.compress(b"x,1\n")).rows == 4
    assert described(tmp_path / "a.csv.bz2", bz2.compress(ROWS + b"\n") + bz2.compress(b"x,1\n")).rows == 4


def test_without_header_every_line_is_a_row(tmp_path):
    assert described(tmp_path / "a.csv", ROWS, header=False).rows == 4


def test_header_alone_is_a_file_of_no_rows(tmp_path):
    assert described(tmp_path / "a.csv", HEADER).rows == 0


@pytest.mark.parametrize("streams", [1, 2, 300])
def test_every_stream_of_bz2_is_counted(tmp_path, streams):
    stored = bz2.compress(HEADER) + bz2.compress(b"") + b"".join([bz2.compress(b"1,2,3\n" * 9)] * streams)
    assert described(tmp_path / "a.csv.bz2", stored, header=False).rows == 1 + 9 * streams


@pytest.mark.parametrize(
    ("content", "form", "rows"),
    [
        (b"\xef\xbb\xbf\n{}\n", {"kind": "jsonl"}, 1),
        (b"\xef\xbb\xbf", {"kind": "jsonl"}, 0),
        (b"\xef\xbb\xbf# a comment\n1\n", {"header": False, "comment": "#"}, 1),
        (b'\xef\xbb\xbf"a\nb"\n', {"header": False, "quoted_newlines": True}, 1),
        (b"\xef\xbb\xbf1\n", {"header": False}, 1),
    ],
)
def test_a_mark_at_the_start_is_of_no_line_as_hadoop_reads_it(tmp_path, content, form, rows):
    name = "a.jsonl" if "kind" in form else "a.csv"
    assert described(tmp_path / name, content, **form).rows == rows


def test_bytes_0_behind_a_bz2_stream_are_hashed_too(tmp_path):
    stored = bz2.compress(ROWS) + bytes(3_000_000)
    found = described(tmp_path / "a.csv.bz2", stored)
    assert (found.size, found.sha256) == (len(stored), hashlib.sha256(stored).hexdigest())


@pytest.mark.parametrize("form", [{}, {"header": False}])
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv.gz", gzip.compress(ROWS)[:-9]),
        ("a.csv.gz", gzip.compress(ROWS)[:-1] + b"\xff"),
        ("a.csv.gz", gzip.compress(ROWS)[:10] + b"\xff" * 40),
        ("a.csv.gz", gzip.compress(ROWS) + b"garbage"),
        ("a.csv.gz", ROWS),
        ("a.csv.bz2", bz2.compress(ROWS)[:-9]),
        ("a.csv.bz2", ROWS),
        ("a.csv.bz2", bz2.compress(ROWS) + b"garbage"),
        ("a.csv.bz2", bz2.compress(ROWS) + b"X" + bz2.compress(ROWS)[1:]),
        ("a.csv.bz2", bz2.compress(ROWS) + bz2.compress(ROWS)[:4] + b"X" + bz2.compress(ROWS)[5:]),
        ("a.csv.bz2", bz2.compress(ROWS) + bz2.compress(ROWS)[:-9]),
    ],
    ids=[
        "cut",
        "wrong checksum",
        "damaged",
        "garbage behind",
        "no gzip",
        "cut bz2",
        "no bz2",
        "garbage behind bz2",
        "second stream without its name",
        "second stream damaged",
        "second stream cut",
    ],
)
def test_damaged_compressed_file_is_refused_by_name(tmp_path, name, content, form):
    path = tmp_path / name
    assert f"{path} cannot be read to its end" in refusal(described, path, content, **form)


@pytest.mark.parametrize("form", [{}, {"header": False}])
def test_compressed_nothing_is_refused(tmp_path, form):
    assert "is empty" in refusal(described, tmp_path / "a.csv.gz", gzip.compress(b""), **form)


def test_splits_of_a_big_file_are_counted_from_its_first_line(tmp_path):
    line = b"2001-01-01," + b"1" * 1012 + b"\n"
    rows = SPLIT_BYTES // len(line) + 1000
    path = tmp_path / "a.csv"
    with path.open("wb") as file:
        file.write(HEADER)
        for _ in range(rows):
            file.write(line)
    found = describe_file(InputPath(path), a_contract(), no_progress)
    # Line 1 is the header; of the rows, those whose first byte is at or before the split.
    assert found.split_lines == (1 + (SPLIT_BYTES - len(HEADER)) // len(line) + 1,)
    assert found.rows == rows


def test_memory_stays_small_for_a_file_that_is_one_long_line(tmp_path):
    path = tmp_path / "a.csv.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(HEADER)
        for _ in range(15):
            file.write(b"x" * 1024 * 1024)
    tracemalloc.start()
    found = describe_file(InputPath(path), a_contract(), no_progress)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (found.rows, found.split_lines) == (1, ())
    assert peak < 8 * 1024 * 1024


def test_progress_adds_up_to_the_stored_size(tmp_path):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(ROWS))
    told = []
    describe_file(InputPath(path), a_contract(), lambda phase, count: told.append((phase, count)))
    assert {phase for phase, _ in told} == {"check"}
    assert sum(count for _, count in told) == path.stat().st_size


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"day", "missing 'amount'"),
        (b"day,amount,city", "unknown 'city' (unknownColumns: ignore in the contract leaves such columns out)"),
        (b"day,sum", "missing 'amount', unknown 'sum'"),
        (b"day,amount,Day", "a column appears twice: 'day'"),
        (b"day, amount", "unknown ' amount'"),
        (b"day;amount", "missing 'day, amount', unknown 'day;amount'"),
        (b"", "missing 'day, amount'"),
        (b"2001-01-01,1", "missing 'day, amount'"),
        (b'day,"amount', "the header line is not CSV in utf-8: unexpected end of data"),
        (b"day,\xff", "the header line is not CSV in utf-8: 'utf-8' codec can't decode byte 0xff"),
        ("day,amount".encode("utf-16"), "is UTF-16; convert it to UTF-8, e.g. with iconv -f UTF-16 -t UTF-8"),
        ("\ufeffday,amount".encode("utf-16-be"), "is UTF-16"),
        (b"x" * 3_000_000, "the header line is not CSV in utf-8: field larger than field limit"),
        (b"x" * 100_000, "…"),
    ],
)
def test_other_header_is_refused_with_what_differs(tmp_path, line, told):
    path = tmp_path / "a.csv"
    message = refusal(described, path, line + b"\n2001-01-01,1\n")
    assert str(path) in message
    assert told in message
    assert len(message) < 1200


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r", b""])
@pytest.mark.parametrize(
    ("line", "delimiter"), [(b"day,amount", ","), (b'"day","amount"', ","), (b"day\tamount", "\t")]
)
def test_header_as_the_contract_says_is_accepted(tmp_path, line, delimiter, end):
    found = described(tmp_path / "a.csv", line + end, delimiter=delimiter)
    assert (found.rows, found.kind, found.columns) == (0, "csv", ("day", "amount"))
