"""Numbers of a sample that may be counts since 1970: the unit that they have."""

from drafting.reading.sample import Sample
from warehouse.contract.datetimes.number_formats import EPOCH_AUTO, EPOCH_FRACTIONAL, EPOCH_NANOSECONDS, EPOCH_UNITS

_MICROS_A_SECOND, _NANOS_A_SECOND = 1_000_000, 1_000_000_000
_NAMED = 315_532_800, 4_102_444_800  # 1980 to 2100
_UNNAMED = 631_152_000, 2_524_608_000  # 1990 to 2050
_SECONDS = "epoch-seconds"
_A_SECOND = {name: _MICROS_A_SECOND // micros for name, micros in EPOCH_UNITS.items()}


def epoch_format(sample: Sample, column: str, tokens: list[str], named: bool) -> str | None:
    """The epoch format under which all values of a column are likely moments, `None` when there is none.

    Args:
        sample: Has the column.
        column: Its place, `c0`.
        tokens: Strings that are not values.
        named: It is called like a time. Numbers without a name are timestamps of fewer years, and not nanoseconds:
            identifiers of 18 and 19 digits look like those.
    """
    units = {**_A_SECOND, EPOCH_NANOSECONDS: _NANOS_A_SECOND} if named else _A_SECOND
    first, last = _NAMED if named else _UNNAMED
    counts = ", ".join(f"count_if(number BETWEEN {first * unit} AND {last * unit})" for unit in units.values())
    sql = f"""
        WITH numbers AS (
            SELECT TRY_CAST({column} AS DECIMAL(38, 12)) AS number FROM sample
            WHERE {column} IS NOT NULL AND NOT list_contains(?, {column})
        )
        SELECT count(*), count_if(number <> floor(number)), {counts} FROM numbers"""
    # Where no value is a number, `count_if` gives NULL.
    values, fractions, *found = (count or 0 for count in sample.ask(sql, [tokens])[0])
    fitting = [name for name, count in zip(units, found, strict=True) if values and count == values]
    if fractions:
        return EPOCH_FRACTIONAL if fitting == [_SECONDS] else None
    if fitting:
        return fitting[0]
    return EPOCH_AUTO if values and sum(found[: len(_A_SECOND)]) == values else None
