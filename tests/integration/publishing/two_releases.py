"""Two releases of a dataset with a column of every type, their rows, and readers on the first."""

import io
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from math import inf
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from hive.connection import HiveServer
from hive.rows import Rows, Value
from warehouse.contract.model import Column, Contract, InputFormat, Mart
from warehouse.paths import DatasetPaths
from warehouse.release.manifest import Partition, Release, ReleasedTable
from warehouse.settings import DEFAULT_ROOT
from warehouse.storage import Storage

DATASET = "zz_publish_test"


PATHS = DatasetPaths(DATASET, DEFAULT_ROOT)


BATCH = "00000000000000aa"


QUARTERS = ("2001-01-01", "2001-04-01")


DESCRIPTION = 'It\'s "50 %" of C:\\new; ${system:user.name}, naïve 😀.'


CONTRACT = Contract(
    dataset=DATASET,
    description=DESCRIPTION,
    columns=(
        Column("happened", "happened", "TIMESTAMP", "Wall clock.", required=True),
        Column("place", "place", "STRING", DESCRIPTION, required=True),
        Column("day", "day", "DATE", "Day."),
        Column("price", "price", "DECIMAL(12,4)", "Price in euro."),
        Column("ratio", "ratio", "DOUBLE", "Share, 0 to 1."),
        Column("open", "open", "BOOLEAN", "Whether it was open."),
        Column("tiny", "tiny", "TINYINT", "Number."),
        Column("small", "small", "SMALLINT", "Number."),
        Column("whole", "whole", "INT", "Number."),
        Column("big", "big", "BIGINT", "Number."),
    ),
    event_time="happened",
    input_format=InputFormat(),
    row_rules=(),
    reject_threshold=0.0,
    marts=(Mart("totals", "Totals.", (Column("rows_in", "rows_in", "BIGINT", "Rows.", required=True),)),),
    path=Path("dataset.yaml"),
)


SCHEMA = pa.schema(
    {
        "happened": pa.timestamp("us"),
        "place": pa.string(),
        "day": pa.date32(),
        "price": pa.decimal128(12, 4),
        "ratio": pa.float64(),
        "open": pa.bool_(),
        "tiny": pa.int8(),
        "small": pa.int16(),
        "whole": pa.int32(),
        "big": pa.int64(),
        "source_batch": pa.string(),
        "source_file": pa.string(),
        "source_line": pa.int64(),
    }
)


FIRST = (
    datetime(2001, 4, 1), "Köln", date(1969, 12, 31), Decimal("-0.0001"), 0.1, True, -128, -32768, -(2**31), -(2**63),
)  # fmt: skip


LAST = (
    datetime(2001, 6, 30, 23, 59, 59, 999999), "a'b\"c\\d", date(9999, 12, 31), Decimal("99999999.9999"), 1e300, False,
    127, 32767, 2**31 - 1, 2**63 - 1,
)  # fmt: skip


EMPTY = (datetime(2001, 5, 1), "", None, None, None, None, None, None, None, None)


RECORD = b"\xff\x00;caf\xc3\xa9\r"


def release_of(number: int, clean: Mapping[str, Partition], run: str | None = None) -> Release:
    run = run or f"run{number}"
    return Release(
        dataset=DATASET,
        number=number,
        run=run,
        contract=CONTRACT.fingerprint,
        meaning=CONTRACT.meaning,
        created_at="2026-11-24T00:00:00+00:00",
        created_by="test",
        batches={},
        superseded={},
        tables={
            "clean": ReleasedTable("d", dict(clean)),
            "quarantine": ReleasedTable("d", {BATCH: Partition(PATHS.quarantine(BATCH, "c1"), 1)}),
            "totals": ReleasedTable(
                "d", {value: Partition(f"{PATHS.mart('totals', run)}/quarter_start={value}", 1) for value in QUARTERS}
            ),
        },
    )


def parquet(rows: list[tuple[Any, ...]], schema: pa.Schema) -> bytes:
    columns = list(zip(*rows, strict=True))
    buffer = io.BytesIO()
    pq.write_table(pa.table([list(column) for column in columns], schema=schema), buffer)
    return buffer.getvalue()


def write_clean(storage: Storage, directory: str, rows: list[tuple[Any, ...]], schema: pa.Schema = SCHEMA) -> Partition:
    origin = [(*row, BATCH, "file.csv", line) for line, row in enumerate(rows, start=2)]
    storage.create(f"{directory}/part-0.parquet", parquet(origin, schema))
    return Partition(directory, len(rows))


def clean_rows(number: int) -> dict[str, list[tuple[Any, ...]]]:
    return {
        "2001-01-01": [(datetime(2001, 2, 3), f"release {number}", *FIRST[2:])] * number,
        "2001-04-01": [FIRST, LAST, EMPTY],
    }


def write_release(storage: Storage, number: int) -> Release:
    run = f"run{number}"
    clean = {
        value: write_clean(storage, f"{PATHS.clean(run)}/quarter_start={value}", rows)
        for value, rows in clean_rows(number).items()
    }
    for value, rows in clean_rows(number).items():
        content = parquet([(len(rows),)], pa.schema({"rows_in": pa.int64()}))
        storage.create(f"{PATHS.mart('totals', run)}/quarter_start={value}/part-0.parquet", content)
    return release_of(number, clean)


def write_quarantine(storage: Storage) -> None:
    schema = pa.schema(
        {
            "source_file": pa.string(),
            "source_line": pa.int64(),
            "rules": pa.list_(pa.string()),
            "offending_values": pa.list_(pa.string()),
            "record": pa.binary(),
        }
    )
    content = parquet([("file.csv", 7, ["big:type", "row:far"], ["café", None], RECORD)], schema)
    storage.create(f"{PATHS.quarantine(BATCH, 'c1')}/part-0.parquet", content)


def published(number: int) -> list[tuple[Value, ...]]:
    return [(*row, date.fromisoformat(value)) for value, rows in clean_rows(number).items() for row in rows]


def remove_everything(server: HiveServer, storage: Storage) -> None:
    for database in (DATASET, f"{DATASET}_releases"):
        server.execute(f"DROP DATABASE IF EXISTS `{database}` CASCADE")
    for part in ("clean", "marts", "quarantine", "releases"):
        storage.delete(f"/stackhouse/{part}/{DATASET}")


def by_order(rows: Rows) -> list[tuple[Value, ...]]:
    return sorted(rows.rows, key=repr)


class WatchedServer(HiveServer):
    """Notes the statements; after some of them it is gone like a killed process."""

    def __init__(self, server: HiveServer, statements: float = inf) -> None:
        self._server = server
        self._left = statements
        self.ran: list[str] = []

    def fetch(self, sql: str, parameters: Mapping[str, Value] | None = None) -> Rows:
        if len(self.ran) >= self._left:
            raise KeyboardInterrupt
        self.ran.append(sql)
        return self._server.fetch(sql, parameters)
