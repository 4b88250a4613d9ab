"""A timestamp that a file splits into columns: year, month, day and hour, or a date and a time of day."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from drafting.column_draft import ColumnDraft, Guess
from drafting.naming import field, unique
from drafting.number_columns import MOSTLY
from drafting.reading.sample import Sample
from warehouse.contract.datetimes.options import HOUR_24
from warehouse.contract.file import RESERVED_COLUMNS

_ROLES = {
    "year": ({"year", "yr", "yyyy"}, 1000, 2200),
    "month": ({"month", "mon", "mm", "month_of_year"}, 1, 12),
    "day": ({"day", "dd", "day_of_month"}, 1, 31),
    "hour": ({"hour", "hr", "hh", "hour_of_day"}, 0, 24),
}
"""Names of the columns that have a part of a timestamp, and its least and greatest value."""
_ISO_DATE = "yyyy-MM-dd"
_CLOCK = "([01]?[0-9]|2[0-3])[:.][0-5][0-9]([:.][0-5][0-9])?|24[:.]00([:.]00)?"
_HOUR_24 = (HOUR_24, "next-day")
_NAMES = {"TIMESTAMP": "recorded_at", "DATE": "recorded_on"}


@dataclass(frozen=True)
class _Moment:
    """A timestamp that columns give together.

    Attributes:
        type: Hive type.
        transform: Expression that computes it.
        sql: Its text in DuckDB.
        places: Places of the columns.
        formats: Java patterns of the text, none of a value.
        doubt: What is assumed, a sentence.
        properties: As those of `ColumnDraft`: what its date leaves open is read alike.
    """

    type: str
    transform: str
    sql: str
    places: Sequence[int]
    formats: tuple[str, ...]
    doubt: str
    properties: tuple[tuple[str, str], ...] = ()


def join_columns(guess: Guess, sample: Sample) -> Guess:
    """The guess with one more column, computed from those that a timestamp is split into, if there are such."""
    dated = [place for place, column in enumerate(guess.columns) if column.type in ("DATE", "TIMESTAMP")]
    moment = _of_day_and_clock(guess, sample, dated) if dated else _of_numbers(guess, sample)
    if moment is None:
        return guess
    taken = {column.name for column in guess.columns} | RESERVED_COLUMNS
    column = _drafted(unique(_NAMES[moment.type], taken), moment, guess, sample)
    if column.fitting < MOSTLY * column.values or not column.values:
        return guess
    _add_to_sample(sample, len(guess.columns), moment, guess)
    doubt = f"{column.name} is computed (transformLogic): {moment.doubt}"
    return replace(guess, columns=(*guess.columns, column), unsure=(*guess.unsure, doubt))


def _add_to_sample(sample: Sample, place: int, moment: _Moment, guess: Guess) -> None:
    """Give the sample the column too: keys are looked for there."""
    sample.ask(f"ALTER TABLE sample ADD COLUMN c{place} VARCHAR")
    known, tokens = _known(moment, guess)
    sample.ask(f"UPDATE sample SET c{place} = {moment.sql} WHERE {known}", tokens)


def _known(moment: _Moment, guess: Guess) -> tuple[str, list[list[str]]]:
    """Condition that no part of a timestamp is missing, and its parameters."""
    condition = " AND ".join(f"c{place} IS NOT NULL AND NOT list_contains(?, c{place})" for place in moment.places)
    return condition, [list(guess.form.null_tokens)] * len(moment.places)


def _of_numbers(guess: Guess, sample: Sample) -> _Moment | None:
    """From year, month and day, and the hour if there is one, each in a column that is called so."""
    places = {role: _place_of(role, guess, sample) for role in _ROLES}
    year, month, day, hour = (places[role] for role in _ROLES)
    if year is None or month is None or day is None:
        return None
    used = [year, month, day] if hour is None else [year, month, day, hour]
    names = [_quoted(guess.columns[place]) for place in used]
    date = f"concat(lpad(c{year}, 4, '0'), '-', lpad(c{month}, 2, '0'), '-', lpad(c{day}, 2, '0'))"
    if hour is None:
        doubt = f"{_listed(guess, used)} are taken for the parts of one date."
        return _Moment("DATE", f"MAKE_DATE({', '.join(names)})", date, used, (), doubt)
    doubt = f"{_listed(guess, used)} are taken for the parts of one wall clock, with hours from 0 to "
    clock = f"concat({date}, ' ', lpad(c{hour}, 2, '0'), ':00:00')"
    if _has(sample, hour, "24"):
        day_text = ", '-', ".join(names[:-1])
        transform = f"CONCAT({day_text}, ' ', {names[-1]})"
        doubt += f"24, which is read as 0 of the next day ({HOUR_24})."
        return _Moment("TIMESTAMP", transform, clock, used, ("yyyy-M-d H",), doubt, (_HOUR_24,))
    return _Moment("TIMESTAMP", f"MAKE_TIMESTAMP_NTZ({', '.join(names)}, 0, 0)", clock, used, (), f"{doubt}23.")


def _has(sample: Sample, place: int, start: str) -> bool:
    """Whether a value begins so."""
    return bool(sample.ask(f"SELECT bool_or(starts_with(c{place}, ?)) FROM sample", [start])[0][0])


def _place_of(role: str, guess: Guess, sample: Sample) -> int | None:
    """Place of the one column that has a part of a timestamp."""
    names, least, most = _ROLES[role]
    found = [place for place, column in enumerate(guess.columns) if column.name in names]
    if len(found) != 1:
        return None
    sql = f"""
        SELECT count(*), count_if(regexp_full_match(c{found[0]}, '[0-9]{{1,4}}')
            AND try_cast(c{found[0]} AS INT) BETWEEN {least} AND {most})
        FROM sample WHERE c{found[0]} IS NOT NULL AND NOT list_contains(?, c{found[0]})"""
    values, fitting = sample.ask(sql, [list(guess.form.null_tokens)])[0]
    return found[0] if values and fitting >= MOSTLY * values else None


def _of_day_and_clock(guess: Guess, sample: Sample, dated: Sequence[int]) -> _Moment | None:
    """From the one date of a file and the times of day in the column beside it."""
    if len(dated) != 1 or guess.columns[dated[0]].type != "DATE":
        return None
    day, dates = dated[0], guess.columns[dated[0]]
    found = [(place, pattern) for place in (day + 1, day - 1) if (pattern := _clock_pattern(place, guess, sample))]
    if not found:
        return None
    clock, pattern = found[0]
    formats = tuple(f"{form} {pattern}" for form in dates.formats or (_ISO_DATE,))
    transform = f"CONCAT({_quoted(dates)}, ' ', {_quoted(guess.columns[clock])})"
    doubt = f"{_listed(guess, [day, clock])} are taken for the day and the time of day of one wall clock."
    if dates.doubts:
        doubt += f" If the format of {dates.name} is wrong, correct it here too."
    properties = dates.properties
    if _has(sample, clock, "24"):
        properties += (_HOUR_24,)
        doubt += f" 24:00 is read as 00:00 of the next day ({HOUR_24})."
    text = f"concat(c{day}, ' ', c{clock})"
    return _Moment("TIMESTAMP", transform, text, (day, clock), formats, doubt, properties)


def _clock_pattern(place: int, guess: Guess, sample: Sample) -> str | None:
    """Java pattern of a column of times of day, `None` if it holds something else or several kinds of them."""
    if not 0 <= place < len(guess.columns) or guess.columns[place].type != "STRING":
        return None
    text = f"c{place}"
    sql = f"""
        WITH clocks AS (
            SELECT {text} AS clock, regexp_replace({text}, '[0-9]', '', 'g') AS marks
            FROM sample WHERE {text} IS NOT NULL AND NOT list_contains(?, {text})
        )
        SELECT count(*), count_if(regexp_full_match(clock, ?)), min(marks), max(marks),
            bool_and(regexp_matches(clock, '^[0-9][0-9]'))
        FROM clocks"""
    values, fitting, marks, others, wide = sample.ask(sql, [list(guess.form.null_tokens), _CLOCK])[0]
    if not values or fitting < values or marks != others:
        return None
    parts = ["HH" if wide else "H", "mm", "ss"]
    return "".join(f"{part}{mark}" for part, mark in zip(parts, [*marks, ""], strict=False))


def _drafted(name: str, moment: _Moment, guess: Guess, sample: Sample) -> ColumnDraft:
    """The computed column with its counts."""
    known, tokens = _known(moment, guess)
    fits = f"try_cast({moment.sql} AS TIMESTAMP) IS NOT NULL" if not moment.formats else "true"
    sql = f"SELECT count(*), count_if({fits}), count(DISTINCT {moment.sql}) FROM sample WHERE {known}"
    values, fitting, distinct = sample.ask(sql, tokens)[0]
    fitting = min([fitting, *(guess.columns[place].fitting for place in moment.places)])
    first = f"SELECT {moment.sql} FROM sample WHERE {known} ORDER BY rowid LIMIT 1"
    examples = sample.ask(first, tokens)
    return ColumnDraft(
        name, None, moment.type, sample.rows - values, values, fitting, distinct, formats=moment.formats,
        examples=tuple(text for (text,) in examples), notes=(f"The file splits it: {moment.doubt}",),
        transform=moment.transform, required=values == sample.rows, properties=moment.properties,
    )  # fmt: skip


def _quoted(column: ColumnDraft) -> str:
    return field(column.source_name or column.name)


def _listed(guess: Guess, places: Sequence[int]) -> str:
    *first, last = (guess.columns[place].name for place in places)
    return f"{', '.join(first)} and {last}"
