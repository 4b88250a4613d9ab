"""Line numbers: whatever the line ends, splits and compression, they are those of `bytes.splitlines`."""

import bz2
import gzip
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession

from spark.reading.lines import list_files, numbering_settings, read_lines, rows_of
from spark.session import with_settings
from warehouse.batch import BatchFile
from warehouse.contract.model import InputFormat
from warehouse.errors import JobError
from warehouse.job import StageTask

_SPLIT = 64


@pytest.fixture(name="small_splits")
def _small_splits(spark: SparkSession) -> Iterator[None]:
    with with_settings(spark, numbering_settings([], InputFormat(), _SPLIT)):
        yield


def _split_lines(content: bytes) -> list[int]:
    starts, position = [], 0
    for line in content.splitlines(keepends=True):
        starts.append(position)
        position += len(line)
    return [sum(start <= end for start in starts) for end in range(_SPLIT, len(content), _SPLIT)]


def _task(directory: Path, files: dict[str, bytes]) -> StageTask:
    directory.mkdir()
    described = []
    for name, content in files.items():
        packed = {".gz": gzip.compress, ".bz2": bz2.compress}.get(Path(name).suffix, bytes)(content)
        (directory / name).write_bytes(packed)
        split_lines = () if name.endswith((".gz", ".bz2")) else tuple(_split_lines(content))
        described.append(BatchFile(name, len(packed), "0", 1, "csv", (), split_lines))
    return StageTask("b", 1, str(directory), described, "", "")


def _lines(spark: SparkSession, task: StageTask, split: int = _SPLIT) -> DataFrame:
    listed = list_files(spark, [task], InputFormat())
    return read_lines(listed, [task], [file.name for file in task.files], split)


def _numbered(spark: SparkSession, task: StageTask, split: int = _SPLIT) -> list[tuple[str, int, bytes]]:
    rows = _lines(spark, task, split).selectExpr("source_file", "source_line", "cast(_line as binary)").collect()
    return sorted((file, number, bytes(line)) for file, number, line in rows)


def _expected(files: dict[str, bytes]) -> list[tuple[str, int, bytes]]:
    return sorted((name, n, line) for name, content in files.items() for n, line in enumerate(content.splitlines(), 1))


@pytest.mark.usefixtures("small_splits")
def test_numbers_are_those_of_splitlines_for_every_way_to_end_a_line(spark: SparkSession, tmp_path: Path) -> None:
    chance = random.Random(20010701)
    files = {}
    for number in range(40):
        ends = [[b"\n"], [b"\r\n"], [b"\r"], [b"\n", b"\r\n", b"\r"]][number % 4]
        lines = [b"x" * chance.choice((0, 1, 2, 15, 30, 63, 64, 65, 200)) for _ in range(chance.randrange(60))]
        content = b"".join(line + chance.choice(ends) for line in lines)
        files[f"{number:02}.csv"] = content if number % 3 else content.rstrip(b"\r\n")
    assert _numbered(spark, _task(tmp_path / "raw", files)) == _expected(files)


@pytest.mark.usefixtures("small_splits")
def test_lines_that_begin_or_end_at_a_split_are_read_once(spark: SparkSession, tmp_path: Path) -> None:
    files = {
        f"{end.hex()}_{length}.csv": b"".join(b"%05d" % n + b"y" * (length - 5) + end for n in range(50))
        for end in (b"\n", b"\r\n", b"\r")
        for length in range(_SPLIT // 2 - 3, _SPLIT // 2 + 2)
    }
    assert _numbered(spark, _task(tmp_path / "raw", files)) == _expected(files)


@pytest.mark.usefixtures("small_splits")
def test_compressed_files_are_one_split_and_odd_names_stay(spark: SparkSession, tmp_path: Path) -> None:
    content = b"".join(b"%d,%d\r\n" % (n, n * n) for n in range(500))
    names = [
        "a b.csv",
        "a +b.csv",
        "a+b.csv",
        "50%.csv",
        "a%20b.csv",
        "é ü.csv",
        "[x]{y}*?.csv",
        "z#1&2.csv",
        "g.csv.gz",
        "h.csv.bz2",
    ]
    files = dict.fromkeys(names, content) | {"empty.csv": b"", "nul.csv": b"a\x00\xff\n\n\nb"}
    assert _numbered(spark, _task(tmp_path / "raw", files)) == _expected(files)


@pytest.mark.usefixtures("small_splits")
def test_bz2_of_many_blocks_beside_a_plain_file_is_numbered_too(spark: SparkSession, tmp_path: Path) -> None:
    split = 400_000
    chance = random.Random(1)
    # Random digits: several blocks of 900 kB, and three splits when packed.
    content = b"".join(b"%d\n" % chance.getrandbits(200) for _ in range(40_000))
    files = {"a.csv.bz2": content, "b.csv": content[:1000]}
    task = _task(tmp_path / "raw", files)
    assert (tmp_path / "raw" / "a.csv.bz2").stat().st_size > 2 * split
    with with_settings(spark, numbering_settings(task.files, InputFormat(), split)):
        assert _numbered(spark, task, split) == _expected(files)


def test_header_and_empty_lines_are_no_rows_but_keep_their_numbers(spark: SparkSession, tmp_path: Path) -> None:
    task = _task(tmp_path / "raw", {"a.csv": b"h\n\n \n1\n\n", "b.csv.gz": b"h\n2"})
    lines = _lines(spark, task)
    assert sorted(tuple(row[1:]) for row in rows_of(lines, InputFormat()).collect()) == [
        ("a.csv", 3, " "), ("a.csv", 4, "1"), ("b.csv.gz", 2, "2"),
    ]  # fmt: skip
    assert rows_of(lines, InputFormat(header=False)).count() == 5


def test_files_that_differ_from_the_manifest_are_refused(spark: SparkSession, tmp_path: Path) -> None:
    task = _task(tmp_path / "raw", {"a.csv": b"1\n", "_hidden.csv": b"2\n"})
    with pytest.raises(JobError, match=r"missing \['_hidden.csv'\]"):
        list_files(spark, [task], InputFormat())


_ODD = [
    b"", b"\n", b"\r", b"\r\n", b"\n\r", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n1", b"\xef\xbb\xbf\xef\xbb\xbf1\r", b"h",
    b"h\r\n", b"\x00\n\x00", b"\xff\xfe\r\r\n\xc3", b"\xed\xa0\x80\n\xf8\x80", b"\xe2\x80\xa8\x85\x0b\x0c\x1c\n",
    b"no end", b'"a\nb",\r\n"c\rd"\n', b"#\n\n\n#",
]  # fmt: skip


def _odd_files(count: int, seed: int) -> dict[str, bytes]:
    """The same lines of odd bytes, cut into some files."""
    chance = random.Random(seed)
    pieces = [b"".join(chance.choices(_ODD, k=chance.choice((0, 1, 2, 40)))) for _ in range(500)]
    cut = [b"".join(pieces[n::count]) for n in range(count)]
    ends = ("csv", "csv", "csv.gz", "csv", "csv.bz2")
    return {f"{n:03}.{ends[n % 5]}": content for n, content in enumerate(cut)}


@pytest.mark.parametrize("form", [InputFormat(), InputFormat(quoted_newlines=True)], ids=["any end", "LF"])
@pytest.mark.parametrize(("count", "split"), [(1, _SPLIT), (10, 1 << 26), (500, 1 << 26), (500, 1 << 12)])
def test_files_that_share_a_task_keep_their_own_numbers_and_bytes(
    spark: SparkSession, tmp_path: Path, form: InputFormat, count: int, split: int
) -> None:
    files = _odd_files(count, seed=17)
    task = _task(tmp_path / "raw", files)
    with with_settings(spark, numbering_settings(task.files, form, split)):
        lines = read_lines(list_files(spark, [task], form), [task], [*files], split)
        tasks = lines._jdf.queryExecution().toRdd().getNumPartitions()
        found = lines.selectExpr("source_file", "source_line", "cast(_line as binary)").collect()
    assert sorted((file, number, bytes(line)) for file, number, line in found) == sorted(
        (name, number, line) for name, content in files.items() for number, line in enumerate(_cut(content, form), 1)
    )
    bytes_of_text = sum(file.size * (1 if file.name.endswith("csv") else 8) for file in task.files)
    assert tasks <= max(1, 3 * bytes_of_text // split)


def _cut(content: bytes, form: InputFormat) -> list[bytes]:
    content = content.removeprefix(b"\xef\xbb\xbf")
    return content.removesuffix(b"\n").split(b"\n") if form.quoted_newlines and content else content.splitlines()


@pytest.mark.usefixtures("small_splits")
def test_a_split_without_a_line_count_fails_rather_than_numbering_wrongly(spark: SparkSession, tmp_path: Path) -> None:
    task = _task(tmp_path / "raw", {"a.csv": b"line\n" * 100})
    task.files[0] = replace(task.files[0], split_lines=())
    with pytest.raises(Exception, match="no line count for a split"):
        _numbered(spark, task)
