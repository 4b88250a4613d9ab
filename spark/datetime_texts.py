"""Texts of dates and times that Spark's parser does not read as they are.

The parser refuses names of weekdays and numbers padded with spaces, and knows English names alone. The name of a
weekday is taken out of the text, and out of the pattern; the name of a month in another language becomes its number.
A text without them becomes empty or NULL, which no pattern reads. Nor does the parser know quarters or an hour 24.
"""

import json
import re
from collections.abc import Mapping, Sequence

from pyspark.sql import Column as Expression
from pyspark.sql import functions as F

from warehouse.contract.datetimes.calendar_names import ENGLISH, months, weekdays
from warehouse.contract.datetimes.patterns import has_names, has_quarter, weekday_of, with_numbers, with_pads

_PART = re.compile(r"'(?:[^']|'')*'|([a-zA-Z])\1*|.", re.DOTALL)
_AT_24 = {"H": ")24(", "m": "0{1,2}", "s": "0{1,2}", "S": "0+"}
"""Parts of a pattern at 24:00, by their letter: only zeros come behind the hour."""

_BRACKETS = {"[": "(?:", "]": ")?"}


def readable(text: Expression, pattern: str, locale: str) -> tuple[Expression, str]:
    """A text and the pattern that Spark reads it by; both unchanged where Spark knows all of the pattern.

    Args:
        text: The field.
        pattern: Pattern in the contract.
        locale: Language of the names in the text.
    """
    if has_quarter(pattern):
        return _with_first_month(text, pattern)
    weekday = weekday_of(pattern)
    if weekday is not None:
        before, pattern = weekday
        text = _behind_weekday(text, before, locale)
    if locale != ENGLISH and has_names(pattern):
        text, pattern = _with_month_number(text, locale), with_numbers(pattern)
    return text, with_pads(pattern)


def at_hour_0(text: Expression, pattern: str) -> Expression:
    """The text of a clock at 24:00 with 00 as its hour; any other text as it is.

    Args:
        text: The field.
        pattern: Of the contract, with an hour from 0 to 23.
    """
    parts = _parts(with_pads(pattern))
    around = _brackets_around(parts, next(place for place, part in enumerate(parts) if part[0] == "H"))
    shape = "".join(_shape(part, _AT_24) for place, part in enumerate(parts) if place not in around)
    # Group 1, two zeros, group 2: there is no group 10.
    return F.regexp_replace(text, rf"(?isu)\A({shape})\z", "$100$2")


def _parts(pattern: str) -> list[str]:
    """Letters that go together, quoted texts, other characters."""
    return [found[0] for found in _PART.finditer(pattern)]


def _brackets_around(parts: Sequence[str], inner: int) -> set[int]:
    """Places of the brackets that make a part of a pattern optional."""
    opened, found = list[int](), set[int]()
    for place, part in enumerate(parts):
        if part == "[":
            opened.append(place)
        elif part == "]" and (first := opened.pop()) < inner < place:
            found |= {first, place}
    return found


def _shape(part: str, known: Mapping[str, str]) -> str:
    """Regular expression of a part of a pattern; of some letters it is known, by letter."""
    letter = part[0]
    if letter in known:
        return known[letter]
    if letter in _BRACKETS:
        return _BRACKETS[letter]
    if letter == "'":
        return re.escape(part[1:-1].replace("''", "'") or "'")
    if not letter.isalpha():
        return re.escape(part)
    # No name is longer; without a bound, a search in a long text would not end.
    return f"[0-9]{{{len(part)}}}" if part in ("yyyy", "yy", "MM", "dd") else ".{1,20}?"


def _with_first_month(text: Expression, pattern: str) -> tuple[Expression, str]:
    """The first month of a quarter, `2024-07`, NULL for another text; and its pattern."""
    parts = _parts(pattern)
    year = next(part for part in parts if part[0] == "y")
    digits = {"Q": "([1-4])", "y": f"([0-9]{{{2 if year == 'yy' else 4}}})"}
    shape = rf"(?isu)\A{''.join(_shape(part, digits) for part in parts)}\z"
    places = {letter: 1 + place for place, letter in enumerate(part[0] for part in parts if part[0] in digits)}
    quarter = F.regexp_extract(text, shape, places["Q"]).try_cast("int")
    month = F.lpad((quarter * 3 - 2).cast("string"), 2, "0")
    pattern = "yy-MM" if year == "yy" else "yyyy-MM"
    return F.concat_ws("-", F.regexp_extract(text, shape, places["y"]), month), pattern


def _behind_weekday(text: Expression, before: str, locale: str) -> Expression:
    names = "|".join(weekdays(locale))
    return F.regexp_extract(text, rf"(?isu)\A{re.escape(before)}(?:{names})(.*)\z", 1)


def _with_month_number(text: Expression, locale: str) -> Expression:
    """The text with two digits in the place of the first month's name, NULL without a name."""
    numbers = {name: f"{number:02}" for name, number in months(locale).items()}
    names = "|".join(sorted(numbers, key=len, reverse=True))
    name = F.regexp_extract(text, rf"(?iu)(?<!\p{{L}})(?:{names})(?!\p{{L}})", 0)
    known = F.from_json(F.lit(json.dumps(numbers)), "map<string,string>")
    return F.replace(text, name, F.try_element_at(known, F.lower(name)))
