"""Batches of a contract that are loaded and staged, and what becomes of every row."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

from ingestion.input_file import describe_file
from spark.stage import stage
from tests.staging import rejected_rows
from warehouse.contract.model import Contract
from warehouse.input.batch_files import check_files
from warehouse.job import StagedCounts, StageTask

ORIGIN = ("source_file", "source_line")
Lines = dict[tuple[str, int], str]
"""By file and line: `clean` with the values, or `quarantine` with the rules."""


def silent(_phase: str, _size: int) -> None:
    pass


def staged(
    spark: SparkSession, home: Path, files: list[Path], contract: Contract, columns: list[str]
) -> tuple[Lines, StagedCounts]:
    """What becomes of every row of one batch, whose directory is `home`."""
    described = [describe_file(path, contract, silent) for path in check_files(files)]
    task = StageTask(home.name, 1, str(home / "raw"), described, str(home / "staged"), str(home / "quarantine"))
    counts = stage(spark, task, contract)
    assert counts.staged + counts.quarantined == sum(file.rows for file in described)
    rejected = rejected_rows(spark, task.quarantine)
    lines = {(row.source_file, row.source_line): f"quarantine {_reasons(row)}" for row in rejected}
    if counts.staged:
        for *values, file, line in spark.read.parquet(task.staged).select(*columns, *ORIGIN).collect():
            lines[file, line] = f"clean {' | '.join(map(shown, values))}"
    return lines, counts


def _reasons(row: Any) -> str:
    found = zip(row.rules, row.offending_values, strict=True)
    return ", ".join(rule if value is None else f'{rule} "{escaped(value)}"' for rule, value in found)


def shown(value: object) -> str:
    """A value as the page writes it."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return escaped(str(value)) or "''"


def escaped(text: str) -> str:
    return text.replace("\r", r"\r").replace("\n", r"\n").replace("\0", r"\0")
