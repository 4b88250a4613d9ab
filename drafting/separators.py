"""Decimal and thousands separators of a sample: a contract has one of each."""

from collections.abc import Collection, Mapping

from drafting.number_columns import CONVENTIONS, MOSTLY, count_fitting
from drafting.reading.sample import Sample

_GROUPS, _DECIMALS = (".", ","), (",", None)
_DOUBTS = (
    (_GROUPS, _DECIMALS, "1,234 is read as 1234, not as 1.234: all commas in numbers stand before three digits."),
    ((".", None), (",", "."), "1.234 is read as 1.234, not as 1234: all points in numbers stand before three digits."),
)
"""The convention that is chosen, another under which as many columns are numbers, and what to say."""

_SEPARATED = "[0-9][,' ][0-9]|[.][0-9]+[.]|[1-9][0-9]{0,2}[.][0-9]{3}$"


def choose_separators(
    sample: Sample, suspects: Mapping[int, int], tokens: list[str]
) -> tuple[tuple[str, str | None], list[str]]:
    """Decimal and thousands separator under which most columns are numbers, and what is in doubt about them.

    Args:
        sample: Rows.
        suspects: Places of columns that look like numbers, each with its number of values.
        tokens: Strings that are not values.
    """
    if sample.form.kind == "parquet" or not suspects:
        return CONVENTIONS[0], []
    numeric = {
        convention: [
            place
            for place, values in suspects.items()
            if count_fitting(sample, f"c{place}", tokens, convention) >= MOSTLY * values
        ]
        for convention in (CONVENTIONS if _has(sample, suspects, _SEPARATED) else CONVENTIONS[:1])
    }
    most = max(map(len, numeric.values()))
    best = [convention for convention, places in numeric.items() if len(places) == most]
    numbers = numeric[best[0]]
    # No group of three digits comes after a zero alone.
    if best[0] == _GROUPS and _DECIMALS in best and _has(sample, numbers, "^[+-]?0,[0-9]"):
        return _DECIMALS, []
    # Dates and addresses have points too, but are numbers by no convention.
    if not _has(sample, numbers, _SEPARATED):
        return best[0], []
    return best[0], [doubt for chosen, other, doubt in _DOUBTS if best[0] == chosen and other in best]


def _has(sample: Sample, places: Collection[int], pattern: str) -> bool:
    """Whether a value of some columns has a part that matches."""
    if not places:
        return False
    found = " OR ".join(f"regexp_matches(c{place}, ?)" for place in places)
    sql = f"SELECT count(*) FROM (SELECT 1 FROM sample WHERE {found} LIMIT 1)"
    return bool(sample.ask(sql, [pattern] * len(places))[0][0])
