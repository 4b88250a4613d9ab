"""Batches that are staged together become what each becomes by itself."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from spark.batch_groups import group_batches
from spark.stage import stage, stage_together
from warehouse.batch import BatchFile
from warehouse.contract.model import Column, Contract, InputFormat
from warehouse.job import StageTask

_COLUMNS = (Column("day", "day", "DATE", "d", required=True), Column("text", "text", "STRING", "d"))
_FIELDS = "day DATE, text STRING, source_batch STRING, source_file STRING, source_line BIGINT"
_REFUSED = "source_file STRING, source_line BIGINT, rules ARRAY<STRING>, offending_values ARRAY<STRING>, record BINARY"


def _contract(**written: Any) -> Contract:
    return Contract("odd", "d", _COLUMNS, "day", InputFormat(**written), (), 1.0, (), Path("x"))


def _task(home: Path, batch: str, files: dict[str, bytes]) -> StageTask:
    raw = home / "raw" / f"batch={batch}"
    raw.mkdir(parents=True)
    for name, content in files.items():
        (raw / name).write_bytes(content)
    described = [BatchFile(name, len(content), "0", 1, "csv", (), ()) for name, content in files.items()]
    return StageTask(batch, 1, str(raw), described, str(home / f"staged={batch}"), str(home / f"quarantine={batch}"))


def _rows(spark: SparkSession, directory: str, schema: str) -> list[tuple[Any, ...]]:
    rows = spark.read.option("recursiveFileLookup", "true").schema(schema).parquet(directory)
    return sorted(map(tuple, rows.collect()), key=str)


_BATCHES = {
    "0001": {"a.csv": b"2001-01-01,x\n2001-04-01,y\r\n\n2001-01-02,\xff\n"},
    "0002": {"a.csv": b"2001-01-01,other of that name", "b.csv": b"2002-01-01,z\rbad,1\r"},
    "0003": {"c.csv": b"bad,2\n"},
    "0004": {"c.csv": b"\n\n"},
    "0005": {"d=1 +%20.csv": b'2001-01-01,"a""b"\n'},
    "1e99": {"a.csv": b'2001-01-01,"two\nlines"\n'},
}


@pytest.mark.parametrize("quoted_newlines", [False, True])
def test_batches_together_give_what_each_gives_alone(
    spark: SparkSession, tmp_path: Path, quoted_newlines: bool
) -> None:
    contract = _contract(header=False, quoted_newlines=quoted_newlines)
    tasks = [_task(tmp_path, batch, files) for batch, files in _BATCHES.items()]
    counts = stage_together(spark, tasks, contract)
    for task in tasks:
        alone = replace(task, staged=f"{task.staged}-alone", quarantine=f"{task.quarantine}-alone")
        assert counts[task.batch] == stage(spark, alone, contract)
        assert _rows(spark, task.staged, _FIELDS) == _rows(spark, alone.staged, _FIELDS)
        assert _rows(spark, task.quarantine, _REFUSED) == _rows(spark, alone.quarantine, _REFUSED)
    assert {path.name.partition("=")[0] for path in tmp_path.iterdir()} == {"raw", "staged", "quarantine"}


def test_a_batch_becomes_one_file_a_quarter_however_many_files_it_has(spark: SparkSession, tmp_path: Path) -> None:
    contract, found = _contract(header=False), {}
    rows = [b"2001-01-%02d,%d\n2001-04-01,x\nbad\n" % (1 + n % 28, n) for n in range(200)]
    for count in (1, 7, 200):
        files = {f"{n:03}.csv": b"".join(rows[n::count]) for n in range(count)}
        task = _task(tmp_path / str(count), f"{count:04}", files)
        counts = stage(spark, task, contract)
        found[count] = (counts.staged, counts.quarters, counts.quarantined, counts.rules)
        assert counts.rejected == {name: content.count(b"bad") for name, content in files.items()}
        written = [path.parent.name for path in Path(task.staged).glob("*/*.parquet")]
        assert sorted(written) == ["quarter_start=2001-01-01", "quarter_start=2001-04-01"]
        assert len(list(Path(task.quarantine).glob("*.parquet"))) == 1
    assert found[1] == found[7] == found[200] == (400, {"2001-01-01": 200, "2001-04-01": 200}, 200, {"row:parse": 200})


def _described(batch: str, *files: BatchFile, raw: str = "") -> StageTask:
    return StageTask(batch, 1, raw or f"/raw/batch={batch}", list(files), "", "")


def _file(size: int = 1, **fields: Any) -> BatchFile:
    return replace(BatchFile("a.csv", size, "0", 1, "csv", ("x",), ()), **fields)


def _groups(*tasks: StageTask) -> list[list[str]]:
    return [[task.batch for task in group] for group in group_batches(tasks, InputFormat())]


def test_small_batches_of_the_same_columns_are_staged_together() -> None:
    tasks = [_described(f"{n:04}", _file(), _file()) for n in range(500)]
    assert _groups(*tasks) == [[task.batch for task in tasks]]


@pytest.mark.parametrize(
    "other",
    [
        _described("b", _file(columns=("y",))),
        _described("b", _file(), _file(columns=("y",))),
        _described("b", _file(kind="parquet")),
        _described("b", _file(1 << 26, split_lines=(1,))),
        _described("b", _file(9 << 20, name="a.csv.gz")),
        _described("b", _file(name="a.csv.bz2")),
        _described("b", _file(), raw="/raw/other"),
    ],
)
def test_a_batch_that_is_large_or_written_otherwise_is_staged_by_itself(other: StageTask) -> None:
    assert sorted(_groups(_described("a", _file()), other, _described("c", _file()))) == [["a", "c"], ["b"]]


def test_a_group_has_a_limit() -> None:
    tasks = [_described(f"{n:02}", _file(60 << 20)) for n in range(35)]
    assert [len(group) for group in _groups(*tasks)] == [17, 17, 1]
