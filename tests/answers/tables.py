"""Small tables full of awkward values, which Hive and DuckDB are asked about."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from random import Random
from typing import Any

import pyarrow as pa

PARQUET_TYPES = {
    "TINYINT": pa.int8(),
    "SMALLINT": pa.int16(),
    "INT": pa.int32(),
    "BIGINT": pa.int64(),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "STRING": pa.string(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
}
"""By Hive type, as Spark writes them; DECIMAL has its own precision."""


@dataclass(frozen=True)
class AwkwardTable:
    """One table.

    Attributes:
        dataset: Database of its view.
        name: Of the view.
        columns: Hive type by name, without the partition column.
        rows: Values in the order of the columns, then the first day of the quarter.
    """

    dataset: str
    name: str
    columns: dict[str, str]
    rows: tuple[tuple[Any, ...], ...]

    @property
    def full_name(self) -> str:
        """`dataset.view`."""
        return f"{self.dataset}.{self.name}"

    def partitions(self) -> dict[str, pa.Table]:
        """Rows of each partition as they lie in its file."""
        schema = pa.schema([(name, parquet_type(kind)) for name, kind in self.columns.items()])
        found: dict[str, list[tuple[Any, ...]]] = {}
        for *values, quarter in self.rows:
            found.setdefault(quarter.isoformat(), []).append(tuple(values))
        return {
            quarter: pa.Table.from_arrays(
                [pa.array(column, field.type) for column, field in zip(zip(*rows, strict=True), schema, strict=True)],
                schema=schema,
            )
            for quarter, rows in sorted(found.items())
        }


def parquet_type(hive_type: str) -> pa.DataType:
    """Arrow type of a Hive type."""
    if hive_type.startswith("DECIMAL("):
        precision, scale = hive_type.removeprefix("DECIMAL(").rstrip(")").split(",")
        return pa.decimal128(int(precision), int(scale))
    return PARQUET_TYPES[hive_type]


DAYS = [
    date(1, 1, 1),
    date(1582, 10, 4),
    date(1582, 10, 15),
    date(1900, 2, 28),
    date(1969, 12, 31),
    date(1970, 1, 1),
    date(2000, 2, 29),
    date(2001, 1, 1),
    date(2001, 3, 31),
    date(2001, 4, 1),
    date(2001, 6, 30),
    date(2001, 7, 1),
    date(2001, 12, 31),
    date(2004, 2, 29),
    date(2024, 12, 30),
    date(9999, 12, 31),
]
MOMENTS = [
    datetime(1, 1, 1),
    datetime(1582, 10, 4, 12),
    datetime(1969, 12, 31, 23, 59, 59, 999999),
    datetime(1970, 1, 1),
    datetime(2000, 2, 29, 1, 2, 3, 456789),
    datetime(2001, 3, 31, 23, 59, 59, 999000),
    datetime(2001, 4, 1),
    datetime(2001, 4, 1, 2, 30),
    datetime(2001, 6, 30, 20),
    datetime(2001, 10, 28, 2, 30),
    datetime(2004, 2, 29, 23),
    datetime(9999, 12, 31, 23, 59, 59, 999999),
]
TEXTS = [
    "",
    " ",
    "a",
    "A",
    "b",
    "ab",
    "aB%",
    "a_b",
    "ä",
    "Ω",
    "漢字",
    "0",
    "1",
    "-7",
    "007",
    "NULL",
    "O'Neil",
    'a"b',
    "x" * 40,
]
KEYS = ["ATL", "BOS", "DFW", "LAS", "", "atl"]
_WHOLE = [0, 0, 1, 1, 2, 3, 5, 7, -1, -3, 12, 100, 32767, -32768]
_LARGE = [0, 1, -1, 2**31 - 1, -(2**31), 2**53 + 1, 2**63 - 1, -(2**63)]
_MONEY = [
    Decimal(text)
    for text in "0 0.01 -0.01 0.05 0.10 1.25 -1.25 2.50 9.99 10.00 -300.75 9999999.99 -9999999.99".split()  # noqa: SIM905 - reads better
]
_FINE = [
    Decimal(text)
    for text in "0 0.0000000001 -0.0000000001 0.5 1.5 2.5 -2.5 0.3333333333 123456.7890123456".split()  # noqa: SIM905 - reads better
]
_WIDE = [
    Decimal(text)
    for text in ("0", "1", "-1", "9" * 38, "-" + "9" * 38, "1" + "0" * 37, "123456789012345678901234567890")
]
_DOUBLES = [0.0, -0.0, 0.25, -0.25, 0.5, 1.5, 2.5, -2.5, 1024.0, 1e15]
_FLAGS = [True, False]


def _with_null(values: list[Any], random: Random) -> Any:
    return None if random.random() < 0.2 else random.choice(values)


def _facts(random: Random, count: int) -> tuple[tuple[Any, ...], ...]:
    quarters = [date(2001, 1, 1), date(2001, 4, 1), date(2001, 7, 1), date(2004, 1, 1)]
    rows = []
    for number in range(1, count + 1):
        drawn = [_with_null(v, random) for v in (KEYS, _WHOLE, _WHOLE, _LARGE, _MONEY, _FINE, _WIDE, _DOUBLES, _FLAGS)]
        moments = [_with_null(v, random) for v in (TEXTS, DAYS, MOMENTS)]
        rows.append((number, *drawn, *moments, random.choice(quarters)))
    return tuple(rows)


FACT_COLUMNS = {
    "id": "BIGINT",
    "k": "STRING",
    "n": "SMALLINT",
    "m": "INT",
    "big": "BIGINT",
    "price": "DECIMAL(9,2)",
    "fine": "DECIMAL(18,10)",
    "wide": "DECIMAL(38,0)",
    "f": "DOUBLE",
    "flag": "BOOLEAN",
    "txt": "STRING",
    "d": "DATE",
    "ts": "TIMESTAMP",
}

PLACE_COLUMNS = {
    "k": "STRING",
    "grp": "STRING",
    "cap": "INT",
    "rate": "DECIMAL(7,4)",
    "open": "BOOLEAN",
    "since": "DATE",
}


def _places(random: Random) -> tuple[tuple[Any, ...], ...]:
    quarters = [date(2001, 1, 1), date(2001, 4, 1)]
    keys = ["ATL", "BOS", "BOS", "DFW", "SFO", "", None, None]
    rates = [Decimal("0.0000"), Decimal("0.5000"), Decimal("1.2500"), Decimal("-999.9999")]
    return tuple(
        (
            key,
            _with_null(["north", "south", ""], random),
            _with_null([0, 1, 5, 100], random),
            _with_null(rates, random),
            _with_null(_FLAGS, random),
            _with_null(DAYS, random),
            random.choice(quarters),
        )
        for key in keys
    )


@cache
def awkward_tables() -> tuple[AwkwardTable, ...]:
    """All tables; the same in every run."""
    random = Random(20010401)
    return (
        AwkwardTable("answers", "facts", FACT_COLUMNS, _facts(random, 40)),
        AwkwardTable("answers", "others", FACT_COLUMNS, _facts(random, 12)),
        AwkwardTable("answers", "nothing", FACT_COLUMNS, ()),
        AwkwardTable("places", "places", PLACE_COLUMNS, _places(random)),
    )
