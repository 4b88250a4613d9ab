"""Signs of life of a lock's owner, and what it may no longer do without them."""

import json

import pytest

from tests.unit.warehouse.lock.clock import Clock
from tests.unit.warehouse.lock.flights_lock import PATH, a_lock, leave_lock
from warehouse.errors import LockLostError, StackDownError
from warehouse.steps import Step, confirm, reached, watching


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
