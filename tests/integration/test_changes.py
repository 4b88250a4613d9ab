"""A contract that changes under published rows, and rejected rows that somebody mends."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.integration.conftest import SMALL_HEADER, must, refused, write_small_dataset

DATASET = "changing"
ROWS = [
    b"1,2024-01-01 00:00:00,1.50,a",
    b"2,2024-02-01 00:00:00,99.00,b",
    b"3,2024-04-01 00:00:00,150.00,above the maximum",
    b"4,2024-05-01 00:00:00,1O.00,a letter for a zero",
    b"5,31.12.2024,5.00,another format",
]
COMPATIBLE = [
    ("DECIMAL(9,2)", "DECIMAL(12,2)"),
    ("maximum: 100}", "maximum: 200}"),
    (
        "    customProperties:",
        "      - {name: note, logicalType: string, physicalType: STRING, description: New.}\n    customProperties:",
    ),
]
INCOMPATIBLE = [*COMPATIBLE, ("{minimum: 0, ", "{minimum: 1, ")]
IMPOSSIBLE = [*COMPATIBLE, ("header: true", "header: false")]


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    """Where the contract is."""
    return tmp_path_factory.mktemp(DATASET)


@pytest.fixture(scope="module")
def command(root, stackhouse):
    """Runs a command on this contract."""
    return lambda *arguments: stackhouse(*arguments, datasets=root)


@pytest.fixture(scope="module")
def first(root, command) -> dict[str, Any]:
    """The report of the first release: two rows are clean."""
    write_small_dataset(root, DATASET)
    (root / "sales.csv").write_bytes(SMALL_HEADER + b"\n".join(ROWS) + b"\n")
    must(command("load", DATASET, root / "sales.csv"))
    return must(command("run", DATASET, "--json")).json


@pytest.fixture(scope="module")
def wider(first, root, command) -> dict[str, Any]:
    """A compatible change: how it is checked, and the report of the next run."""
    write_small_dataset(root, DATASET, COMPATIBLE)
    checked = must(command("contract", "check", DATASET, "--json")).json
    return {"checked": checked, "run": must(command("run", DATASET, "--json")).json}


@pytest.fixture(scope="module")
def stricter(wider, root, command) -> dict[str, Any]:
    """Changes that no run takes: its answers, and how they are checked."""
    answers: dict[str, Any] = {}
    for name, changes in (("impossible", IMPOSSIBLE), ("incompatible", INCOMPATIBLE)):
        write_small_dataset(root, DATASET, changes)
        answers[name] = {
            "run": command("run", DATASET),
            "check": command("contract", "check", DATASET),
            "changes": must(command("contract", "check", DATASET, "--json")).json["changes"],
            "reprocess": command("reprocess", DATASET) if name == "impossible" else None,
            "load": command("load", DATASET, root / "sales.csv") if name == "impossible" else None,
        }
    return answers


@pytest.fixture(scope="module")
def mended(stricter, root, command) -> dict[str, Any]:
    """Rejected rows exported, mended by hand, and read with all others by the incompatible contract."""
    exported = must(command("quarantine", DATASET, "--export", root / "export"))
    (path,) = (root / "export").iterdir()
    records = path.read_bytes()
    path.write_bytes(records.replace(b"1O.00", b"10.00").replace(b"31.12.2024", b"2024-12-31 00:00:00"))
    report = must(command("reprocess", DATASET, path, "--json")).json
    return {
        "out": exported.out,
        "records": records,
        "path": path,
        "load": report["load"],
        "run": report,
    }


def law(report: dict[str, Any]) -> tuple[int, int, int, int, bool]:
    found = report["law"]
    return found["raw"], found["clean"], found["quarantined"], found["superseded"], found["holds"]


def test_first_release_rejects_three_rows(first) -> None:
    assert law(first) == (5, 2, 3, 0, True)


def test_compatible_change_is_said_to_be_and_the_next_run_reads_all_rows_anew(wider) -> None:
    assert {change["kind"] for change in wider["checked"]["changes"]} == {"compatible"}
    assert len(wider["checked"]["changes"]) == len(COMPATIBLE)
    assert wider["run"]["published"]
    assert len(wider["run"]["new_batches"]) == 1
    assert law(wider["run"]) == (5, 3, 2, 0, True)


def test_change_that_may_lose_published_rows_is_refused_by_run_and_named(stricter, mended) -> None:
    answers = stricter["incompatible"]
    words = ("column amount: minimum: 0 -> 1", f"./stackhouse reprocess {DATASET}")
    refused(answers["run"], 2, *words)
    assert all(word in must(answers["check"]).out for word in words)
    assert [change["kind"] for change in answers["changes"]] == ["incompatible"]


def test_change_that_makes_other_rows_of_loaded_files_is_refused_even_by_reprocess(stricter) -> None:
    answers = stricter["impossible"]
    for answer in (answers["run"], answers["reprocess"], answers["load"]):
        refused(answer, 2, "inputFormat header: True -> False", "a dataset with another name")
    assert "impossible" in [change["kind"] for change in answers["changes"]]
    assert "inputFormat header" in answers["check"].out


def test_exported_rows_are_those_received_below_the_header(mended) -> None:
    assert mended["records"] == SMALL_HEADER + b"\n".join(ROWS[3:]) + b"\n"
    assert f"./stackhouse reprocess {DATASET} {mended['path']}" in mended["out"]


def test_mended_rows_are_clean_and_the_law_holds(mended, server) -> None:
    assert mended["load"]["rows"] == 2
    # The two that were rejected stay so: loaded bytes never change.
    assert law(mended["run"]) == (7, 5, 2, 0, True)
    assert all(found["holds"] for part in mended["run"]["law"]["batches"].values() for found in part["files"].values())
    rows = server.fetch(f"SELECT id, amount, note, source_batch FROM {DATASET}.clean_with_origin").rows
    assert sorted(row[:3] for row in rows) == [
        (1, Decimal("1.50"), None), (2, Decimal("99.00"), None), (3, Decimal("150.00"), None),
        (4, Decimal("10.00"), None), (5, Decimal("5.00"), None),
    ]  # fmt: skip
    assert {row[0] for row in rows if row[3] == mended["load"]["batch"]} == {4, 5}


def test_history_has_every_release(mended, command) -> None:
    states = [(row["release"], row["state"]) for row in command("history", DATASET, "--json").json]
    assert states == [(1, "previous"), (2, "previous"), (3, "live")]


def test_contract_that_is_corrected_before_anything_is_published_has_its_rows_counted_again(root, command) -> None:
    dataset, path = "corrected", root / "commented.csv"
    write_small_dataset(root, dataset)
    path.write_bytes(SMALL_HEADER + b"# by hand\n" + ROWS[0] + b"\n")
    assert must(command("load", dataset, path, "--json")).json["rows"] == 2
    write_small_dataset(root, dataset, [("header: true", "header: true, comment: '#'")])
    refused(command("run", dataset), 2, "comment: none -> #", "the rows of commented.csv", "load the same file again")
    again = must(command("load", dataset, path))
    assert "its rows were recounted: 1, before 2" in again.out
    assert must(command("history", dataset, "--json")).json == []
