import bz2
import gzip
import hashlib
import os
import tracemalloc
from pathlib import Path

import pytest

from ingestion.input_file import describe_file
from warehouse.batch import SPLIT_BYTES
from warehouse.contract.model import Column, Contract, InputFormat
from warehouse.errors import EmptyFileError, InputFileError
from warehouse.input.batch_files import check_files
from warehouse.input.input_path import InputPath

HEADER = b"day,amount\n"
ROWS = HEADER + b"2001-01-01,1\n\n2001-01-02,2\r\n2001-01-03,3"


def a_contract(**form):
    columns = tuple(Column(name, name, "STRING", "A column.", required=True) for name in ("day", "amount"))
    form = InputFormat(**form)
    return Contract("sales", "Sales.", columns, "day", form, (), 0.0, (), Path("dataset.yaml"))


def no_progress(_phase, _count):
    """Nobody looks."""


def described(path, content, **form):
    path.write_bytes(content)
    return describe_file(InputPath(path), a_contract(**form), no_progress)


def refusal(call, *args, **kwargs):
    with pytest.raises(InputFileError) as problem:
        call(*args, **kwargs)
    assert "\n" not in str(problem.value)
    return str(problem.value)


@pytest.fixture
def file(tmp_path):
    def make(name, content=ROWS):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        return path

    return make


def test_files_come_in_order_of_their_names(file):
    files = [file("z/a.csv"), file("y/c.csv.gz"), file("x/B.csv")]
    assert [path.name for path in check_files(files)] == ["B.csv", "a.csv", "c.csv.gz"]


def test_no_files_are_refused():
    assert refusal(check_files, []) == "no files given"


def test_missing_file_is_refused(tmp_path):
    assert "does not exist" in refusal(check_files, [tmp_path / "a.csv"])


def test_directory_stands_for_its_files(file, tmp_path):
    files = [file("x/b.csv"), file("x/a.csv"), file("c.csv")]
    assert [file.path for file in check_files([tmp_path / "x", tmp_path / "c.csv"])] == [files[1], files[0], files[2]]


def test_directory_in_a_directory_is_refused(tmp_path):
    (tmp_path / "a.csv").mkdir()
    assert "a.csv is not a regular file" in refusal(check_files, [tmp_path])


def test_directory_without_files_is_refused(tmp_path):
    assert refusal(check_files, [tmp_path]) == f"no files in {tmp_path}"


@pytest.mark.parametrize("path", ["x" * 300, "x" * 300 + "/a.csv"])
def test_name_that_no_file_can_have_is_refused_with_the_reason(tmp_path, path):
    assert "cannot be read: File name too long" in refusal(check_files, [tmp_path / path])


def test_directory_with_a_line_end_in_its_name_is_refused_in_one_line(tmp_path):
    assert "control characters" in refusal(check_files, [tmp_path / "x\ny" / "a.csv"])


def test_pipe_is_refused_without_waiting_for_a_writer(tmp_path):
    os.mkfifo(tmp_path / "a.csv")
    assert "not a regular file" in refusal(check_files, [tmp_path / "a.csv"])


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.parquet"])
def test_empty_file_is_told_apart_from_a_damaged_one(tmp_path, name):
    with pytest.raises(EmptyFileError, match=r"is empty$"):
        described(tmp_path / name, b"")


def test_unreadable_file_is_refused_with_the_reason(file, monkeypatch):
    path = file("a.csv")

    def refuse(*_args, **_kwargs):
        raise PermissionError(13, "Permission denied")

    # Not chmod: root reads what it may not.
    monkeypatch.setattr(os, "open", refuse)
    assert refusal(check_files, [path]) == f"{path} cannot be read: Permission denied"


def test_one_bad_file_refuses_all_and_is_the_one_named(file, tmp_path):
    assert "b.csv" in refusal(check_files, [file("a.csv"), tmp_path / "b.csv"])


def test_two_files_of_one_name_are_refused_with_both_paths(file):
    one, other = file("x/a.csv"), file("y/a.csv")
    message = refusal(check_files, [one, other])
    assert str(one) in message
    assert str(other) in message


@pytest.mark.parametrize(
    "name",
    ["_a.csv", ".a.csv", "-a.csv", "a:b.csv", "a*.csv", "a?.csv", "a[1].csv", "a{1}.csv", "a,b.csv", "a%20.csv",
     "a#b.csv", "a b.csv", "a\\b.csv", "a\nb.csv", "a\x00b.csv", "ä.csv", "a+b.csv", "a.csv._COPYING_", "a.csv\n"],
)  # fmt: skip
def test_name_that_hdfs_or_spark_would_take_for_something_else_is_refused(tmp_path, name):
    if "\x00" not in name:
        (tmp_path / name).touch()
    assert "file name" in refusal(check_files, [tmp_path / name])


def test_pattern_that_matched_nothing_is_a_file_that_does_not_exist(tmp_path):
    assert refusal(check_files, [tmp_path / "*.csv"]) == f"{tmp_path}/*.csv does not exist"


@pytest.mark.parametrize(
    "name", ["a.zip", "a.csv.xz", "a.csv.zst", "a.csv.Z", "a.tar.gz", "a.tgz", "a.orc", "a.lz4", "a.xlsx"]
)
def test_suffix_that_is_no_text_is_refused(file, name):
    assert "cannot be loaded" in refusal(check_files, [file(name)])


@pytest.mark.parametrize("name", ["a.parquet.gz", "a.PARQUET.gz", "a.Parquet.bz2"])
def test_packed_parquet_is_refused_with_what_to_do(file, name):
    assert "Parquet compresses itself; unpack it to a file that ends in .parquet" in refusal(check_files, [file(name)])


@pytest.mark.parametrize("name", ["a.csv.GZ", "a.csv.Bz2"])
def test_suffix_in_capitals_is_refused_because_spark_would_read_it_as_text(file, name):
    assert "lower case" in refusal(check_files, [file(name)])


@pytest.mark.parametrize("name", ["a", "a.csv", "2001-01_x.Y.txt", "a.dat.gz", "a.csv.bz2", "a.parquet"])
def test_usual_names_are_accepted(file, name):
    path = file(name)
    assert [file.path for file in check_files([path])] == [path]


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
