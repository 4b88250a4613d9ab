"""The labels of generated trips, against the code that judges rows: each right, none missing, and so the marts."""

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from generator.columns import CONTRACT
from generator.dataset import generate
from generator.truth import Truth
from ingestion.input_file import describe_file
from spark.clean import CleanTask, clean
from spark.marts import register_clean, shaped
from spark.stage import stage
from tests.staging import rejected_rows
from warehouse.input.input_path import InputPath
from warehouse.job import FileRows, StagedSource, StageTask, rows_of
from warehouse.settings import REPOSITORY

_BATCHES = ("batch-1", "batch-2")
_LARGE = 256 * 1024 * 1024

Place = tuple[str, str, int]
"""Batch, file, line."""


@pytest.fixture(name="made", scope="module")
def _made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth]:
    out = tmp_path_factory.mktemp("generated") / "trips"
    return out, generate(out, 4000, 5, 0.2)


@pytest.fixture(name="staged", scope="module")
def _staged(
    made: tuple[Path, Truth], spark: SparkSession, tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[StagedSource], dict[Place, set[str]]]:
    home, sources, rejected = tmp_path_factory.mktemp("staged"), list[StagedSource](), dict[Place, set[str]]()
    for sequence, batch in enumerate(_BATCHES, start=1):
        raw = made[0] / batch
        files = [describe_file(InputPath(path), CONTRACT, lambda _phase, _size: None) for path in raw.iterdir()]
        task = StageTask(batch, sequence, str(raw), files, str(home / batch / "s"), str(home / batch / "q"))
        counts = stage(spark, task, CONTRACT)
        sources.append(StagedSource(batch, sequence, task.staged, counts.quarters))
        for row in rejected_rows(spark, task.quarantine):
            rejected[batch, row.source_file, row.source_line] = set(row.rules)
    return sources, rejected


def _labels(out: Path) -> list[dict[str, str]]:
    with (out / "labels.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _place(label: dict[str, str]) -> Place:
    return label["batch"], label["file"], int(label["line"])


def test_rejected_rows_are_exactly_those_labelled_with_exactly_their_rules(
    made: tuple[Path, Truth], staged: tuple[list[StagedSource], dict[Place, set[str]]]
) -> None:
    expected = {_place(row): set(row["rules"].split()) for row in _labels(made[0]) if row["rules"]}
    found = staged[1]
    names = {_place(row): row["label"] for row in _labels(made[0])}
    places = sorted({*expected, *found})
    wrong = {(names.get(p), p): (expected.get(p), found.get(p)) for p in places if expected.get(p) != found.get(p)}
    assert wrong == {}


@pytest.mark.parametrize("batches", [1, 2])
def test_clean_rows_and_marts_are_those_of_the_truth(
    made: tuple[Path, Truth],
    staged: tuple[list[StagedSource], dict[Place, set[str]]],
    spark: SparkSession,
    tmp_path: Path,
    batches: int,
) -> None:
    truth: dict[str, Any] = made[1].document()[f"after_batch_{batches}"]
    task = CleanTask(staged[0][:batches], [], list(truth["quarters"]), str(tmp_path / "clean"), _LARGE)
    counts = clean(spark, CONTRACT, task)
    for outcome, found in (("clean", counts.clean), ("superseded", counts.superseded)):
        by_quarter = {quarter: rows[outcome] for quarter, rows in truth["quarters"].items()}
        by_file = {file: rows[outcome] for file, rows in truth["files"].items() if rows[outcome]}
        assert {quarter: rows_of(files) for quarter, files in found.items()} == by_quarter
        assert _by_file(found) == by_file
    _check_labels(spark, task.target, made[0], batches)
    register_clean(spark, CONTRACT, [f"{task.target}/quarter_start={quarter}" for quarter in truth["quarters"]])
    for mart in CONTRACT.marts:
        sql = (REPOSITORY / "sql" / "trips" / f"{mart.name}.sql").read_text()
        rows = [row.asDict() for row in shaped(spark.sql(sql), mart).collect()]
        assert _sorted(rows) == _sorted(truth["marts"][mart.name]), mart.name


def _by_file(quarters: dict[str, FileRows]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for batches in quarters.values():
        for batch, files in batches.items():
            found.update({f"{batch}/{file}": rows for file, rows in files.items()})
    return dict(found)


def _check_labels(spark: SparkSession, target: str, out: Path, batches: int) -> None:
    rows = spark.read.parquet(target).select("source_batch", "source_file", "source_line").collect()
    clean_rows = {tuple(row) for row in rows}
    column = "outcome" if batches == len(_BATCHES) else "outcome_after_batch_1"
    labels = _labels(out)
    assert {row["label"] for row in labels if (_place(row) in clean_rows) != (row[column] == "clean")} == set()


def _sorted(rows: list[dict[str, Any]]) -> list[list[tuple[str, str]]]:
    return sorted(sorted((name, str(value)) for name, value in row.items()) for row in rows)
