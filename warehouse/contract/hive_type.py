"""Types of columns as Hive SQL writes them in upper case, e.g. `SMALLINT` or `DECIMAL(12,4)`: what they can hold.

Ranges are those of Hive's manual (LanguageManual Types); a DECIMAL has 38 digits at most.
"""

import re

INTEGERS = ("TINYINT", "SMALLINT", "INT", "BIGINT")
"""From the narrowest to the widest."""

MAX_PRECISION = 38
"""Digits of a DECIMAL."""

_BITS = {"TINYINT": 7, "SMALLINT": 15, "INT": 31, "BIGINT": 63}
_NUMBERS = (*INTEGERS, "DECIMAL", "FLOAT", "DOUBLE")
_DECIMAL = re.compile(r"DECIMAL\((\d{1,2}),(\d{1,2})\)")


def type_name(hive_type: str) -> str:
    """The type without its digits: `DECIMAL` of `DECIMAL(12,4)`."""
    return hive_type.partition("(")[0]


def is_integer(hive_type: str) -> bool:
    """Whether values are whole numbers of a fixed width."""
    return hive_type in INTEGERS


def is_numeric(hive_type: str) -> bool:
    """Whether values can be summed."""
    return type_name(hive_type) in _NUMBERS


def decimal_digits(hive_type: str) -> tuple[int, int] | None:
    """Precision and scale of a DECIMAL; `None` for another type, and for digits that no DECIMAL has."""
    match = _DECIMAL.fullmatch(hive_type)
    if match is None:
        return None
    precision, scale = int(match[1]), int(match[2])
    return (precision, scale) if 1 <= precision <= MAX_PRECISION and scale <= precision else None


def exact_digits(hive_type: str) -> tuple[int, int] | None:
    """Precision and scale that hold every value of an integer type or DECIMAL; `None` for other types."""
    if is_integer(hive_type):
        return len(str(integer_bound(hive_type))), 0
    return decimal_digits(hive_type)


def integer_bound(hive_type: str) -> int:
    """Smallest whole number above those of an integer type; its negative is the least of them."""
    return int(2 ** _BITS[hive_type])
