"""Stale locks and leftovers, caused in a storage in memory."""

import json
import subprocess
import time
from dataclasses import asdict, replace

import pytest

from doctor import datasets as leftovers
from doctor import locks
from doctor.datasets import check_leftovers
from doctor.locks import check_locks
from pipeline import gc as collecting
from tests.integration.conftest import write_small_dataset
from tests.unit.hadoop.test_hdfs_checks import only
from tests.unit.memory_storage import MemoryStorage
from warehouse.contract.file import load_contract
from warehouse.document import write
from warehouse.lock.owner import LockOwner
from warehouse.paths import DatasetPaths
from warehouse.release import ledger
from warehouse.release.manifest import Partition, Release, ReleasedTable
from warehouse.settings import DEFAULT_ROOT, load_settings

PATHS = DatasetPaths("sales", DEFAULT_ROOT)


class ClockedStorage(MemoryStorage):
    """Says that everything was modified some seconds ago."""

    age = 0.0

    def modified(self, _path):
        return int((time.time() - self.age) * 1000)


@pytest.fixture
def storage(monkeypatch):
    storage = ClockedStorage()
    for module in (leftovers, locks, collecting):
        monkeypatch.setattr(module, "WebHdfs", lambda _: storage)
    storage.create(f"{PATHS.raw_batch('aa')}/_manifest.json", b"{}")
    return storage


@pytest.fixture
def settings(tmp_path):
    write_small_dataset(tmp_path, "sales")
    return replace(load_settings({}), datasets=tmp_path)


def lock(storage, dataset="sales", **changes):
    owner = LockOwner.this_process("ann", "run", {}, "token1")
    storage.publish(DatasetPaths(dataset, DEFAULT_ROOT).lock, json.dumps(asdict(replace(owner, **changes))).encode())


@pytest.fixture
def ended_pid():
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def test_nothing_is_wrong_without_a_lock_and_under_one_that_lives(storage, settings):
    assert check_locks(settings) == check_leftovers(settings) == []
    lock(storage)
    assert check_locks(settings) == []


def test_lock_whose_owner_ended_is_told(storage, settings, ended_pid):
    lock(storage, pid=ended_pid)
    finding = only(check_locks(settings))
    assert f"sales is held by process {ended_pid}" in finding.problem
    assert "has ended" in finding.problem
    assert "./stackhouse run sales" in finding.remedy
    assert finding.severity == "warning"


def test_lock_of_another_host_is_told_when_it_is_silent(storage, settings):
    lock(storage, host="elsewhere", pid=4)
    storage.age = 50
    assert check_locks(settings) == []
    storage.age = 300
    finding = only(check_locks(settings))
    assert "process 4 on elsewhere" in finding.problem
    assert "no sign of life for 300 s" in finding.problem
    assert "--wait" in finding.remedy


def test_lock_that_is_given_back_while_it_is_looked_at_is_no_finding(storage, settings, monkeypatch):
    lock(storage, host="elsewhere", pid=4)
    monkeypatch.setattr(storage, "modified", lambda _: 0)
    assert check_locks(settings) == []


def test_lock_of_this_host_whose_owner_hangs_is_told(storage, settings):
    lock(storage)
    storage.age = 300
    assert "no sign of life" in only(check_locks(settings)).problem


def test_lock_that_cannot_be_read_is_an_error_and_no_leftovers_are_looked_for(storage, settings):
    storage.create(PATHS.lock, b"not JSON")
    storage.create(f"{PATHS.staging('dead')}/x", b"1")
    finding = only(check_locks(settings))
    assert ("lock file is damaged" in finding.problem, "delete /stackhouse/locks/sales" in finding.remedy) == (
        True,
        True,
    )
    assert finding.severity == "error"
    assert check_leftovers(settings) == []


def test_temporary_names_beside_a_lock_are_no_datasets(storage, settings):
    storage.create("/stackhouse/locks/_sales.0011223344556677", b"half")
    storage.create("/stackhouse/raw/_other", b"")
    assert check_locks(settings) == []


def directories():
    return {
        "_incoming=": PATHS.raw_incoming("token0"),
        "_run=": PATHS.staging("dead"),
        "run=dead": PATHS.clean("dead"),
        "marts": PATHS.mart("totals", "dead"),
        "contract=oldcontract": PATHS.staged("aa", "oldcontract"),
    }


@pytest.mark.parametrize("kind", directories())
def test_directory_that_nobody_needs_is_told(storage, settings, kind):
    path = directories()[kind]
    storage.create(f"{path}/quarter_start=2001-01-01/part-0", b"x" * 2**20)
    finding = only(check_leftovers(settings))
    assert path in finding.problem
    assert kind in finding.problem
    assert "1.0 MiB" in finding.problem
    assert "./stackhouse gc sales" in finding.remedy
    assert finding.severity == "warning"


def test_directory_that_is_moved_away_meanwhile_is_not_told(storage, settings, monkeypatch):
    storage.create(f"{PATHS.staging('dead')}/part-0", b"x")
    measure = storage.content_size

    def measure_late(path):
        storage.move_to_trash(path)
        return measure(path)

    monkeypatch.setattr(storage, "content_size", measure_late)
    assert check_leftovers(settings) == []


def test_many_directories_are_counted(storage, settings):
    for number in range(5):
        storage.create(f"{PATHS.staging(f'dead{number}')}/part-0", b"x")
    assert "and 2 more" in only(check_leftovers(settings)).problem


def test_what_a_command_at_work_makes_is_not_left(storage, settings, ended_pid):
    storage.create(f"{PATHS.staging('token1')}/part-0", b"x")
    lock(storage)
    assert check_leftovers(settings) == []
    storage.delete(PATHS.lock)
    lock(storage, pid=ended_pid)
    assert PATHS.staging("token1") in only(check_leftovers(settings)).problem


def test_what_a_command_makes_that_begins_meanwhile_is_not_left(storage, settings, monkeypatch):
    storage.create(f"{PATHS.staging('token1')}/part-0", b"x")
    plan = leftovers.plan_collection

    def plan_while_one_begins(*arguments):
        found = plan(*arguments)
        lock(storage)
        return found

    monkeypatch.setattr(leftovers, "plan_collection", plan_while_one_begins)
    assert check_leftovers(settings) == []


def release(storage, settings, *kinds):
    contract = load_contract("sales", settings.datasets)
    place = f"{PATHS.clean('run1')}/quarter_start=2001-01-01"
    storage.create(f"{place}/part-0", b"x")
    tables = {"clean": ReleasedTable("d", {"2001-01-01": Partition(place, 1)})}
    made = Release(
        "sales", 1, "run1", contract.fingerprint, contract.meaning, "2026-01-01 00:00:00", "ann", {}, {}, tables
    )
    storage.publish(PATHS.release(1), write(made))
    for kind in kinds:
        ledger.append(storage, ledger.Event("sales", kind, 1, "run1", "2026-01-01 00:00:00", "ann"))


@pytest.mark.parametrize(
    "kinds", [("published",), ("publishing", "published"), ("held",), ("rolling_back", "rolled_back")]
)
def test_release_however_old_is_not_left(storage, settings, kinds):
    release(storage, settings, *kinds)
    assert check_leftovers(settings) == []


@pytest.mark.parametrize(("kind", "told"), [("publishing", "publishing release 1"), ("rolling_back", "going back to")])
def test_interrupted_publishing_and_rollback_are_told(storage, settings, kind, told):
    release(storage, settings, kind)
    finding = only(check_leftovers(settings))
    assert told in finding.problem
    assert "interrupted at 2026-01-01 00:00:00 UTC" in finding.problem
    assert "./stackhouse run sales" in finding.remedy


def test_release_that_was_written_and_never_checked_is_told(storage, settings):
    release(storage, settings)
    assert "release 1 was written" in only(check_leftovers(settings)).problem


def test_trace_of_a_killed_command_that_nobody_cleaned_up_after_is_told(storage, settings):
    owner = LockOwner.this_process("ann", "run", {}, "token1")
    storage.create("/stackhouse/locks/_gone.sales.token1", json.dumps(asdict(owner)).encode())
    assert "1 command was killed" in only(check_leftovers(settings)).problem


def test_dataset_without_a_contract_here_is_told(storage, settings):
    storage.create(f"{DatasetPaths('trains', DEFAULT_ROOT).raw_batch('aa')}/_manifest.json", b"{}")
    finding = only(check_leftovers(settings))
    assert "trains: there is no contract in" in finding.problem
    assert "STACKHOUSE_DATASETS" in finding.remedy
