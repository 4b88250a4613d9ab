"""Puts values into statements."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from math import isfinite

import numpy as np
from pyhive.exc import ProgrammingError
from pyhive.hive import HiveParamEscaper

from hive.rows import Value
from warehouse.errors import UsageError


def fill(sql: str, parameters: Mapping[str, Value]) -> str:
    """A statement with values in the places of its parameters.

    Raises:
        UsageError: One is missing, or of a kind that Hive has not.
    """
    try:
        return sql % {name: _literal(value) for name, value in parameters.items()}
    except (TypeError, KeyError, ValueError, ProgrammingError) as problem:
        raise UsageError(
            f"parameters {', '.join(parameters)} do not fit the statement: {problem!r}; "
            "%(name)s stands for a value and %% for a percent sign"
        ) from problem


def _literal(value: Value) -> str:
    """A value as Hive reads it."""
    if isinstance(value, np.datetime64):
        # Of nanoseconds item() makes a number.
        value = value.astype("datetime64[us]").item()
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, datetime) and value.tzinfo is not None:
        raise UsageError(f"{value} has a time zone and TIMESTAMP has none: give the wall clock of the dataset")
    if isinstance(value, float | Decimal) and not isfinite(value):
        raise UsageError(f"{value} is no value that Hive can compare with")
    text = f"{value:f}BD" if isinstance(value, Decimal) else str(HiveParamEscaper().escape_item(value))
    # Two minus signs would begin a comment.
    return f"({text})" if text.startswith("-") else text
