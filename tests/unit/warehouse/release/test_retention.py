"""What gc decides, over random histories of a dataset in memory, and the single rules by example."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.gc import remove
from tests.unit.memory_storage import MemoryStorage
from warehouse.document import write
from warehouse.errors import StorageError, UsageError
from warehouse.paths import DatasetPaths
from warehouse.release import ledger
from warehouse.release.history import History, read_history
from warehouse.release.inventory import Inventory, take_inventory
from warehouse.release.manifest import Partition, Release, ReleasedTable, load_release, release_numbers
from warehouse.release.retention import Policy, RetentionPlan, RetentionState, plan_retention
from warehouse.run import parse_utc
from warehouse.settings import DEFAULT_ROOT

PATHS = DatasetPaths("sales", DEFAULT_ROOT)
QUARTERS = ("2001-01-01", "2001-04-01", "2001-07-01")
CONTRACTS = ("c1", "c2", "c3")
START = datetime(2026, 1, 1, tzinfo=UTC)
KINDS = ("published", "published", "published", "held", "discarded", "accepted", "unfinished", "crashed", "rolled_back",
         "pinned", "unpinned")  # fmt: skip


def an_event(kind, release, at):
    return ledger.Event("sales", kind, release, f"r{release}", f"{at:%Y-%m-%d %H:%M:%S}", "ann")


@dataclass
class World:
    """A dataset as commands leave it, with what must follow from its history kept beside it."""

    storage: MemoryStorage = field(default_factory=MemoryStorage)
    now: datetime = START
    runs: int = 0
    live: int | None = None
    contract: str = "c1"
    used: dict[int, datetime] = field(default_factory=dict)
    readable: set[int] = field(default_factory=set)
    pinned: set[int] = field(default_factory=set)
    manifests: dict[int, Release] = field(default_factory=dict)

    def step(self, kind, quarters, contract, hours, choice):
        self.now += timedelta(hours=hours)
        if kind == "rolled_back":
            if self.readable:
                self.move("rolled_back", sorted(self.readable)[choice % len(self.readable)])
            return
        if kind in ("pinned", "unpinned"):
            self.pin(kind, choice)
            return
        self.contract = contract
        self.runs += 1
        release = self.build(self.runs, quarters)
        if kind == "crashed":
            self.storage.create(f"{PATHS.staging(release.run)}/staged=b1/part", b"x")
            return
        self.storage.create(PATHS.release(release.number), write(release))
        self.manifests[release.number] = release
        self.used[release.number] = self.now
        if kind == "published":
            self.move("published", release.number)
        elif kind != "unfinished":
            ledger.append(self.storage, an_event(kind, release.number, self.now))

    def build(self, number, quarters):
        """A release that shares what it did not build with the live one, as a run does."""
        run, batch = f"r{number}", f"b{number}"
        self.storage.create(f"{PATHS.raw_batch(batch)}/file", b"raw")
        for place in (PATHS.staged, PATHS.quarantine):
            self.storage.create(f"{place(batch, self.contract)}/part", b"x")
        live = self.manifests.get(self.live)
        shared = live.tables if live and live.contract == self.contract else {}
        tables = {}
        for table, target in (("clean", PATHS.clean(run)), ("totals", PATHS.mart("totals", run))):
            made = {value: Partition(f"{target}/quarter_start={value}", 1) for value in quarters}
            for partition in made.values():
                self.storage.create(f"{partition.path}/part", b"x")
            tables[table] = ReleasedTable("d", {**(shared[table].partitions if shared else {}), **made})
        rejected = {batch: Partition(PATHS.quarantine(batch, self.contract), 1)}
        old = shared["quarantine"].partitions if shared else {}
        tables["quarantine"] = ReleasedTable("d", {**old, **rejected})
        at = f"{self.now:%Y-%m-%d %H:%M:%S}"
        return Release("sales", number, run, self.contract, {}, at, "ann", {}, {}, tables)

    def pin(self, kind, choice):
        choices = sorted(self.readable if kind == "pinned" else self.pinned)
        if choices:
            number = choices[choice % len(choices)]
            ledger.append(self.storage, an_event(kind, number, self.now))
            self.pinned ^= {number} if (number in self.pinned) == (kind == "unpinned") else set()

    def move(self, kind, number):
        ledger.append(self.storage, an_event(kind, number, self.now))
        if self.live is not None:
            self.used[self.live] = self.now
        self.live = number
        self.readable.add(number)

    def state(self, contract="c1"):
        events = ledger.events(self.storage, "sales")
        numbers = set(release_numbers(self.storage, "sales")) - History(events).dropped
        releases = {number: load_release(self.storage, "sales", number) for number in numbers}
        return RetentionState(History(events), releases, take_inventory(self.storage, "sales"), contract, self.now)

    def do(self, plan, actions=None):
        """What gc does, or its first actions."""
        drops = plan.releases[:actions]
        left = None if actions is None else actions - len(drops)
        for old in drops:
            ledger.append(self.storage, an_event("dropped", old.number, self.now))
            self.readable.discard(old.number)
        remove(self.storage, RetentionPlan((), plan.directories[:left], plan.dead_lock_files[:left]))

    @property
    def staying(self):
        return self.manifests.keys() - read_history(self.storage, "sales").dropped

    def files(self):
        return {path for path in self.storage.files if not path.startswith(("/user/", "/stackhouse/ledger/"))}


STEPS = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        st.sets(st.sampled_from(QUARTERS)).map(sorted),
        st.sampled_from(("c1", "c1", "c2", "c3")),
        st.integers(0, 200),
        st.integers(0, 9),
    ),
    max_size=12,
)
POLICIES = st.builds(Policy.of, st.integers(1, 4), st.sampled_from((0, 24, 168)))
TODAY = st.sampled_from(CONTRACTS)


def world_of(steps):
    world = World()
    for step in steps:
        world.step(*step)
    world.now += timedelta(hours=1)
    return world


def expected_to_go(world, policy):
    """By the history that was played, not by the ledger."""
    old = {number for number, used in world.used.items() if world.now - used >= policy.grace}
    return old - set(sorted(world.readable)[-policy.keep :]) - {world.live} - world.pinned


@settings(deadline=None)
@given(STEPS, POLICIES, TODAY)
def test_exactly_the_old_releases_go_and_never_the_live_one(steps, policy, today):
    world = world_of(steps)
    plan = plan_retention(policy, world.state(today))
    assert {old.number for old in plan.releases} == expected_to_go(world, policy)
    assert all(old.since == world.used[old.number] for old in plan.releases)


@settings(deadline=None)
@given(STEPS, STEPS, POLICIES, TODAY)
def test_what_stays_is_whole_and_nothing_else_is_left(before, after, policy, today):
    world = world_of(before)
    world.do(plan_retention(policy, world.state(today)))
    for step in after:
        world.step(*step)
    raw = {path for path in world.files() if path.startswith(PATHS.raw)}
    world.do(plan_retention(policy, world.state(today)))
    releases = [world.manifests[number] for number in world.staying]
    paths = {
        part.path for release in releases for table in release.tables.values() for part in table.partitions.values()
    }
    contracts = {release.contract for release in releases} | {today}
    found = {path.removesuffix("/part") for path in world.files() if path.endswith("/part")}
    assert paths <= found
    assert all(path in paths or path.rpartition("contract=")[2] in contracts for path in found)
    assert {path for path in world.files() if path.startswith(PATHS.raw)} == raw
    assert {f"{PATHS.releases}/{number:06d}.json" for number in world.manifests} <= world.files()
    empty = plan_retention(policy, world.state(today))
    assert (empty.releases, empty.directories) == ((), ())


@settings(max_examples=200, deadline=None)
@given(STEPS, POLICIES, TODAY, st.data())
def test_gc_that_was_killed_anywhere_is_finished_by_the_next(steps, policy, today, data):
    whole, killed = world_of(steps), world_of(steps)
    plan = plan_retention(policy, whole.state(today))
    whole.do(plan)
    killed.do(plan, data.draw(st.integers(0, len(plan.releases) + len(plan.directories))))
    for staged in take_inventory(killed.storage, "sales").staged:
        # A run that finds the staged rows of a batch takes the rejected ones for there.
        assert killed.storage.exists(staged.replace("/staged/", "/quarantine/"))
    killed.do(plan_retention(policy, killed.state(today)))
    assert killed.staying == whole.staying
    assert killed.files() == whole.files()


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


def test_inventory_sees_what_each_thing_is():
    storage = MemoryStorage()
    run, staged = PATHS.clean("r1"), PATHS.staged("b1", "c1")
    for path in (
        f"{run}/_SUCCESS",
        f"{run}/_temporary/0/x",
        f"{run}/quarter_start=2001-01-01/part-0",
        f"{staged}/quarter_start=2001-01-01/_temporary/x",
        f"{PATHS.mart('totals', 'r1')}/_SUCCESS",
        f"{PATHS.quarantine('b1', 'c1')}/part-0",
        f"{PATHS.staging('r2')}/staged=b2/part-0",
        f"{PATHS.raw_incoming('00')}/file",
        f"{PATHS.raw_batch('b1')}/_temporary/x",
        DatasetPaths("sales2", DEFAULT_ROOT).clean("r1") + "/part-0",
    ):
        storage.create(path, b"x")
    assert take_inventory(storage, "sales") == Inventory(
        runs={run: (f"{run}/quarter_start=2001-01-01",), PATHS.mart("totals", "r1"): ()},
        staged=(staged,),
        quarantine=(PATHS.quarantine("b1", "c1"),),
        leftovers=(PATHS.staging("r2"), PATHS.raw_incoming("00")),
        temporary={f"{run}/_temporary": 0, f"{staged}/quarter_start=2001-01-01/_temporary": 0},
        dead_lock_files={},
    )


def test_only_traces_of_commands_in_the_ledger_and_of_this_dataset_are_seen():
    storage = MemoryStorage()
    for name in ("sales.noted", "sales.unknown", "sales2.noted"):
        storage.create(f"/stackhouse/locks/_gone.{name}", b"{}")
    storage.create("/stackhouse/ledger/runs/sales.noted.json", b"")
    assert take_inventory(storage, "sales").dead_lock_files == {"/stackhouse/locks/_gone.sales.noted": 0}


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
