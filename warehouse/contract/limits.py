"""`minimum`, `maximum` and `enum` of a column in a contract file."""

import re
import sys
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from open_data_contract_standard.model import SchemaProperty

from warehouse.contract import expect
from warehouse.contract.hive_type import MAX_PRECISION, decimal_digits, integer_bound, is_integer
from warehouse.contract.model import Column
from warehouse.contract.odcs import Spot

_NUMBER = re.compile(r"[+-]?[0-9]{1,60}(?:\.[0-9]{1,60})?(?:[eE][+-]?[0-9]{1,3})?")


def read_limit(options: dict[str, Any], name: str, hive_type: str, place: Spot) -> float | int | str | None:
    """A `minimum` or `maximum`, `None` where there is none.

    Args:
        options: `logicalTypeOptions` of the column.
        name: `minimum` or `maximum`.
        hive_type: Type of the column.
        place: Place of the options in the contract, for messages.

    Raises:
        ContractError: It is not a number that can be compared with the column's, or not an ISO date or timestamp.
    """
    value = options.get(name)
    if name not in options:
        return None
    spot = place.at(name)
    if hive_type in ("DATE", "TIMESTAMP"):
        return _moment(value, hive_type, spot)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < float("inf"):
        raise spot.wrong(f"expected a number, got {value!r}")
    if abs(value) > sys.float_info.max:
        raise spot.wrong(f"too large for {hive_type}")
    if hive_type == "DOUBLE":
        # Spark takes no integer of more than 64 bits.
        return float(value) if abs(value) >= 2**63 else value
    _check_digits(value, hive_type, spot)
    return value


def _check_digits(limit: float, hive_type: str, spot: Spot) -> None:
    """Spark and Hive compare in a DECIMAL that holds both numbers: of more digits none is, or it rounds."""
    whole, _, fraction = f"{Decimal(str(limit)).copy_abs():f}".partition(".")
    before, after = _digits(hive_type)
    digits = max(before, len(whole.lstrip("0"))) + max(after, len(fraction.rstrip("0")))
    if digits > MAX_PRECISION:
        raise spot.wrong(
            f"{limit} cannot be compared with {hive_type}: that takes a DECIMAL of {digits} digits, "
            f"{MAX_PRECISION} is the most"
        )


def _digits(hive_type: str) -> tuple[int, int]:
    """Digits before and after the point that Spark gives the values of an integer type or DECIMAL."""
    if found := decimal_digits(hive_type):
        precision, scale = found
        return precision - scale, scale
    # BIGINT gets 20, one more than any value has.
    return len(str(2 * integer_bound(hive_type))), 0


def _moment(value: object, hive_type: str, spot: Spot) -> str:
    kind, example = (date, "2009-01-01") if hive_type == "DATE" else (datetime, "2009-01-01 00:00:00")
    try:
        # YAML itself reads some as a date or a time, whose texts are ISO.
        moment = kind.fromisoformat(str(value))
        if getattr(moment, "tzinfo", None) is None:
            return str(moment)
    except ValueError:
        pass
    raise spot.wrong(f"expected an ISO date or wall clock such as '{example}', got {value!r}")


def check_limits(column: Column, place: Spot) -> None:
    """Refuse a minimum above the maximum."""
    low, high = column.minimum, column.maximum
    if low is not None and high is not None and _comparable(low) > _comparable(high):
        raise place.at("minimum").wrong(f"{low} is above maximum {high}")


def _comparable(limit: float | str) -> Any:
    return limit if isinstance(limit, str) else Decimal(str(limit))


def read_values(item: SchemaProperty, hive_type: str, here: Spot) -> tuple[str, ...]:
    """The values of `enum` as texts of the column's type.

    Args:
        item: Column of the contract.
        hive_type: Its type.
        here: Its place in the contract, for messages.

    Raises:
        ContractError: One is of another type, or appears twice.
    """
    spot = here.at("enum")
    values = tuple(_enumerated(entry.value, hive_type, spot) for entry in item.enum or [])
    expect.once(list(values), spot)
    return values


def _enumerated(value: object, hive_type: str, spot: Spot) -> str:
    if not isinstance(value, str | int | float | date):
        raise spot.wrong(f"expected one value, got {value!r}")
    if hive_type in ("DATE", "TIMESTAMP"):
        return _moment(value, hive_type, spot)
    if hive_type == "STRING" and not isinstance(value, str):
        # NO is false, 012 is 10 and 12:30 is 750 by then: what was written is not known any more.
        raise spot.wrong(f"{value!r} is not a string in YAML: write strings in quotes, like '{value}'")
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if not _is_value(text, hive_type):
        raise spot.wrong(f"{text!r} is not of type {hive_type}")
    return str(int(Fraction(text))) if is_integer(hive_type) else text


def _is_value(text: str, hive_type: str) -> bool:
    if hive_type == "BOOLEAN":
        return text in ("true", "false")
    if hive_type == "STRING":
        return True
    if not _NUMBER.fullmatch(text):
        return False
    number = Fraction(text)
    if is_integer(hive_type):
        bound = integer_bound(hive_type)
        return number.denominator == 1 and -bound <= number < bound
    digits = decimal_digits(hive_type)
    if digits is None:
        return abs(float(text)) < float("inf")
    # Neither rounded nor too large for the column.
    one: int = 10 ** digits[1]
    bound = 10 ** digits[0]
    return (number * one).denominator == 1 and abs(number * one) < bound
