"""Generated trips with labelled dirt: what readers see, against the generator's truth and against an oracle.

Every number of the warehouse is read from Hive's views, or from the very files behind them.
"""

import json
import os
import secrets
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml

from generator.dataset import generate
from hive.connection import connect
from tests.integration.conftest import must
from tests.integration.contract_oracle import Oracle
from tests.integration.trips_oracle import MART_ROWS, add_clean_files, add_labels
from warehouse.settings import REPOSITORY, Settings

BATCHES = ("batch-1", "batch-2")
OUTCOMES = ("clean", "quarantined", "superseded")


@dataclass(frozen=True)
class Case:
    """What is generated."""

    rows: int
    seed: int


ROWS, FULL_ROWS = 100_000, 1_000_000
"""Of both batches; the flights have 1,200,000 at least."""

# Another seed every time; to repeat one: TRIPS_SEED=... pytest
SEEDS = (int(os.environ.get("TRIPS_SEED") or secrets.randbelow(2**31)),)


@dataclass(frozen=True)
class Seen:
    """What readers saw once so many batches were published.

    Attributes:
        report: `run --json`.
        release: The manifest of the live release.
        quarantine: Rules and bytes by batch, file and line.
        clean: Rows, then sums over all columns, by batch, file and quarter.
        marts: Rows by name.
    """

    report: dict[str, Any]
    release: dict[str, Any]
    quarantine: dict[tuple[str, str, int], tuple[list[str], bytes]]
    clean: dict[tuple[str, str, str], tuple[Any, ...]]
    marts: dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Trips:
    """A case on the stack.

    Attributes:
        generated: The directory with the files and the truth.
        ids: Batch ids, in loading order.
        seen: After each batch.
        oracle: Over both batches.
    """

    case: Case
    generated: Path
    ids: list[str]
    seen: list[Seen]
    oracle: Oracle

    @property
    def truth(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.generated / "truth.json").read_text())
        return found

    def name(self, batch: str) -> str:
        """What the generator calls a batch."""
        return BATCHES[self.ids.index(batch)]


def columns() -> list[tuple[str, str]]:
    """Name and type of the columns in the contract."""
    schema = yaml.safe_load((REPOSITORY / "data" / "trips" / "dataset.yaml").read_text())["schema"]
    return [(column["name"], column["physicalType"]) for column in schema[0]["properties"]]


def fingerprint(column: str, kind: str, line: str, seconds: str) -> str:
    """A sum over a column that changes when a value changes or stands in another line; for Hive and for DuckDB."""
    if kind == "TIMESTAMP":
        # Since 2024, so that a BIGINT holds the sum.
        return f"sum({line} * ({seconds.format(column)} - 1704067200))"
    value = f"ascii(coalesce({column}, ''))" if kind == "STRING" else f"coalesce({column}, -1)"
    return f"sum({line} * {value})"


def look(settings: Settings, storage, report: dict[str, Any]) -> Seen:
    """Ask the views."""
    sums = ", ".join(fingerprint(name, kind, "source_line", "unix_timestamp({})") for name, kind in columns())
    with connect(settings.endpoints) as server:
        rejected = server.fetch("SELECT source_batch, source_file, source_line, rules, record FROM trips.quarantine")
        clean = server.fetch(
            f"""SELECT source_batch, source_file, quarter_start, count(*), sum(source_line), {sums}
                FROM trips.clean_with_origin GROUP BY source_batch, source_file, quarter_start"""
        )
        marts = {mart: server.fetch(f"SELECT * FROM trips.{mart}") for mart in MART_ROWS}
    assert len({row[:3] for row in rejected.rows}) == len(rejected.rows)
    return Seen(
        report=report,
        release=json.loads(storage.read(f"/stackhouse/releases/trips/{report['release']:06d}.json")),
        quarantine={row[:3]: (json.loads(row[3]), row[4]) for row in rejected.rows},
        clean={(*row[:2], str(row[2])): row[3:] for row in clean.rows},
        marts={
            mart: [dict(zip(found.columns, row, strict=True)) for row in found.rows] for mart, found in marts.items()
        },
    )


def pytest_generate_tests(metafunc) -> None:
    if "trips" in metafunc.fixturenames:
        cases = [Case(FULL_ROWS if metafunc.config.getoption("full") else ROWS, seed) for seed in SEEDS]
        ids = [f"{case.rows}-rows-seed-{case.seed}" for case in cases]
        metafunc.parametrize("trips", cases, indirect=True, ids=ids, scope="session")


@pytest.fixture(scope="session")
def trips(request, settings, storage, stackhouse, tmp_path_factory) -> Iterator[Trips]:
    """A case, loaded and run batch by batch."""
    case = request.param
    home = tmp_path_factory.mktemp("trips")
    generate(home / "generated", case.rows, case.seed)
    ids, seen = [], []
    for batch in BATCHES:
        loaded = must(stackhouse("load", "trips", home / "generated" / batch, "--json")).json
        report = must(stackhouse("run", "trips", "--json")).json
        ids.append(loaded["batch"])
        seen.append(look(settings, storage, report))
    oracle = Oracle(storage, "trips", REPOSITORY)
    add_labels(oracle, home / "generated", dict(zip(BATCHES, ids, strict=True)))
    for batches, found in enumerate(seen, start=1):
        add_clean_files(oracle, storage, found.release, f"files_{batches}", home)
    yield Trips(case, home / "generated", ids, seen, oracle)
    shutil.rmtree(home)


after_each_batch = pytest.mark.parametrize("batches", [1, 2], ids=["after-batch-1", "after-batch-2"])


@after_each_batch
def test_quarantine_is_exactly_the_labelled_rows_with_exactly_their_rules(trips: Trips, batches: int) -> None:
    labelled = trips.oracle.rows(
        f"SELECT batch, file, line, list_sort(rules) FROM labels WHERE after_{batches} = 'quarantined'"
    )
    expected = {(batch, file, line): rules for batch, file, line, rules in labelled}
    found = {place: sorted(rules) for place, (rules, _) in trips.seen[batches - 1].quarantine.items()}
    assert len(expected) > trips.case.rows // 100
    assert found == expected


@after_each_batch
def test_quarantine_holds_the_bytes_of_the_line(trips: Trips, batches: int) -> None:
    lines: dict[tuple[str, str], list[bytes]] = {}
    for (batch, file, line), (_, record) in trips.seen[batches - 1].quarantine.items():
        if (batch, file) not in lines:
            lines[batch, file] = (trips.generated / trips.name(batch) / file).read_bytes().splitlines()
        assert record == lines[batch, file][line - 1], (batch, file, line)


@after_each_batch
def test_every_label_has_full_recall_and_precision_and_all_other_rows_are_clean(trips: Trips, batches: int) -> None:
    """Where every loaded row is found, by label; a row without one has the label `ordinary`."""
    batch, file, line = map(list, zip(*trips.seen[batches - 1].quarantine, strict=True))
    trips.oracle.db.register("rejected", pa.table({"batch": batch, "file": file, "line": line}))
    found = trips.oracle.rows(f"""
        SELECT coalesce(label, 'ordinary'), coalesce(after_{batches}, 'clean') AS expected,
            CASE WHEN c.line IS NOT NULL AND q.line IS NOT NULL THEN 'twice' WHEN c.line IS NOT NULL THEN 'clean'
                WHEN q.line IS NOT NULL THEN 'quarantined' ELSE 'superseded' END AS found, count(*)
        FROM raw AS r
            LEFT JOIN labels USING (batch, file, line)
            LEFT JOIN files_{batches} AS c USING (batch, file, line)
            LEFT JOIN rejected AS q USING (batch, file, line)
        WHERE sequence <= {batches} GROUP BY ALL""")
    assert [row for row in found if row[1] != row[2]] == []
    rows = Counter[str]()
    for label, _, _, count in found:
        rows[label] += count
    assert sum(rows.values()) == trips.truth[f"after_batch_{batches}"]["raw"]
    if batches == len(BATCHES):
        assert {label: rows[label] for label in rows if label != "ordinary"} == {
            label: truth["rows"] for label, truth in trips.truth["labels"].items()
        }


@after_each_batch
def test_every_clean_row_is_that_of_the_oracle(trips: Trips, batches: int) -> None:
    trips.oracle.after(batches)
    names = f"batch, file, line, {', '.join(trips.oracle.columns)}, quarter_start"
    one, other = f"SELECT {names} FROM clean", f"SELECT {names} FROM files_{batches}"
    assert trips.oracle.rows(f"SELECT (SELECT count(*) FROM clean), (SELECT count(*) FROM files_{batches})")[0] == (
        (trips.truth[f"after_batch_{batches}"]["clean"],) * 2
    )
    assert trips.oracle.rows(f"({one} EXCEPT {other}) UNION ALL ({other} EXCEPT {one}) LIMIT 10") == []


@after_each_batch
def test_clean_rows_that_hive_reads_are_those_of_the_oracle(trips: Trips, batches: int) -> None:
    trips.oracle.after(batches)
    sums = ", ".join(fingerprint(name, kind, "line", "epoch({})::BIGINT") for name, kind in columns())
    expected = trips.oracle.rows(f"""
        SELECT batch, file, quarter_start, count(*), sum(line), {sums} FROM clean GROUP BY ALL""")
    found = trips.seen[batches - 1].clean
    assert {place: tuple(map(Decimal, values)) for place, values in found.items()} == {
        (batch, file, str(quarter)): tuple(map(Decimal, values)) for batch, file, quarter, *values in expected
    }


@after_each_batch
def test_quarantine_is_that_of_the_oracle(trips: Trips, batches: int) -> None:
    trips.oracle.after(batches)
    expected = {
        tuple(place): rules for *place, rules in trips.oracle.rows("SELECT batch, file, line, rules FROM quarantined")
    }
    assert {place: sorted(rules) for place, (rules, _) in trips.seen[batches - 1].quarantine.items()} == expected


@after_each_batch
def test_law_holds_in_total_by_batch_and_by_file_and_is_what_oracle_and_views_count(trips: Trips, batches: int) -> None:
    trips.oracle.after(batches)
    seen, expected = trips.seen[batches - 1], trips.oracle.law(batches)
    law = seen.report["law"]
    assert law["batches"].keys() == set(trips.ids[:batches])
    files = {(batch, file): found for batch, part in law["batches"].items() for file, found in part["files"].items()}
    assert files == {place: {**counts, "holds": True} for place, counts in expected.items()}
    for batch, part in law["batches"].items():
        of_batch = [counts for place, counts in expected.items() if place[0] == batch]
        assert {name: part[name] for name in ("raw", *OUTCOMES)} == _sum(of_batch)
    assert {name: law[name] for name in ("raw", *OUTCOMES)} == _sum(list(expected.values()))
    assert law["raw"] == law["clean"] + law["quarantined"] + law["superseded"]
    assert [part["holds"] for part in (law, *law["batches"].values())] == [True] * (1 + batches)
    clean, rejected = Counter[tuple[str, str]](), Counter(place[:2] for place in seen.quarantine)
    for (batch, file, _), (rows, *_) in seen.clean.items():
        clean[batch, file] += rows
    assert {place: (clean[place], rejected[place]) for place in files} == {
        place: (counts["clean"], counts["quarantined"]) for place, counts in files.items()
    }


def _sum(counts: list[dict[str, int]]) -> dict[str, int]:
    return {name: sum(part[name] for part in counts) for name in ("raw", *OUTCOMES)}


@after_each_batch
def test_counts_are_those_of_the_truth(trips: Trips, batches: int) -> None:
    seen, truth = trips.seen[batches - 1], trips.truth[f"after_batch_{batches}"]
    assert Counter(rule for rules, _ in seen.quarantine.values() for rule in rules) == truth["rules"]
    files = {
        f"{trips.name(batch)}/{file}": {name: counts[name] for name in ("raw", *OUTCOMES)}
        for batch, part in seen.report["law"]["batches"].items()
        for file, counts in part["files"].items()
    }
    assert files == {file: counts for file, counts in truth["files"].items() if counts["raw"]}
    clean = Counter[str]()
    for (_, _, quarter), (rows, *_) in seen.clean.items():
        clean[quarter] += rows
    assert clean == {quarter: counts["clean"] for quarter, counts in truth["quarters"].items()}
    superseded = {
        quarter: sum(rows for files in batches.values() for rows in files.values())
        for quarter, batches in seen.release["superseded"].items()
    }
    assert superseded == {quarter: counts["superseded"] for quarter, counts in truth["quarters"].items()}


@after_each_batch
@pytest.mark.parametrize("mart", list(MART_ROWS))
def test_mart_is_that_of_the_truth_in_every_value(trips: Trips, batches: int, mart: str) -> None:
    found = [as_texts(row) for row in trips.seen[batches - 1].marts[mart]]
    expected = [as_texts(row) for row in trips.truth[f"after_batch_{batches}"]["marts"][mart]]
    assert len(found) > 0
    assert in_order(found) == in_order(expected)


@after_each_batch
@pytest.mark.parametrize("mart", list(MART_ROWS))
def test_mart_is_that_of_the_oracle_in_every_value(trips: Trips, batches: int, mart: str) -> None:
    trips.oracle.after(batches)
    expected = MART_ROWS[mart](trips.oracle)
    found = [as_texts(row) for row in trips.seen[batches - 1].marts[mart]]
    assert in_order(found) == in_order([as_texts(row) for row in expected])


def as_texts(row: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in row.items()}


def in_order(rows: list[dict[str, str]]) -> list[list[tuple[str, str]]]:
    return sorted(sorted(row.items()) for row in rows)
