"""Date and timestamp columns of a sample: the formats their values have."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from drafting.datetimes.patterns import (
    EXCEL_CLOCK,
    EXCEL_DAY,
    Pattern,
    compact_pattern,
    merged,
    partial_pattern,
    patterns_of,
)
from drafting.reading.sample import Sample
from warehouse.contract.datetimes.calendar_names import CENTURY, ENGLISH
from warehouse.contract.datetimes.number_formats import EXCEL_DAYS
from warehouse.contract.datetimes.options import HOUR_24, LOCALE, PIVOT_YEAR
from warehouse.contract.datetimes.patterns import has_short_year
from warehouse.wording import counted

_MAX_SHAPES = 40
_POSIX_PIVOT = 1969
_MAX_SCATTER = 4
"""How much longer the time between first and last date may be in an order that is still likely."""

_MIDNIGHT = "try_strptime(regexp_replace(text, ?, '\\100\\2'), ?) + INTERVAL 1 DAY"
"""Of a clock at 24:00; another text is read as it is, which did not work before."""

_FIRST_EXCEL_DAY, _LAST_EXCEL_DAY = 32_874, 54_788
"""1990-01-01 and 2050-01-01: other numbers of five digits are less likely days."""

_FIRST_YEAR, _LAST_YEAR = "1600", "2200"
"""Between which a number of four digits may be a year."""


@dataclass(frozen=True)
class Moments:
    """What the values of a column are as dates and times.

    Attributes:
        type: `DATE` or `TIMESTAMP`.
        formats: Java patterns, the most frequent first.
        zoned: They have an offset.
        fitting: Values that one of them reads.
        least: Earliest, as ISO text.
        most: Latest.
        others: Formats that read all values too, with another order of day, month and year.
        at_24: Values whose clock shows 24:00.
        locale: Language of the names of months and weekdays.
        rivals: Other languages that have these names too.
    """

    type: str
    formats: tuple[str, ...]
    zoned: bool
    fitting: int
    least: str
    most: str
    others: tuple[str, ...] = ()
    at_24: int = 0
    locale: str = ENGLISH
    rivals: tuple[str, ...] = ()

    @property
    def pivot_year(self) -> int:
        """The earliest year that two digits mean, by the rule of DuckDB and POSIX if that gives years before 2000."""
        short = any(map(has_short_year, self.formats))
        return _POSIX_PIVOT if short and not self.zoned and self.least < str(CENTURY) else CENTURY

    @property
    def properties(self) -> Iterator[tuple[str, str]]:
        """Custom properties by which a contract reads the values so: names and values."""
        if self.pivot_year != CENTURY:
            yield PIVOT_YEAR, str(self.pivot_year)
        if self.locale != ENGLISH:
            yield LOCALE, self.locale
        if self.at_24:
            yield HOUR_24, "next-day"

    @property
    def doubts(self) -> Iterator[str]:
        """What may be wrong, a sentence each."""
        if self.others:
            others = " or ".join(self.others)
            yield f"Day, month and year could be read the other way round, as {others}; {self.formats[0]} is a guess."
        if any(map(has_short_year, self.formats)):
            yield f"Years of two digits are read as {self.pivot_year} to {self.pivot_year + 99}."
        if self.rivals:
            yield f"Names of months are taken for {self.locale}, and could be {' or '.join(self.rivals)} (locale)."
        if EXCEL_DAYS in self.formats:
            yield f"Numbers are read as days of Excel, from {self.least[:10]} to {self.most[:10]} (excel-days)."
        if self.at_24:
            yield f"24:00, in {counted(self.at_24, 'value')}, is read as 00:00 of the next day (hour24)."


@dataclass(frozen=True)
class _Read:
    pattern: Pattern
    fitting: int
    least: str
    most: str
    at_24: int


def measure_moments(
    sample: Sample, column: str, tokens: list[str], compact: bool, excel: bool = False
) -> Moments | None:
    """The date or timestamp formats of a column, `None` when it has no such values.

    Args:
        sample: Has the column.
        column: Its place, `c0`.
        tokens: Strings that are not values.
        compact: Digits without separators may be dates, since the column is called so.
        excel: Numbers may be days of Excel, since the column is called like a date.
    """
    native = sample.types[int(column[1:])] if sample.types else ""
    reads = [read for shape in _shapes(sample, column, tokens) for read in _read_shape(sample, column, shape, compact)]
    reads += _days_of_excel(sample, column) if excel else []
    zoned = _is_mostly_zoned(reads)
    chosen, others = _one_order([read for read in reads if read.pattern.is_zoned is zoned])
    is_text = bool(sample.types) and not native.startswith(("DATE", "TIMESTAMP"))
    if not chosen or (is_text and not _reads_default(chosen)):
        return None
    return Moments(
        type="TIMESTAMP" if any(read.pattern.time for read in chosen) else "DATE",
        formats=_formats(chosen),
        zoned=zoned,
        fitting=sum(read.fitting for read in chosen),
        least=min(read.least for read in chosen),
        most=max(read.most for read in chosen),
        others=_formats(others),
        at_24=sum(read.at_24 for read in chosen),
    )


def measure_partial_dates(sample: Sample, column: str, tokens: list[str]) -> Moments | None:
    """The formats of a column of months or years, `None` when its values are not such.

    Args:
        sample: Has the column.
        column: Its place, `c0`.
        tokens: Strings that are not values.
    """
    if sample.types:
        return None
    found = [(name, partial_pattern(text)) for name, text in _shapes(sample, column, tokens, len("1990"))]
    counted = [_count(sample, column, name, pattern) for name, pattern in found if pattern]
    reads = [read for read in counted if read is not None]
    if not reads or min(read.least for read in reads) < _FIRST_YEAR or max(read.most for read in reads) > _LAST_YEAR:
        return None
    return Moments("DATE", _formats(reads), False, sum(read.fitting for read in reads),
                   min(read.least for read in reads), max(read.most for read in reads))  # fmt: skip


def _shapes(sample: Sample, column: str, tokens: list[str], shortest: int = 6) -> Sequence[tuple[str, str]]:
    """The most frequent shapes, digits as 9 and words as a, each with its smallest text."""
    sql = f"""
        SELECT {_shape_of(column)} AS shape, min({column})
        FROM sample
        WHERE {column} IS NOT NULL AND NOT list_contains(?, {column}) AND length({column}) BETWEEN {shortest} AND 40
        GROUP BY shape ORDER BY count(*) DESC, shape LIMIT {_MAX_SHAPES}"""
    return [(shape, text) for shape, text in sample.ask(sql, [tokens])]


def _shape_of(column: str) -> str:
    return f"regexp_replace(regexp_replace({column}, '[0-9]', '9', 'g'), '[A-Za-z]+', 'a', 'g')"


def _read_shape(sample: Sample, column: str, shape: tuple[str, str], compact: bool) -> list[_Read]:
    name, text = shape
    patterns = patterns_of(text)
    if compact and text.isdigit():
        pattern = compact_pattern(len(text))
        patterns = [pattern] if pattern else []
    found = [_count(sample, column, name, pattern) for pattern in patterns]
    return [read for read in found if read is not None]


def _count(sample: Sample, column: str, shape: str, pattern: Pattern) -> _Read | None:
    cut, tail = (f"regexp_replace({column}, ?, '\\1\\2')", [pattern.unread]) if pattern.time else (column, [])
    midnight, hour = (_MIDNIGHT, [pattern.at_24, pattern.strptime]) if _may_show_24(pattern) else ("NULL", [])
    sql = f"""
        WITH texts AS (
            SELECT {cut} AS text FROM sample WHERE {_shape_of(column)} = ?
        ), moments AS (
            SELECT try_strptime(text, ?) AS clock, {midnight} AS midnight FROM texts
        ), known AS (
            SELECT coalesce(clock, midnight) AS moment, clock IS NULL AS at_24 FROM moments
        )
        SELECT count(*), CAST(min(moment) AS VARCHAR), CAST(max(moment) AS VARCHAR), count_if(at_24) FROM known
        WHERE moment BETWEEN TIMESTAMP '0001-01-01' AND TIMESTAMP '9999-12-31 23:59:59.999999'"""
    count, least, most, at_24 = sample.ask(sql, [*tail, shape, pattern.strptime, *hour])[0]
    return _Read(pattern, count, least, most, at_24) if count else None


def _days_of_excel(sample: Sample, column: str) -> list[_Read]:
    sql = f"""
        WITH numbers AS (
            SELECT TRY_CAST(replace({column}, ',', '.') AS DOUBLE) AS days FROM sample
            WHERE regexp_full_match({column}, '[0-9]{{5}}([.,][0-9]+)?')
        ), clocks AS (
            SELECT days, TIMESTAMP '1899-12-30' + to_milliseconds(CAST(round(days * 86400000) AS BIGINT)) AS clock
            FROM numbers WHERE days BETWEEN {_FIRST_EXCEL_DAY} AND {_LAST_EXCEL_DAY}
        )
        SELECT count(*), count_if(days <> floor(days)), CAST(min(clock) AS VARCHAR), CAST(max(clock) AS VARCHAR)
        FROM clocks"""
    count, fractions, least, most = sample.ask(sql)[0]
    return [_Read(EXCEL_CLOCK if fractions else EXCEL_DAY, count, least, most, 0)] if count else []


def _may_show_24(pattern: Pattern) -> bool:
    # A contract reads it of wall clocks only.
    return "H" in pattern.time and not pattern.is_zoned


def _is_mostly_zoned(reads: list[_Read]) -> bool:
    zoned = sum(read.fitting for read in reads if read.pattern.is_zoned)
    return 2 * zoned > sum(read.fitting for read in reads)


def _one_order(reads: list[_Read]) -> tuple[list[_Read], list[_Read]]:
    """The reads of one order of day, month and year, and those of others that fit as well."""
    kept = [read for read in reads if not read.pattern.first]
    orders = {first: [read for read in reads if read.pattern.first == first] for first in ("day", "month", "year")}
    counts = {first: sum(read.fitting for read in found) for first, found in orders.items()}
    most = max(counts.values())
    if not most:
        return kept, []
    best = [first for first, count in counts.items() if count == most]
    likely = _likely(orders, best)
    dotted = any("." in read.pattern.date for read in orders["day"])
    ranked = ("day", "month", "year") if dotted else ("month", "day", "year")
    chosen = next(first for first in ranked if first in likely)
    return kept + orders[chosen], [read for first in likely if first != chosen for read in orders[first]]


def _likely(orders: Mapping[str, Sequence[_Read]], best: Sequence[str]) -> list[str]:
    """The orders that the dates speak for: a year in the wrong place scatters them, or puts them into the future."""
    if "year" not in best:
        return list(best)
    today = date.today().isoformat()
    past = [first for first in best if max(read.most for read in orders[first]) <= today] or list(best)
    spans = {first: _days(orders[first]) for first in past}
    least = min(spans.values())
    return [first for first in past if spans[first] <= _MAX_SCATTER * max(least, 1)]


def _days(reads: Sequence[_Read]) -> int:
    first, last = min(read.least for read in reads), max(read.most for read in reads)
    return (date.fromisoformat(last[:10]) - date.fromisoformat(first[:10])).days


def _formats(reads: list[_Read]) -> tuple[str, ...]:
    families: dict[tuple[str, ...], list[_Read]] = {}
    for read in reads:
        families.setdefault(read.pattern.family, []).append(read)
    ordered = sorted(families.values(), key=lambda found: -sum(read.fitting for read in found))
    return tuple(dict.fromkeys(merged([read.pattern for read in found]) for found in ordered))


def _reads_default(reads: list[_Read]) -> bool:
    """Whether a text column of a Parquet file has the only format that is read there."""
    times = {" HH:mm:ss"} if any(read.pattern.time for read in reads) else {""}
    return all(
        read.pattern.date == "yyyy-MM-dd" and read.pattern.time in times and not read.pattern.zone for read in reads
    )
