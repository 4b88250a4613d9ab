"""Numbers in texts, by the rules of `spark.values`: which separators, which type."""

from dataclasses import dataclass

from drafting.reading.sample import Sample
from warehouse.contract.hive_type import MAX_PRECISION
from warehouse.contract.number_text import NumberText

MOSTLY = 0.99
"""Share of a column's values that must fit a type."""

CONVENTIONS = ((".", None), (".", ","), (",", None), (",", "."), (".", " "), (",", " "), (".", "'"))
"""Decimal and thousands separators, the likelier first."""

_BIGINT_DIGITS, _DECIMAL_DIGITS = 18, 18
_MORE_DIGITS = 3
_MIN_SCALE = 2
_NOISE_SCALE = 6
_MIN_SENTINEL_ROWS, _MIN_OTHERS = 3, 5
_NINES = "-?9{2,}([.,](9+|0+))?"
# Java writes other doubles with an exponent.
_PLAIN_DOUBLES = (1e-3, 1e7)


@dataclass(frozen=True)
class Numbers:
    """What the values of a column are as numbers.

    Attributes:
        whole: Values that are whole numbers.
        decimal: Values that are decimals or whole.
        double: Values that are decimals, whole, or have an exponent.
        padded: Whole numbers but 0 with a leading zero, or a plus before so many digits that they are of a telephone.
        digits: Most digits before the decimal separator.
        scale: Most digits after it.
        least: Smallest value as written, `None` without one.
        most: Greatest value as written.
        largest: Greatest absolute value.
        smallest: Smallest absolute value beside 0.
    """

    whole: int
    decimal: int
    double: int
    padded: int
    digits: int
    scale: int
    least: str | None
    most: str | None
    largest: float
    smallest: float


def count_fitting(sample: Sample, column: str, tokens: list[str], convention: tuple[str, str | None]) -> int:
    """Values of a column that are numbers under a convention.

    Args:
        sample: Rows of the files.
        column: Place of the column, `c0`.
        tokens: Strings that are not values.
        convention: Decimal and thousands separator.
    """
    return _count(sample, column, [tokens, NumberText(*convention).double()], f"regexp_full_match({column}, ?)")


def count_with_letters(sample: Sample, column: str, tokens: list[str], convention: tuple[str, str | None]) -> int:
    """Values of a column that are not numbers and have a letter: rows of another kind, not damage.

    The arguments are those of `count_fitting`.
    """
    condition = f"NOT regexp_full_match({column}, ?) AND regexp_matches({column}, '\\p{{L}}')"
    return _count(sample, column, [tokens, NumberText(*convention).double()], condition)


def measure(sample: Sample, column: str, tokens: list[str], convention: tuple[str, str | None]) -> Numbers:
    """What a column's values are as numbers.

    Args:
        sample: Has the column.
        column: Its place, `c0`.
        tokens: Strings that are not values.
        convention: Decimal and thousands separator.
    """
    number = NumberText(*convention)
    plain, separators = _plain(convention)
    # Names are places; what comes from the file are parameters.
    sql = f"""
        WITH texts AS (
            SELECT {column} AS t, regexp_full_match({column}, ?) AS whole, regexp_full_match({column}, ?) AS decimal,
                regexp_full_match({column}, ?) AS double
            FROM sample WHERE {column} IS NOT NULL AND NOT list_contains(?, {column})
        ), plain AS (
            SELECT t, whole, decimal, {plain} AS n, try_cast({plain} AS DOUBLE) AS d FROM texts WHERE double
        )
        SELECT count_if(whole), count_if(decimal), count_if(isfinite(d)),
            count_if(whole AND regexp_full_match(n, '[+-]?0+[1-9][0-9]*|[+][0-9]{{7,}}')),
            max(length(ltrim(regexp_extract(n, '^[+-]?([0-9]*)', 1), '0'))) FILTER (decimal),
            max(length(regexp_extract(n, '[.]([0-9]+)$', 1))) FILTER (decimal),
            arg_min(t, d), arg_max(t, d), max(abs(d)), min(abs(d)) FILTER (d <> 0)
        FROM plain"""
    row = sample.ask(sql, [number.whole(), number.decimal(), number.double(), tokens, *separators, *separators])[0]
    # Without a number there is no greatest one.
    largest, smallest = row[8] or 0.0, row[9] or 1.0
    return Numbers(*[*(count or 0 for count in row[:6]), row[6], row[7], largest, smallest])


def _count(sample: Sample, column: str, parameters: list[object], condition: str) -> int:
    """Rows with a value that meets a condition; the first parameter is what is not a value."""
    values = f"{column} IS NOT NULL AND NOT list_contains(?, {column})"
    return int(sample.ask(f"SELECT count(*) FROM sample WHERE {values} AND {condition}", parameters)[0][0])


def _plain(convention: tuple[str, str | None]) -> tuple[str, list[str]]:
    """SQL for the text `t` of a number as DuckDB reads it, and its parameters."""
    point, group = convention
    if group is None:
        return "replace(t, ?, '.')", [point]
    return "replace(replace(t, ?, ''), ?, '.')", [group, point]


def find_sentinels(
    sample: Sample, column: str, tokens: list[str], convention: tuple[str, str | None]
) -> list[tuple[str, int]]:
    """Numbers that may stand for "no value", like -200 or 9999, and how many rows have each.

    Such a number is farther from all others than any two of them are from each other. It is the most frequent value,
    the only one below zero, or written in nines, of which a column may have two.

    Args:
        sample: Rows of the files.
        column: Place of the column, `c0`.
        tokens: Strings that are not values.
        convention: Decimal and thousands separator.
    """
    plain, separators = _plain(convention)
    sql = f"""
        WITH texts AS (
            SELECT {column} AS t FROM sample WHERE {column} IS NOT NULL AND NOT list_contains(?, {column})
        ), numbers AS (
            SELECT min(t) AS t, try_cast({plain} AS DOUBLE) AS d, count(*) AS rows,
                regexp_full_match(min(t), ?) AS nines
            FROM texts GROUP BY 2
        ), ends AS (
            SELECT * FROM numbers WHERE isfinite(d)
            QUALIFY row_number() OVER (PARTITION BY nines ORDER BY d) = 1
                OR row_number() OVER (PARTITION BY nines ORDER BY d DESC) = 1
        )
        SELECT e.t, e.rows FROM ends AS e, numbers AS n
        WHERE isfinite(n.d) AND n.d <> e.d AND NOT (e.nines AND n.nines)
        GROUP BY e.t, e.d, e.rows, e.nines
        HAVING e.rows >= {_MIN_SENTINEL_ROWS} AND count(*) >= {_MIN_OTHERS}
            AND min(abs(n.d - e.d)) > max(n.d) - min(n.d)
            AND (e.nines OR e.rows > max(n.rows) OR (e.d < 0 AND min(n.d) >= 0))
        ORDER BY e.rows DESC, e.d"""
    return [(text, rows) for text, rows in sample.ask(sql, [tokens, *separators, _NINES])]


def number_type(found: Numbers, native: str) -> tuple[str, int] | None:
    """The type of a column of numbers, and how many values fit it; `None` for codes and what no type holds.

    Args:
        found: What its values are.
        native: DuckDB's type in a Parquet file, else empty.
    """
    if found.padded:
        return None
    if found.whole == found.double:
        return _whole_type(found)
    # Text with more digits may be that of floating-point numbers; who has DECIMAL means it.
    most = MAX_PRECISION if native.startswith("DECIMAL") else _DECIMAL_DIGITS
    if found.decimal == found.double and found.digits + found.scale <= most and not _is_noisy(found, native):
        scale = max(found.scale, _MIN_SCALE)
        precision = min(max(found.digits, 1) + _MORE_DIGITS + scale, MAX_PRECISION)
        return f"DECIMAL({precision},{scale})", found.decimal
    return "DOUBLE", found.double


def _whole_type(found: Numbers) -> tuple[str, int] | None:
    if found.digits <= _BIGINT_DIGITS:
        return "BIGINT", found.whole
    return (f"DECIMAL({MAX_PRECISION},0)", found.whole) if found.digits < MAX_PRECISION else None


def _is_noisy(found: Numbers, native: str) -> bool:
    """Whether a floating-point column holds more than decimals written as such."""
    if native not in ("FLOAT", "DOUBLE"):
        return False
    smallest, largest = _PLAIN_DOUBLES
    return found.scale > _NOISE_SCALE or found.smallest < smallest or found.largest >= largest
