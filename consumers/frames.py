"""From what HiveServer2 or Parquet files hold to one kind of frame."""

from collections.abc import Callable
from typing import Any, Literal, get_args

import pandas as pd
import pyarrow as pa

from hive.rows import Rows
from warehouse.contract.hive_type import INTEGERS
from warehouse.errors import UsageError

Decimals = Literal["decimal", "float"]
"""DECIMAL as Python's `Decimal`, exact, or as 64-bit floats, fast and rounded."""

_TYPES: dict[str, pa.DataType] = {
    **dict.fromkeys(INTEGERS, pa.int64()),
    "FLOAT": pa.float32(),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
    "BINARY": pa.binary(),
    "NULL": pa.null(),
}
"""By Hive's type; what is not here comes as text, but DECIMAL, whose precision only its values tell."""

_FRAME_TYPES: dict[pa.DataType, Any] = {
    # Files have the narrow types of the contract, in which the arithmetic of pandas wraps silently.
    **dict.fromkeys((pa.int8(), pa.int16(), pa.int32(), pa.int64()), pd.Int64Dtype()),
    pa.bool_(): pd.BooleanDtype(),
}
"""Types that hold NULL beside their values: NumPy's would turn a column with one into floats or objects."""

_frame_type: Callable[[pa.DataType], Any] = _FRAME_TYPES.get


def refuse_other(name: str, value: object, allowed: Any) -> None:
    """See whether an argument is one of the values of its type.

    Args:
        name: Name of the argument.
        value: Its value.
        allowed: Its `Literal` type.

    Raises:
        UsageError: It is another; names those.
    """
    values = get_args(allowed)
    if value not in values:
        raise UsageError(f"{name}={value!r}: expected one of {', '.join(values)}")


def table_of(rows: Rows) -> pa.Table:
    """Rows of a query as a table.

    Raises:
        UsageError: Two of its columns have one name, and no frame could tell them apart.
    """
    if rows.repeated:
        raise UsageError(
            f"the answer has two columns {', '.join(rows.repeated)}", "give one of them another name with AS"
        )
    columns = zip(*rows.rows, strict=True) if rows.rows else [()] * len(rows.columns)
    arrays = [_array(values, kind) for values, kind in zip(columns, rows.types, strict=True)]
    return pa.Table.from_arrays(arrays, names=list(rows.columns))


def _array(values: Any, kind: str) -> pa.Array:
    if kind == "DECIMAL":
        return (
            pa.array(values) if any(value is not None for value in values) else pa.array(values, pa.decimal128(38, 0))
        )
    return pa.array(values, _TYPES.get(kind, pa.string()))


def frame_of(table: pa.Table, decimals: Decimals) -> pd.DataFrame:
    """A table as a frame; a column has the same type whether or not it has NULL.

    Args:
        table: Columns with different names.
        decimals: What DECIMAL becomes.

    Raises:
        UsageError: `decimals` is neither.

    Returns:
        Whole numbers as `Int64`, BOOLEAN as `boolean`, TIMESTAMP as `datetime64[us]`, DATE as `date` objects,
        text as `str`, DOUBLE as `float64` with NaN for NULL.
    """
    refuse_other("decimals", decimals, Decimals)
    if decimals == "float":
        kinds = [pa.field(f.name, pa.float64()) if pa.types.is_decimal(f.type) else f for f in table.schema]
        table = table.cast(pa.schema(kinds))
    frame: pd.DataFrame = table.to_pandas(types_mapper=_frame_type)
    return frame
