import json
import os
import socket
import subprocess
import sys
from dataclasses import asdict, replace

import psutil
import pytest

from tests.unit.memory_storage import MemoryStorage
from warehouse.errors import LockedError, LockLostError, StackDownError
from warehouse.lock.lock import DatasetLock, dead_owners
from warehouse.lock.owner import LockOwner
from warehouse.run import new_run_id
from warehouse.steps import Step, confirm, reached, watching

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
    return DatasetLock(storage, "flights", an_owner("ann", command))


def an_owner(user, command):
    return LockOwner.this_process(user, command, {"files": "a.csv"}, new_run_id())


def leave_lock(storage, **changes):
    owner = replace(an_owner("bob", "./stackhouse load flights"), **changes)
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
    with a_lock(storage), DatasetLock(storage, "cities", an_owner("ann", "x")):
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
    owner = an_owner("bob", "x")
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


def test_lock_of_another_host_is_not_taken_over_at_once(storage, ended_pid):
    leave_lock(storage, host="elsewhere", pid=ended_pid)
    with pytest.raises(LockedError, match=r"elsewhere.*--wait"), a_lock(storage):
        pass


def test_another_machine_of_the_same_name_is_another_host(storage, ended_pid):
    leave_lock(storage, machine="elsewhere pid:[4026532000]", pid=ended_pid)
    with pytest.raises(LockedError, match=r"--wait, which takes over"), a_lock(storage):
        pass


def test_process_that_proc_does_not_show_lives_if_it_gets_signals(ended_pid, monkeypatch, tmp_path):
    owners = [replace(an_owner("bob", "x"), pid=pid) for pid in (os.getppid(), ended_pid)]
    monkeypatch.setattr(psutil, "PROCFS_PATH", str(tmp_path))
    assert [owner.is_gone() for owner in owners] == [False, True]


def test_lock_that_changed_hands_between_look_and_takeover_goes_back(storage, ended_pid, monkeypatch):
    """The owner that was found gone had given it back after all, and a third one works by now."""
    leave_lock(storage, pid=ended_pid)
    rename = storage.rename

    def rename_late(source, target):
        monkeypatch.setattr(storage, "rename", rename)
        storage.delete(PATH)
        leave_lock(storage, user="third")
        rename(source, target)

    monkeypatch.setattr(storage, "rename", rename_late)
    with pytest.raises(LockedError, match="third"), a_lock(storage):
        pass
    assert json.loads(storage.read(PATH))["user"] == "third"
    assert dead_owners(storage, "flights") == []


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
    quick.__exit__(None, None, None)


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


def test_who_is_stopped_as_he_takes_the_lock_leaves_nothing_that_stops_others(storage, monkeypatch):
    def stopped(_step):
        raise ZeroDivisionError

    clock, lock = Clock(monkeypatch), a_lock(storage)
    with watching(stopped), pytest.raises(ZeroDivisionError):
        lock.__enter__()
    clock.now += 61
    confirm()
    reached(Step.LOCKED)
    assert not lock._heartbeat._thread.is_alive()


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


class Clock:
    """Time that only passes while a lock waits."""

    def __init__(self, monkeypatch, on_sleep=lambda: None):
        self.now = 1000.0
        self._on_sleep = on_sleep
        monkeypatch.setattr("warehouse.lock.lock._now", lambda: self.now)
        # The lock's own name for it: other threads, py4j's for one, go on sleeping.
        monkeypatch.setattr("warehouse.lock.lock.sleep", self.sleep)

    def sleep(self, _seconds):
        self.now += 5
        self._on_sleep()


def waiting_lock(storage, told):
    return DatasetLock(storage, "flights", an_owner("ann", "run"), told.append)


def test_waiting_takes_the_lock_when_it_is_given_back_and_tells_once_who_is_waited_for(storage, monkeypatch):
    leave_lock(storage)
    clock = Clock(monkeypatch, lambda: clock.now > 1050 and storage.delete(PATH))
    told = []
    with waiting_lock(storage, told):
        assert json.loads(storage.read(PATH))["user"] == "ann"
    assert len(told) == 1
    assert "bob" in told[0]


def test_waiting_takes_over_from_another_host_that_is_silent(storage, monkeypatch):
    leave_lock(storage, host="elsewhere")
    clock = Clock(monkeypatch)
    with waiting_lock(storage, []):
        assert json.loads(storage.read(PATH))["user"] == "ann"
    assert 1120 <= clock.now < 1140
    assert [owner.host for owner in dead_owners(storage, "flights")] == ["elsewhere"]


def test_who_looked_away_does_not_take_that_for_silence(storage, monkeypatch):
    leave_lock(storage, host="elsewhere")
    clock = Clock(monkeypatch)
    modified, asked = storage.modified, []

    def modified_late(path):
        # HDFS answers the second question after 200 s; the owner could not beat either.
        asked.append(path)
        clock.now += 200 if len(asked) == 2 else 0
        return modified(path)

    monkeypatch.setattr(storage, "modified", modified_late)
    with waiting_lock(storage, []):
        assert clock.now >= 1000 + 200 + 120


def test_waiting_never_takes_over_from_another_host_that_beats(storage, monkeypatch):
    leave_lock(storage, host="elsewhere")

    def beat():
        if clock.now < 3000:
            storage.touch(PATH)

    clock = Clock(monkeypatch, beat)
    with waiting_lock(storage, []):
        assert clock.now >= 3000 + 115


def test_waiting_never_takes_over_from_a_live_process_of_this_host(storage, monkeypatch):
    leave_lock(storage)
    clock = Clock(monkeypatch, lambda: clock.now > 9000 and storage.delete(PATH))
    with waiting_lock(storage, []):
        assert clock.now > 9000


def test_who_gave_no_sign_of_life_for_long_takes_no_further_step(storage, monkeypatch):
    clock = Clock(monkeypatch)
    with a_lock(storage):
        clock.now += 59
        reached(Step.RELEASE_WRITTEN)
        clock.now += 2
        for change in (lambda: reached(Step.PUBLISH_BEGUN), confirm):
            with pytest.raises(LockLostError):
                change()
    for change in (lambda: reached(Step.PUBLISH_BEGUN), confirm):
        change()


def test_lock_that_another_may_have_is_not_given_back(storage, monkeypatch):
    clock = Clock(monkeypatch)
    with a_lock(storage):
        clock.now += 61
    assert json.loads(storage.read(PATH))["user"] == "ann"


@pytest.mark.parametrize("lose", ["removed", "taken"])
def test_heartbeat_finds_out_that_the_lock_is_somebody_elses(storage, monkeypatch, lose):
    monkeypatch.setattr("warehouse.lock.lock.HEARTBEAT_SECONDS", 0.001)
    lock = a_lock(storage)
    with lock:
        while not storage.touched:
            lock._heartbeat._thread.join(0.001)
        storage.delete(PATH)
        if lose == "taken":
            leave_lock(storage)
        lock._heartbeat._thread.join()
        with pytest.raises(LockLostError):
            reached(Step.PUBLISH_BEGUN)
    assert storage.exists(PATH) == (lose == "taken")


def test_heartbeat_outlives_a_moment_without_hdfs(storage, monkeypatch):
    monkeypatch.setattr("warehouse.lock.lock.HEARTBEAT_SECONDS", 0.001)
    failures = iter([StackDownError("gone")] * 3)
    touch = storage.touch

    def touch_late(path):
        for failure in failures:
            raise failure
        touch(path)

    monkeypatch.setattr(storage, "touch", touch_late)
    lock = a_lock(storage)
    with lock:
        while not storage.touched:
            assert lock._heartbeat._thread.is_alive()
        reached(Step.PUBLISH_BEGUN)
