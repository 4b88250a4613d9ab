"""Which column is the event time."""

import re
from dataclasses import replace

from drafting.column_draft import ColumnDraft, Guess
from drafting.datetimes.columns import Moments, measure_partial_dates
from drafting.datetimes.epochs import epoch_format
from drafting.datetimes.month_names import measure_named
from drafting.datetimes.quarters import measure_quarters
from drafting.guess import TIME_WORDS
from drafting.naming import words
from drafting.number_columns import MOSTLY
from drafting.reading.sample import Sample
from warehouse.contract.datetimes.options import PARTIAL_DATE
from warehouse.contract.datetimes.patterns import has_quarter
from warehouse.wording import are

_GOOD_WORDS = (
    *({"pickup", "event", "occurred", "happened", "start", "started", "departure"}, {"timestamp", "datetime", "ts"}),
    *({"created", "order", "ordered", "purchase", "invoice", "transaction", "sale"}, TIME_WORDS),
)
_BAD_WORDS = {
    *("updated", "modified", "end", "ended", "dropoff", "arrival", "expires", "expiry", "due", "birth", "dob"),
    *("birthdate", "birthday", "delivered", "estimated", "loaded", "inserted", "deleted", "closed", "finish", "stop"),
}
_SHOWN = 5
_YEAR_WORDS = {"year", "yr", "date", "jahr", "anno", "ano", "annee"}
_PART_WORDS = {
    *("month", "mo", "quarter", "week", "day", "hour"),
    *("monat", "quartal", "woche", "tag", "mes", "mois", "mese"),
}
_LIKE_TIME = re.compile(
    r"\d[-/.:]\d{1,2}\b|\d(st|nd|rd|th)\b|(?i:\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b)"
)
_NO_EVENT_TIME = (
    "No column holds dates or timestamps in 99 % of its values. A dataset needs one, whose quarter is the "
    "partition: name it as eventTime in the contract, with its format."
)
NEAR_TIME = (
    "Looks like a time. To make it the event time, write logicalType: timestamp, physicalType: TIMESTAMP, required: "
    'true and logicalTypeOptions: {format: PATTERN}, e.g. "yyyy-MM-dd HH:mm:ss"; docs/contract.md has the patterns.'
)
"""Note at a column that may be the event time, though its values are not read as one."""


def choose_event_time(guess: Guess, sample: Sample) -> tuple[Guess, str]:
    """The guess with its event time required, and the name of that column, empty if no column surely is it."""
    moments = [column for column in guess.columns if column.type in ("DATE", "TIMESTAMP") and column.values]
    if not moments:
        guess, moments = _with_epoch(guess, sample)
    if not moments:
        guess, moments = _with_partial_date(guess, sample)
    if not moments:
        return _without_event_time(guess), ""
    best = min(moments, key=lambda column: _event_rank(column, guess.columns.index(column)))
    unsure = []
    if len(moments) > 1:
        others = ", ".join(column.name for column in moments if column is not best)
        unsure.append(f"The event time is {best.name}: its quarter is the partition. It could be {others}.")
    if best.zoned and _has_offset(sample, guess.columns.index(best)):
        unsure.append(f"{best.name}: offsets are applied, so quarters are those of UTC (timeZone).")
    if best.nulls:
        unsure.append(f"{are(best.nulls, 'row')} quarantined, because without {best.name} a row has no quarter.")
    columns = tuple(replace(column, required=True) if column is best else column for column in guess.columns)
    return replace(guess, columns=columns, unsure=(*guess.unsure, *unsure)), best.name


def _has_offset(sample: Sample, place: int) -> bool:
    """Whether a timestamp is of another clock than that of UTC."""
    sql = (
        f"SELECT bool_or(regexp_matches(c{place}, '[+-](0[1-9]|1[0-9])(:?[0-9]{{2}})?\\]?( [0-9]{{4}})?$')) FROM sample"
    )
    return bool(sample.ask(sql)[0][0])


def _event_rank(column: ColumnDraft, place: int) -> tuple[float, ...]:
    """Smaller is better: complete, no word against it, a word for it, more than one value, finer, earlier."""
    named = words(column.name)
    good = next((rank for rank, found in enumerate(_GOOD_WORDS) if named & found), len(_GOOD_WORDS))
    mostly_empty = column.nulls > column.values
    return (
        mostly_empty,
        column.distinct == 1,
        bool(named & _BAD_WORDS),
        column.nulls > 0,
        good,
        column.type == "DATE",
        place,
    )


def _with_epoch(guess: Guess, sample: Sample) -> tuple[Guess, list[ColumnDraft]]:
    """Without any date, numbers that are called like a time, or have no name at all, may be counts since 1970."""
    places = sorted(range(len(guess.columns)), key=lambda place: guess.columns[place].source_name is None)
    for place in places:
        form = _epoch(sample, place, guess.columns[place])
        if form:
            found = replace(guess.columns[place], type="TIMESTAMP", formats=(form,), notes=(), doubts=())
            doubt = f"{found.name} holds numbers, read as {form}; the wall clock is that of UTC (timeZone)."
            return _with_moment(guess, place, found, doubt)
    return guess, []


def _epoch(sample: Sample, place: int, column: ColumnDraft) -> str | None:
    called = bool(words(column.name) & TIME_WORDS) or column.name.endswith("time")
    unnamed = column.source_name is None and column.distinct > 1
    if not column.type.startswith(("BIGINT", "DECIMAL", "DOUBLE")) or not (called or unnamed):
        return None
    return epoch_format(sample, f"c{place}", list(column.tokens), called)


def _with_partial_date(guess: Guess, sample: Sample) -> tuple[Guess, list[ColumnDraft]]:
    """Without any date or count, a column of months or quarters, or one called year, is its first day."""
    for place, column in enumerate(guess.columns):
        found = _measure_partial_dates(sample, place, column)
        if found is None or found.fitting < MOSTLY * column.values:
            continue
        is_year = "yyyy" in found.formats
        if is_year and not _is_only_year(column, guess):
            continue
        dated = replace(
            column, type="DATE", fitting=found.fitting, formats=found.formats, notes=(), doubts=(),
            least=found.least[:10], most=found.most[:10],
            properties=((PARTIAL_DATE, "first-day"), *found.properties),
        )  # fmt: skip
        unit = "year" if is_year else "quarter" if any(map(has_quarter, found.formats)) else "month"
        doubt = f"{column.name} gives no day: each date is the first day of its {unit} (partialDate)."
        return _with_moment(guess, place, dated, doubt)
    return guess, []


def _measure_partial_dates(sample: Sample, place: int, column: ColumnDraft) -> Moments | None:
    tokens = list(column.tokens)
    return measure_named(
        sample, f"c{place}", tokens, column.values,
        lambda text: measure_partial_dates(sample, text, tokens) or measure_quarters(sample, text, tokens),
    )  # fmt: skip


def _is_only_year(column: ColumnDraft, guess: Guess) -> bool:
    """Whether it is called a year and has no month beside it: that would put all rows of a year into one quarter."""
    parts = [other for other in guess.columns if other is not column and words(other.name) & _PART_WORDS]
    return bool(words(column.name) & _YEAR_WORDS) and not parts


def _with_moment(guess: Guess, place: int, found: ColumnDraft, doubt: str) -> tuple[Guess, list[ColumnDraft]]:
    columns = (*guess.columns[:place], found, *guess.columns[place + 1 :])
    return replace(guess, columns=columns, unsure=(*guess.unsure, doubt)), [found]


def _without_event_time(guess: Guess) -> Guess:
    """The guess with a note at each column that looks like a time, and what is missing first under "unsure"."""
    near = [column for column in guess.columns if column.values and _is_near(column)]
    noted = tuple(
        replace(column, notes=(*column.notes, NEAR_TIME)) if column in near else column for column in guess.columns
    )
    looks = [f"{column.name}{_like(column)}" for column in near[:_SHOWN]]
    hint = f" These look like one: {', '.join(looks)}." if looks else " No column looks like one."
    return replace(guess, columns=noted, unsure=(_NO_EVENT_TIME + hint, *guess.unsure))


def _is_near(column: ColumnDraft) -> bool:
    called = words(column.name) & {*TIME_WORDS, "year", "month", "period", "quarter"} or column.name.endswith("time")
    looks = column.type == "STRING" and any(_LIKE_TIME.search(text) for text in column.examples)
    return bool(called or column.name.endswith("date") or looks)


def _like(column: ColumnDraft) -> str:
    return f" ({column.examples[0]})" if column.examples else ""
