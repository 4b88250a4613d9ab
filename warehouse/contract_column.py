"""One property of a schema in a contract file, as a `Column`."""

import re
import zoneinfo
from collections.abc import Sequence
from typing import Any

from open_data_contract_standard.model import SchemaProperty

from warehouse import contract_values as expect
from warehouse.contract import EPOCH_UNITS, Column
from warehouse.contract_limits import DECIMAL, HIGHEST_PRECISION, check_limits, read_limit, read_values
from warehouse.odcs import Spot

LOGICAL_TYPES = {
    "string": ("STRING",),
    "integer": ("TINYINT", "SMALLINT", "INT", "BIGINT"),
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

OTHER_FORMATS = "otherFormats"
"""Custom property of a date or timestamp: formats that are tried after `format`."""

_ONLY_JAVA = re.compile(r"\\[pP]\{\w+\}|\\[hHvVRXGQEzZ]|&&")
_QUOTED = re.compile(r"'(?:[^']|'')*'")
_PATTERN_LETTERS = {
    **{"y": range(1, 7), "M": range(1, 5), "L": range(1, 5), "D": range(1, 4), "S": range(1, 10), "a": range(1, 2)},
    **dict.fromkeys("dHhKkms", range(1, 3)),
    **{"V": (2,), "z": range(1, 5), "O": (1, 4), "X": range(1, 6), "x": range(1, 6)},
}
"""Letters of a pattern that text can be read by, and how often each may stand in a row (Java's and Spark's limits)."""
_ZONE_LETTERS = set("VzOXx")
_LONGEST_NAME = 1000


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
        formats=_formats(item, options, here),
        zoned=expect.truth(options.get("timezone", False), place.at("timezone")),
        source_zone=_zone(options, place),
        pii="pii" in (item.tags or []),
    )
    check_limits(column, place)
    _check_zone(column, place)
    return column


def zone(value: object, spot: Spot) -> str:
    """Name of a time zone that has rules, such as `America/New_York`."""
    name = expect.text(value, spot)
    # Two names of the machine's database are no zones.
    if name not in zoneinfo.available_timezones() - {"localtime", "Factory"}:
        raise spot.wrong(f"{name!r} is no time zone of the IANA database, e.g. America/New_York or UTC")
    return name


def _refuse_unchecked(item: SchemaProperty, here: Spot) -> None:
    """Refuse what reads like a check and would be none."""
    if item.unique:
        raise here.at("unique").wrong("it is not checked: primaryKey keeps one row a key")
    if item.quality:
        raise here.at("quality").wrong("rules of a column are not checked: write them in quality of the dataset")


def _pattern(value: object, spot: Spot) -> str:
    pattern = expect.text(value, spot)
    try:
        # Java reads it later. What only Java has is taken out, so that the rest can be checked now.
        re.compile(_ONLY_JAVA.sub("a", pattern))
    except (re.error, RecursionError, OverflowError) as problem:
        raise spot.wrong(f"{pattern!r} is no regular expression: {problem}") from problem
    return pattern


def _source_name(item: SchemaProperty, here: Spot) -> str:
    name = expect.text(item.physicalName or item.name, here.at("physicalName"))
    if len(name) > _LONGEST_NAME or any(character in name for character in "\r\n\0"):
        raise here.at("physicalName").wrong(f"expected one line of at most {_LONGEST_NAME} characters")
    return name


def _hive_type(item: SchemaProperty, here: Spot) -> str:
    spot = here.at("physicalType")
    physical = expect.text(item.physicalType, spot).upper().replace(" ", "")
    allowed = LOGICAL_TYPES.get(item.logicalType or "")
    if allowed is None:
        known = ", ".join(LOGICAL_TYPES)
        raise here.at("logicalType", words=f"logicalType {item.logicalType!r}").wrong(f"expected one of: {known}")
    if physical.partition("(")[0] not in allowed:
        raise spot.wrong(f"{physical} does not fit logicalType {item.logicalType}: {', '.join(allowed)}")
    if physical.startswith("DECIMAL"):
        match = DECIMAL.fullmatch(physical)
        if not match or not int(match[2]) <= int(match[1]) <= HIGHEST_PRECISION or int(match[1]) == 0:
            raise spot.wrong(f"{physical}, expected DECIMAL(precision,scale), precision 1 to 38")
    elif "(" in physical:
        raise spot.wrong(f"{physical} takes no length")
    return physical


def _formats(item: SchemaProperty, options: dict[str, Any], here: Spot) -> tuple[str, ...]:
    custom = expect.custom_properties(item.customProperties, here, {OTHER_FORMATS})
    first = [expect.text(options["format"], here.at("logicalTypeOptions").at("format"))] if "format" in options else []
    others, spot = custom.get(OTHER_FORMATS, ([], here))
    if others and not first:
        raise spot.wrong("other formats than which? logicalTypeOptions has no format")
    formats = (*first, *expect.texts(others, spot))
    for pattern in formats:
        _check_format(pattern, item, len(formats) == 1, here.at("logicalTypeOptions").at("format"))
    return formats


def _check_format(pattern: str, item: SchemaProperty, alone: bool, spot: Spot) -> None:
    if pattern in EPOCH_UNITS:
        if item.logicalType != "timestamp" or not alone:
            raise spot.wrong(f"{pattern} is the one format of a timestamp or none of them")
        return
    bare = _QUOTED.sub(" ", pattern)
    letters = {letter for letter in bare if letter.isalpha()}
    if unknown := letters - _PATTERN_LETTERS.keys() | set(bare) & set("'{}#"):
        raise spot.wrong(
            f"{pattern!r}: {' and '.join(sorted(unknown))} mean nothing when a text is read; "
            "Java's DateTimeFormatter, e.g. yyyy-MM-dd HH:mm:ss; other text stands in single quotes"
        )
    for match in re.finditer(r"([a-zA-Z])\1*", bare):
        if len(match[0]) not in _PATTERN_LETTERS[match[1]]:
            raise spot.wrong(f"{pattern!r}: {match[0]} is no part of a pattern that Java and Spark know")
    if item.logicalType == "timestamp" and "S" * 7 in bare:
        raise spot.wrong(f"{pattern!r}: more than six S, but a TIMESTAMP of Spark and Hive keeps microseconds at most")
    if bool(letters & {"h", "K"}) != ("a" in letters):
        raise spot.wrong(f"{pattern!r}: h and K count to twelve and need a, for AM and PM; H counts to 24 without it")
    if not _balanced(bare):
        raise spot.wrong(f"{pattern!r}: a bracket is not closed or not opened")
    wanted = {"y", "D"} if "D" in letters else {"y", "M", "d"}
    if missing := wanted - letters - ({"M"} if "L" in letters else set()):
        raise spot.wrong(f"{pattern!r} has no {' and no '.join(sorted(missing))}: it gives no day")


def _balanced(pattern: str) -> bool:
    """Whether the brackets around optional parts come in pairs; Java takes one that is never closed for closed."""
    depth = 0
    for letter in pattern:
        depth += (letter == "[") - (letter == "]")
        if depth < 0:
            return False
    return depth == 0


def _zone(options: dict[str, Any], place: Spot) -> str | None:
    if "defaultTimezone" not in options:
        return None
    return zone(options["defaultTimezone"], place.at("defaultTimezone"))


def _check_zone(column: Column, place: Spot) -> None:
    has_zone = [bool(_letters(pattern) & _ZONE_LETTERS) for pattern in column.formats]
    if column.type != "TIMESTAMP":
        return
    if column.zoned and (column.source_zone or not column.formats or not all(has_zone)):
        raise place.at("timezone").wrong(
            "with timezone: true every format has an offset or zone, e.g. yyyy-MM-dd'T'HH:mm:ssXXX, "
            "and there is no defaultTimezone"
        )
    if not column.zoned and any(has_zone):
        raise place.at("format").wrong("the format has an offset or zone: say timezone: true, or quote it to ignore it")
    if column.epoch_unit and column.source_zone:
        raise place.at("defaultTimezone").wrong(f"{column.formats[0]} counts from 1970 in UTC: it has no other zone")


def _letters(pattern: str) -> set[str]:
    return set() if pattern in EPOCH_UNITS else set(_QUOTED.sub("", pattern))


def check_names(columns: Sequence[Column], reserved: set[str], spot: Spot) -> None:
    """Refuse columns of one name, a reserved name, and none at all."""
    if not columns:
        raise spot.at("properties").wrong("expected at least one column")
    expect.once([column.name for column in columns], spot.at("properties", words="column"))
    for column in columns:
        if column.name in reserved:
            raise spot.at("properties", words=f"column {column.name}").wrong("this name is reserved")
