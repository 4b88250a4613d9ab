"""Patterns of dates and times in a contract file: those that Java and Spark can read a text by."""

import re
from collections.abc import Callable

from warehouse.contract.datetimes.number_formats import EPOCH_FRACTIONAL, EPOCH_NANOSECONDS, EXCEL_DAYS, NUMBER_FORMATS
from warehouse.contract.odcs import Spot

_QUOTED = re.compile(r"'(?:[^']|'')*'")
_WEEKDAY = re.compile(r"(?P<before>(?:'(?:[^']|'')*'|[^a-zA-Z'\[\]])*)E{1,4}(?![a-zA-Z])")
_PADDED = re.compile(r"pp(?=[dMHhKkms])")
_LETTERS = {
    **{"y": range(1, 7), "M": range(1, 5), "L": range(1, 5), "D": range(1, 4), "S": range(1, 10), "a": range(1, 2)},
    **dict.fromkeys("dHhKkms", range(1, 3)),
    **{"E": range(1, 5), "p": (2,), "Q": (1,)},
    **{"V": (2,), "z": range(1, 5), "O": (1, 4), "X": range(1, 6), "x": range(1, 6)},
}
"""Letters of a pattern that text can be read by, and how often each may stand in a row (Java's and Spark's limits)."""
_MONTH_NAME = "M{3,}|L{3,}"
_MICROSECONDS = "SSSSSS"
_ZONE_LETTERS = set("VzOXx")


def check_pattern(pattern: str, spot: Spot, partial: bool = False) -> None:
    """Refuse a pattern that no text is read by, or that gives no day.

    Args:
        pattern: Pattern of Java's DateTimeFormatter.
        spot: Where it is.
        partial: It may leave out the day, or day and month.

    Raises:
        ContractError: Names file, line and key.
    """
    bare = _QUOTED.sub(" ", pattern)
    letters = {letter for letter in bare if letter.isalpha()}
    if unknown := letters - _LETTERS.keys() | set(bare) & set("'{}#"):
        raise spot.wrong(
            f"{pattern!r}: {' and '.join(sorted(unknown))} mean nothing when a string is read; "
            "Java's DateTimeFormatter, e.g. yyyy-MM-dd HH:mm:ss; put other text in single quotes"
        )
    for match in re.finditer(r"([a-zA-Z])\1*", bare):
        if len(match[0]) not in _LETTERS[match[1]]:
            raise spot.wrong(f"{pattern!r}: {match[0]} is not part of a pattern that Java and Spark know")
    _check_weekday(pattern, bare, spot)
    if "Q" in letters and letters != {"y", "Q"}:
        raise spot.wrong(f"{pattern!r}: Q, the quarter, is read only beside the year, e.g. yyyy-'Q'Q")
    if "p" in _PADDED.sub("", bare):
        raise spot.wrong(f"{pattern!r}: pp stands before the number that is padded with a space, e.g. ppd")
    if bool(letters & {"h", "K"}) != ("a" in letters):
        raise spot.wrong(
            f"{pattern!r}: h and K count to 12 and need a, the mark of AM and PM; H counts to 24 without it"
        )
    if not _balanced(bare):
        raise spot.wrong(f"{pattern!r}: a bracket is not closed or not opened")
    wanted = {"y", "D"} if "D" in letters else {"y"} if partial and "d" not in letters else {"y", "M", "d"}
    if missing := wanted - letters - ({"M"} if "L" in letters else set()):
        lacks = " and no ".join(sorted(missing))
        advice = "" if partial or missing - {"M", "d"} else "; partialDate: first-day takes the first one"
        raise spot.wrong(f"{pattern!r} has no {lacks}: it gives no day{advice}")


def weekday_of(pattern: str) -> tuple[str, str] | None:
    """The text before the name of a weekday that a pattern begins with, and the pattern after it; else `None`."""
    found = _WEEKDAY.match(pattern)
    if found is None:
        return None
    quoted = _QUOTED.sub(lambda part: part[0][1:-1].replace("''", "'") or "'", found["before"])
    return quoted, pattern[found.end() :]


def with_pads(pattern: str) -> str:
    """A pattern in which each number that may be padded with a space has an optional space before it."""
    return _unquoted(pattern, lambda part: _PADDED.sub("[ ]", part))


def has_day(pattern: str) -> bool:
    """Whether a text of the pattern names one day."""
    return pattern in NUMBER_FORMATS or bool(set(_QUOTED.sub(" ", pattern)) & set("dD"))


def has_short_year(pattern: str) -> bool:
    """Whether a text of the pattern has a year of two digits."""
    return pattern not in NUMBER_FORMATS and bool(re.search("(?<!y)yy(?!y)", _QUOTED.sub(" ", pattern)))


def has_names(pattern: str) -> bool:
    """Whether a text of the pattern has the name of a month or weekday."""
    return pattern not in NUMBER_FORMATS and bool(re.search(f"{_MONTH_NAME}|E", _QUOTED.sub(" ", pattern)))


def has_quarter(pattern: str) -> bool:
    """Whether a text of the pattern has a year and its quarter."""
    return pattern not in NUMBER_FORMATS and "Q" in _QUOTED.sub(" ", pattern)


def has_hour(pattern: str) -> bool:
    """Whether a text of the pattern has an hour from 0 to 23."""
    return pattern not in NUMBER_FORMATS and "H" in _QUOTED.sub(" ", pattern)


def with_numbers(pattern: str) -> str:
    """A pattern in which months are two digits and no names."""
    return _unquoted(pattern, lambda part: re.sub(_MONTH_NAME, "MM", part))


def is_cut(pattern: str) -> bool:
    """Whether a text of the pattern may say more of a second than the published TIMESTAMP does."""
    if pattern in NUMBER_FORMATS:
        return pattern in (EPOCH_FRACTIONAL, EPOCH_NANOSECONDS, EXCEL_DAYS)
    return _MICROSECONDS + "S" in _QUOTED.sub(" ", pattern)


def zone_letters(pattern: str) -> set[str]:
    """The letters of a pattern that mean an offset or zone."""
    return set() if pattern in NUMBER_FORMATS else set(_QUOTED.sub("", pattern)) & _ZONE_LETTERS


def _unquoted(pattern: str, change: Callable[[str], str]) -> str:
    """A pattern with a change in each of its parts that are not quoted."""
    parts = re.split(f"({_QUOTED.pattern})", pattern)
    return "".join(part if part.startswith("'") else change(part) for part in parts)


def _check_weekday(pattern: str, bare: str, spot: Spot) -> None:
    if "E" not in bare:
        return
    found = weekday_of(pattern)
    if found is None or "E" in _QUOTED.sub(" ", found[1]):
        raise spot.wrong(f"{pattern!r}: E, the name of a weekday, is read only at the start, e.g. EEE, dd MMM yyyy")


def _balanced(pattern: str) -> bool:
    """Whether the brackets around optional parts come in pairs; Java takes one that is never closed for closed."""
    depth = 0
    for letter in pattern:
        depth += (letter == "[") - (letter == "]")
        if depth < 0:
            return False
    return depth == 0
