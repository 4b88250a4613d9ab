"""The first mart: its name and its SQL."""

from drafting.measures import FirstMart, MartColumn
from drafting.naming import LONGEST

_ENDING = "_by_quarter"


def mart_name(dataset: str) -> str:
    """Name of the first mart of a dataset."""
    name = dataset[: LONGEST - len(_ENDING)] + _ENDING
    return name if name != dataset else f"rows{_ENDING}"


def mart_sql(dataset: str, mart: FirstMart) -> str:
    """The SELECT of the mart."""
    selected = ",\n".join(f"    {_selected(column)}" for column in mart.columns)
    grouped = ", ".join(["`quarter_start`", *([mart.division.sql] if mart.division else [])])
    return f"""-- Figures of {dataset} by quarter. Drafted by ./stackhouse new: change it as you like.
--
-- Grain:  one row per {mart.grain}.
-- Reads:  clean, the clean rows of the quarters to build.
-- Usage:  Spark SQL, run by `./stackhouse run {dataset}`; published as {dataset}.{mart.name}.
--
-- Sums are DECIMAL: those of DOUBLE depend on the number of cores.
SELECT
    `quarter_start`,
    CONCAT(DATE_FORMAT(`quarter_start`, 'yyyy'), 'Q', QUARTER(`quarter_start`)) AS `quarter`,
{selected}
FROM `clean`
GROUP BY {grouped}
"""


def _selected(column: MartColumn) -> str:
    name = f"`{column.name}`"
    return name if column.sql == name else f"{column.sql} AS {name}"
