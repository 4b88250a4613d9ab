"""Dates and timestamps: from the text of a field to a day or a wall clock.

A plain timestamp is the wall clock that is written. A text that means an instant (it has an offset or zone, is a
count since 1970, or is a wall clock of a stated zone) becomes the wall clock of the contract's time zone.

Where clocks go back, a wall clock of a zone happens twice: the first, in summer time, is meant (as
`java.time.ZonedDateTime.ofLocal` decides). Where clocks go forward, some wall clocks never happen: such a text has no
value and breaks the rule `<column>:gap`, whether the contract or the text itself names the zone.
"""

import json
import re
import zoneinfo
from functools import cache

from pyspark.sql import Column as Expression
from pyspark.sql import functions as F

from spark.datetime_texts import at_hour_0, readable
from spark.epochs import from_epoch
from spark.excel_days import from_excel_days
from spark.schema import spark_type
from warehouse.contract.datetimes.calendar_names import CENTURY
from warehouse.contract.datetimes.number_formats import EXCEL_DAYS
from warehouse.contract.datetimes.patterns import has_hour, has_short_year
from warehouse.contract.model import Column

DEFAULT_FORMATS = {"DATE": "yyyy-MM-dd", "TIMESTAMP": "yyyy-MM-dd HH:mm:ss[.SSSSSS]"}
"""Datetime pattern of a column that has none."""

_ISO = {
    "yyyy-MM-dd": r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\z",
    "yyyy-MM-dd HH:mm:ss": r"\A[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\z",
    "yyyy-MM-dd'T'HH:mm:ss": r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\z",
    "yyyy-MM-dd HH:mm:ss[.SSSSSS]": r"\A[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.][0-9]{1,6})?\z",
}
"""What the patterns accept that Spark's cast can read."""

_NAMED_ZONE = "VV"
_FIRST_MOMENT, _LAST_MOMENT = "0001-01-01 00:00:00", "9999-12-31 23:59:59.999999"


def moment_of(text: Expression, column: Column, time_zone: str | None) -> Expression:
    """The value of a text, NULL when it is not one.

    Args:
        text: The field.
        column: A DATE or TIMESTAMP column.
        time_zone: Zone that instants are published in.
    """
    if column.epoch is not None:
        found = _in_zone(from_epoch(text, column.epoch), time_zone)
    elif column.zoned:
        found = _in_zone(_from_zoned(text, column), time_zone)
    else:
        clock = _wall_clock(text, column)
        if column.source_zone is not None:
            clock = _in_zone(_to_utc(clock, F.lit(column.source_zone)), time_zone)
        found = clock
    known, gap = _is_known(found), is_in_gap(text, column)
    return F.when(known if gap is None else known & ~gap, found).cast(spark_type(column.type))


def is_in_gap(text: Expression, column: Column) -> Expression | None:
    """Whether a text is a wall clock that its zone's clocks left out; None if no text of the column can be one."""
    if column.source_zone is not None:
        clock = _wall_clock(text, column)
        return _is_known(clock) & _in_gap(clock, F.lit(column.source_zone))
    if not column.zoned or not any(_NAMED_ZONE in pattern for pattern in column.formats):
        return None
    # The first format that fits counts, also with a gap.
    return F.coalesce(*(_is_in_named_gap(text, pattern, column.locale) for pattern in column.formats), F.lit(False))


def _wall_clock(text: Expression, column: Column) -> Expression:
    # A DATE too is read as a wall clock: to_date would shift a text with a zone to the session's.
    formats = column.formats or (DEFAULT_FORMATS[column.type],)
    found = [_clock(text, pattern, column) for pattern in formats]
    return found[0] if len(found) == 1 else F.coalesce(*found)


def _clock(text: Expression, pattern: str, column: Column) -> Expression:
    if pattern == EXCEL_DAYS:
        return from_excel_days(text, has_clock=column.type == "TIMESTAMP")
    found = _with_century(_parsed(text, pattern, column.locale), pattern, column)
    if not column.hour_24 or not has_hour(pattern):
        return found
    start = _with_century(_parsed(at_hour_0(text, pattern), pattern, column.locale), pattern, column)
    return F.coalesce(found, start + F.make_dt_interval(F.lit(1)))


def _with_century(clock: Expression, pattern: str, column: Column) -> Expression:
    """A wall clock in the century of the column; Spark takes two digits for a year from 2000 to 2099."""
    if column.pivot_year == CENTURY or not has_short_year(pattern):
        return clock
    is_late = F.year(clock) >= column.pivot_year + 100
    return F.when(is_late, clock - F.make_ym_interval(F.lit(100))).otherwise(clock)


def _parsed(text: Expression, pattern: str, locale: str) -> Expression:
    if pattern not in _ISO:
        text, pattern = readable(text, pattern, locale)
        return F.try_to_timestamp(text, F.lit(pattern))
    # Spark's cast reads ISO 8601 several times as fast as a pattern does, and more than is meant.
    return F.when(text.rlike(_ISO[pattern]), text.try_cast("timestamp_ntz"))


def _is_known(moment: Expression) -> Expression:
    first, last = (F.lit(limit).cast("timestamp_ntz") for limit in (_FIRST_MOMENT, _LAST_MOMENT))
    return moment.between(first, last)


def _from_zoned(text: Expression, column: Column) -> Expression:
    """UTC wall clock of a text with an offset or zone."""
    # The session's zone is UTC.
    return F.coalesce(*(_instant(text, pattern, column.locale) for pattern in column.formats)).cast("timestamp_ntz")


def _instant(text: Expression, pattern: str, locale: str) -> Expression:
    text, pattern = readable(text, pattern, locale)
    # The one parser of patterns that gives an instant and no error; as JSON any text is safely enclosed.
    return F.from_json(
        F.to_json(F.struct(text.alias("moment"))),
        "moment TIMESTAMP_LTZ",
        {"timestampFormat": pattern, "enableDateTimeParsingFallback": "false", "mode": "PERMISSIVE"},
    )["moment"]


def _is_in_named_gap(text: Expression, pattern: str, locale: str) -> Expression:
    """Whether a text is left out by the clocks of the zone that it names; NULL if it does not fit the pattern."""
    clock = _parsed(text, pattern, locale)
    if _NAMED_ZONE not in pattern:
        return F.when(clock.isNotNull(), F.lit(False))
    # The parser, to which upper and lower case are the same, does not tell which zone it read. Offsets have no gaps.
    search, names = _zone_names()
    zones = F.from_json(F.lit(json.dumps(names)), "map<string,string>")
    zone = F.try_element_at(zones, F.regexp_extract(F.lower(text), search, 0))
    return F.when(clock.isNotNull(), F.coalesce(_in_gap(clock, zone), F.lit(False)))


@cache
def _zone_names() -> tuple[str, dict[str, str]]:
    """Finds the name of a zone in a text in lower case; and how each is written."""
    names = {name.lower(): name for name in zoneinfo.available_timezones()}
    # The longer of two that begin alike. They are many: each is tried only where a word begins.
    either = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return rf"(?<![a-z/_])(?=[a-z])(?:{either})", names


def _to_utc(clock: Expression, zone: Expression) -> Expression:
    return F.convert_timezone(zone, F.lit("UTC"), clock)


def _in_zone(utc: Expression, zone: str | None) -> Expression:
    return utc if zone in (None, "UTC") else F.convert_timezone(F.lit("UTC"), F.lit(zone), utc)


def _in_gap(clock: Expression, zone: Expression) -> Expression:
    return F.convert_timezone(F.lit("UTC"), zone, _to_utc(clock, zone)) != clock
