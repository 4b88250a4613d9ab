"""Puts values into statements."""

from collections.abc import Mapping
from decimal import Decimal

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
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, Decimal) and value.is_finite():
        return f"{value:f}BD"
    return str(HiveParamEscaper().escape_item(value))
