import json
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.views.query import PRINTERS
from hive.rows import Rows, as_json, as_text
from warehouse.errors import UsageError


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "true"),
        (False, "false"),
        (-7, "-7"),
        (Decimal("0E-10"), "0.0000000000"),
        (Decimal("-12345678901234567890.1234"), "-12345678901234567890.1234"),
        (0.1, "0.1"),
        (float("nan"), "nan"),
        (date(2001, 4, 1), "2001-04-01"),
        (datetime(2001, 4, 1), "2001-04-01 00:00:00"),
        (datetime(2001, 4, 1, 2, 3, 4, 500), "2001-04-01 02:03:04.000500"),
        (b"\xff\x00a", "FF0061"),
        ("naïve", "naïve"),
        ('["a"]', '["a"]'),
    ],
)
def test_text_of_a_value(value, text):
    assert as_text(value) == text


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, "null"),
        (True, "true"),
        (9223372036854775807, "9223372036854775807"),
        (0.1, "0.1"),
        (float("inf"), '"inf"'),
        (Decimal("1.10"), '"1.10"'),
        (date(2001, 4, 1), '"2001-04-01"'),
        (datetime(2001, 4, 1), '"2001-04-01 00:00:00"'),
        (b"\xff", '"FF"'),
        ("x", '"x"'),
    ],
)
def test_json_of_a_value(value, written):
    assert json.dumps(as_json(value), allow_nan=False) == written


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_decimal_keeps_every_digit(value):
    text = as_json(value)
    assert Decimal(text) == value
    assert "E" not in text


@given(st.binary())
def test_bytes_can_be_read_back(value):
    assert bytes.fromhex(as_text(value)) == value


def test_json_with_two_columns_of_one_name_is_refused():
    with pytest.raises(UsageError, match="two columns are called id"):
        PRINTERS["json"](Rows(("id", "n", "id"), ("INT", "INT", "INT"), ((1, 2, 3),)))
