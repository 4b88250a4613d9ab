"""Cleaning: the newest version of each key wins, wherever its versions lie, and equal rows give equal files."""

import hashlib
from collections import Counter
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from pyspark.sql import SparkSession

from spark.clean import CleanCounts, CleanTask, clean
from spark.schema import quarter_start, row_schema
from warehouse.contract.model import Column, Contract, InputFormat
from warehouse.job import StagedSource, rows_of

_Q1, _Q2, _Q3 = "2001-01-01", "2001-04-01", "2001-07-01"
_LARGE = 256 * 1024 * 1024

Row = tuple[datetime, int, str, str, int]
"""Event time, id, value, file, line."""


def _contract(key: bool = True) -> Contract:
    columns = (
        Column("at", "at", "TIMESTAMP", "d", required=True),
        Column("id", "id", "BIGINT", "d", required=True, key=key),
        Column("value", "value", "STRING", "d"),
    )
    return Contract("keyed", "d", columns, "at", InputFormat(), (), 1.0, (), Path("x"))


def _day(month: int, day: int = 1) -> datetime:
    return datetime(2001, month, day)


def _source(spark: SparkSession, home: Path, batch: str, sequence: int, rows: list[Row]) -> StagedSource:
    contract, path = _contract(), str(home / f"staged_{batch}")
    staged = [(at, key, value, batch, file, line) for at, key, value, file, line in rows]
    frame = spark.createDataFrame(staged, row_schema(contract)).select("*", quarter_start(contract))
    frame.write.partitionBy("quarter_start").parquet(path)
    quarters = Counter(date(row[0].year, 3 * ((row[0].month - 1) // 3) + 1, 1).isoformat() for row in rows)
    return StagedSource(batch, sequence, path, dict(quarters))


def _values(spark: SparkSession, target: Path) -> list[tuple[int, str, str]]:
    rows = spark.read.parquet(str(target)).select("id", "value", "quarter_start").collect()
    return sorted((key, value, quarter.isoformat()) for key, value, quarter in rows)


def _rows(counts: CleanCounts) -> tuple[dict[str, int], dict[str, int]]:
    clean, superseded = (
        {q: rows_of(files) for q, files in found.items()} for found in (counts.clean, counts.superseded)
    )
    return clean, superseded


def test_newest_is_by_sequence_then_file_then_line(spark: SparkSession, tmp_path: Path) -> None:
    # Batch ids sort against their sequence: the id must not decide.
    first = _source(spark, tmp_path, "zz", 1, [
        (_day(1), 1, "old", "a.csv", 2), (_day(1), 2, "line 9", "a.csv", 9), (_day(1), 2, "line 10", "a.csv", 10),
        (_day(1), 3, "file a", "a.csv", 99), (_day(1), 3, "file b", "b.csv", 1), (_day(2), 4, "alone", "a.csv", 5),
    ])  # fmt: skip
    second = _source(spark, tmp_path, "aa", 2, [(_day(1, 5), 1, "new", "0.csv", 1)])
    counts = clean(spark, _contract(), CleanTask([first, second], [], [_Q1], str(tmp_path / "clean"), _LARGE))
    assert _values(spark, tmp_path / "clean") == [
        (1, "new", _Q1),
        (2, "line 10", _Q1),
        (3, "file b", _Q1),
        (4, "alone", _Q1),
    ]
    assert counts == CleanCounts(
        {_Q1: {"aa": {"0.csv": 1}, "zz": {"a.csv": 2, "b.csv": 1}}}, {_Q1: {"zz": {"a.csv": 3}}}
    )


def test_files_have_the_columns_in_the_order_of_the_contract(spark: SparkSession, tmp_path: Path) -> None:
    assert _contract().key == ("id",)
    source = _source(spark, tmp_path, "b1", 1, [(_day(1), 1, "value", "a.csv", 1)])
    clean(spark, _contract(), CleanTask([source], [], [_Q1], str(tmp_path / "clean"), _LARGE))
    found = spark.read.parquet(str(tmp_path / "clean" / f"quarter_start={_Q1}")).columns
    assert found == ["at", "id", "value", "source_batch", "source_file", "source_line"]


def test_a_row_that_moves_to_another_quarter_is_superseded_where_it_was(spark: SparkSession, tmp_path: Path) -> None:
    first = _source(spark, tmp_path, "b1", 1, [
        (_day(1), 1, "moves", "a.csv", 1), (_day(1), 2, "stays", "a.csv", 2), (_day(8), 3, "untouched", "a.csv", 3),
    ])  # fmt: skip
    second = _source(spark, tmp_path, "b2", 2, [(_day(5), 1, "moved", "a.csv", 1)])
    counts = clean(spark, _contract(), CleanTask([first, second], ["b1"], [_Q2], str(tmp_path / "clean"), _LARGE))
    assert _values(spark, tmp_path / "clean") == [(1, "moved", _Q2), (2, "stays", _Q1)]
    assert _rows(counts) == ({_Q1: 1, _Q2: 1}, {_Q1: 1, _Q2: 0})


def test_a_newer_version_in_a_quarter_that_is_not_cleaned_still_wins(spark: SparkSession, tmp_path: Path) -> None:
    # Cleaning Q2 draws in Q1 through key 2; key 3 of Q1 has its newest version in Q3, which nothing draws in.
    first = _source(spark, tmp_path, "b1", 1, [(_day(1), 2, "old", "a.csv", 1), (_day(1), 3, "old", "a.csv", 2)])
    second = _source(spark, tmp_path, "b2", 2, [(_day(8), 3, "newer", "a.csv", 1)])
    third = _source(spark, tmp_path, "b3", 3, [(_day(5), 2, "new", "a.csv", 1)])
    counts = clean(
        spark, _contract(), CleanTask([first, second, third], ["b1", "b2"], [_Q2], str(tmp_path / "clean"), _LARGE)
    )
    assert _values(spark, tmp_path / "clean") == [(2, "new", _Q2)]
    assert _rows(counts) == ({_Q1: 0, _Q2: 1}, {_Q1: 2, _Q2: 0})


def test_a_quarter_is_drawn_in_by_keys_of_new_batches_only(spark: SparkSession, tmp_path: Path) -> None:
    # Key 1 lies in Q1 and Q2 since the last release; the new batch brings key 9 to Q2.
    first = _source(spark, tmp_path, "b1", 1, [(_day(1), 1, "old", "a.csv", 1), (_day(5), 1, "newer", "a.csv", 2)])
    second = _source(spark, tmp_path, "b2", 2, [(_day(5), 9, "new", "a.csv", 1)])
    counts = clean(spark, _contract(), CleanTask([first, second], ["b1"], [_Q2], str(tmp_path / "clean"), _LARGE))
    assert _values(spark, tmp_path / "clean") == [(1, "newer", _Q2), (9, "new", _Q2)]
    assert _rows(counts) == ({_Q2: 2}, {_Q2: 0})


def test_the_greatest_version_wins_whatever_arrived_last(spark: SparkSession, tmp_path: Path) -> None:
    first = _source(spark, tmp_path, "b1", 1, [(_day(1), 1, "v2", "a.csv", 1), (_day(1), 2, "v1", "a.csv", 2)])
    second = _source(spark, tmp_path, "b2", 2, [(_day(1), 1, "v1", "a.csv", 1), (_day(1), 2, "v1", "a.csv", 2)])
    columns = [replace(column, required=True) for column in _contract().columns]
    contract = replace(_contract(), columns=tuple(columns), version="value")
    counts = clean(spark, contract, CleanTask([first, second], [], [_Q1], str(tmp_path / "clean"), _LARGE))
    assert counts.clean == {_Q1: {"b1": {"a.csv": 1}, "b2": {"a.csv": 1}}}
    assert _values(spark, tmp_path / "clean") == [(1, "v2", _Q1), (2, "v1", _Q1)]


def test_examples_are_of_rows_that_new_batches_supersede(spark: SparkSession, tmp_path: Path) -> None:
    first = _source(spark, tmp_path, "b1", 1, [
        (_day(1), 1, "known", "a.csv", 2), (_day(1), 1, "known", "a.csv", 3), (_day(1), 2, "seen", "a.csv", 4),
    ])  # fmt: skip
    second = _source(spark, tmp_path, "b2", 2, [
        (_day(5), 2, "new", "a.csv", 2), (_day(1, 7), 3, "twin", "b.csv", 2), (_day(1, 8), 3, "twin", "b.csv", 3),
    ])  # fmt: skip
    task = CleanTask([first, second], ["b1"], [_Q1, _Q2], str(tmp_path / "clean"), _LARGE)
    limited = replace(_contract(), superseded_threshold=0.0)
    assert clean(spark, limited, task).examples == [
        "id=2: 2001-01-01 00:00:00 in a.csv line 4 of batch b1 by 2001-05-01 00:00:00 in a.csv line 2 of batch b2",
        "id=3: 2001-01-07 00:00:00 in b.csv line 2 of batch b2 by 2001-01-08 00:00:00 in b.csv line 3 of batch b2",
    ]
    assert clean(spark, _contract(), replace(task, target=str(tmp_path / "again"))).examples == []


def test_a_live_release_stands_for_the_batches_that_it_has(spark: SparkSession, tmp_path: Path) -> None:
    contract = replace(_contract(), superseded_threshold=0.0)
    first = _source(spark, tmp_path, "b1", 1, [
        (_day(1), 1, "known", "a.csv", 2), (_day(1), 1, "moves", "a.csv", 3),
        (_day(1), 2, "stays", "a.csv", 4), (_day(8), 3, "untouched", "a.csv", 5),
    ])  # fmt: skip
    before = clean(spark, contract, CleanTask([first], [], [_Q1, _Q3], str(tmp_path / "before"), _LARGE))
    assert _rows(before) == ({_Q1: 2, _Q3: 1}, {_Q1: 1, _Q3: 0})
    for file in Path(first.path).glob("*/*.parquet"):
        file.unlink()
    second = _source(spark, tmp_path, "b2", 2, [(_day(5), 1, "moved", "a.csv", 2)])
    live = {quarter: str(tmp_path / "before" / f"quarter_start={quarter}") for quarter in (_Q1, _Q3)}
    task = CleanTask([first, second], ["b1"], [_Q2], str(tmp_path / "after"), _LARGE, live)
    after = clean(spark, contract, task)
    assert _values(spark, tmp_path / "after") == [(1, "moved", _Q2), (2, "stays", _Q1)]
    assert after == CleanCounts(
        {_Q1: {"b1": {"a.csv": 1}}, _Q2: {"b2": {"a.csv": 1}}},
        {_Q1: {"b1": {"a.csv": 1}}, _Q2: {}},
        ["id=1: 2001-01-01 00:00:00 in a.csv line 3 of batch b1 by 2001-05-01 00:00:00 in a.csv line 2 of batch b2"],
    )
    assert sorted(path.name for path in (tmp_path / "after").glob("quarter_start=*")) == [
        f"quarter_start={_Q1}", f"quarter_start={_Q2}",
    ]  # fmt: skip


def test_without_a_key_equal_rows_all_stay_and_other_quarters_are_not_touched(
    spark: SparkSession, tmp_path: Path
) -> None:
    rows = [(_day(1), 1, "twin", "a.csv", 1), (_day(1), 1, "twin", "a.csv", 2), (_day(5), 1, "twin", "a.csv", 3)]
    source = _source(spark, tmp_path, "b1", 1, rows)
    counts = clean(spark, _contract(key=False), CleanTask([source], [], [_Q1], str(tmp_path / "clean"), _LARGE))
    assert _values(spark, tmp_path / "clean") == [(1, "twin", _Q1)] * 2
    assert _rows(counts) == ({_Q1: 2}, {_Q1: 0})


def test_a_quarter_without_rows_counts_nothing_and_writes_nothing(spark: SparkSession, tmp_path: Path) -> None:
    counts = clean(spark, _contract(), CleanTask([], [], [_Q1, _Q3], str(tmp_path / "clean"), _LARGE))
    assert counts == CleanCounts({_Q1: {}, _Q3: {}}, {_Q1: {}, _Q3: {}})
    assert not (tmp_path / "clean").exists()


def test_no_quarter_to_clean_is_no_work(spark: SparkSession, tmp_path: Path) -> None:
    source = _source(spark, tmp_path, "b1", 1, [(_day(1), 1, "kept", "a.csv", 1)])
    counts = clean(spark, _contract(), CleanTask([source], [], [], str(tmp_path / "clean"), _LARGE))
    assert counts == CleanCounts({}, {})
    assert not (tmp_path / "clean").exists()


def _files(directory: Path) -> dict[str, Counter[str]]:
    return {
        quarter.name: Counter(hashlib.sha256(file.read_bytes()).hexdigest() for file in quarter.glob("*.parquet"))
        for quarter in directory.glob("quarter_start=*")
    }


def test_equal_rows_give_equal_sorted_files_on_any_number_of_tasks(spark: SparkSession, tmp_path: Path) -> None:
    # Half of the lines are beyond those that the number by which Spark sorts has room for.
    lines = range(2**26 - 1500, 2**26 + 1500)
    rows = [(_day(1 + n % 5, 1 + n % 27), n % 700, f"v{n * 7919 % 1000}", "a.csv", n) for n in lines]
    source = _source(spark, tmp_path, "b1", 1, rows)
    quarters = [_Q1, _Q2]
    once = clean(spark, _contract(), CleanTask([source], [], quarters, str(tmp_path / "once"), 2000))
    spark.conf.set("spark.sql.shuffle.partitions", "7")
    try:
        again = clean(spark, _contract(), CleanTask([source], [], quarters, str(tmp_path / "again"), 2000))
    finally:
        spark.conf.set("spark.sql.shuffle.partitions", "3")
    assert once == again
    assert _files(tmp_path / "once") == _files(tmp_path / "again")
    for quarter in quarters:
        staged = sum(
            file.stat().st_size for file in (tmp_path / "staged_b1" / f"quarter_start={quarter}").glob("*.parquet")
        )
        found = list((tmp_path / "once" / f"quarter_start={quarter}").glob("*.parquet"))
        assert 1 < len(found) == -(-staged // 2000)
        for file in found:
            times = [(row.at, row.source_line) for row in spark.read.parquet(str(file)).collect()]
            assert times == sorted(times)
