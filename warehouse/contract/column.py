"""One property of a schema in a contract file, as a `Column`."""

import re
import zoneinfo
from collections.abc import Sequence
from typing import Any

from open_data_contract_standard.model import SchemaProperty

from warehouse.contract import expect
from warehouse.contract.datetimes.calendar_names import CENTURY
from warehouse.contract.datetimes.options import (
    COLUMN_PROPERTIES,
    read_formats,
    read_hour_24,
    read_locale,
    read_pivot_year,
)
from warehouse.contract.datetimes.patterns import zone_letters
from warehouse.contract.hive_type import INTEGERS, MAX_PRECISION, decimal_digits, type_name
from warehouse.contract.limits import check_limits, read_limit, read_values
from warehouse.contract.model import Column
from warehouse.contract.odcs import Spot

LOGICAL_TYPES = {
    "string": ("STRING",),
    "integer": INTEGERS,
    "number": ("DECIMAL", "DOUBLE"),
    "boolean": ("BOOLEAN",),
    "date": ("DATE",),
    "timestamp": ("TIMESTAMP",),
}
"""ODCS `logicalType` and the Hive types that `physicalType` may give it."""

OPTIONS = {
    "string": {"pattern"},
    "integer": {"minimum", "maximum"},
    "number": {"minimum", "maximum"},
    "boolean": set[str](),
    "date": {"format", "minimum", "maximum"},
    "timestamp": {"format", "minimum", "maximum", "timezone", "defaultTimezone"},
}
"""ODCS `logicalTypeOptions` that are known, by `logicalType`."""

OTHER_NAMES = "otherPhysicalNames"
"""Custom property of a column: further names that it has in some files instead of `physicalName`."""

TRIM = "trim"
"""Custom property of a column: whether blanks and tabs around its values are removed."""

NULL_TOKENS = "nullTokens"
"""Custom property of a column: the strings that mean NULL there, instead of those of the input format."""

CUSTOM_PROPERTIES = (OTHER_NAMES, TRIM, NULL_TOKENS, *COLUMN_PROPERTIES)
"""Custom properties of a column that are known."""

_ONLY_JAVA = re.compile(r"\\[pP]\{\w+\}|\\[hHvVRXGQEzZ]|&&")
MAX_NAME_LENGTH = 1000
"""Characters of a column's name in a file."""


def read_column(item: SchemaProperty, spot: Spot) -> Column:
    """Read a column.

    Args:
        item: The property.
        spot: Where it is; its words are those of the schema.

    Raises:
        ContractError: A key of it is missing or wrong.
    """
    name = expect.identifier(item.name, spot.at("name", words="properties: name"))
    here = spot.at(words=f"column {name}")
    _refuse_unchecked(item, here)
    hive_type = _hive_type(item, here)
    options = item.logicalTypeOptions or {}
    place = here.at("logicalTypeOptions")
    expect.mapping(options, place, OPTIONS[item.logicalType or ""])
    custom = expect.custom_properties(item.customProperties, here, set(CUSTOM_PROPERTIES))
    formats = read_formats(item, options, custom, here)
    column = Column(
        name=name,
        source_name=_source_name(item, here),
        type=hive_type,
        description=expect.sentence(item.description, here),
        required=bool(item.required) or bool(item.primaryKey),
        key=bool(item.primaryKey),
        minimum=read_limit(options, "minimum", hive_type, place),
        maximum=read_limit(options, "maximum", hive_type, place),
        pattern=_pattern(options["pattern"], place.at("pattern")) if "pattern" in options else None,
        values=read_values(item, hive_type, here),
        formats=formats,
        zoned=expect.truth(options.get("timezone", False), place.at("timezone")),
        source_zone=_zone(options, place),
        pii="pii" in (item.tags or []),
        other_source_names=_other_names(*custom[OTHER_NAMES]) if OTHER_NAMES in custom else (),
        pivot_year=read_pivot_year(formats, custom),
        locale=read_locale(formats, custom),
        hour_24=read_hour_24(item, formats, custom),
        trim=expect.truth(*custom[TRIM]) if TRIM in custom else None,
        null_tokens=expect.texts(*custom[NULL_TOKENS]) if NULL_TOKENS in custom else None,
    )
    check_limits(column, place)
    _check_zone(column, place)
    return column


def zone(value: object, spot: Spot) -> str:
    """Name of a time zone that has rules, such as `America/New_York`."""
    name = expect.text(value, spot)
    # Two names in the machine's database are not zones.
    if name not in zoneinfo.available_timezones() - {"localtime", "Factory"}:
        raise spot.wrong(f"{name!r} is not a time zone of the IANA database, e.g. America/New_York or UTC")
    return name


def _refuse_unchecked(item: SchemaProperty, here: Spot) -> None:
    """Refuse what reads like a check and would be none."""
    if item.unique:
        raise here.at("unique").wrong("it is not checked: use primaryKey, which keeps one row per key")
    if item.quality:
        raise here.at("quality").wrong("rules of a column are not checked: write them in quality of the dataset")


def _pattern(value: object, spot: Spot) -> str:
    pattern = expect.text(value, spot)
    try:
        # Java reads it later. What only Java has is taken out, so that the rest can be checked now.
        re.compile(_ONLY_JAVA.sub("a", pattern))
    except (re.error, RecursionError, OverflowError) as problem:
        raise spot.wrong(f"{pattern!r} is not a regular expression: {problem}") from problem
    return pattern


def _source_name(item: SchemaProperty, here: Spot) -> str:
    return _name_in_files(item.physicalName or item.name, here.at("physicalName"))


def _other_names(value: object, spot: Spot) -> tuple[str, ...]:
    return tuple(_name_in_files(name, spot) for name in expect.texts(value, spot))


def _name_in_files(value: object, spot: Spot) -> str:
    name = expect.text(value, spot)
    if len(name) > MAX_NAME_LENGTH or any(character in name for character in "\r\n\0"):
        raise spot.wrong(f"expected one line of at most {MAX_NAME_LENGTH} characters")
    return name


def _hive_type(item: SchemaProperty, here: Spot) -> str:
    spot = here.at("physicalType")
    physical = expect.text(item.physicalType, spot).upper().replace(" ", "")
    allowed = LOGICAL_TYPES.get(item.logicalType or "")
    if allowed is None:
        known = ", ".join(LOGICAL_TYPES)
        raise here.at("logicalType", words=f"logicalType {item.logicalType!r}").wrong(f"expected one of: {known}")
    if type_name(physical) not in allowed:
        raise spot.wrong(f"{physical} does not fit logicalType {item.logicalType}, which takes {', '.join(allowed)}")
    if type_name(physical) == "DECIMAL":
        if decimal_digits(physical) is None:
            raise spot.wrong(f"{physical}, expected DECIMAL(precision,scale), precision 1 to {MAX_PRECISION}")
    elif "(" in physical:
        raise spot.wrong(f"{physical} takes no length")
    return physical


def _zone(options: dict[str, Any], place: Spot) -> str | None:
    if "defaultTimezone" not in options:
        return None
    return zone(options["defaultTimezone"], place.at("defaultTimezone"))


def _check_zone(column: Column, place: Spot) -> None:
    if column.type != "TIMESTAMP":
        return
    zones = [zone_letters(pattern) for pattern in column.formats]
    if any("z" in letters for letters in zones):
        # Java takes EST in July for the summer time of New York.
        raise place.at("format").wrong("z reads EST and EDT alike: use an offset (X, xxx) or the zone's name (VV)")
    if column.zoned and (column.source_zone or not zones or not all(zones)):
        raise place.at("timezone").wrong(
            "with timezone: true every format needs an offset or zone, e.g. yyyy-MM-dd'T'HH:mm:ssXXX, "
            "and there is no defaultTimezone"
        )
    if not column.zoned and any(zones):
        raise place.at("format").wrong("the format has an offset or zone: say timezone: true, or quote it to ignore it")
    if column.zoned and column.pivot_year != CENTURY:
        raise place.at("timezone").wrong("pivotYear is for wall clocks: years of two digits with an offset are 20xx")
    if column.zoned and column.hour_24:
        raise place.at("timezone").wrong("hour24 is for wall clocks: with an offset or zone, 24:00 is not read")
    if column.epoch and column.source_zone:
        raise place.at("defaultTimezone").wrong(f"{column.formats[0]} counts from 1970 in UTC, so it takes no zone")


def check_names(columns: Sequence[Column], reserved: set[str], spot: Spot) -> None:
    """Refuse columns of one name, a reserved name, and none at all.

    Args:
        columns: Columns of a table.
        reserved: Names that no column may have.
        spot: Its place in the contract, for messages.
    """
    if not columns:
        raise spot.at("properties").wrong("expected at least one column")
    expect.once([column.name for column in columns], spot.at("properties", words="column"))
    for column in columns:
        if column.name in reserved:
            raise spot.at("properties", words=f"column {column.name}").wrong("this name is reserved")
