"""Which checks hold a release, and which of them can be overruled."""

from types import SimpleNamespace
from typing import Any

import pytest

from hive.audit.audit import Audit
from pipeline.publish import _hold_or_accept, _known, _sql_checks, _time_for_proofs
from tests.unit.memory_storage import MemoryStorage
from warehouse.contract.sql import CheckSql, MartSql
from warehouse.errors import HeldError
from warehouse.quarter import Quarter
from warehouse.release.check import Check
from warehouse.release.facts import ReleaseFacts, write_facts
from warehouse.release.manifest import Partition, Release, ReleasedTable

RELEASE: Any = SimpleNamespace(number=7, dataset="shop")
DRIFT = Check("drift", ("clean 2024Q1: rows 1 -> 9", "clean 2024Q2: rows 1 -> 8"))
KEY = Check("key", ("clean: key id=1 stands in 2 rows",), may_be_accepted=False)


class Events:
    """A writer that keeps its events."""

    def __init__(self) -> None:
        self.found: list[tuple[str, int, str]] = []
        self.command = "reprocess"

    def event(self, kind: str, release: int, reason: str = "") -> None:
        self.found.append((kind, release, reason))


def decide(failed: list[Check], accept: str | None) -> list[tuple[str, int, str]]:
    events: Any = Events()
    _hold_or_accept(events, RELEASE, failed, accept)
    return events.found  # type: ignore[no-any-return]


def test_failure_holds_until_it_is_accepted_with_a_reason() -> None:
    with pytest.raises(
        HeldError,
        match=r"release 7 is held.*: drift: .* 1 -> 9 \(and 1 more\); .*/stackhouse reprocess shop --accept",
    ):
        decide([DRIFT], None)
    ((kind, number, reason),) = decide([DRIFT], "It is right.")
    assert (kind, number) == ("accepted", 7)
    assert reason.startswith("It is right. (overruled: drift: clean 2024Q1: rows 1 -> 9; drift: ")
    assert decide([], "Nothing to say.") == []


def test_what_nobody_can_accept_is_told_first_and_with_that() -> None:
    with pytest.raises(HeldError, match=r": key: clean: key id=1 .* \(and 2 more\); --accept cannot overrule this$"):
        decide([DRIFT, KEY], "It is right.")


def test_warnings_hold_nothing() -> None:
    assert not Check("mart totals", ("sales=1",), severity="warn").holds
    assert Check("mart totals", ("sales=1",)).holds


def test_checks_in_sql_have_the_severity_of_their_files() -> None:
    marts = [MartSql("a", "", "", "d", "warn"), MartSql("b", "", "", "d"), MartSql("c", "", None, "d")]
    inputs: Any = SimpleNamespace(clean_check=CheckSql("", "warn"), marts=marts)
    assert list(_sql_checks(inputs, {"a": ["x=1"], "clean": ["y=2", "y=3"]})) == [
        Check("clean", ("y=2", "y=3"), "warn"), Check("mart a", ("x=1",), "warn"), Check("mart b"),
    ]  # fmt: skip
    without: Any = SimpleNamespace(clean_check=None, marts=marts[1:])
    assert list(_sql_checks(without, {})) == [Check("mart b")]


def test_facts_of_the_live_release_are_known_unless_a_quarter_was_asked_for() -> None:
    storage = MemoryStorage()
    facts = ReleaseFacts("shop", 6, "run6", ("id",), {})
    write_facts(storage, facts)
    tables = {"clean": ReleasedTable("d", {"2001-01-01": Partition("/clean/6", 1)})}
    live = Release("shop", 6, "run6", "c", {}, "", "", {}, {}, tables)
    release = Release("shop", 7, "run7", "c", {}, "", "", {}, {}, tables)
    asked: Any = SimpleNamespace(live=live, quarters=[Quarter.parse("2001Q1")])
    usual: Any = SimpleNamespace(live=live, quarters=())
    first: Any = SimpleNamespace(live=None, quarters=())
    found = [_known(storage, inputs, release) for inputs in (usual, asked, first)]
    assert [known.facts for known in found] == [facts, None, None]
    assert all(known.states.keys() == {"/clean/6"} for known in found)


def test_rate_of_reading_is_that_of_the_rows_that_were_read() -> None:
    made: Any = SimpleNamespace(began=0.0)
    some, none = (_time_for_proofs(made, Audit([], ReleaseFacts("", 0, "", (), {}), rows), 0.0) for rows in (1000, 0))
    assert some[1] == pytest.approx(some[0] / 0.1 / 1000)
    assert none[1] == 0
