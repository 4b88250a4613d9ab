"""Which release a rollback shows, from events alone."""

import pytest

from pipeline.rollback import choose
from warehouse.errors import UsageError
from warehouse.release.history import History
from warehouse.release.ledger import Event


def events(*steps):
    return History([Event("x", kind, release, "r", "", "ann") for kind, release in steps])


def published(*releases):
    return [("published", release) for release in releases]


@pytest.mark.parametrize(
    ("steps", "shown"),
    [
        (published(1, 2), 1),
        ([*published(1, 2, 3), ("rolled_back", 2)], 1),
        # 3 was bad: who withdraws 4 as well does not want it back.
        ([*published(1, 2, 3), ("rolled_back", 2), *published(4)], 2),
        # Shown again by name, it is good again.
        ([*published(1, 2, 3), ("rolled_back", 2), ("rolled_back", 3), *published(4)], 3),
        ([*published(1, 2, 3), ("dropped", 2)], 1),
    ],
)
def test_a_rollback_shows_what_readers_saw_before(steps, shown):
    assert choose("x", events(*steps), None)[1] == shown


def test_a_release_that_was_withdrawn_can_be_named():
    steps = [*published(1, 2, 3), ("rolled_back", 2), *published(4)]
    assert choose("x", events(*steps), 3) == (4, 3)


def test_without_an_earlier_good_release_there_is_nothing_to_show():
    with pytest.raises(UsageError, match="no release before it is kept"):
        choose("x", events(*published(1, 2), ("rolled_back", 1)), None)
