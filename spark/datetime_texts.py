"""Texts of dates and times that Spark's parser does not read as they are.

The parser refuses names of weekdays and numbers padded with spaces, and knows English names alone. The name of a
weekday is taken out of the text, and out of the pattern; the name of a month in another language becomes its number.
A text without them becomes empty or NULL, which no pattern reads.
"""

import json
import re

from pyspark.sql import Column as Expression
from pyspark.sql import functions as F

from warehouse.contract.calendar_names import ENGLISH, months, weekdays
from warehouse.contract.patterns import has_names, weekday_of, with_numbers, with_pads


def readable(text: Expression, pattern: str, locale: str) -> tuple[Expression, str]:
    """A text and the pattern that Spark reads it by; both unchanged where Spark knows all of the pattern.

    Args:
        text: The field.
        pattern: Pattern in the contract.
        locale: Language of the names in the text.
    """
    weekday = weekday_of(pattern)
    if weekday is not None:
        before, pattern = weekday
        text = _behind_weekday(text, before, locale)
    if locale != ENGLISH and has_names(pattern):
        text, pattern = _with_month_number(text, locale), with_numbers(pattern)
    return text, with_pads(pattern)


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
