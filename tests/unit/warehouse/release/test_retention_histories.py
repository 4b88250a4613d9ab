"""What gc decides over random histories of a dataset in memory."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.gc import remove
from tests.unit.memory_storage import MemoryStorage
from tests.unit.warehouse.release.sales_events import PATHS, QUARTERS, START, an_event
from warehouse.document import write
from warehouse.release import ledger
from warehouse.release.history import History, read_history
from warehouse.release.inventory import take_inventory
from warehouse.release.manifest import Partition, Release, ReleasedTable, load_release, release_numbers
from warehouse.release.retention import Policy, RetentionPlan, RetentionState, plan_retention

CONTRACTS = ("c1", "c2", "c3")
KINDS = ("published", "published", "published", "held", "discarded", "accepted", "unfinished", "crashed", "rolled_back",
         "pinned", "unpinned")  # fmt: skip


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
