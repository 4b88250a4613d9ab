import json
from datetime import UTC, datetime

import pytest

from tests.unit.memory_storage import MemoryStorage
from warehouse.errors import StorageError
from warehouse.quarter import Quarter
from warehouse.release.ledger import (
    CheckRecord,
    Event,
    RunRecord,
    append,
    checks_by_release,
    events,
    quarters_run,
    record_checks,
    record_run,
    runs,
)


def an_event(kind, release, dataset="flights"):
    return Event(dataset, kind, release, run=f"run{release}", at="2026-11-24 14:00:00", by="ann", reason="why")


def history(*steps):
    return [an_event(kind, release) for kind, release in steps]


@pytest.fixture
def storage():
    return MemoryStorage()


def test_events_come_back_in_the_order_of_appending(storage):
    written = history(*[("publishing", n) for n in range(1, 13)])
    for event in written:
        append(storage, event)
    append(storage, an_event("held", 1, "cities"))
    assert events(storage, "flights") == written


def test_no_events_before_the_first(storage):
    assert events(storage, "flights") == []


def test_names_are_sequences_of_20_digits(storage):
    for release in (1, 2):
        append(storage, an_event("published", release))
    assert storage.list("/stackhouse/ledger/releases") == [
        "flights.00000000000000000001.json",
        "flights.00000000000000000002.json",
    ]


def test_of_two_writers_with_the_same_sequence_both_events_stay(storage, monkeypatch):
    append(storage, an_event("publishing", 1))
    stale = MemoryStorage().list("/stackhouse/ledger/releases")
    with monkeypatch.context() as patched:
        patched.setattr(storage, "list", lambda _path: stale)
        append(storage, an_event("published", 1))
    assert events(storage, "flights") == history(("publishing", 1), ("published", 1))


def test_half_written_events_do_not_count(storage):
    storage.create("/stackhouse/ledger/releases/_flights.00000000000000000001.json.f00d", b"")
    append(storage, an_event("published", 1))
    assert events(storage, "flights") == history(("published", 1))


@pytest.mark.parametrize("content", [b"{", json.dumps({"kind": "published", "colour": 1}).encode(), b"[]", b"1"])
def test_damaged_event_is_refused_with_its_path(storage, content):
    path = "/stackhouse/ledger/releases/flights.00000000000000000001.json"
    storage.create(path, content)
    with pytest.raises(StorageError, match=path):
        events(storage, "flights")


def test_checks_of_all_releases_are_read_by_one_listing(storage, monkeypatch):
    for number, dataset in ((1, "flights"), (12, "flights"), (2, "cities")):
        names = ("law", "rejected")
        record_checks(storage, [CheckRecord(dataset, number, "r", "now", name, "fail", True, 0, "") for name in names])
    listed = []
    found = storage.list("/stackhouse/ledger/checks")
    monkeypatch.setattr(storage, "list", lambda path: listed.append(path) or found)
    checked = checks_by_release(storage, "flights")
    assert {number: [check.name for check in of] for number, of in checked.items()} == {
        1: ["law", "rejected"], 12: ["law", "rejected"],
    }  # fmt: skip
    assert len(listed) == 1


def test_checks_that_were_noted_before_there_were_notes_are_read(storage):
    record_checks(storage, [CheckRecord("flights", 1, "r", "now", "law", "fail", True, 0, "", "proved 1 of 2")])
    path = "/stackhouse/ledger/checks/flights.000001.json"
    (row,) = [json.loads(line) for line in storage.read(path).splitlines()]
    assert checks_by_release(storage, "flights")[1][0].note == row.pop("note") == "proved 1 of 2"
    storage.replace(path, json.dumps(row).encode())
    without = [CheckRecord("flights", 1, "r", "now", "law", "fail", True, 0, "")]
    assert checks_by_release(storage, "flights") == {1: without}
    for wrong in ({**row, "more": 1}, {name: row[name] for name in row if name != "passed"}):
        storage.replace(path, json.dumps(wrong).encode())
        with pytest.raises(StorageError, match="does not have the form that this version writes"):
            checks_by_release(storage, "flights")


def a_run(day, outcome="done", quarters="", dataset="flights"):
    parameters = {"quarters": quarters} if quarters else {}
    run = f"202611{day:02d}T140000Zf00dab"
    return RunRecord(dataset, run, "run", parameters, outcome, "", "2026-11-24 15:00:00", 1.0, "ann", "here", 1, "c")


def test_commands_come_back_in_the_order_in_which_they_began(storage):
    written = [a_run(day, quarters="2026Q3") for day in range(8, 12)]
    for run in (*reversed(written), a_run(1, dataset="cities")):
        record_run(storage, run)
    assert runs(storage, "flights") == written


def test_quarter_is_run_when_a_run_that_was_asked_for_it_ended_well():
    given = [
        a_run(1, quarters="2026Q2 2026Q3"),
        a_run(2, "held", "2026Q4"),
        a_run(3, quarters="2026Q3"),
        a_run(4, "killed", "2026Q3"),
        a_run(5, "interrupted", "2026Q3"),
        a_run(6, "failed", "2026Q3"),
        a_run(7),
    ]
    assert quarters_run(given) == {
        Quarter(2026, 2): datetime(2026, 11, 1, 14, tzinfo=UTC),
        Quarter(2026, 3): datetime(2026, 11, 3, 14, tzinfo=UTC),
    }
