"""Timestamps that are counts since 1970-01-01 00:00 UTC."""

from pyspark.sql import Column as Expression
from pyspark.sql import functions as F

from warehouse.contract.datetimes.number_formats import EPOCH_AUTO, EPOCH_FRACTIONAL, EPOCH_NANOSECONDS, EPOCH_UNITS

_FIRST_MICROS, _LAST_MICROS = -62_135_596_800_000_000, 253_402_300_799_999_999
_MICROS_A_SECOND, _NANOS_A_MICRO = 1_000_000, 1_000
_LIMITS = {"epoch-seconds": 10**11, "epoch-milliseconds": 10**14, "epoch-microseconds": 10**17}
"""Below which magnitude a count of `EPOCH_AUTO` is one of the unit, if it is not one of the units before."""


def from_epoch(text: Expression, form: str) -> Expression:
    """UTC wall clock of a count, NULL when the text is not one or its year is not 1 to 9999.

    Args:
        text: The field.
        form: One of `EPOCH_FORMATS`.
    """
    if form == EPOCH_FRACTIONAL:
        micros = _from_fraction(text)
    elif form == EPOCH_NANOSECONDS:
        micros = _from_nanoseconds(_whole(text))
    elif form == EPOCH_AUTO:
        micros = _by_magnitude(_whole(text))
    else:
        micros = _from_unit(_whole(text), EPOCH_UNITS[form])
    return F.timestamp_micros(micros).cast("timestamp_ntz")


def _whole(text: Expression) -> Expression:
    return F.when(text.rlike(r"\A[+-]?[0-9]+\z"), text.try_cast("bigint"))


def _from_unit(count: Expression, unit: int) -> Expression:
    known = F.when(count.between(-(-_FIRST_MICROS // unit), _LAST_MICROS // unit), count)
    return known * F.lit(unit)


def _from_fraction(text: Expression) -> Expression:
    """Seconds with a fraction, rounded to microseconds."""
    written = F.when(text.rlike(r"\A[+-]?[0-9]+(?:[.][0-9]+)?\z"), text.try_cast("decimal(38,18)"))
    first, last = (F.lit(limit // _MICROS_A_SECOND) for limit in (_FIRST_MICROS, _LAST_MICROS))
    known = F.when(written.between(first, last + 1), written)
    return (F.round(known, 6) * F.lit(_MICROS_A_SECOND)).cast("bigint")


def _from_nanoseconds(count: Expression) -> Expression:
    """Whole microseconds before or at a count of nanoseconds."""
    exact = count.cast("decimal(19,0)") / F.lit(_NANOS_A_MICRO).cast("decimal(4,0)")
    return F.floor(exact).cast("bigint")


def _by_magnitude(count: Expression) -> Expression:
    found = [F.when(count.between(1 - limit, limit - 1), _from_unit(count, EPOCH_UNITS[unit]))
             for unit, limit in _LIMITS.items()]  # fmt: skip
    return F.coalesce(*found)
