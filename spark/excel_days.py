"""Dates and wall clocks as spreadsheets store them: days since 1899-12-30, the time of day as a fraction.

Excel takes 1900 for a leap year, as Lotus 1-2-3 did, so its days before 1900-03-01 are others than those of
LibreOffice: they are not read. A cell shows milliseconds at most, and its fraction has no more digits than those need.
Source: ECMA-376, part 1, 18.17.4, for the 1900 date base system.
"""

from pyspark.sql import Column as Expression
from pyspark.sql import functions as F

_FIRST, _BEHIND_LAST = 61, 2_958_466
"""1900-03-01, and the day after 9999-12-31."""

_DAYS_TO_1970 = 25_569
_MILLIS_A_DAY, _MICROS_A_MILLI = 86_400_000, 1_000


def from_excel_days(text: Expression, has_clock: bool) -> Expression:
    """The wall clock of a number of days, rounded to milliseconds; NULL when the text is not one.

    Args:
        text: The field, with a point or a comma before the fraction.
        has_clock: A fraction is a time of day; otherwise there may be none.
    """
    form = r"\A[0-9]{1,7}(?:[.,][0-9]+)?\z" if has_clock else r"\A[0-9]{1,7}(?:[.,]0+)?\z"
    written = F.replace(F.when(text.rlike(form), text), F.lit(","), F.lit(".")).try_cast("decimal(26,18)")
    days = F.when((written >= _FIRST) & (written < _BEHIND_LAST), written)
    millis = F.round((days - F.lit(_DAYS_TO_1970)) * F.lit(_MILLIS_A_DAY), 0).cast("bigint")
    return F.timestamp_micros(millis * F.lit(_MICROS_A_MILLI)).cast("timestamp_ntz")
