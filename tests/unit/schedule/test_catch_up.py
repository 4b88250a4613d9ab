"""`schedule run` over a ledger in memory; a run is what it would leave there."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from schedule.catch_up import catch_up
from schedule.due import read_progress
from tests.contract.contract_examples import contract_of
from tests.unit.memory_storage import MemoryStorage
from warehouse.document import write
from warehouse.errors import HeldError, LockedError
from warehouse.paths import DatasetPaths
from warehouse.quarter import Quarter
from warehouse.release.ledger import Event, RunRecord, append, record_run
from warehouse.release.manifest import Partition, Release, ReleasedTable
from warehouse.run import new_run_id
from warehouse.settings import DEFAULT_ROOT
from warehouse.staged import StagedBatch

CONTRACT = replace(contract_of({}), lateness=timedelta(days=10))
PATHS = DatasetPaths("x", DEFAULT_ROOT)
NOW = datetime(2026, 11, 26, 4, 30, tzinfo=UTC)
Q1, Q2, Q3, Q4 = (Quarter(2026, number) for number in (1, 2, 3, 4))


class Warehouse:
    """Batches with quarters, and runs that build what is new and what they are asked for."""

    def __init__(self) -> None:
        self.storage = MemoryStorage()
        self.batches: dict[str, list[Quarter]] = {}
        self.built: dict[Quarter, str] = {}
        self.published: set[str] = set()
        self.releases = 0
        self.now = NOW
        self.ran: list[str] = []

    def load(self, batch: str, *quarters: Quarter) -> None:
        self.batches[batch] = list(quarters)
        self.storage.create(f"{PATHS.raw_batch(batch)}/_manifest.json", b"{}")

    def stage(self, batch: str) -> None:
        rows = {quarter.start.isoformat(): 1 for quarter in self.batches[batch]}
        staged = StagedBatch(batch, 1, len(rows), len(rows), 0, rows, {}, {})
        path = f"{PATHS.staged(batch, CONTRACT.fingerprint)}/_staged.json"
        if not self.storage.exists(path):
            self.storage.create(path, write(staged))

    def run(self, step: tuple[Quarter, ...], publish: bool = True, outcome: str = "done") -> None:
        self.ran.append(" ".join(map(str, step)) or "all")
        run = new_run_id(self.now)
        parameters = {"quarters": " ".join(map(str, step))} if step else {}
        for batch in self.batches:
            self.stage(batch)
        if publish:
            new = {quarter for batch in self.batches.keys() - self.published for quarter in self.batches[batch]}
            self.built |= dict.fromkeys(new | set(step), run)
            self.published = set(self.batches)
            self.publish(run)
        record_run(self.storage, RunRecord("x", run, "run", parameters, outcome, "", "", 1.0, "a", "b", 1, "c"))

    def publish(self, run: str) -> None:
        self.releases += 1
        parts = {
            quarter.start.isoformat(): Partition(f"{PATHS.clean(by)}/quarter_start={quarter.start}", 1)
            for quarter, by in self.built.items()
        }
        batches = {batch: StagedBatch(batch, 1, 0, 0, 0, {}, {}, {}) for batch in self.published}
        tables = {"clean": ReleasedTable("d", parts)}
        release = Release("x", self.releases, run, "c", {}, "", "ann", batches, {}, tables)
        self.storage.publish(PATHS.release(self.releases), write(release))
        append(self.storage, Event("x", "published", self.releases, run, "", "ann"))

    def hold(self, _step: tuple[Quarter, ...]) -> None:
        self.run(_step, publish=False, outcome="held")
        raise HeldError("too many rows are rejected")

    def catch_up(self, run=None) -> list[str]:
        """What one call of the timer runs."""
        self.ran = []
        catch_up(self.storage, CONTRACT, self.now, run or self.run, print)
        return self.ran


@pytest.fixture
def warehouse():
    return Warehouse()


def on(warehouse, year, month, day):
    warehouse.now = datetime(year, month, day, 4, 30, tzinfo=UTC)


def test_nothing_loaded_is_nothing_due(warehouse, capsys):
    assert warehouse.catch_up() == []
    assert capsys.readouterr().out == "nothing due: no rows of x are loaded for 2026Q3, the last complete quarter\n"


def test_first_time_everything_loaded_is_run_at_once(warehouse, capsys):
    warehouse.load("aa", Q1, Q2, Q3, Q4)
    assert warehouse.catch_up() == ["all"]
    assert capsys.readouterr().out == "1 batch may hold rows of the last complete quarter: run x\n"
    assert warehouse.catch_up() == []
    assert capsys.readouterr().out == "nothing due: 2026Q3, the last complete quarter of x, has been run\n"


def test_quarters_of_which_a_part_was_published_are_caught_up_oldest_first(warehouse, capsys):
    on(warehouse, 2026, 2, 15)
    warehouse.load("aa", Q1, Q2, Q3)
    warehouse.run(())
    warehouse.now = NOW
    assert warehouse.catch_up() == ["2026Q1", "2026Q2", "2026Q3"]
    assert "2026Q1 is complete and has not been run since: run x --quarter 2026Q1" in capsys.readouterr().out
    assert warehouse.catch_up() == []


def test_quarter_waits_for_late_data(warehouse):
    on(warehouse, 2026, 9, 30)
    warehouse.load("aa", Q3)
    warehouse.run(())
    on(warehouse, 2026, 10, 10)
    assert warehouse.catch_up() == []
    on(warehouse, 2026, 10, 12)
    assert warehouse.catch_up() == ["2026Q3"]


def test_batch_that_is_new_is_not_run_once_the_last_quarter_is(warehouse, capsys):
    warehouse.load("aa", Q3)
    warehouse.run(())
    warehouse.load("bb", Q4)
    assert warehouse.catch_up() == []
    assert "new batches wait for the next quarter, or for ./stackhouse run x" in capsys.readouterr().out
    on(warehouse, 2027, 1, 12)
    assert warehouse.catch_up() == ["all"]


def test_what_a_run_built_on_the_way_is_not_run_again(warehouse):
    on(warehouse, 2026, 3, 1)
    warehouse.load("aa", Q1)
    warehouse.run(())
    warehouse.now = NOW
    warehouse.load("bb", Q2, Q3)
    assert warehouse.catch_up() == ["2026Q1"]


def test_run_that_is_held_is_the_last_and_is_tried_again_on_the_next_day(warehouse):
    on(warehouse, 2026, 5, 15)
    warehouse.load("aa", Q2, Q3)
    warehouse.run(())
    warehouse.now = NOW
    with pytest.raises(HeldError):
        warehouse.catch_up(warehouse.hold)
    assert warehouse.ran == ["2026Q2"]
    warehouse.now += timedelta(days=1)
    assert warehouse.catch_up() == ["2026Q2", "2026Q3"]


def test_quarter_whose_rows_are_all_held_is_known_and_due(warehouse):
    warehouse.load("aa", Q3)
    with pytest.raises(HeldError):
        warehouse.catch_up(warehouse.hold)
    assert warehouse.ran == ["all"]
    assert warehouse.catch_up() == ["2026Q3"]


def test_second_one_at_a_time_ends_with_what_the_lock_says(warehouse):
    warehouse.load("aa", Q3)

    def locked(_step):
        raise LockedError("dataset x is locked by ann")

    with pytest.raises(LockedError, match="locked by ann"):
        warehouse.catch_up(locked)


def test_quarter_that_was_run_by_name_stays_run_after_a_rollback(warehouse):
    on(warehouse, 2026, 9, 1)
    warehouse.load("aa", Q3)
    warehouse.run(())
    warehouse.now = NOW
    assert warehouse.catch_up() == ["2026Q3"]
    append(warehouse.storage, Event("x", "rolled_back", 1, "r", "", "ann"))
    assert warehouse.catch_up() == []


def test_quarter_that_was_built_with_all_others_stays_run_after_a_rollback(warehouse):
    on(warehouse, 2026, 5, 1)
    warehouse.load("aa", Q1)
    warehouse.run(())
    warehouse.now = NOW
    warehouse.load("bb", Q2, Q3)
    warehouse.run(())
    append(warehouse.storage, Event("x", "rolled_back", 1, "r", "", "ann"))
    assert warehouse.catch_up() == []


def test_quarter_that_was_built_again_with_all_others_stays_run_after_a_rollback(warehouse):
    """The release that readers see again has the quarter too, from before it was complete."""
    on(warehouse, 2026, 9, 1)
    warehouse.load("aa", Q3)
    warehouse.run(())
    warehouse.now = NOW
    warehouse.load("bb", Q3)
    warehouse.run(())
    append(warehouse.storage, Event("x", "rolled_back", 1, "r", "", "ann"))
    assert warehouse.catch_up() == []


def test_commands_in_the_ledger_are_read_when_it_matters_only(warehouse, monkeypatch):
    warehouse.load("aa", Q3)
    warehouse.run(())
    read = []
    found = warehouse.storage.read
    monkeypatch.setattr(warehouse.storage, "read", lambda path: read.append(path) or found(path))
    assert read_progress(warehouse.storage, CONTRACT, NOW).rows == {Q3}
    assert not [path for path in read if "/ledger/runs/" in path]


def test_batch_that_another_contract_staged_is_not_staged(warehouse):
    warehouse.load("aa", Q3)
    warehouse.stage("aa")
    assert read_progress(warehouse.storage, CONTRACT, NOW).unstaged == 0
    other = contract_of({"properties": [{"name": "n", "logicalType": "integer", "physicalType": "INT"}]})
    assert read_progress(warehouse.storage, other, NOW).unstaged == 1
