"""Columns of quarters, as statistical offices and companies write them: 2019-Q3, Q3/2019, 3Q19, 2019-T3."""

from collections.abc import Iterator
from dataclasses import dataclass

from drafting.datetimes.columns import Moments
from drafting.reading.sample import Sample

_LETTERS = "QT"
"""Of quarter, and of trimestre."""

_SEPARATORS = ("", "-", " ", "/", ":")
_YEAR, _SHORT_YEAR, _QUARTER = "(?P<year>[0-9]{4})", "(?P<year>[0-9]{2})", "(?P<quarter>[1-4])"
_CENTURIES = "CASE WHEN year BETWEEN 69 AND 99 THEN 1900 WHEN year < 69 THEN 2000 ELSE 0 END"
"""What is added to a year: nothing to one of four digits."""


@dataclass(frozen=True)
class _Form:
    """One way to write a quarter.

    Attributes:
        pattern: Java pattern.
        shape: Regular expression of its texts.
    """

    pattern: str
    shape: str


def measure_quarters(sample: Sample, column: str, tokens: list[str]) -> Moments | None:
    """The formats of a column of quarters, `None` when its values are not such.

    Args:
        sample: Has the column.
        column: Its place, `c0`.
        tokens: Strings that are not values.
    """
    if sample.types:
        return None
    counts = ", ".join(f"count_if(regexp_full_match({column}, ?))" for _ in _FORMS)
    sql = f"SELECT {counts} FROM sample WHERE {column} IS NOT NULL AND NOT list_contains(?, {column})"
    rows = sample.ask(sql, [*(form.shape for form in _FORMS), tokens])[0]
    found = sorted(((count, form) for count, form in zip(rows, _FORMS, strict=True) if count), key=lambda one: -one[0])
    if not found:
        return None
    ends = [end for _, form in found for end in _ends(sample, column, form)]
    formats = tuple(form.pattern for _, form in found)
    return Moments("DATE", formats, False, sum(count for count, _ in found), min(ends), max(ends))


def _ends(sample: Sample, column: str, form: _Form) -> tuple[str, str]:
    """The first days of the earliest and of the latest quarter."""
    # The names are those of the groups in their order.
    names = sorted(("year", "quarter"), key=form.shape.index)
    sql = f"""
        WITH parts AS (
            SELECT regexp_extract({column}, ?, {names}) AS part FROM sample WHERE regexp_full_match({column}, ?)
        ), quarters AS (
            SELECT CAST(part.year AS INT) AS year, CAST(part.quarter AS INT) AS quarter FROM parts
        ), days AS (
            SELECT make_date(year + {_CENTURIES}, 3 * quarter - 2, 1) AS day FROM quarters
        )
        SELECT CAST(min(day) AS VARCHAR), CAST(max(day) AS VARCHAR) FROM days"""
    first, last = sample.ask(sql, [form.shape, form.shape])[0]
    return first, last


def _forms() -> Iterator[_Form]:
    for letter in _LETTERS:
        for sep in _SEPARATORS:
            yield _Form(f"yyyy{sep}'{letter}'Q", f"(?i){_YEAR}{sep}{letter}{_QUARTER}")
            yield _Form(f"'{letter}'Q{sep}yyyy", f"(?i){letter}{_QUARTER}{sep}{_YEAR}")
    for sep in ("", " "):
        yield _Form(f"Q'Q'{sep}yyyy", f"(?i){_QUARTER}Q{sep}{_YEAR}")
        yield _Form(f"Q'Q'{sep}yy", f"(?i){_QUARTER}Q{sep}{_SHORT_YEAR}")
    yield _Form("Q'. Quartal 'yyyy", rf"(?i){_QUARTER}\. Quartal {_YEAR}")


_FORMS = tuple(_forms())
