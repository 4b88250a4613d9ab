"""The first mart: one row a quarter, counts and sums of the columns that look like measures."""

from collections.abc import Sequence
from dataclasses import dataclass

from drafting.guess import ColumnDraft
from drafting.naming import LONGEST, unique, words

_ENDING = "_by_quarter"
_MAX_MEASURES = 6
_NO_MEASURE = {
    *("id", "ids", "key", "code", "zip", "zipcode", "year", "month", "day", "hour", "lat", "latitude", "lon", "lng"),
    *("longitude", "number", "no", "nr", "index", "version", "epoch", "timestamp", "uuid", "type", "flag", "rank"),
}


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


def mart_name(dataset: str) -> str:
    """Name of the first mart of a dataset."""
    name = dataset[: LONGEST - len(_ENDING)] + _ENDING
    return name if name != dataset else f"rows{_ENDING}"


def mart_columns(columns: Sequence[ColumnDraft]) -> list[MartColumn]:
    """The columns behind `quarter_start` and `quarter`: the number of rows, then those of up to 6 measures."""
    found = [MartColumn("rows_count", "BIGINT", "Number of rows.", "COUNT(*)")]
    taken = {"quarter_start", "quarter", "rows_count"}
    measures = [column for column in columns if _is_measure(column)][:_MAX_MEASURES]
    for measure in measures:
        for kind, described in _figures(measure):
            name = unique(f"{kind}_{measure.name}", taken)
            taken.add(name)
            found.append(_figure(kind, described, name, measure))
    return found


def mart_sql(dataset: str, mart: str, columns: Sequence[MartColumn]) -> str:
    """The SELECT of the mart."""
    figures = ",\n".join(f"    {column.sql} AS `{column.name}`" for column in columns)
    return f"""-- Figures of {dataset} by quarter. Drafted by ./stackhouse new: change it as you like.
--
-- Grain:  one row per quarter of the event time.
-- Reads:  clean, the clean rows of the quarters to build.
-- Usage:  Spark SQL, run by `./stackhouse run {dataset}`; published as {dataset}.{mart}.
--
-- Sums are DECIMAL: those of DOUBLE depend on the number of cores.
SELECT
    `quarter_start`,
    CONCAT(DATE_FORMAT(`quarter_start`, 'yyyy'), 'Q', QUARTER(`quarter_start`)) AS `quarter`,
{figures}
FROM `clean`
GROUP BY `quarter_start`
"""


def _is_measure(column: ColumnDraft) -> bool:
    is_number = column.type.startswith(("DECIMAL", "DOUBLE", "BIGINT"))
    return is_number and not column.key and not words(column.name) & _NO_MEASURE and column.type != "DECIMAL(38,0)"


def _figures(column: ColumnDraft) -> tuple[tuple[str, str], ...]:
    if column.type == "DOUBLE":
        return ("min", "Smallest"), ("max", "Greatest"), ("count", "Number of rows with a")
    return ("total", "Sum of"), ("count", "Number of rows with a")


def _figure(kind: str, described: str, name: str, column: ColumnDraft) -> MartColumn:
    described = f"{described} {column.name}."
    if kind == "count":
        return MartColumn(name, "BIGINT", described, f"COUNT(`{column.name}`)")
    if kind == "total":
        exact = f"DECIMAL(38,{_scale(column)})"
        spaced = exact.replace(",", ", ")
        return MartColumn(name, exact, described, f"SUM(CAST(`{column.name}` AS {spaced}))")
    return MartColumn(name, "DOUBLE", described, f"{kind.upper()}(`{column.name}`)")


def _scale(column: ColumnDraft) -> str:
    return column.type.rpartition(",")[2].rstrip(")") if column.type.startswith("DECIMAL") else "0"
