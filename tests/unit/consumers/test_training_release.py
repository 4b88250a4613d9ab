"""The release that a training set is made of: the one that readers saw at its moment."""

from datetime import UTC, datetime, timedelta

import pytest

from consumers.training import release_at
from warehouse.errors import UsageError
from warehouse.release.ledger import Event


def events(*moves):
    return [Event("sales", kind, release, f"r{release}", at, "ann") for kind, release, at in moves]


MOVES = events(
    ("publishing", 1, "2020-01-01 09:59:00"),
    ("published", 1, "2020-01-01 10:00:00"),
    ("published", 2, "2020-02-01 10:00:00"),
    ("rolled_back", 1, "2020-03-01 10:00:00"),
    ("held", 3, "2020-04-01 10:00:00"),
)


@pytest.mark.parametrize(
    ("as_of", "release"),
    [
        ("2020-01-01 10:00:01", 1),
        ("2020-02-01 10:00:00", 1),
        # In the second of a move nobody can know later whether it was before or after.
        ("2020-02-01 10:00:00.999999", 1),
        ("2020-02-01 10:00:01", 2),
        ("2020-03-01 10:00:01", 1),
        ("2021-01-01 00:00:00", 1),
    ],
)
def test_release_is_the_one_that_readers_saw_then(as_of, release):
    assert release_at("sales", MOVES, datetime.fromisoformat(as_of).replace(tzinfo=UTC)) == release


def test_release_of_another_time_zone_is_that_of_the_same_instant():
    assert release_at("sales", MOVES, datetime.fromisoformat("2020-02-01 15:45:00+05:45")) == 1
    assert release_at("sales", MOVES, datetime.fromisoformat("2020-02-01 15:45:01+05:45")) == 2


@pytest.mark.parametrize(
    ("as_of", "moves", "words"),
    [
        (datetime(2020, 1, 1), MOVES, "has no time zone"),
        (datetime(2020, 1, 1, tzinfo=UTC), MOVES, "had no release at .*first was published at 2020-01-01 10:00:00"),
        (datetime(2020, 1, 1, tzinfo=UTC), [], "it has none yet"),
        (datetime.now(UTC) + timedelta(days=1), MOVES, "in the future"),
    ],
)
def test_moment_without_an_answer_is_refused(as_of, moves, words):
    with pytest.raises(UsageError, match=words):
        release_at("sales", moves, as_of)
