"""Dates and timestamps in texts: which pattern of Java's DateTimeFormatter reads them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from warehouse.contract.datetimes.number_formats import EXCEL_DAYS

_DATE = re.compile(
    r"(?P<ymd>(?P<y>\d{4})(?P<s1>[-/.])(?P<m>\d{1,2})(?P=s1)(?P<d>\d{1,2}))"
    r"|(?P<xxy>(?P<a>\d{1,2})(?P<s2>[-/.])(?P<b>\d{1,2})(?P=s2)(?P<y2>\d{4}|\d{2}))"
    r"|(?P<dmy>(?P<d3>\d{1,2})(?P<s3>[-/ ])(?P<m3>[A-Za-z]{3,9})(?P=s3)(?P<y3>\d{4}|\d{2}))"
    r"|(?P<mdy>(?P<m4>[A-Za-z]{3,9}) (?P<d4>\d{1,2})(?P<s4>,?) \d{4})"
    r"|(?P<md>(?P<m5>[A-Za-z]{3}) (?P<d5>[ \d]?\d)(?= \d{1,2}:))",
    re.ASCII,
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WEEKDAY = re.compile(
    rf"(?:(?P<full>{'|'.join(_DAYS)})|(?:{'|'.join(day[:3] for day in _DAYS)}))(?P<after>,? )", re.IGNORECASE
)
_TIME = re.compile(
    r"(?P<sep>T|, | |:)(?P<h>\d{1,2})(?P<colon>[:.])\d{2}(?P<s>(?P=colon)\d{2}((?P<point>[.,])(?P<f>\d{1,9}))?)?"
    r"(?P<half> ?[AaPp][Mm])?(?P<zone>Z| (UTC|GMT)|(?P<lead> GMT| ?)[+-]\d{2}(?P<middle>:?)(?P<minutes>\d{2})?)?"
    r"(?P<year> \d{4})?",
    re.ASCII,
)
_ZONE = "(?:Z| UTC|(?: GMT| ?)[+-][0-9]{2}(?::?[0-9]{2})?| GMT)"
_AT_24 = r"(T|, | |:)24((?:[:.]00){1,2}(?: [0-9]{4})?\]?)$"
_COMPACT = {
    8: ("yyyyMMdd", "%Y%m%d"),
    10: ("yyyyMMddHH", "%Y%m%d%H"),
    12: ("yyyyMMddHHmm", "%Y%m%d%H%M"),
    14: ("yyyyMMddHHmmss", "%Y%m%d%H%M%S"),
}
_PARTIAL = re.compile(
    r"(?P<y>\d{4})|\d{4}(?P<ym>[-/.])\d{2}|\d{2}(?P<my>[-/.])\d{4}|(?P<m>[A-Za-z]{3,9})(?P<s>[- ])\d{4}", re.ASCII
)
First = Literal["", "day", "month", "year"]

_SHORT_MONTH, _FRACTION_DIGITS = 3, 6


@dataclass(frozen=True)
class Pattern:
    """One way to read the texts of one shape.

    Attributes:
        date: Java pattern of the day, widths as written.
        loose: The same, one letter where a number may have one or two digits.
        time: Java pattern of the time, empty for a date.
        fraction: Digits of a second's fraction, 0: none.
        zone: Java pattern of offset or zone, empty for none.
        strptime: DuckDB's format of day and time.
        first: What comes first where day, month and year could be taken for each other; empty: no question.
        point: Before the fraction, a point or comma.
        after: Java pattern of what comes after the zone.
    """

    date: str
    loose: str
    time: str
    fraction: int
    zone: str
    strptime: str
    first: First = ""
    point: str = "."
    after: str = ""

    @property
    def is_zoned(self) -> bool:
        """The text means an instant."""
        return "X" in self.zone

    @property
    def family(self) -> tuple[str, str, str, str]:
        """Equal for patterns that one pattern can read."""
        return self.loose, _unpadded(self.time), self.zone, self.after

    @property
    def unread(self) -> str:
        """Regular expression of the fraction and zone, which `strptime` does not read; its two groups it does."""
        fraction = rf"[.,][0-9]{{{self.fraction}}}" if self.fraction else ""
        return rf"{fraction}( ?[AaPp][Mm])?{_ZONE if self.zone else ''}((?: [0-9]{{4}})?\]?)$"

    @property
    def at_24(self) -> str:
        """Regular expression of 24:00 in a text without what is `unread`; its two groups are around the hour."""
        return "^([0-9]{8})24(0*)$" if self.date == "yyyyMMdd" else _AT_24


EXCEL_DAY, EXCEL_CLOCK = (Pattern(EXCEL_DAYS, EXCEL_DAYS, clock, 0, "", "") for clock in ("", EXCEL_DAYS))
"""What reads days of Excel, without and with a fraction for the time of day."""


def patterns_of(text: str) -> list[Pattern]:
    """Patterns that may read a text, several where all parts are numbers; empty when it is not a timestamp."""
    if text.startswith("[") and text.endswith("]"):
        return [_in_brackets(pattern) for pattern in patterns_of(text[1:-1])]
    weekday = _WEEKDAY.match(text)
    if weekday is not None:
        return [_behind_weekday(pattern, weekday) for pattern in patterns_of(text[weekday.end() :])]
    date = _DATE.match(text)
    if date is None:
        return []
    rest = text[date.end() :]
    if not rest:
        return [Pattern(java, loose, "", 0, "", strptime, first) for java, loose, strptime, first in _dates(date)]
    time = _TIME.fullmatch(rest)
    # With two years or none it is not a timestamp.
    if time is None or bool(time["year"]) != bool(date["md"]):
        return []
    return [_with_time(time, *found) for found in _dates(date)]


def _with_time(time: re.Match[str], java: str, loose: str, strptime: str, first: First) -> Pattern:
    clock, time_strptime = _clock(time)
    # Where days are written without a leading zero, so may hours be.
    hours = _unpadded(clock) if first and java == loose else clock
    year = (" yyyy", " %Y") if time["year"] else ("", "")
    return Pattern(
        date=java, loose=loose, time=hours, fraction=len(time["f"] or ""), zone=_zone(time),
        strptime=strptime + time_strptime + year[1], first=first, point=time["point"] or ".", after=year[0],
    )  # fmt: skip


def _in_brackets(pattern: Pattern) -> Pattern:
    date, loose, after = f"'['{pattern.date}", f"'['{pattern.loose}", f"{pattern.after}']'"
    return replace(pattern, date=date, loose=loose, after=after, strptime=f"[{pattern.strptime}]")


def _behind_weekday(pattern: Pattern, weekday: re.Match[str]) -> Pattern:
    java, strptime = ("EEEE", "%A") if weekday["full"] else ("EEE", "%a")
    date, loose = (f"{java}{weekday['after']}{found}" for found in (pattern.date, pattern.loose))
    return replace(pattern, date=date, loose=loose, strptime=f"{strptime}{weekday['after']}{pattern.strptime}")


def compact_pattern(digits: int) -> Pattern | None:
    """Pattern of a date or timestamp without separators, by its number of digits."""
    if digits not in _COMPACT:
        return None
    java, strptime = _COMPACT[digits]
    return Pattern(java[:8], java[:8], java[8:], 0, "", strptime)


def partial_pattern(text: str) -> Pattern | None:
    """Pattern of a month or year alone."""
    found = _PARTIAL.fullmatch(text)
    if found is None:
        return None
    if found["y"]:
        java, strptime = "yyyy", "%Y"
    elif sep := found["ym"]:
        java, strptime = f"yyyy{sep}MM", f"%Y{sep}%m"
    elif sep := found["my"]:
        java, strptime = f"MM{sep}yyyy", f"%m{sep}%Y"
    else:
        month, name = _month(found["m"])
        java, strptime = f"{month}{found['s']}yyyy", f"{name}{found['s']}%Y"
    return Pattern(java, java, "", 0, "", strptime)


def is_moment(text: str) -> bool:
    """Whether a text looks like a date or timestamp."""
    return bool(patterns_of(text))


def merged(patterns: list[Pattern]) -> str:
    """One Java pattern for patterns of one family."""
    first = patterns[0]
    if first.date == EXCEL_DAYS:
        return EXCEL_DAYS
    date = first.date if len({pattern.date for pattern in patterns}) == 1 else first.loose
    times = {pattern.time for pattern in patterns}
    time = first.time if len(times) == 1 else first.family[1]
    digits = max(pattern.fraction for pattern in patterns)
    points = sorted({pattern.point for pattern in patterns if pattern.fraction})
    fraction = "".join(f"[{point}{'S' * max(digits, _FRACTION_DIGITS)}]" for point in points)
    halves = re.fullmatch(r"(.*?)( ?a)?", time)
    before, half = (halves[1], halves[2] or "") if halves else (time, "")
    return date + before + fraction + half + first.zone + first.after


def _dates(found: re.Match[str]) -> Iterator[tuple[str, str, str, First]]:
    if found["ymd"]:
        sep = found["s1"]
        day = f"yyyy{sep}{_width('M', found['m'])}{sep}{_width('d', found['d'])}"
        yield day, f"yyyy{sep}M{sep}d", f"%Y{sep}%m{sep}%d", ""
    elif found["xxy"]:
        yield from _numbered_dates(found)
    elif found["dmy"]:
        sep, year = found["s3"], "y" * len(found["y3"])
        month, name = _month(found["m3"])
        tail, parsed = f"{sep}{month}{sep}{year}", f"%d{sep}{name}{sep}{_year(year)}"
        yield _free("d", found["d3"]) + tail, "d" + tail, parsed, ""
    elif found["md"]:
        day = "dd" if found["d5"].startswith("0") else "ppd"
        yield f"MMM {day}", "MMM ppd", "%b %d", ""
    else:
        month, name = _month(found["m4"])
        comma = found["s4"]
        yield f"{month} {_free('d', found['d4'])}{comma} yyyy", f"{month} d{comma} yyyy", f"{name} %d{comma} %Y", ""


def _numbered_dates(found: re.Match[str]) -> Iterator[tuple[str, str, str, First]]:
    sep, year = found["s2"], "y" * len(found["y2"])
    for first, second in (("d", "M"), ("M", "d")):
        loose = f"{first}{sep}{second}{sep}{year}"
        java = f"{first * 2}{sep}{second * 2}{sep}{year}" if found["a"].startswith("0") else loose
        strptime = f"%{first.lower()}{sep}%{second.lower()}{sep}{_year(year)}"
        yield java, loose, strptime, "day" if first == "d" else "month"
    if all(len(found[part]) == len("yy") for part in ("a", "b", "y2")):
        java = f"yy{sep}MM{sep}dd"
        yield java, java, f"%y{sep}%m{sep}%d", "year"


def _unpadded(clock: str) -> str:
    return clock.replace("HH", "H").replace("hh", "h")


def _width(letter: str, digits: str) -> str:
    return letter * len(digits)


def _free(letter: str, digits: str) -> str:
    """One letter, which reads one or two digits, unless a leading zero shows that there are always two."""
    return letter * 2 if digits.startswith("0") else letter


def _month(name: str) -> tuple[str, str]:
    return ("MMM", "%b") if len(name) == _SHORT_MONTH else ("MMMM", "%B")


def _year(letters: str) -> str:
    return "%Y" if letters == "yyyy" else "%y"


def _clock(found: re.Match[str]) -> tuple[str, str]:
    """Java pattern and strptime format of a time of day, separator included."""
    sep, half = found["sep"], found["half"] or ""
    letter = "h" if half else "H"
    colon = found["colon"]
    seconds = (f"{colon}ss", f"{colon}%S") if found["s"] else ("", "")
    space = " " if half.startswith(" ") else ""
    java = f"{_separator(sep)}{_width(letter, found['h'])}{colon}mm{seconds[0]}{space}{'a' if half else ''}"
    return java, f"{sep}%{'I' if half else 'H'}{colon}%M{seconds[1]}{space}{'%p' if half else ''}"


def _separator(sep: str) -> str:
    return "'T'" if sep == "T" else sep


def _zone(found: re.Match[str]) -> str:
    zone, lead = found["zone"] or "", found["lead"] or ""
    if zone in ("", " UTC", " GMT"):
        return f" '{zone[1:]}'" if zone else ""
    offset = "XXX" if zone == "Z" or found["middle"] else "XX" if found["minutes"] else "X"
    return (" 'GMT'" if lead == " GMT" else lead) + offset
