"""Shares of rejected and superseded rows: what is new counts, against what the contract accepts."""

from types import SimpleNamespace
from typing import Any

import pytest

from pipeline.thresholds import superseded_checks

Superseded = dict[str, dict[str, dict[str, int]]]
"""Rows by quarter, batch and file."""

Q1 = "2024-01-01"
KNOWN = {Q1: {"old": {"a.csv": 4}}}
"""What was superseded before: of the old batch four rows."""


def failures(
    limit: float | None, superseded: Superseded, new: dict[str, int], kept: Superseded | None = None
) -> list[tuple[str, ...]]:
    """What the check finds, if there is one, about new batches with so many accepted rows."""
    rows = {**new, "old": 100}
    inputs: Any = SimpleNamespace(
        contract=SimpleNamespace(superseded_threshold=limit, key=("code", "day")),
        kept=None if kept is None else SimpleNamespace(batches=["old"], superseded=kept),
        staged={batch: SimpleNamespace(batch=batch, staged=count) for batch, count in rows.items()},
    )
    release: Any = SimpleNamespace(dataset="shop", superseded=superseded)
    return [check.failures for check in superseded_checks(inputs, release, ["x by y", "z by w", "3", "4"])]


def test_rows_that_were_superseded_before_do_not_count() -> None:
    assert failures(0, KNOWN, {"new": 20}, KNOWN) == [()]
    assert failures(0, KNOWN, {}, KNOWN) == [()]


def test_what_new_rows_replace_and_what_loses_among_them_is_held_with_examples() -> None:
    now = {Q1: {"old": {"a.csv": 6}, "new": {"b.csv": 3}}}
    ((failure,),) = failures(0.2, now, {"new": 20}, KNOWN)
    assert failure == (
        "rows superseded by this run: 5 (25.00% of 20 new), the contract accepts 20.00%: 3 of the new ones and 2 of "
        "the live release; key code, day, e.g. x by y; z by w; 3; "
        "if the key is wrong, correct it and run ./stackhouse reprocess shop"
    )


@pytest.mark.parametrize(("limit", "held"), [(0.24, True), (0.25, False), (1, False)])
def test_only_a_larger_share_is_held(limit: float, held: bool) -> None:
    (found,) = failures(limit, {Q1: {"old": {"a.csv": 9}}}, {"new": 20}, KNOWN)
    assert bool(found) == held


def test_all_batches_are_new_where_all_rows_are_read_again() -> None:
    ((failure,),) = failures(0, KNOWN, {})
    assert failure.startswith("rows superseded by this run: 4 (4.00% of 100 new)")


def test_contract_without_a_limit_has_no_check() -> None:
    assert failures(None, KNOWN, {"new": 1}, {}) == []
