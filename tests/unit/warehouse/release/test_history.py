"""What follows from the events of a dataset."""

import pytest

from warehouse.release.history import History
from warehouse.release.ledger import Event


def history(*steps):
    return History([Event("flights", kind, release, "r", "2026-11-24 14:00:00", "ann") for kind, release in steps])


@pytest.mark.parametrize(
    ("steps", "live", "interrupted"),
    [
        ([], None, None),
        ([("publishing", 1)], None, 1),
        ([("publishing", 1), ("published", 1)], 1, None),
        ([("publishing", 1), ("published", 1), ("publishing", 2)], 1, 2),
        ([("publishing", 1), ("published", 1), ("publishing", 2), ("discarded", 2)], 1, None),
        ([("publishing", 1), ("published", 1), ("held", 2)], 1, None),
        ([("published", 1), ("published", 2), ("rolled_back", 1)], 1, None),
        ([("published", 1), ("published", 2), ("rolled_back", 1), ("publishing", 3), ("published", 3)], 3, None),
        ([("held", 1)], None, None),
        ([("published", 1), ("published", 2), ("rolling_back", 1)], 2, 1),
        # Of a command that had lost its lock.
        ([("discarded", 1), ("publishing", 2), ("published", 2), ("publishing", 1)], 2, None),
        ([("published", 1), ("published", 2), ("rolled_back", 1), ("publishing", 2)], 1, None),
    ],
)
def test_live_and_interrupted_release_follow_from_the_events(steps, live, interrupted):
    assert history(*steps).live == live
    move = history(*steps).moving
    assert (move.release if move else None) == interrupted


@pytest.mark.parametrize(
    ("steps", "left"),
    [
        ([], None),
        ([("published", 1)], None),
        ([("published", 1), ("published", 2), ("rolled_back", 1)], 2),
        ([("published", 1), ("published", 2), ("rolled_back", 1), ("held", 3)], 2),
        ([("published", 1), ("published", 2), ("published", 3), ("rolled_back", 2), ("rolled_back", 1)], 3),
        ([("published", 1), ("published", 2), ("rolled_back", 1), ("published", 3)], None),
        ([("published", 1), ("published", 2), ("rolled_back", 1), ("rolled_back", 2)], None),
    ],
)
def test_what_a_rollback_took_readers_from_is_remembered_until_the_next_release(steps, left):
    assert history(*steps).rolled_back_from == left


def test_readable_is_what_readers_saw_once_and_gc_did_not_drop():
    steps = [("published", 1), ("published", 2), ("held", 3), ("rolled_back", 1), ("published", 4), ("dropped", 1)]
    assert history(*steps).readable == [2, 4]


def test_held_is_what_a_check_refused_and_nobody_published_or_dropped():
    steps = [("held", 1), ("held", 2), ("dropped", 1), ("published", 3), ("held", 4), ("discarded", 5)]
    assert history(*steps).held == [2, 4]


def test_pinned_until_unpinned():
    assert history(("pinned", 1), ("pinned", 2), ("unpinned", 1)).pinned == {2}
