"""The single rules of gc by example: which releases, directories and lock files go."""

from datetime import timedelta

import pytest

from pipeline.gc import remove
from tests.unit.memory_storage import MemoryStorage
from tests.unit.warehouse.release.sales_events import PATHS, QUARTERS, START, an_event
from warehouse.errors import StorageError, UsageError
from warehouse.release.history import History
from warehouse.release.inventory import Inventory, take_inventory
from warehouse.release.manifest import Partition, Release, ReleasedTable
from warehouse.release.retention import Policy, RetentionState, plan_retention
from warehouse.run import parse_utc

DAY = Policy.of(1, 24)
NOTHING = Inventory({}, (), (), (), {}, {})
HOUR = timedelta(hours=1)


def ago(hours, now=START):
    return int((now - hours * HOUR).timestamp() * 1000)


def planned(inventory=NOTHING, events=(), releases=(), active=None, policy=DAY):
    manifests = {number: a_release(number) for number in releases}
    return plan_retention(policy, RetentionState(History(events), manifests, inventory, "c1", START, active))


def a_release(number):
    tables = {"clean": ReleasedTable("d", {})}
    return Release("sales", number, f"r{number}", "c1", {}, "2025-01-01 00:00:00", "ann", {}, {}, tables)


def history(*steps):
    return [an_event(kind, number, START - hours * HOUR) for kind, number, hours in steps]


def dropped(*steps, **changes):
    releases = {number for _, number, _ in steps}
    return [old.number for old in planned(events=history(*steps), releases=releases, **changes).releases]


def test_grace_counts_from_the_last_time_readers_were_moved_away():
    old = [("published", 1, 900), ("published", 2, 800)]
    assert dropped(*old, ("published", 3, 25)) == [1, 2]
    assert dropped(*old, ("rolled_back", 1, 700), ("published", 3, 23)) == [2]
    assert dropped(*old, ("published", 3, 23)) == [1]


def test_pinned_release_stays_until_it_is_unpinned():
    old = [("published", 1, 900), ("published", 2, 800), ("published", 3, 700)]
    assert dropped(*old, ("pinned", 1, 600)) == [2]
    assert dropped(*old, ("pinned", 1, 600), ("unpinned", 1, 500), ("pinned", 2, 400)) == [1]


def test_release_that_a_killed_command_moves_readers_to_stays():
    old = [("published", 1, 900), ("published", 2, 800), ("published", 3, 700)]
    assert dropped(*old) == [1, 2]
    assert dropped(*old, ("rolling_back", 1, 600)) == [2]
    assert dropped(*old, ("publishing", 4, 600)) == [1, 2]


def test_release_that_a_command_without_its_lock_meant_to_publish_goes_too():
    assert dropped(("published", 1, 900), ("discarded", 2, 800), ("publishing", 2, 700), ("published", 3, 600)) == [
        1,
        2,
    ]


def test_live_release_stays_however_many_are_newer():
    steps = [("published", 1, 900), ("published", 2, 800), ("published", 3, 700), ("rolled_back", 1, 600)]
    assert dropped(*steps) == [2]


@pytest.mark.parametrize("kind", ["held", "discarded", "accepted"])
def test_release_that_nobody_saw_goes_when_it_is_old_and_takes_no_place_of_one_that_was_seen(kind):
    assert dropped(("published", 1, 900), (kind, 2, 25)) == [2]
    assert dropped(("published", 1, 900), (kind, 2, 23)) == []


def test_leftovers_and_the_run_at_work_stay_while_somebody_writes():
    run = PATHS.clean("r9")
    inventory = Inventory(
        {run: (), PATHS.clean("r8"): ()}, (), (), (PATHS.staging("r9"),), {f"{run}/_temporary": ago(99)}, {}
    )
    assert [old.path for old in planned(inventory, active="r9").directories] == [PATHS.clean("r8")]
    assert [old.path for old in planned(inventory).directories] == [PATHS.staging("r9"), run, PATHS.clean("r8")]


def test_temporary_directories_go_by_age_and_with_what_they_are_in():
    run, staged = PATHS.clean("r1"), PATHS.staged("b1", "c1")
    temporary = {f"{run}/_temporary": ago(99), f"{staged}/_temporary": ago(25), f"{staged}/x=1/_temporary": ago(23)}
    plan = planned(Inventory({run: ()}, (staged,), (), (), temporary, {}))
    assert [old.path for old in plan.directories] == [run, f"{staged}/_temporary"]


def test_lock_files_of_the_dead_go_by_age_but_never_within_the_hour():
    inventory = Inventory({}, (), (), (), {}, {"old": ago(25), "new": ago(23), "now": ago(0.5)})
    assert planned(inventory).dead_lock_files == ("old",)
    assert planned(inventory, policy=Policy.of(1, 0)).dead_lock_files == ("old", "new")


def test_staged_rows_go_before_rejected_ones():
    staged, rejected = PATHS.staged("b1", "c2"), PATHS.quarantine("b1", "c2")
    plan = planned(Inventory({}, (staged,), (rejected,), (), {}, {}))
    assert [old.path for old in plan.directories] == [staged, rejected]


def test_run_directory_stays_when_a_release_refers_to_something_above_or_below_it():
    run = PATHS.clean("r1")
    inventory = Inventory({run: (f"{run}/quarter_start={QUARTERS[0]}",)}, (), (), (), {}, {})
    for path in (run, PATHS.clean_runs, f"{run}/quarter_start={QUARTERS[0]}/deeper"):
        release = a_release(1)
        release.tables["clean"].partitions["v"] = Partition(path, 1)
        plan = plan_retention(
            Policy(), RetentionState(History([]), {1: release}, inventory, "c1", START - 365 * 24 * HOUR)
        )
        assert plan.directories == ()


def test_removed_directory_lies_in_the_trash():
    storage = MemoryStorage()
    storage.create(f"{PATHS.staging('r2')}/staged=b2/part-0", b"12345")
    assert storage.content_size(PATHS.staging("r2")) == 5
    remove(storage, planned(take_inventory(storage, "sales")))
    assert list(storage.files) == [f"/user/ann/.Trash/Current{PATHS.staging('r2')}/staged=b2/part-0"]


@pytest.mark.parametrize("hours", [float("nan"), float("inf"), 1e300])
def test_grace_that_is_no_time_is_refused(hours):
    with pytest.raises(UsageError, match="--grace"):
        Policy.of(1, hours)


def test_moments_of_the_ledger_and_of_manifests_are_utc():
    assert parse_utc("2026-01-01 00:00:00") == parse_utc("2026-01-01T01:00:00+01:00") == START
    with pytest.raises(StorageError, match="yesterday"):
        parse_utc("yesterday")
