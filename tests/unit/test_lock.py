import json
import os
import socket
import subprocess
import sys
from dataclasses import asdict, replace

import psutil
import pytest

from tests.unit.memory_storage import MemoryStorage
from warehouse.errors import LockedError, StackDownError
from warehouse.lock import DatasetLock, LockOwner

PATH = "/stackhouse/locks/flights"


@pytest.fixture
def storage():
    return MemoryStorage()


@pytest.fixture
def ended_pid():
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def a_lock(storage, command="./stackhouse run flights"):
    return DatasetLock(storage, "flights", "ann", command)


def leave_lock(storage, **changes):
    owner = replace(LockOwner.this_process("bob", "./stackhouse load flights"), **changes)
    storage.create(PATH, json.dumps(asdict(owner)).encode())
    return owner


def test_lock_exists_inside_and_not_after(storage):
    with a_lock(storage):
        assert storage.exists(PATH)
    assert storage.list("/stackhouse/locks") == []


def test_owner_in_the_file_is_this_process(storage):
    with a_lock(storage):
        found = json.loads(storage.read(PATH))
    assert (found["user"], found["host"], found["pid"]) == ("ann", socket.gethostname(), os.getpid())


def test_second_writer_is_told_who_where_and_since_when(storage):
    holder = leave_lock(storage)
    with pytest.raises(LockedError) as problem, a_lock(storage):
        pass
    for part in ("flights", "bob", holder.host, str(holder.pid), holder.acquired_at, "./stackhouse load flights"):
        assert part in str(problem.value)
    assert "\n" not in str(problem.value)
    assert json.loads(storage.read(PATH))["token"] == holder.token


def test_other_dataset_is_not_locked(storage):
    with a_lock(storage), DatasetLock(storage, "cities", "ann", "x"):
        assert storage.list("/stackhouse/locks") == ["cities", "flights"]


def test_lock_is_given_back_when_the_work_fails(storage):
    with pytest.raises(ZeroDivisionError), a_lock(storage):
        _ = 1 / 0
    assert not storage.exists(PATH)


def test_lock_of_an_ended_process_is_taken_over(storage, ended_pid):
    leave_lock(storage, pid=ended_pid)
    with a_lock(storage):
        assert json.loads(storage.read(PATH))["user"] == "ann"
    assert not storage.exists(PATH)


def test_lock_of_a_reused_pid_is_taken_over(storage):
    owner = LockOwner.this_process("bob", "x")
    leave_lock(storage, started=owner.started - 60)
    with a_lock(storage):
        assert json.loads(storage.read(PATH))["user"] == "ann"


def test_lock_stays_when_the_clock_was_set_meanwhile(storage, monkeypatch):
    leave_lock(storage)
    real_create_time, real_boot_time = psutil.Process.create_time, psutil.boot_time
    monkeypatch.setattr(psutil.Process, "create_time", lambda self: real_create_time(self) + 3600)
    monkeypatch.setattr(psutil, "boot_time", lambda: real_boot_time() + 3600)
    with pytest.raises(LockedError), a_lock(storage):
        pass


def test_lock_of_another_host_is_never_taken_over(storage, ended_pid):
    leave_lock(storage, host="elsewhere", pid=ended_pid)
    with pytest.raises(LockedError, match=f"elsewhere.*delete {PATH}"), a_lock(storage):
        pass


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"user": "bob"}'])
def test_unreadable_lock_counts_as_held(storage, content):
    storage.create(PATH, content)
    with pytest.raises(LockedError, match=f"delete {PATH}"), a_lock(storage):
        pass
    assert storage.read(PATH) == content


def test_slow_taker_cannot_take_the_lock_of_the_quick_one(storage, ended_pid, monkeypatch):
    """Both saw the same dead owner; the quick one has the lock by the time the slow one clears it."""
    leave_lock(storage, pid=ended_pid)
    quick, rename = a_lock(storage, "quick"), storage.rename

    def rename_late(source, target):
        monkeypatch.setattr(storage, "rename", rename)
        quick.__enter__()
        rename(source, target)

    monkeypatch.setattr(storage, "rename", rename_late)
    with pytest.raises(LockedError, match="quick"), a_lock(storage, "slow"):
        pass
    assert json.loads(storage.read(PATH))["command"] == "quick"


def test_lock_released_between_two_looks_is_taken(storage, monkeypatch):
    leave_lock(storage)
    read = storage.read

    def released(path):
        monkeypatch.setattr(storage, "read", read)
        storage.delete(path)
        return read(path)

    monkeypatch.setattr(storage, "read", released)
    with a_lock(storage):
        assert json.loads(storage.read(PATH))["user"] == "ann"


def test_release_leaves_a_lock_that_is_somebody_elses(storage):
    with a_lock(storage):
        storage.delete(PATH)
        other = leave_lock(storage)
    assert json.loads(storage.read(PATH))["token"] == other.token


def test_failure_of_the_work_is_not_hidden_by_a_failed_release(storage, monkeypatch):
    def work_and_lose_hdfs():
        monkeypatch.setattr(storage, "read", down)
        _ = 1 / 0

    def down(_path):
        raise StackDownError("gone")

    with pytest.raises(ZeroDivisionError), a_lock(storage):
        work_and_lose_hdfs()
