"""Which files and directories make a batch, and which names and kinds are refused before they are read."""

import os

import pytest

from tests.unit.ingestion.descriptions import refusal
from warehouse.input.batch_files import check_files


@pytest.fixture
def file(tmp_path):
    def make(name):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"day\n2001-01-01\n")
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


def test_directory_of_twenty_thousand_files_is_refused_without_a_look_into_them(tmp_path):
    for number in range(20_000):
        # No name that can be loaded, which would be told otherwise.
        (tmp_path / f"_{number}.csv").touch()
    message = refusal(check_files, [tmp_path])
    assert message == "20,000 files: a batch has at most 10,000; join small files, or load several batches"
