"""Puts values into statements."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from math import isfinite
from typing import Any

import numpy as np
import pandas as pd
from pyhive.exc import ProgrammingError
from pyhive.hive import HiveParamEscaper

from hive.rows import Value
from warehouse.errors import UsageError

Parameter = Value | Iterable[Value]
"""A value, or many in parentheses, as IN has them."""


def fill(sql: str, parameters: Mapping[str, Parameter]) -> str:
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


def _literal(value: Parameter) -> str:
    """A value as Hive reads it, wherever it stands."""
    text = _text(value)
    # Two minus signs would begin a comment.
    return f"({text})" if text.startswith("-") else text


def _text(value: Any) -> str:
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return f"({','.join(_text(item) for item in value)})"
    value = _python_value(value)
    if isinstance(value, datetime) and value.tzinfo is not None:
        raise UsageError(f"{value} has a time zone and TIMESTAMP has none", "give the wall clock of the dataset")
    if value is pd.NaT or (isinstance(value, float | Decimal) and not isfinite(value)):
        raise UsageError(f"{value} is not a value that Hive can compare with")
    return f"{value:f}BD" if isinstance(value, Decimal) else str(HiveParamEscaper().escape_item(value))


def _python_value(value: Any) -> Any:
    if isinstance(value, np.datetime64):
        # item() turns nanoseconds into a number, and NaT into NULL.
        return pd.NaT if np.isnat(value) else value.astype("datetime64[us]").item()
    return value.item() if isinstance(value, np.generic) else value
