"""Waiting for a lock: until it is given back, or its owner on another host has been silent for long."""

import json

from tests.unit.warehouse.lock.clock import Clock
from tests.unit.warehouse.lock.flights_lock import PATH, an_owner, leave_lock
from warehouse.lock.lock import DatasetLock, dead_owners


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
