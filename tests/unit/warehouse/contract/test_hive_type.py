"""Types of columns: what fits which."""

import pytest

from warehouse.contract.hive_type import decimal_digits, exact_digits, integer_bound, is_integer, is_numeric, type_name


@pytest.mark.parametrize(
    ("hive_type", "digits"),
    [
        ("DECIMAL(12,4)", (12, 4)),
        ("DECIMAL(38,38)", (38, 38)),
        ("DECIMAL(1,0)", (1, 0)),
        ("DECIMAL(39,0)", None),
        ("DECIMAL(0,0)", None),
        ("DECIMAL(4,5)", None),
        ("DECIMAL", None),
        ("DECIMAL(12, 4)", None),
        ("BIGINT", None),
    ],
)
def test_digits_of_a_decimal(hive_type, digits):
    assert decimal_digits(hive_type) == digits


def test_integers_hold_what_java_s_hold():
    assert integer_bound("TINYINT") == 128
    assert integer_bound("SMALLINT") == 32_768
    assert integer_bound("INT") == 2_147_483_648
    assert integer_bound("BIGINT") == 9_223_372_036_854_775_808


def test_exact_digits_hold_every_value():
    assert [exact_digits(name)[0] for name in ("TINYINT", "SMALLINT", "INT", "BIGINT")] == [3, 5, 10, 19]
    assert exact_digits("DECIMAL(7,2)") == (7, 2)
    assert exact_digits("DOUBLE") is None


def test_kinds():
    assert is_numeric("DECIMAL(3,1)")
    assert is_numeric("FLOAT")
    assert not is_numeric("TIMESTAMP")
    assert is_integer("TINYINT")
    assert not is_integer("DECIMAL(3,0)")
    assert type_name("DECIMAL(3,1)") == "DECIMAL"
    assert type_name("DATE") == "DATE"
