"""Taking over the lock of an owner that is gone, and of no other one."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import psutil
import pytest

from tests.unit.warehouse.lock.flights_lock import PATH, a_lock, an_owner, leave_lock
from warehouse.errors import LockedError
from warehouse.lock.lock import dead_owners


@pytest.fixture
def ended_pid():
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


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
