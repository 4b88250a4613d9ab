"""Texts of dates and times that Spark's parser does not read as they are.

The parser refuses names of weekdays and numbers padded with spaces. What it cannot read is taken out of the text, and
out of the pattern. A text that does not have it becomes empty, which no pattern reads.
"""

import re

from pyspark.sql import Column as Expression
from pyspark.sql import functions as F

from warehouse.contract.calendar_names import ENGLISH, weekdays
from warehouse.contract.patterns import weekday_of, with_pads


def readable(text: Expression, pattern: str) -> tuple[Expression, str]:
    """A text and the pattern that Spark reads it by; both unchanged where Spark knows all of the pattern."""
    weekday = weekday_of(pattern)
    if weekday is not None:
        before, pattern = weekday
        text = _behind_weekday(text, before)
    return text, with_pads(pattern)


def _behind_weekday(text: Expression, before: str) -> Expression:
    names = "|".join(weekdays(ENGLISH))
    return F.regexp_extract(text, rf"(?isu)\A{re.escape(before)}(?:{names})(.*)\z", 1)
