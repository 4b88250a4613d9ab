"""Types of frames: the same from Hive and from files, exact or floats."""

from datetime import date, datetime
from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pytest

from consumers.frames import frame_of, table_of
from hive.rows import Rows
from warehouse.errors import UsageError


def test_both_ways_make_the_same_types():
    rows = Rows(
        ("a", "b", "c", "d", "e", "f", "g", "h"),
        ("TINYINT", "SMALLINT", "INT", "BIGINT", "BOOLEAN", "DATE", "TIMESTAMP", "STRING"),
        ((1, None, 3, 2**53 + 1, True, date(9999, 12, 31), datetime(1, 1, 1), "x"), (None,) * 8),
    )
    kinds = [str(kind) for kind in frame_of(table_of(rows), "decimal").dtypes]
    assert kinds == ["Int64", "Int64", "Int64", "Int64", "boolean", "object", "datetime64[us]", "str"]
    empty = frame_of(table_of(Rows(rows.columns, rows.types, ())), "decimal")
    assert [str(kind) for kind in empty.dtypes] == kinds
    assert frame_of(table_of(rows), "decimal")["d"].iloc[0] == 2**53 + 1


@pytest.mark.parametrize(
    ("hive", "arrow", "least", "most"),
    [
        ("TINYINT", pa.int8(), -128, 127),
        ("SMALLINT", pa.int16(), -(2**15), 2**15 - 1),
        ("INT", pa.int32(), -(2**31), 2**31 - 1),
    ],
)
def test_arithmetic_of_narrow_whole_numbers_does_not_wrap_in_frames(hive, arrow, least, most):
    values = (least, most, None)
    by_hive = frame_of(table_of(Rows(("n",), (hive,), tuple((value,) for value in values))), "decimal")
    by_files = frame_of(pa.table({"n": pa.array(values, arrow)}), "decimal")
    pd.testing.assert_frame_equal(by_hive, by_files)
    assert list((by_files["n"] * by_files["n"]).dropna()) == [least**2, most**2]


@pytest.mark.parametrize("value", [None, Decimal("0.10"), Decimal("-123456789012345678901234567890.12345678")])
def test_decimals_of_hive_are_exact_or_floats(value):
    table = table_of(Rows(("x",), ("DECIMAL",), ((value,),)))
    assert frame_of(table, "decimal")["x"].iloc[0] == value
    assert str(frame_of(table, "float")["x"].dtype) == "float64"


def test_two_columns_of_one_name_are_refused():
    with pytest.raises(UsageError, match="the answer has two columns a; give one of them another name"):
        table_of(Rows(("a", "b", "a"), ("INT", "INT", "STRING"), ()))
