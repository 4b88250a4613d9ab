"""Checks as a user meets them: drift holds a run until it is accepted, a warning does not, and `ops.checks` has all."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.conftest import SMALL_HEADER, Answer, must, refused, write_small_dataset

DATASET = "zz_audited"
LIMITS = """
      - {property: supersededThreshold, value: 0}
      - property: driftLimits
        value:
          - {limit: 0.5}
          - {column: amount, limit: 0.2}
          - {table: totals, column: total, limit: 2}"""
MARTS = "      - {property: marts, value: [totals]}"
DRIFT = "drift: clean 2024Q1: SUM(amount) 30.00 -> 60.00 (+100.00%), the contract accepts 20.00%"

Command = Callable[..., Answer]


@pytest.fixture(scope="module", name="command")
def _command(stackhouse: Command, tmp_path_factory: pytest.TempPathFactory) -> Command:
    """Runs a command where the dataset is, which has two rows in 2024Q1 and one in 2024Q2."""
    root = tmp_path_factory.mktemp("audited")
    write_small_dataset(root, DATASET, [(MARTS, MARTS + LIMITS)])
    sql = root / "sql" / DATASET
    (sql / "totals.check.sql").write_text(
        "-- severity: warn\nSELECT quarter_start, sales FROM totals WHERE sales < 2\n"
    )
    (sql / "clean.check.sql").write_text("SELECT id, amount FROM clean WHERE amount > 90\n")

    def command(*arguments: str | Path) -> Answer:
        return stackhouse(*arguments, datasets=root)

    load(command, root, "one", b"1,2024-01-01 00:00:00,10,a\n2,2024-03-31 23:59:59,20,b\n3,2024-04-01 00:00:00,,c\n")
    return command


def load(command: Command, root: Path, name: str, rows: bytes) -> None:
    (root / f"{name}.csv").write_bytes(SMALL_HEADER + rows)
    must(command("load", DATASET, root / f"{name}.csv"))


def test_checks_warn_hold_and_are_accepted(command: Command, tmp_path: Path) -> None:
    first = must(command("run", DATASET, "--json"))
    assert "warning: mart totals: quarter_start=2024-04-01, sales=1" in first.err.splitlines()
    names = [
        "law",
        "rejected",
        "superseded",
        "clean",
        "mart totals",
        "Hive rows",
        "required",
        "quarter",
        "key",
        "range",
        "proof of totals",
    ]
    assert [check["name"] for check in first.json["checks"]] == names
    assert [check for check in first.json["checks"] if not check["passed"]] == [
        {
            "name": "mart totals",
            "severity": "warn",
            "passed": False,
            "failures": ["quarter_start=2024-04-01, sales=1"],
            "note": "",
        }
    ]

    load(command, tmp_path, "two", b"4,2024-02-01 00:00:00,30,d\n")
    refused(command("run", DATASET), 3, "release 2 is held", DRIFT, "--accept --reason TEXT")

    accepted = must(command("run", DATASET, "--json", "--accept", "--reason", "A good quarter."))
    assert accepted.json["release"] == 3
    (drift,) = [check for check in accepted.json["checks"] if not check["passed"]]
    assert (drift["name"], len(drift["failures"])) == ("drift", 1)
    assert checks_of(command, 2) == checks_of(command, 3)
    assert checks_of(command, 1) == [
        [name, name != "mart totals", int(name == "mart totals")] for name in sorted(names)
    ]
    assert ["drift", False, 1] in checks_of(command, 3)
    assert ["mart totals", True, 0] in checks_of(command, 3)
    (event,) = ask(command, f"SELECT reason FROM ops.releases WHERE dataset = '{DATASET}' AND kind = 'accepted'")
    assert event["reason"].startswith(f"A good quarter. (overruled: {DRIFT}")
    assert ask(command, f"SELECT total FROM {DATASET}.totals WHERE quarter_start = DATE '2024-01-01'") == [
        {"total": "60.00"}
    ]


def test_rows_that_replace_others_hold_the_run(command: Command, tmp_path: Path) -> None:
    load(command, tmp_path, "three", b"4,2024-02-02 00:00:00,30,d\n")
    told = "superseded: rows superseded by this run: 1 (100.00% of 1 new), the contract accepts 0.00%"
    older, newest = "2024-02-01 00:00:00 in two.csv line 2", "2024-02-02 00:00:00 in three.csv line 2"
    refused(command("run", DATASET), 3, "release 4 is held", told, f"id=4: {older}", newest, "--accept --reason TEXT")
    assert ["superseded", False, 1] in checks_of(command, 4)
    (held,) = [found for found in must(command("history", DATASET, "--json")).json if found["release"] == 4]
    assert (held["state"], told in str(held)) == ("held", True)


def ask(command: Command, sql: str) -> list[dict[str, object]]:
    return must(command("query", sql, "--format", "json")).json


def checks_of(command: Command, release: int) -> list[list[object]]:
    """Name, whether it passed, and failures of the checks of a release."""
    where = f"dataset = '{DATASET}' AND release = {release}"
    rows = ask(command, f"SELECT name, passed, failures FROM ops.checks WHERE {where} ORDER BY name")
    return [list(row.values()) for row in rows]
