"""Stages files in the Spark session of the tests, as a run does."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pyspark.sql import Row, SparkSession

from ingestion.input_file import describe_file
from spark.stage import stage
from warehouse.contract.model import Contract
from warehouse.input.batch_files import check_files
from warehouse.job import StagedCounts, StageTask


def write_raw(home: Path, files: Mapping[str, bytes]) -> None:
    """Write files to the new directory `raw`."""
    (home / "raw").mkdir(parents=True)
    for name, content in files.items():
        (home / "raw" / name).write_bytes(content)


def task_of(home: Path, contract: Contract) -> StageTask:
    """The task of staging all files in `raw` to `staged` and `quarantine`."""
    files = [describe_file(path, contract, lambda _phase, _size: None) for path in check_files([home / "raw"])]
    return StageTask("0123", 1, str(home / "raw"), files, str(home / "staged"), str(home / "quarantine"))


def stage_raw(spark: SparkSession, home: Path, contract: Contract) -> StagedCounts:
    """Stage all files in `raw`. The loader counted by itself, and the law is about its count."""
    task = task_of(home, contract)
    counts = stage(spark, task, contract)
    assert counts.staged + counts.quarantined == sum(file.rows for file in task.files)
    return counts


def rejected_rows(spark: SparkSession, directory: Path | str) -> list[Row]:
    """Rows in quarantine, in the order of the files; the directory has no file when there are none."""
    schema = (
        "source_file STRING, source_line BIGINT, rules ARRAY<STRING>, offending_values ARRAY<STRING>, record BINARY"
    )
    return spark.read.schema(schema).parquet(str(directory)).orderBy("source_file", "source_line").collect()


def staged_rows(spark: SparkSession, home: Path, *columns: str) -> list[tuple[Any, ...]]:
    """Columns of the staged rows, in the order of the files."""
    rows = spark.read.parquet(str(home / "staged")).orderBy("source_file", "source_line")
    return [tuple(row) for row in rows.select(*columns).collect()]
