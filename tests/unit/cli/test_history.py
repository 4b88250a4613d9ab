"""What history says of a release."""

from dataclasses import asdict

import pytest

from cli.views.history import _print, describe
from warehouse.release.history import History
from warehouse.release.ledger import CheckRecord, Event
from warehouse.release.manifest import Partition, Release, ReleasedTable
from warehouse.release.outline import outline_of
from warehouse.staged import StagedBatch


def a_release(number):
    tables = {
        "clean": ReleasedTable("d", {"2024-04-01": Partition("/c", 3), "2024-01-01": Partition("/b", 2)}),
        "quarantine": ReleasedTable("d", {"aa": Partition("/q", 1)}),
    }
    staged = {batch: StagedBatch(batch, 1, 0, 0, 0, {}, {}, {}) for batch in ("bb", "aa")}
    return outline_of(Release("flights", number, f"run{number}", "c", {}, "2024-12-24", "ann", staged, {}, tables))


def history(*steps):
    return History(
        [
            Event("flights", kind, release, "r", f"2024-12-25 00:00:{second:02d}", "ben", f"why {kind}")
            for second, (kind, release) in enumerate(steps)
        ]
    )


@pytest.mark.parametrize(
    ("steps", "state"),
    [
        ([], "unfinished"),
        ([("accepted", 1)], "unfinished"),
        ([("publishing", 1)], "unfinished"),
        ([("publishing", 1), ("published", 1)], "live"),
        ([("published", 1), ("published", 2)], "previous"),
        ([("published", 1), ("published", 2), ("rolling_back", 1)], "previous"),
        ([("published", 1), ("published", 2), ("rolled_back", 1)], "live"),
        ([("published", 1), ("published", 2), ("dropped", 1)], "dropped"),
        ([("held", 1)], "held"),
        ([("held", 1), ("dropped", 1)], "dropped"),
        ([("accepted", 1), ("discarded", 1)], "discarded"),
    ],
)
def test_state_follows_from_the_events(steps, state):
    assert describe(a_release(1), history(*steps), [])["state"] == state


def test_pinned_release_keeps_its_state_and_the_moment_of_it():
    steps = [("published", 1), ("published", 2), ("pinned", 1)]
    found = describe(a_release(1), history(*steps), [])
    assert (found["state"], found["pinned"], found["at"]) == ("previous", True, "2024-12-25 00:00:00")
    assert not describe(a_release(1), history(*steps, ("unpinned", 1)), [])["pinned"]


def test_how_far_checks_went_is_printed_of_the_live_and_held_releases_only(capsys):
    def row(number, state):
        checks = [asdict(CheckRecord("flights", number, "r", "", "law", "fail", True, 0, ""))]
        checks += [asdict(CheckRecord("flights", number, "r", "", "proof of a", "fail", True, 0, "", "proved 1 of 2"))]
        return describe(a_release(number), history(), []) | {"state": state, "checks": checks}

    _print([row(1, "previous"), row(2, "live"), row(3, "held")], several=False)
    told = [line for line in capsys.readouterr().out.splitlines() if "proof" in line]
    assert told == ["release 2, proof of a: proved 1 of 2", "release 3, proof of a: proved 1 of 2"]


def test_everything_of_a_release_is_told_and_nothing_of_others():
    check = CheckRecord("flights", 1, "run1", "2024-12-25 00:00:00", "law", "fail", True, 0, "")
    found = describe(a_release(1), history(("publishing", 1), ("published", 1), ("held", 2)), [check])
    assert (found["run"], found["by"], found["batches"]) == ("run1", "ann", ["aa", "bb"])
    assert (found["clean"], found["quarantined"]) == (5, 1)
    assert found["tables"] == {"clean": {"2024-04-01": 3, "2024-01-01": 2}, "quarantine": {"aa": 1}}
    assert [check["name"] for check in found["checks"]] == ["law"]
    assert found["events"] == [
        {"kind": "publishing", "at": "2024-12-25 00:00:00", "by": "ben", "reason": "why publishing"},
        {"kind": "published", "at": "2024-12-25 00:00:01", "by": "ben", "reason": "why published"},
    ]
    assert (found["at"], found["reason"]) == ("2024-12-25 00:00:01", "why published")
