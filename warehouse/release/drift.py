"""How far the quarters of a release are from those that readers see."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from warehouse.contract.model import DriftLimit
from warehouse.quarter import Quarter
from warehouse.release.manifest import Release

Figures = Mapping[str, Decimal | None]
"""A sum or a number of rows by quarter partition value; `None`: the sum is NULL."""


def rebuilt_quarters(live: Release, release: Release, table: str) -> list[str]:
    """Quarters of a table that the live release has and this one has rebuilt or no longer has.

    Args:
        live: What readers see.
        release: The newer release.
        table: `clean`, `quarantine` or a mart.
    """
    if table not in live.tables:
        return []
    after = release.tables[table].partitions
    return [
        value
        for value, old in live.tables[table].partitions.items()
        if value not in after or after[value].path != old.path
    ]


def row_counts(release: Release, table: str, quarters: Sequence[str]) -> Figures:
    """Rows by quarter, as the manifest says.

    Args:
        release: The release.
        table: `clean`, `quarantine` or a mart.
        quarters: Partition values.
    """
    partitions = release.tables[table].partitions
    return {value: Decimal(partitions[value].rows if value in partitions else 0) for value in quarters}


def drift_failures(limit: DriftLimit, before: Figures, after: Figures) -> list[str]:
    """Quarters whose figure changed more than a limit allows, one line each; none without a figure before.

    Args:
        limit: The limit.
        before: Figure of each quarter in the live release.
        after: The same in the newer release.
    """
    what = f"SUM({limit.column})" if limit.column else "rows"
    failures = []
    for value, old in before.items():
        new = after.get(value)
        change = _change(old, new)
        if change is None or abs(change) > Fraction(str(limit.limit)):
            shown = "no percentage" if change is None else f"{float(change):+.2%}"
            failures.append(
                f"{limit.table} {Quarter.from_partition(value)}: {what} {_shown(old)} -> {_shown(new)} "
                f"({shown}), the contract accepts {limit.limit:.2%}"
            )
    return failures


def _change(old: Decimal | None, new: Decimal | None) -> Fraction | None:
    """Change as a share of the old figure; `None` when that is nothing."""
    if old == new:
        return Fraction(0)
    if not old or new is None:
        return None
    return (Fraction(new) - Fraction(old)) / abs(Fraction(old))


def _shown(figure: Decimal | None) -> str:
    return "NULL" if figure is None else f"{figure:,f}"
