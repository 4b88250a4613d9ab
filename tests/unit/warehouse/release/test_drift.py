"""Drift: what is compared, and which change is too large."""

from decimal import Decimal

import pytest

from warehouse.contract.model import DriftLimit
from warehouse.release.drift import drift_failures, rebuilt_quarters, row_counts
from warehouse.release.manifest import Partition, Release, ReleasedTable

Q1, Q2, Q3 = "2024-01-01", "2024-04-01", "2024-07-01"


def release(number: int, **tables: dict[str, Partition]) -> Release:
    released = {name: ReleasedTable("d", partitions) for name, partitions in tables.items()}
    return Release("shop", number, f"run{number}", "c", {}, "", "", {}, {}, released)


LIVE = release(1, clean={Q1: Partition("/a", 10), Q2: Partition("/b", 20), "2023-10-01": Partition("/gone", 1)})
NEW = release(2, clean={Q1: Partition("/a", 10), Q2: Partition("/b2", 30), Q3: Partition("/c", 5)}, totals={})


GONE = "2023-10-01"


def test_quarters_that_a_release_has_anew_or_not_any_more_are_compared() -> None:
    assert rebuilt_quarters(LIVE, NEW, "clean") == [Q2, GONE]
    assert rebuilt_quarters(LIVE, NEW, "totals") == []
    assert row_counts(NEW, "clean", [Q2, GONE]) == {Q2: Decimal(30), GONE: Decimal(0)}


def test_quarter_that_lost_all_its_rows_passes_no_limit() -> None:
    rows = [row_counts(found, "clean", [GONE]) for found in (LIVE, NEW)]
    assert drift_failures(DriftLimit(0.9, "clean", None), *rows) == [
        "clean 2023Q4: rows 1 -> 0 (-100.00%), the contract accepts 90.00%"
    ]
    sums = {GONE: Decimal(7)}, {}
    assert len(drift_failures(DriftLimit(0.9, "clean", "amount"), *sums)) == 1


def failures(before: str | None, after: str | None, limit: float = 0.2) -> list[str]:
    figures = [{Q2: None if text is None else Decimal(text)} for text in (before, after)]
    return drift_failures(DriftLimit(limit, "clean", "amount"), *figures)


@pytest.mark.parametrize(
    ("before", "after"),
    [("100", "120"), ("100", "80"), ("-100", "-120"), ("0.00", "0"), (None, None), ("0.1", "0.12"), ("7", "7")],
)
def test_change_up_to_the_limit_is_accepted(before: str | None, after: str | None) -> None:
    assert failures(before, after) == []


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("100", "120.01", "100 -> 120.01 (+20.01%)"),
        ("100", "79.99", "100 -> 79.99 (-20.01%)"),
        ("-100", "-121", "-100 -> -121 (-21.00%)"),
        ("1000", "-1000", "1,000 -> -1,000 (-200.00%)"),
        ("0", "0.01", "0 -> 0.01 (no percentage)"),
        (None, "0", "NULL -> 0 (no percentage)"),
        ("1", None, "1 -> NULL (no percentage)"),
    ],
)
def test_larger_change_is_told_with_table_column_quarter_and_figures(
    before: str | None, after: str | None, told: str
) -> None:
    assert failures(before, after) == [f"clean 2024Q2: SUM(amount) {told}, the contract accepts 20.00%"]


def test_rows_are_called_rows_and_a_limit_may_be_above_one() -> None:
    three_times = [{Q2: Decimal(10)}, {Q2: Decimal(30)}]
    assert drift_failures(DriftLimit(2.0, "totals"), *three_times) == []
    assert drift_failures(DriftLimit(1.9, "totals"), *three_times) == [
        "totals 2024Q2: rows 10 -> 30 (+200.00%), the contract accepts 190.00%"
    ]


def test_quarter_that_nothing_was_read_of_is_a_change_and_one_without_a_figure_before_is_none() -> None:
    assert drift_failures(DriftLimit(0.5), {Q1: Decimal(3)}, {Q2: Decimal(9)}) == [
        "clean 2024Q1: rows 3 -> NULL (no percentage), the contract accepts 50.00%"
    ]
