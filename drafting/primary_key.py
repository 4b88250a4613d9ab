"""Which columns are the primary key, if a sample proves any."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from drafting.column_draft import ColumnDraft, Guess
from drafting.key_columns import (
    CODE_WORDS,
    ID_WORDS,
    Combination,
    Rows,
    count_sharing,
    count_values,
    find_combinations,
    tell_apart,
)
from drafting.naming import words
from drafting.reading.sample import Sample
from warehouse.wording import counted

_MIN_KEY_ROWS = 10
_MIN_UNNAMED_KEY_ROWS = 100
_SHOWN = 5
_CLOCK = "[0-9]{1,2}[:.][0-9]{2}([:.][0-9]{2}([.,][0-9]+)?)?([AaPp][Mm])?"
_SWAPPED = 2
"""Columns of which only one is in one of two combinations that differ in one column."""


@dataclass(frozen=True)
class _Evidence:
    """What a sample says about its key.

    Attributes:
        sample: Rows of the files.
        guess: Proposals for the columns.
        event_time: Name of that column.
        rows: What there is to tell apart.
        numbering: Places of the columns that number the rows of a file.
        unique: Places of the others that tell all rows apart alone.
        combinations: Columns that do so together.
    """

    sample: Sample
    guess: Guess
    event_time: str
    rows: Rows
    numbering: Sequence[int]
    unique: Sequence[int]
    combinations: Sequence[Combination]

    def names(self, places: Sequence[int]) -> list[str]:
        """Names of columns."""
        return [self.guess.columns[place].name for place in places]

    def called(self, called: set[str]) -> list[int]:
        """Places of the unique columns in whose names one of these words is."""
        return [place for place in self.unique if words(self.guess.columns[place].name) & called]

    @property
    def is_of_one_moment(self) -> bool:
        """Whether all rows have the same event time."""
        return any(column.name == self.event_time and column.distinct == 1 for column in self.guess.columns)


def choose_key(guess: Guess, sample: Sample, event_time: str) -> Guess:
    """The guess with its primary key, if the sample proves one.

    A key tells all rows apart, except those that were sent again: they are identical to another row, or differ from it
    in a column of versions alone.

    Args:
        guess: Proposals for the columns.
        sample: Rows of the files.
        event_time: Name of that column.
    """
    found = _examine(guess, sample, event_time)
    key = _sure_column(found) or _sure_combination(found)
    if found.rows.resent and not _leaves_more(found, key):
        key = ()
    asked = key or tuple(found.called(ID_WORDS | CODE_WORDS))
    if found.is_of_one_moment and asked:
        key, notes = (), [_snapshot(" and ".join(found.names(asked)), event_time)]
    else:
        notes = [*(_proof(found, key) if key else _candidates(found))]
    notes += _numbered(found)
    columns = tuple(replace(column, key=place in key) for place, column in enumerate(guess.columns))
    chosen = replace(guess, columns=columns, key_notes=tuple(notes), unsure=(*guess.unsure, *notes))
    if not key:
        return chosen
    version = None if found.rows.version is None else guess.columns[found.rows.version].name
    return replace(chosen, version=version, resent=found.rows.resent)


def _examine(guess: Guess, sample: Sample, event_time: str) -> _Evidence:
    places = range(len(guess.columns))
    numbering = [place for place in places if _is_row_number(sample, place, guess.columns[place])]
    rows = tell_apart(sample, guess, event_time, numbering)
    unique = [place for place in places if place not in numbering and _is_unique(sample, guess, place, rows)]
    found = _Evidence(sample, guess, event_time, rows, numbering, unique, ())
    # Beside a unique number or text, more columns would make a longer key of the same rows.
    if found.called(ID_WORDS) or any(guess.columns[place].type == "STRING" for place in unique):
        return found
    return replace(found, combinations=find_combinations(sample, guess, event_time, rows, (*numbering, *unique)))


def _sure_column(found: _Evidence) -> tuple[int, ...]:
    named = found.called(ID_WORDS)
    if named:
        return tuple(named) if len(named) == 1 and found.rows.apart >= _MIN_KEY_ROWS else ()
    if len(found.unique) == 1 and found.rows.apart >= _MIN_UNNAMED_KEY_ROWS:
        return tuple(place for place in found.unique if _is_code(found.sample, place, found.guess.columns[place]))
    return ()


def _sure_combination(found: _Evidence) -> tuple[int, ...]:
    """The best combination if it is proved, and no other is as good, but for a column that says the same."""
    if not found.combinations or not found.combinations[0].is_proved:
        return ()
    best = found.combinations[0]
    names = found.names(best.places)
    # Without the event time only numbers of things: a pair of others repeats when the next file comes.
    lasts = found.event_time in names or all(words(name) & ID_WORDS for name in names)
    rivals = [one for one in found.combinations[1:] if one.is_proved and one.rank == best.rank]
    return best.places if lasts and all(_says_the_same(found, best, one) for one in rivals) else ()


def _says_the_same(found: _Evidence, one: Combination, other: Combination) -> bool:
    """Whether two combinations differ in one column, and each value there goes with one of the other."""
    swapped = sorted({*one.places} ^ {*other.places})
    if len(swapped) != _SWAPPED:
        return False
    together = count_values(found.sample, found.guess, swapped)
    return all(count_values(found.sample, found.guess, [place]) == together for place in swapped)


def _leaves_more(found: _Evidence, key: Sequence[int]) -> bool:
    """Whether rows say more than key and version: else any two that are alike look as if they were sent again."""
    left = {*range(len(found.guess.columns))} - {*key, found.rows.version}
    return any(found.guess.columns[place].distinct > 1 for place in left if place is not None)


def _snapshot(names: str, event_time: str) -> str:
    return (
        f"There is no primary key: every row has the same {event_time}. If each file is a snapshot, {names} repeats in "
        f"the next one: write primaryKey: true at {event_time} and {names}. If it never repeats, write it at {names}."
    )


def _proof(found: _Evidence, key: Sequence[int]) -> Iterator[str]:
    """The key and what proves it."""
    rows, names = found.rows, found.names(key)
    yield f"The primary key is {' and '.join(names)}: of rows with one key the newest is kept."
    for one in found.combinations[:1]:
        alone = " and ".join(
            f"{name} repeats in {count_sharing(found.sample, found.guess, [place]):,}"
            for place, name in zip(one.places, names, strict=True)
        )
        yield (
            f"No two of {rows.apart:,} rows have the same key; alone, {alone} rows. If the columns were "
            f"independent, about {one.expected:,.0f} pairs of rows would share it."
        )
    if rows.resent:
        how = "each is identical to another"
        if rows.version is not None:
            (version,) = found.names([rows.version])
            how = f"only {version} differs, and its greatest value wins (versionColumn)"
        yield f"Sent again with the same key: {rows.resent:,} of {counted(found.sample.rows, 'row')}; {how}."


def _candidates(found: _Evidence) -> Iterator[str]:
    """That there is no key, and the columns that come close to one."""
    if found.unique:
        names = ", ".join(found.names(found.unique[:_SHOWN]))
        yield f"There is no primary key: every row is its own. It could be {names}, unique in the sample."
    else:
        yield "There is no primary key: every row is its own, also when a later file repeats it."
    for one in found.combinations[:_SHOWN]:
        doubt = "" if one.is_proved else ", which may be chance"
        yield f"No two rows of the sample share {' and '.join(found.names(one.places))}{doubt}."
    for place, column in enumerate(found.guess.columns):
        if place in found.numbering:
            continue
        if place not in found.unique and words(column.name) & ID_WORDS and column.distinct > 1 and not column.nulls:
            sharing = count_sharing(found.sample, found.guess, [place])
            if sharing:
                yield f"{column.name} is not a key: {sharing:,} of {found.sample.rows:,} rows share it with another."


def _numbered(found: _Evidence) -> list[str]:
    return [
        f"Column {name} numbers the rows of a file, so it is not a key. If the next file goes on with higher numbers, "
        "write primaryKey: true there."
        for name in found.names(found.numbering)
    ]


def _is_unique(sample: Sample, guess: Guess, place: int, rows: Rows) -> bool:
    column = guess.columns[place]
    may_be = column.nulls == 0 and column.fitting == sample.rows and column.distinct >= rows.apart
    if not may_be or column.type not in ("STRING", "BIGINT", "DECIMAL(38,0)"):
        return False
    return count_values(sample, guess, [place]) == rows.apart


def _is_row_number(sample: Sample, place: int, column: ColumnDraft) -> bool:
    """Whether it counts 0, 1, 2 or 1, 2, 3 from the first row of each file: the next file would replace its rows."""
    if column.type != "BIGINT" or column.nulls or column.fitting < column.values:
        return False
    # NULL, and so no step, where digits are grouped: such a number is read only by the contract.
    number = f"TRY_CAST(c{place} AS BIGINT)"
    sql = f"""
        WITH parts AS (
            SELECT part, count(DISTINCT {number} - rowid) AS steps, min({number}) AS first
            FROM sample GROUP BY file_place, part
        )
        SELECT max(steps), max(first) FILTER (part = 0) FROM parts"""
    steps, first = sample.ask(sql)[0]
    return bool(steps == 1 and first in (0, 1))


def _is_code(sample: Sample, place: int, column: ColumnDraft) -> bool:
    """Whether its texts are short, without spaces, and no times of day, which come again the next day.

    A unique number may be a measure, also below a line of units.
    """
    if column.type != "STRING":
        return False
    sql = f"""
        SELECT bool_and(regexp_full_match(c{place}, '[!-~]{{1,64}}')),
            count_if(regexp_full_match(c{place}, '[+-]?(0|[1-9][0-9]*)([.,][0-9]*)?')),
            count_if(regexp_full_match(c{place}, '{_CLOCK}'))
        FROM sample"""
    short, numbers, clocks = sample.ask(sql)[0]
    return bool(short) and 2 * (numbers + clocks) < column.values
