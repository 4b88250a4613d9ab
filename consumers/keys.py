"""Checks that entities have the types of the clean rows' columns: a join would cast one type to the other."""

from collections.abc import Callable, Sequence

import pandas as pd
import pyarrow as pa

from warehouse.contract.hive_type import INTEGERS, type_name
from warehouse.errors import UsageError
from warehouse.release.manifest import Release

_KINDS: dict[str, Callable[[pa.DataType], bool]] = {
    "text": lambda kind: pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind),
    "whole": pa.types.is_integer,
    "decimal": pa.types.is_decimal,
    "float": pa.types.is_floating,
    "boolean": pa.types.is_boolean,
    # A day is its midnight; with a time zone it would be another one by each reader's clock.
    "moment": lambda kind: pa.types.is_date(kind) or (pa.types.is_timestamp(kind) and kind.tz is None),
    # Nothing is equal to a missing value.
    "missing": pa.types.is_null,
}

_EXACT = ({"whole", "decimal"}, 'astype("Int64")')
_FLOAT = ({"float"}, 'astype("float64")')
_MOMENT = ({"moment"}, 'astype("datetime64[us]"), or .dt.tz_localize(None) where it has a time zone')
_ACCEPTED: dict[str, tuple[set[str], str]] = {
    "STRING": ({"text"}, "astype(str)"),
    **dict.fromkeys(INTEGERS, _EXACT),
    "DECIMAL": ({"whole", "decimal"}, "map(Decimal)"),
    "DOUBLE": _FLOAT,
    "FLOAT": _FLOAT,
    "BOOLEAN": ({"boolean"}, 'astype("boolean")'),
    "DATE": _MOMENT,
    "TIMESTAMP": _MOMENT,
}
"""By Hive's type: kinds whose values are equal to its own only if they are the same, and how pandas makes one."""


def refuse_other_types(release: Release, entities: pd.DataFrame, keys: Sequence[str]) -> None:
    """See whether columns of entities have the types of the clean rows.

    Args:
        release: Release that has the clean rows.
        entities: Entities as in `Client.training_set`.
        keys: Names of the columns to compare.

    Raises:
        UsageError: One has not: names it, both types and what to do.
    """
    types = {column["name"]: column["type"] for column in release.meaning["columns"]}
    for name in keys:
        found = _arrow_type(entities, name)
        accepted, conversion = _ACCEPTED[type_name(types[name])]
        if not any(_KINDS[kind](found) for kind in (*accepted, "missing")):
            raise UsageError(
                f"column {name!r} is {found} in the entities and {types[name]} in the clean rows of {release.dataset}",
                f"convert it, e.g. with entities[{name!r}].{conversion}",
            )


def _arrow_type(entities: pd.DataFrame, name: str) -> pa.DataType:
    try:
        kind = pa.Array.from_pandas(entities[name]).type
    # Beside Arrow's own: a whole number of more than 64 bits.
    except (pa.ArrowException, OverflowError) as problem:
        raise UsageError(
            f"column {name!r} of the entities has no type that fits all its values: {problem}",
            "give values of one type",
        ) from problem
    return kind.value_type if pa.types.is_dictionary(kind) else kind
