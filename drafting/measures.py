"""What a first mart says of a dataset: its figures, and the column by which it divides each quarter."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from drafting.column_draft import ColumnDraft
from drafting.naming import unique, words
from drafting.reading.sample import Sample
from warehouse.contract.hive_type import MAX_PRECISION

_MAX_MEASURES = 3
_MAX_IDENTIFIERS = 2
_IDENTIFIER_WORDS = {"id", "ids", "key", "uuid", "guid", "code", "number", "no", "nr", "zip", "zipcode"}
_NO_MEASURE = {
    *("year", "month", "day", "hour", "minute", "week", "weekday"),
    *("lat", "latitude", "lon", "lng", "long", "longitude"),
    *("x", "y", "easting", "northing", "index", "version", "epoch", "timestamp", "type", "flag", "rank", "status"),
    *("class", "category", "line", "station", "zone", "port", "pid"),
}
_MIN_BITS = 0.2
"""A column of which 97 in 100 rows have one value divides nothing."""

_MAX_NULL_SHARE = 0.05


@dataclass(frozen=True)
class MartColumn:
    """A column of the mart.

    Attributes:
        name: Identifier.
        type: Hive type.
        description: One sentence.
        sql: Spark SQL over `clean`.
    """

    name: str
    type: str
    description: str
    sql: str


@dataclass(frozen=True)
class FirstMart:
    """What is drafted of a mart.

    Attributes:
        name: Its name.
        division: Column that divides each quarter, `None` for one row a quarter.
        figures: Columns that are computed.
    """

    name: str
    division: MartColumn | None
    figures: Sequence[MartColumn]

    @property
    def columns(self) -> list[MartColumn]:
        """Those after the quarter's own."""
        return [*([self.division] if self.division else []), *self.figures]

    @property
    def grain(self) -> str:
        """What a row is of."""
        return f"quarter and {self.division.name}" if self.division else "quarter"


def first_mart(name: str, sample: Sample, columns: Sequence[ColumnDraft], values: dict[str, list[str]]) -> FirstMart:
    """A mart of the rows of a sample.

    Args:
        name: Name of the mart.
        sample: Rows.
        columns: Proposals, by place.
        values: All values of the columns that have few, by column name.
    """
    division = _best_division(sample, columns, values)
    taken = {"quarter_start", "quarter", *([division.name] if division else [])}
    return FirstMart(name, division, _figures(columns, taken))


def _best_division(sample: Sample, columns: Sequence[ColumnDraft], values: dict[str, list[str]]) -> MartColumn | None:
    """The text column with few values that spreads the rows most evenly.

    Its entropy decides: the bits by which its value narrows down which row it is (Shannon, 1948).
    """
    bits = {
        column.name: _entropy(sample, place)
        for place, column in enumerate(columns)
        if values.get(column.name) and column.distinct > 1 and column.nulls <= _MAX_NULL_SHARE * sample.rows
    }
    best = max(bits, key=lambda name: bits[name], default="")
    if bits.get(best, 0) < _MIN_BITS:
        return None
    name = unique(best, {"quarter_start", "quarter", "rows_count"})
    return MartColumn(name, "STRING", f"Column {best} of the rows.", f"`{best}`")


def _figures(columns: Sequence[ColumnDraft], taken: set[str]) -> list[MartColumn]:
    """Rows, then how many different identifiers, then up to 3 measures."""
    found, names = list[MartColumn](), set(taken)
    for figure in _all_figures(columns):
        name = unique(figure.name, names)
        names.add(name)
        found.append(replace(figure, name=name))
    return found


def _all_figures(columns: Sequence[ColumnDraft]) -> Iterator[MartColumn]:
    yield MartColumn("rows_count", "BIGINT", "Number of rows.", "COUNT(*)")
    for column in [column for column in columns if _is_repeated_identifier(column)][:_MAX_IDENTIFIERS]:
        sql = f"COUNT(DISTINCT `{column.name}`)"
        yield MartColumn(f"distinct_{column.name}", "BIGINT", f"Number of different values of {column.name}.", sql)
    for column in [column for column in columns if _is_measure(column)][:_MAX_MEASURES]:
        yield from _of_measure(column)


def _of_measure(column: ColumnDraft) -> Iterator[MartColumn]:
    name, kind = column.name, column.type
    # Sums and means of DOUBLE depend on the order of the rows, and so on the number of cores.
    if kind != "DOUBLE":
        scale = int(kind.rpartition(",")[2].rstrip(")")) if kind.startswith("DECIMAL") else 0
        total, sql = f"DECIMAL({MAX_PRECISION},{scale})", f"SUM(CAST(`{name}` AS DECIMAL({MAX_PRECISION}, {scale})))"
        yield MartColumn(f"total_{name}", total, f"Sum of {name}.", sql)
        mean = max(scale, min(scale + 2, 6))
        sql = f"CAST({sql} / COUNT(`{name}`) AS DECIMAL({MAX_PRECISION}, {mean}))"
        yield MartColumn(f"mean_{name}", f"DECIMAL({MAX_PRECISION},{mean})", f"Mean of {name}.", sql)
    yield MartColumn(f"min_{name}", kind, f"Smallest {name}.", f"MIN(`{name}`)")
    yield MartColumn(f"max_{name}", kind, f"Largest {name}.", f"MAX(`{name}`)")
    if column.nulls:
        sql = f"CAST(CAST(COUNT(*) - COUNT(`{name}`) AS DECIMAL(20, 0)) / COUNT(*) AS DECIMAL(7, 6))"
        yield MartColumn(f"null_share_{name}", "DECIMAL(7,6)", f"Share of rows without {name}, 0 to 1.", sql)


def _is_repeated_identifier(column: ColumnDraft) -> bool:
    named = words(column.name) & _IDENTIFIER_WORDS
    return bool(named) and column.type in ("STRING", "BIGINT") and 0 < column.distinct < column.values


def _is_measure(column: ColumnDraft) -> bool:
    is_number = column.type.startswith(("DECIMAL", "DOUBLE", "BIGINT"))
    called = words(column.name) & (_IDENTIFIER_WORDS | _NO_MEASURE)
    return is_number and bool(column.values) and not column.key and not called and column.type != "DECIMAL(38,0)"


def _entropy(sample: Sample, place: int) -> float:
    counts: list[int] = [rows for (rows,) in sample.ask(f"SELECT count(*) FROM sample GROUP BY c{place}")]
    return math.fsum(-rows / sample.rows * math.log2(rows / sample.rows) for rows in counts)
