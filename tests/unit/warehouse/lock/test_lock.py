"""A lock that is taken and given back: who has it, and what stays when the work fails."""

import json
import os
import socket

import pytest

from tests.unit.warehouse.lock.flights_lock import PATH, a_lock, an_owner, leave_lock
from warehouse.errors import LockedError, StackDownError
from warehouse.lock.lock import DatasetLock


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


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"user": "bob"}'])
def test_unreadable_lock_counts_as_held(storage, content):
    storage.create(PATH, content)
    with pytest.raises(LockedError, match=f"delete {PATH}"), a_lock(storage):
        pass
    assert storage.read(PATH) == content


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
