"""The first mart: one row a quarter, counts and sums of the columns that look like measures, and its check."""

from collections.abc import Sequence
from dataclasses import dataclass

from drafting.guess import ColumnDraft
from drafting.naming import LONGEST, unique, words

_ENDING = "_by_quarter"
_MOST_MEASURES = 6
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
        again_sql: The same over one value a day.
    """

    name: str
    type: str
    description: str
    sql: str
    again_sql: str


def mart_name(dataset: str) -> str:
    """Name of the first mart of a dataset."""
    name = dataset[: LONGEST - len(_ENDING)] + _ENDING
    return name if name != dataset else f"rows{_ENDING}"


def mart_columns(columns: Sequence[ColumnDraft]) -> list[MartColumn]:
    """The columns behind `quarter_start` and `quarter`: the number of rows, then those of up to 6 measures."""
    found = [MartColumn("rows_count", "BIGINT", "Number of rows.", "COUNT(*)", "SUM(`rows_count`)")]
    taken = {"quarter_start", "quarter", "rows_count"}
    measures = [column for column in columns if _is_measure(column)][:_MOST_MEASURES]
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
"""  # noqa: S608 - identifiers, all validated


def check_sql(dataset: str, mart: str, event_time: str, columns: Sequence[MartColumn]) -> str:
    """The SELECT whose rows are mistakes of the mart: everything is computed again, by day first."""
    names = [column.name for column in columns]
    by_day = ",\n".join(f"        {column.sql} AS `{column.name}`" for column in columns)
    again = ",\n".join(f"        {column.again_sql} AS `{column.name}`" for column in columns)
    listed = ",\n".join(f"        `{name}`" for name in names)
    shown = ",\n".join(f"    expected.`{name}` AS `expected_{name}`,\n    found.`{name}`" for name in names)
    equal = "\n".join(f"        AND found.`{name}` <=> expected.`{name}`" for name in names)
    return f"""-- Check of {mart}: every row it returns is wrong, and shows what was expected beside what was found.
--
-- Grain:  one row per wrong row of the mart, or per quarter that is missing.
-- Reads:  {mart} as written; clean, which it computes another way: by day first.
-- Usage:  Spark SQL, run by `./stackhouse run {dataset}` before anything is published.
WITH `days` AS (
    SELECT
        `quarter_start`,
        CAST(`{event_time}` AS DATE) AS `event_day`,
{by_day}
    FROM `clean`
    GROUP BY `quarter_start`, CAST(`{event_time}` AS DATE)
),

`expected` AS (
    SELECT
        `quarter_start`,
        CONCAT(LPAD(YEAR(`quarter_start`), 4, '0'), 'Q', DATE_FORMAT(`quarter_start`, 'q')) AS `quarter`,
{again}
    FROM `days`
    GROUP BY `quarter_start`
),

`found` AS (
    SELECT
        `quarter_start`,
        `quarter`,
{listed},
        COUNT(*) OVER (PARTITION BY `quarter_start`) AS `copies`
    FROM `{mart}`
)

SELECT
    expected.`quarter_start` AS `expected_quarter_start`,
    found.`quarter_start`,
    found.`copies`,
    expected.`quarter` AS `expected_quarter`,
    found.`quarter`,
{shown}
FROM `expected`
FULL OUTER JOIN `found` ON expected.`quarter_start` = found.`quarter_start`
WHERE
    NOT COALESCE(
        found.`copies` = 1
        AND found.`quarter` = expected.`quarter`
{equal},
        FALSE
    )
"""  # noqa: S608 - identifiers, all validated


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
        return MartColumn(name, "BIGINT", described, f"COUNT(`{column.name}`)", f"SUM(`{name}`)")
    if kind == "total":
        exact = f"DECIMAL(38,{_scale(column)})"
        spaced = exact.replace(",", ", ")
        again = f"CAST(SUM(`{name}`) AS {spaced})"
        return MartColumn(name, exact, described, f"SUM(CAST(`{column.name}` AS {spaced}))", again)
    return MartColumn(name, "DOUBLE", described, f"{kind.upper()}(`{column.name}`)", f"{kind.upper()}(`{name}`)")


def _scale(column: ColumnDraft) -> str:
    return column.type.rpartition(",")[2].rstrip(")") if column.type.startswith("DECIMAL") else "0"
