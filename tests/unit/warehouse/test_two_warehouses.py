"""Two warehouses with different roots in one HDFS, used by one process."""

import json
from dataclasses import asdict

import pytest

from tests.unit.memory_storage import MemoryStorage
from warehouse.batch import loaded_ids
from warehouse.document import write
from warehouse.lock.lock import DatasetLock, dead_owners, lock_holder
from warehouse.lock.owner import LockOwner
from warehouse.paths import DatasetPaths
from warehouse.release import ledger
from warehouse.release.catalog import datasets_in, read_standing
from warehouse.release.inventory import take_inventory
from warehouse.release.manifest import Release, ReleasedTable, load_live, release_numbers

ANN, BOB = "/user/ann/stackhouse", "/user/bob/stackhouse"
OWNER = LockOwner.this_process("ann", "run", {}, "token1")


@pytest.fixture
def warehouses():
    """Both have `sales`, with another batch and another release; `cities` is only in the second."""
    ann, bob = MemoryStorage(ANN), MemoryStorage(BOB)
    bob.files, bob.directories = ann.files, ann.directories
    fill(ann, "sales", "aa", 1)
    fill(bob, "sales", "bb", 2)
    fill(bob, "cities", "cc", 1)
    return ann, bob


def fill(storage, dataset, batch, number):
    paths = DatasetPaths(dataset, storage.root)
    storage.create(f"{paths.raw_batch(batch)}/_manifest.json", b"{}")
    storage.create(f"{paths.clean(batch)}/quarter_start=2001-01-01/part-0", b"")
    release = Release(dataset, number, "r1", "c", {}, "", "ann", {}, {}, {"clean": ReleasedTable("d", {})})
    storage.create(paths.release(number), write(release))
    ledger.append(storage, ledger.Event(dataset, "published", number, "r1", "2026-11-24 10:00:00", "ann"))


def test_each_has_its_own_datasets_batches_releases_and_ledger(warehouses):
    ann, bob = warehouses
    assert (datasets_in(ann), datasets_in(bob)) == (["sales"], ["cities", "sales"])
    assert (loaded_ids(ann, "sales"), loaded_ids(bob, "sales")) == ({"aa"}, {"bb"})
    assert (release_numbers(ann, "sales"), release_numbers(bob, "sales")) == ([1], [2])
    assert (load_live(ann, "sales").number, load_live(bob, "sales").number) == (1, 2)
    assert read_standing(ann, "cities").is_empty
    assert [event.release for event in ledger.events(bob, "sales")] == [2]


def test_each_has_its_own_inventory(warehouses):
    ann, bob = warehouses
    assert list(take_inventory(ann, "sales").runs) == [f"{ANN}/clean/sales/run=aa"]
    assert list(take_inventory(bob, "sales").runs) == [f"{BOB}/clean/sales/run=bb"]


def test_lock_of_one_does_not_lock_the_other(warehouses):
    ann, bob = warehouses
    with DatasetLock(ann, "sales", OWNER):
        assert lock_holder(ann, "sales") == OWNER
        assert lock_holder(bob, "sales") is None


def test_dead_owner_of_one_is_not_of_the_other(warehouses):
    ann, bob = warehouses
    ann.create(f"{ANN}/locks/_gone.sales.token1", json.dumps(asdict(OWNER)).encode())
    assert (dead_owners(ann, "sales"), dead_owners(bob, "sales")) == ([OWNER], [])
