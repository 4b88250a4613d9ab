import json

import pytest

from tests.unit.memory_storage import MemoryStorage
from warehouse.errors import StorageError
from warehouse.ledger import Event, append, events, interrupted_release, live_release


def an_event(kind, release):
    return Event(kind, release, run=f"run{release}", at="2026-11-24T14:00:00+00:00", by="ann", reason="why")


def history(*steps):
    return [an_event(kind, release) for kind, release in steps]


@pytest.fixture
def storage():
    return MemoryStorage()


def test_events_come_back_in_the_order_of_appending(storage):
    written = history(*[("publishing", n) for n in range(1, 13)])
    for event in written:
        append(storage, "flights", event)
    append(storage, "cities", an_event("held", 1))
    assert events(storage, "flights") == written


def test_no_events_before_the_first(storage):
    assert events(storage, "flights") == []


def test_names_are_sequences_of_20_digits(storage):
    for release in (1, 2):
        append(storage, "flights", an_event("published", release))
    assert storage.list("/stackhouse/ledger/flights") == ["00000000000000000001.json", "00000000000000000002.json"]


def test_of_two_writers_with_the_same_sequence_both_events_stay(storage, monkeypatch):
    append(storage, "flights", an_event("publishing", 1))
    stale = MemoryStorage().list("/stackhouse/ledger/flights")
    with monkeypatch.context() as patched:
        patched.setattr(storage, "list", lambda _path: stale)
        append(storage, "flights", an_event("published", 1))
    assert events(storage, "flights") == history(("publishing", 1), ("published", 1))


def test_half_written_events_do_not_count(storage):
    storage.create("/stackhouse/ledger/flights/_00000000000000000001.json.f00d", b"")
    append(storage, "flights", an_event("published", 1))
    assert events(storage, "flights") == history(("published", 1))


@pytest.mark.parametrize("content", [b"", b"{", json.dumps({"kind": "published", "colour": 1}).encode(), b"[]"])
def test_damaged_event_is_refused_with_its_path(storage, content):
    path = "/stackhouse/ledger/flights/00000000000000000001.json"
    storage.create(path, content)
    with pytest.raises(StorageError, match=path):
        events(storage, "flights")


@pytest.mark.parametrize(
    ("steps", "live", "interrupted"),
    [
        ([], None, None),
        ([("publishing", 1)], None, 1),
        ([("publishing", 1), ("published", 1)], 1, None),
        ([("publishing", 1), ("published", 1), ("publishing", 2)], 1, 2),
        ([("publishing", 1), ("published", 1), ("publishing", 2), ("discarded", 2)], 1, None),
        ([("publishing", 1), ("published", 1), ("held", 2)], 1, None),
        ([("published", 1), ("published", 2), ("rolled_back", 1)], 1, None),
        ([("published", 1), ("published", 2), ("rolled_back", 1), ("publishing", 3), ("published", 3)], 3, None),
        ([("held", 1)], None, None),
    ],
)
def test_live_and_interrupted_release_follow_from_the_events(steps, live, interrupted):
    assert live_release(history(*steps)) == live
    assert interrupted_release(history(*steps)) == interrupted
