"""Files of a dataset with columns of a few types, staged as they are."""

from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

from tests.staging import rejected_rows, stage_raw, write_raw
from warehouse.contract.model import Column, Contract, InputFormat
from warehouse.job import StagedCounts

COLUMNS = (
    Column("day", "Day", "DATE", "d", required=True),
    Column("amount", "Amount", "DECIMAL(30,20)", "d"),
    Column("name", "Name", "STRING", "d"),
    Column("pieces", "Pieces", "INT", "d"),
)


def odd_contract(columns: tuple[Column, ...] = COLUMNS, zone: str | None = None, **written: Any) -> Contract:
    form = InputFormat(**written)
    return Contract("odd", "d", columns, columns[0].name, form, (), 1.0, (), Path("x"), time_zone=zone)


def stage(spark: SparkSession, home: Path, files: dict[str, bytes], contract: Contract) -> StagedCounts:
    write_raw(home, files)
    return stage_raw(spark, home, contract)


def rejected(spark: SparkSession, home: Path) -> list[tuple[int, list[str], list[str | None], bytes]]:
    rows = rejected_rows(spark, home / "quarantine")
    return [(row.source_line, row.rules, row.offending_values, bytes(row.record)) for row in rows]
