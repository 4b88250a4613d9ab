"""Options of a date or timestamp in a contract file: its formats, and what they leave open."""

from typing import Any

from open_data_contract_standard.model import SchemaProperty

from warehouse.contract import expect
from warehouse.contract.datetimes.calendar_names import CENTURY, ENGLISH, LOCALES
from warehouse.contract.datetimes.number_formats import EPOCH_FORMATS, EXCEL_DAYS
from warehouse.contract.datetimes.patterns import check_pattern, has_day, has_hour, has_names, has_short_year
from warehouse.contract.odcs import Spot

OTHER_FORMATS = "otherFormats"
"""Custom property of a date or timestamp: formats that are tried after `format`."""

PARTIAL_DATE = "partialDate"
"""Custom property: formats may leave out the day, or day and month; `first-day` of the month or year is meant."""

PIVOT_YEAR = "pivotYear"
"""Custom property: the earliest year that two digits mean."""

LOCALE = "locale"
"""Custom property: language of the names of months and weekdays."""

HOUR_24 = "hour24"
"""Custom property: a clock may say 24:00, which is 00:00 of the `next-day`."""

COLUMN_PROPERTIES = (OTHER_FORMATS, PARTIAL_DATE, PIVOT_YEAR, LOCALE, HOUR_24)

_FIRST_DAY, _NEXT_DAY = "first-day", "next-day"
_FIRST_PIVOT = 1901

Custom = dict[str, tuple[Any, Spot]]


def read_formats(item: SchemaProperty, options: dict[str, Any], custom: Custom, here: Spot) -> tuple[str, ...]:
    """The formats of a column, the first that fits counts.

    Args:
        item: Column of the contract.
        options: Its `logicalTypeOptions`.
        custom: Its `customProperties`.
        here: Its place in the contract, for messages.

    Raises:
        ContractError: One of them is of no use.
    """
    place = here.at("logicalTypeOptions").at("format")
    first = [expect.text(options["format"], place)] if "format" in options else []
    others, spot = custom.get(OTHER_FORMATS, ([], here))
    if others and not first:
        raise spot.wrong("needs a format in logicalTypeOptions")
    formats = (*first, *expect.texts(others, spot))
    partial = _is_partial(custom)
    for pattern in formats:
        _check_format(pattern, item, len(formats) == 1, place, partial)
    if partial and all(map(has_day, formats)):
        raise custom[PARTIAL_DATE][1].wrong("every format has the day, so this has no effect: remove it")
    return formats


def read_pivot_year(formats: tuple[str, ...], custom: Custom) -> int:
    """The earliest year that two digits mean; the latest is 99 years later.

    Raises:
        ContractError: It is not a year from 1901 to 2000, or no format has two digits.
    """
    if PIVOT_YEAR not in custom:
        return CENTURY
    value, spot = custom[PIVOT_YEAR]
    # From 1901 on, the same days exist a century later: a leap year stays one.
    year = expect.count(value, spot, CENTURY, least=_FIRST_PIVOT)
    if not any(map(has_short_year, formats)):
        raise spot.wrong("no format has a two-digit year, so this has no effect: remove it")
    return year


def read_locale(formats: tuple[str, ...], custom: Custom) -> str:
    """Language of the names in the texts.

    Raises:
        ContractError: It is not known, or no format has names.
    """
    if LOCALE not in custom:
        return ENGLISH
    value, spot = custom[LOCALE]
    locale = expect.choice(value, spot, LOCALES)
    if not any(map(has_names, formats)):
        raise spot.wrong(
            "no format has the name of a month or weekday (MMM, MMMM, E), so this has no effect: remove it"
        )
    return locale


def read_hour_24(item: SchemaProperty, formats: tuple[str, ...], custom: Custom) -> bool:
    """Whether a clock may say 24:00.

    Args:
        item: The property.
        formats: Its formats.
        custom: Its custom properties.

    Raises:
        ContractError: The value is another, or no format has an hour that ends with 23.
    """
    if HOUR_24 not in custom:
        return False
    value, spot = custom[HOUR_24]
    expect.choice(value, spot, (_NEXT_DAY,))
    is_default = item.logicalType == "timestamp" and not formats
    if not is_default and not any(map(has_hour, formats)):
        raise spot.wrong("no format has an hour from 0 to 23 (H), so this has no effect: remove it")
    return True


def _is_partial(custom: Custom) -> bool:
    if PARTIAL_DATE not in custom:
        return False
    value, spot = custom[PARTIAL_DATE]
    expect.choice(value, spot, (_FIRST_DAY,))
    return True


def _check_format(pattern: str, item: SchemaProperty, alone: bool, spot: Spot, partial: bool) -> None:
    if pattern == EXCEL_DAYS:
        return
    if pattern not in EPOCH_FORMATS:
        check_pattern(pattern, spot, partial)
    elif item.logicalType != "timestamp" or not alone:
        raise spot.wrong(f"{pattern} is for timestamps only, and takes no other formats beside it")
