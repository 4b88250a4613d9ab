"""Which columns tell the rows of a sample apart, and whether that can be chance."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb, prod

from drafting.column_draft import ColumnDraft, Guess
from drafting.naming import words
from drafting.reading.sample import Sample
from warehouse.contract.datetimes.patterns import is_cut

ID_WORDS = {"id", "ids", "key", "uuid", "guid", "nr", "no", "number", "num", "pk", "ref", "serial"}
"""Words in the name of a column that numbers things."""

CODE_WORDS = {
    *("code", "codice", "codigo", "symbol", "ticker", "isin", "sku", "iso", "location", "station", "site", "city"),
    *("region", "country", "store", "device", "sensor"),
}
"""Words in the name of a column that says which thing a row is about."""

_VERSION_WORDS = {"updated", "modified", "changed", "version", "revision"}
_MAX_CANDIDATES = 8
_MAX_COLUMNS = 3
_MAX_CODE_LENGTH = 64
_FIRST_ROWS = 10_000
_MIN_EXPECTED_PAIRS = 7.0
"""If so many pairs of rows are expected to share their values by chance, one sample in a thousand has none."""


@dataclass(frozen=True)
class Rows:
    """The rows of a sample, each that was sent again counted once.

    Attributes:
        apart: How many there are.
        resent: Further rows that are identical to one of them, or differ in `version` alone.
        version: Place of the column of versions; `None`: rows that were sent again are identical, or there are none.
    """

    apart: int
    resent: int = 0
    version: int | None = None


@dataclass(frozen=True)
class Combination:
    """Columns that together tell all rows apart, none of which can be left out.

    Attributes:
        places: Places of the columns.
        expected: Pairs of rows that would share all values if the columns had nothing to do with each other.
        rank: Smaller is likelier: the event time and numbers of things, then codes, then other text.
    """

    places: tuple[int, ...]
    expected: float
    rank: int

    @property
    def is_proved(self) -> bool:
        """Whether it is hardly chance that no two rows share it."""
        return self.expected >= _MIN_EXPECTED_PAIRS


def tell_apart(sample: Sample, guess: Guess, event_time: str, numbering: Collection[int]) -> Rows:
    """Find the rows that were sent again: at most half of them, or they are not sent again but alike.

    Args:
        sample: Rows.
        guess: Proposals for the columns.
        event_time: Name of that column, which is not a version.
        numbering: Places of columns that number the rows.
    """
    places = [place for place in range(len(guess.columns)) if place not in numbering]
    apart, version = _count_rows(sample, places), None
    for place, column in enumerate(guess.columns):
        if column.name != event_time and _is_version(column) and len(places) > 1:
            found = _count_rows(sample, [other for other in places if other != place])
            apart, version = (found, place) if found < apart else (apart, version)
            break
    return Rows(apart, sample.rows - apart, version) if 2 * apart >= sample.rows else Rows(sample.rows)


def count_values(sample: Sample, guess: Guess, places: Sequence[int]) -> int:
    """Different values of some columns together.

    Args:
        sample: Rows of the files.
        guess: Proposals for the columns.
        places: Places of the columns.
    """
    return int(sample.ask(f"SELECT count(*) FROM (SELECT DISTINCT {_values(guess, places)} FROM sample)")[0][0])


def count_sharing(sample: Sample, guess: Guess, places: Sequence[int]) -> int:
    """Rows that share their values of some columns with another row.

    Args:
        sample: Rows of the files.
        guess: Proposals for the columns.
        places: Places of the columns.
    """
    groups = f"SELECT count(*) AS n FROM sample GROUP BY {_values(guess, places)}"
    return int(sample.ask(f"SELECT coalesce(sum(n), 0) FROM ({groups}) WHERE n > 1")[0][0])


def find_combinations(
    sample: Sample, guess: Guess, event_time: str, rows: Rows, left_out: Collection[int]
) -> list[Combination]:
    """Pairs of columns that tell the rows apart, or else triples, likeliest first.

    Args:
        sample: Rows.
        guess: Proposals for the columns.
        event_time: Name of that column, which may be one of them.
        rows: What there is to tell apart.
        left_out: Places of columns that are not looked at.
    """
    columns = guess.columns
    eligible = [
        place
        for place, column in enumerate(columns)
        if place not in left_out
        and 1 < column.distinct < rows.apart
        and _may_be_part(sample, place, column, column.name == event_time)
    ]
    eligible.sort(key=lambda place: (_rank(columns[place], event_time), -columns[place].distinct))
    for width in range(2, _MAX_COLUMNS + 1):
        found = list(_unique_together(sample, guess, eligible[: _MAX_CANDIDATES + 1], rows, width))
        if found:
            ranks = {places: sum(_rank(columns[place], event_time) for place in places) for places in found}
            expected = {places: _expected_pairs(sample, guess, places) for places in found}
            unsorted = [Combination(places, expected[places], ranks[places]) for places in found]
            return sorted(unsorted, key=lambda one: (not one.is_proved, one.rank))
    return []


def _unique_together(
    sample: Sample, guess: Guess, eligible: Sequence[int], rows: Rows, width: int
) -> Iterator[tuple[int, ...]]:
    for places in combinations(eligible, width):
        enough = prod(guess.columns[place].distinct for place in places) >= rows.apart
        if enough and _may_be_unique(sample, guess, places, rows) and count_values(sample, guess, places) == rows.apart:
            yield places


def _may_be_unique(sample: Sample, guess: Guess, places: Sequence[int], rows: Rows) -> bool:
    """By the first rows alone, which cost less; those of a sample with rows that were sent again do not tell."""
    if rows.resent:
        return True
    first = f"SELECT DISTINCT {_values(guess, places)} FROM sample WHERE rowid < {_FIRST_ROWS}"
    return int(sample.ask(f"SELECT count(*) FROM ({first})")[0][0]) == min(_FIRST_ROWS, sample.rows)


def _expected_pairs(sample: Sample, guess: Guess, places: Sequence[int]) -> float:
    """Pairs of rows that would share all values by chance, from the pairs that share each."""
    pairs = comb(sample.rows, 2)
    return prod(_sharing_pairs(sample, guess, place) / pairs for place in places) * pairs


def _sharing_pairs(sample: Sample, guess: Guess, place: int) -> int:
    groups = f"SELECT count(*) AS n FROM sample GROUP BY {_values(guess, [place])}"
    return int(sample.ask(f"SELECT sum(n * (n - 1) // 2) FROM ({groups})")[0][0])


def _count_rows(sample: Sample, places: Sequence[int]) -> int:
    """Different rows; by a hash, since two that share one by accident only make a sample look less unique."""
    columns = ", ".join(f"c{place}" for place in places)
    return int(sample.ask(f"SELECT count(DISTINCT hash({columns})) FROM sample")[0][0])


def _values(guess: Guess, places: Sequence[int]) -> str:
    """Columns of the sample, numbers by their value and not as they are written."""
    number = "coalesce(CAST(TRY_CAST(c{0} AS HUGEINT) AS VARCHAR), c{0})"
    return ", ".join((number if guess.columns[place].type == "BIGINT" else "c{0}").format(place) for place in places)


def _is_version(column: ColumnDraft) -> bool:
    ordered = column.type in ("DATE", "TIMESTAMP", "BIGINT") and not any(map(is_cut, column.formats))
    return ordered and column.required and column.fitting == column.values and bool(words(column.name) & _VERSION_WORDS)


def _may_be_part(sample: Sample, place: int, column: ColumnDraft, is_event_time: bool) -> bool:
    """Whether a complete column may be part of a key: the event time, a number of things, a code, text that repeats."""
    if column.nulls or column.fitting < column.values:
        return False
    if is_event_time:
        # Two ways to write a timestamp would hide that two rows have the same.
        return len(column.formats) <= 1 and not any(map(is_cut, column.formats))
    if column.type == "BIGINT":
        return bool(words(column.name) & (ID_WORDS | CODE_WORDS))
    if column.type != "STRING" or _is_version(column):
        return False
    longest = sample.ask(f"SELECT max(length(c{place})) FROM sample")[0][0]
    return 2 * column.distinct <= column.values and int(longest) <= _MAX_CODE_LENGTH


def _rank(column: ColumnDraft, event_time: str) -> int:
    if column.name == event_time or words(column.name) & ID_WORDS:
        return 0
    return 1 if words(column.name) & CODE_WORDS else 2
