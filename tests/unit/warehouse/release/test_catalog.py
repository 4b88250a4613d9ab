"""Where datasets stand, by what lies in a storage in memory."""

import pytest

from tests.unit.memory_storage import MemoryStorage
from warehouse.document import write
from warehouse.paths import DatasetPaths
from warehouse.release import ledger
from warehouse.release.catalog import datasets_in, read_standing
from warehouse.release.manifest import Partition, Release, ReleasedTable
from warehouse.settings import DEFAULT_ROOT
from warehouse.staged import StagedBatch

PATHS = DatasetPaths("sales", DEFAULT_ROOT)


class CountingStorage(MemoryStorage):
    """Remembers what was read."""

    def __init__(self):
        super().__init__()
        self.asked = []

    def read(self, path):
        self.asked.append(path)
        return super().read(path)


@pytest.fixture
def storage():
    return CountingStorage()


def write_release(storage, number, batches=("b1",), dataset="sales"):
    tables = {
        "clean": ReleasedTable("d", {"2001-01-01": Partition("/a", 2), "2001-07-01": Partition("/b", 3)}),
        "quarantine": ReleasedTable("d", {}),
    }
    staged = {id: StagedBatch(id, 1, 0, 0, 0, {}, {}, {}) for id in batches}
    release = Release(dataset, number, f"r{number}", "c", {}, "", "ann", staged, {}, tables)
    storage.create(DatasetPaths(dataset, storage.root).release(number), write(release))


def happens(storage, *steps, dataset="sales"):
    for second, (kind, number) in enumerate(steps):
        at = f"2026-11-24 10:00:{second:02d}"
        ledger.append(storage, ledger.Event(dataset, kind, number, f"r{number}", at, "ann"))


def standing(storage, *steps):
    for number in {number for _, number in steps}:
        write_release(storage, number)
    happens(storage, *steps)
    return read_standing(storage, "sales")


@pytest.mark.parametrize(
    ("steps", "live", "second", "held"),
    [
        ([], None, None, None),
        ([("held", 1)], None, None, 1),
        ([("published", 1)], 1, 0, None),
        ([("held", 1), ("published", 2)], 2, 1, None),
        ([("published", 1), ("held", 2), ("held", 3)], 1, 0, 3),
        ([("published", 1), ("held", 2), ("held", 3), ("dropped", 3)], 1, 0, 2),
        ([("published", 1), ("held", 2), ("published", 3)], 3, 2, None),
        ([("published", 1), ("held", 2), ("published", 3), ("rolled_back", 1)], 1, 0, 2),
        ([("published", 1), ("published", 2), ("rolled_back", 1), ("publishing", 3)], 1, 0, None),
        ([("published", 1), ("accepted", 2), ("discarded", 2), ("pinned", 1)], 1, 0, None),
    ],
)
def test_standing_follows_from_the_ledger(storage, steps, live, second, held):
    found = standing(storage, *steps)
    assert (found.live.number if found.live else None) == live
    assert found.published_at == ("" if second is None else f"2026-11-24 10:00:{second:02d}")
    assert found.held == held


def test_of_a_long_ledger_only_the_end_is_read(storage):
    steps = [step for number in range(1, 60) for step in (("publishing", number), ("published", number))]
    found = standing(storage, *steps, ("held", 60))
    assert (found.live.number, found.held) == (59, 60)
    # Two events and one manifest.
    assert len(storage.asked) == 3


def test_batches_that_are_not_in_the_live_release_wait(storage):
    for batch in ("b1", "b2", "b3"):
        storage.create(f"{PATHS.raw_batch(batch)}/_manifest.json", b"{}")
    storage.create(f"{PATHS.raw_incoming('t')}/x", b"")
    assert read_standing(storage, "sales").unpublished == {"b1", "b2", "b3"}
    write_release(storage, 1, batches=("b1", "b2"))
    happens(storage, ("published", 1))
    assert read_standing(storage, "sales").unpublished == {"b3"}


def test_of_a_load_that_failed_nothing_but_a_name_is_left(storage):
    storage.create(f"{PATHS.raw}/x", b"")
    storage.delete(f"{PATHS.raw}/x")
    assert datasets_in(storage) == ["sales"]
    assert read_standing(storage, "sales").is_empty


def test_datasets_are_found_by_batches_releases_and_locks_and_nothing_else_is_one(storage):
    storage.create(f"{PATHS.raw_batch('b1')}/_manifest.json", b"{}")
    write_release(storage, 1, dataset="cities")
    storage.create(DatasetPaths("trips", DEFAULT_ROOT).lock, b"{}")
    for name in ("_gone.trips.t", ".hidden", "Not A Name"):
        storage.create(f"/stackhouse/locks/{name}", b"")
    assert datasets_in(storage) == ["cities", "sales", "trips"]
