"""Dates whose months have names of another language than English: the same texts in English, and what reads them."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from drafting.datetimes.columns import Moments
from drafting.number_columns import MOSTLY
from drafting.reading.sample import Sample
from warehouse.contract.datetimes.calendar_names import ENGLISH, LOCALES, months, weekdays

_ENGLISH = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NAME = f"(?:{'|'.join(_ENGLISH)})"
_SEPARATOR = "[ /-]"
_BEFORE = ("[0-9]", r"\.| de|", _SEPARATOR + _NAME)
_BEHIND = (_NAME, r"\.|,| de|", _SEPARATOR)
"""A mark at a name, between what is in front of the mark and behind it."""

_AS_JAVA = {
    **dict.fromkeys([frozenset(), frozenset({""})], ""),
    frozenset({"."}): ".",
    frozenset({".", ""}): "[.]",
    frozenset({","}): ",",
    frozenset({" de"}): " 'de'",
}
"""Java patterns of the marks that names have."""

_TRIED_TEXTS = 200
_MOST_TEXTS = 0.9


@dataclass(frozen=True)
class Translation:
    """A further column of the sample, with English names of months and no marks at them.

    Attributes:
        column: Name of the further column.
        locale: Language of the names.
        rivals: Other languages that have the names too.
        weekday: Java pattern of a weekday in front, empty for none.
        before: Java pattern of the mark before a name.
        behind: The same behind it.
    """

    column: str
    locale: str
    rivals: tuple[str, ...]
    weekday: str
    before: str
    behind: str

    def restored(self, found: Moments) -> Moments:
        """What was measured of the further column, with formats of the texts as they are."""
        formats = tuple(map(self._format, found.formats))
        return replace(found, formats=formats, locale=self.locale, rivals=self.rivals)

    def _format(self, pattern: str) -> str:
        marked = re.sub(rf"(?<=d)(?={_SEPARATOR}MMM)", self.before, pattern)
        return self.weekday + re.sub(rf"(?<=MMM)(?={_SEPARATOR})", self.behind, marked)


def measure_named(
    sample: Sample, column: str, tokens: list[str], values: int, measure: Callable[[str], Moments | None]
) -> Moments | None:
    """What is measured of a column, or if that does not read most of its values, of its texts in English.

    Args:
        sample: Has the column.
        column: Its place, `c0`.
        tokens: Strings that are not values.
        values: Number of values.
        measure: Measures a column of the sample.
    """
    found = measure(column)
    if found is not None and found.fitting >= MOSTLY * values:
        return found
    english = _translate(sample, column, tokens)
    other = measure(english.column) if english else None
    return english.restored(other) if english and other else found


def _translate(sample: Sample, column: str, tokens: list[str]) -> Translation | None:
    """Add the texts of a column in English to the sample; `None` when no other language has names that are in them."""
    locales = [] if sample.types else _locales(sample, column, tokens)
    if not locales:
        return None
    english, locale = f"{column}_english", locales[0]
    sample.ask(f"ALTER TABLE sample ADD COLUMN IF NOT EXISTS {english} VARCHAR")
    sample.ask(f"UPDATE sample SET {english} = {column}")
    weekday = _without_weekday(sample, english, locale)
    _name_months(sample, english, locale)
    before, behind = (_without_mark(sample, english, around) for around in (_BEFORE, _BEHIND))
    if weekday is None or before is None or behind is None:
        return None
    return Translation(english, locale, tuple(locales[1:]), weekday, before, behind)


def _locales(sample: Sample, column: str, tokens: list[str]) -> list[str]:
    """Languages that have the names of months in most texts with a digit, none of them more than another."""
    others = [locale for locale in LOCALES if locale != ENGLISH]
    counts = ", ".join("count_if(regexp_matches(text, ?))" for _ in others)
    sql = f"""
        WITH texts AS (
            SELECT DISTINCT {column} AS text FROM sample
            WHERE {column} IS NOT NULL AND NOT list_contains(?, {column}) AND length({column}) BETWEEN 6 AND 40
            LIMIT {_TRIED_TEXTS}
        )
        SELECT count(*), {counts} FROM texts WHERE regexp_matches(text, '[0-9]')"""
    texts, *found = sample.ask(sql, [tokens, *(_month_in(locale) for locale in others)])[0]
    most = max(count or 0 for count in found)
    best = [locale for locale, count in zip(others, found, strict=True) if count == most]
    return best if texts and most >= _MOST_TEXTS * texts else []


def _month_in(locale: str) -> str:
    names = "|".join(sorted(months(locale), key=len, reverse=True))
    return rf"(?i)(?:^|[^\p{{L}}])({names})(?:[^\p{{L}}]|$)"


def _name_months(sample: Sample, english: str, locale: str) -> None:
    """Replace the first name of a month in each text."""
    shape, names = _month_in(locale), months(locale)
    name = f"regexp_extract({english}, ?, 1)"
    sample.ask(
        f"UPDATE sample SET {english} = replace({english}, {name}, map(?::VARCHAR[], ?::VARCHAR[])[lower({name})]) "
        f"WHERE regexp_matches({english}, ?)",
        [shape, list(names), [_ENGLISH[number - 1] for number in names.values()], shape, shape],
    )


def _without_weekday(sample: Sample, english: str, locale: str) -> str | None:
    """Java pattern of the weekdays that all texts begin with, which are taken out; `None` if they differ."""
    shape = f"(?i)^(?:{'|'.join(weekdays(locale))})([.]?,? )([0-9])"
    marks = _marks(sample, english, shape, "[0-9]")
    if marks == {""}:
        return ""
    sample.ask(f"UPDATE sample SET {english} = regexp_replace({english}, ?, '\\2')", [shape])
    return f"EEE{marks.pop()}" if len(marks) == 1 else None


def _without_mark(sample: Sample, english: str, around: tuple[str, str, str]) -> str | None:
    """Java pattern of the mark at the names, which is taken out; `None` if they have several kinds of it."""
    first, mark, last = around
    shape = f"({first})({mark})({last})"
    marks = _marks(sample, english, f"{first}({mark}){last}", shape)
    sample.ask(f"UPDATE sample SET {english} = regexp_replace({english}, ?, '\\1\\3')", [shape])
    if around == _BEHIND and "." in marks:
        # Short names have a point; May is short and has none.
        marks.add("")
    return _AS_JAVA.get(frozenset(marks))


def _marks(sample: Sample, english: str, shape: str, looked_at: str) -> set[str]:
    """What the first group of a regular expression is in the texts that another one matches, empty for no match."""
    sql = f"SELECT DISTINCT regexp_extract({english}, ?, 1) FROM sample WHERE regexp_matches({english}, ?)"
    return {mark for (mark,) in sample.ask(sql, [shape, looked_at])}
