"""Rows of a query, and how their values are written as text and as JSON."""

import math
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

Value = str | int | float | bool | Decimal | date | datetime | bytes | None
"""ARRAY, MAP and STRUCT come from HiveServer2 as JSON text, intervals as Hive writes them."""


@dataclass(frozen=True)
class Rows:
    """What a statement returned.

    Attributes:
        columns: Names without a table; empty for a statement that returns nothing.
        types: Hive types without lengths, e.g. `DECIMAL`.
        rows: Rows in the order they came.
    """

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]

    @property
    def repeated(self) -> list[str]:
        """Names that more than one column has."""
        return sorted({name for name in self.columns if self.columns.count(name) > 1})


def as_text(value: Value) -> str:
    """A value for CSV and for a table on the screen.

    Returns:
        NULL as the empty text, numbers with a decimal point and never an exponent for DECIMAL, dates
        and timestamps as ISO 8601 with a space, BINARY in hex as Hive's `hex` and `unhex` have it.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, bytes):
        return value.hex().upper()
    return str(value)


def as_json(value: Value) -> str | int | float | bool | None:
    """A value for JSON.

    Returns:
        What JSON can hold exactly, as it is; DECIMAL as a string, because readers of JSON numbers round
        them to DOUBLE; NaN and the infinities as strings, because JSON has none; the rest as `as_text`.
    """
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    return as_text(value)
