"""Generated trips: the same seed gives the same bytes, and the truth is what the bytes say."""

import csv
import json
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from generator.columns import CONTRACT, HEADER, POSITIONS
from generator.dataset import generate
from generator.incidents import KINDS, LATE_TRIP
from generator.plan import MAX_ROWS, MIN_ROWS, make_plan
from generator.sample import SAMPLE, write_sample
from generator.trips import Slots, make_trips
from warehouse.errors import UsageError

_ROWS, _DIRT = 6000, 0.2


@pytest.fixture(name="out", scope="module")
def _out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("generated") / "trips"
    generate(out, _ROWS, 5, _DIRT)
    return out


@pytest.fixture(name="truth", scope="module")
def _truth(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / "truth.json").read_text())
    return found


def _contents(out: Path) -> dict[str, bytes]:
    return {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}


def _lines(out: Path) -> dict[tuple[str, str, int], bytes]:
    """All rows, by batch, file and line."""
    return {
        (path.parent.name, path.name, number): line
        for path in out.glob("batch-*/*.csv")
        for number, line in enumerate(path.read_bytes().splitlines(), 1)
        if number > 1 and line
    }


def _labels(out: Path) -> list[dict[str, str]]:
    with (out / "labels.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_same_seed_gives_same_bytes_and_another_seed_others(out: Path, tmp_path: Path) -> None:
    generate(tmp_path / "same", _ROWS, 5, _DIRT)
    generate(tmp_path / "other", _ROWS, 6, _DIRT)
    assert _contents(tmp_path / "same") == _contents(out)
    other = _contents(tmp_path / "other")
    assert all(other[name] != content for name, content in _contents(out).items())


@pytest.mark.parametrize(("rows", "share"), [(MIN_ROWS, 0.02), (MIN_ROWS + 1, 0.5), (60_013, 0.02), (2345, 0)])
def test_rows_are_as_many_as_wanted(tmp_path: Path, rows: int, share: float) -> None:
    told: list[int] = []
    truth = generate(tmp_path / "out", rows, 1, share, told.append).document()
    assert (len(_lines(tmp_path / "out")), sum(told), truth["after_batch_2"]["raw"]) == (rows, rows, rows)
    assert not list(tmp_path.glob("*.incomplete"))


def test_every_kind_occurs_even_with_fewest_rows_and_least_dirt(tmp_path: Path) -> None:
    truth = generate(tmp_path / "out", MIN_ROWS, 1, 0.000001).document()
    wanted = {kind.label(n) for kind in (*KINDS, LATE_TRIP) for n in range(len(kind.versions))}
    assert set(truth["labels"]) == wanted
    assert len([label for label, found in truth["labels"].items() if found["outcome"] == "quarantined"]) >= 24
    first = truth["after_batch_1"]
    assert first["quarantined"] / first["raw"] < CONTRACT.reject_threshold
    second = {outcome: truth["after_batch_2"][outcome] - first[outcome] for outcome in ("quarantined", "raw")}
    assert 0 < second["quarantined"] / second["raw"] < CONTRACT.reject_threshold


def test_files_begin_with_the_header_of_the_contract(out: Path) -> None:
    assert HEADER.startswith("VendorID,tpep_pickup_datetime,")
    assert HEADER.endswith(",airport_fee,cbd_congestion_fee")
    assert {path.read_text(errors="replace").splitlines()[0] for path in out.glob("batch-*/*.csv")} == {HEADER}
    trips = make_trips(Slots(0, 0, 1, 1), np.random.default_rng(1))
    assert list(trips.columns) == [column.name for column in CONTRACT.columns]


def test_conservation_holds_for_every_file_and_labels_add_up(out: Path, truth: dict[str, Any]) -> None:
    for stage, column in (("after_batch_1", "outcome_after_batch_1"), ("after_batch_2", "outcome")):
        counts = truth[stage]
        for item in (counts, *counts["files"].values()):
            assert item["raw"] == item["clean"] + item["quarantined"] + item["superseded"]
        labelled = Counter(label[column] for label in _labels(out))
        assert (labelled["quarantined"], labelled["superseded"]) == (counts["quarantined"], counts["superseded"])
        assert sum(quarter["clean"] for quarter in counts["quarters"].values()) == counts["clean"]
        assert sum(quarter["superseded"] for quarter in counts["quarters"].values()) == counts["superseded"]
    raw = Counter(f"{batch}/{file}" for batch, file, _ in _lines(out))
    assert {file: counts["raw"] for file, counts in truth["after_batch_2"]["files"].items()} == dict(raw)
    assert Counter(label["label"] for label in _labels(out)) == {k: v["rows"] for k, v in truth["labels"].items()}


def test_labels_name_rows_that_exist_and_are_what_they_say(out: Path) -> None:
    lines = _lines(out)
    by_label: dict[str, list[bytes]] = {}
    for label in _labels(out):
        place = label["batch"], label["file"], int(label["line"])
        by_label.setdefault(label["label"], []).append(lines[place])
    assert set(by_label["header_in_mid_file"]) == {HEADER.encode()}
    assert all(b"2024-02-30" in line for line in by_label["impossible_date"])
    assert all(line.count(b",") == len(POSITIONS) for line in by_label["too_many_fields"])
    assert all(line.count(b"\0") == 1 for line in by_label["nul_byte_in_number"])
    assert sorted(by_label["duplicate.1"]) == sorted(by_label["duplicate.2"])
    assert sorted(by_label["duplicate_in_batch_2.1"]) == sorted(by_label["duplicate_in_batch_2.2"])
    assert not set(by_label["correction.1"]) & set(by_label["correction.2"])


_NEWEST = """
CREATE OR REPLACE TEMP TABLE newest AS
SELECT
    CAST(date_trunc('quarter', CAST(pickup_at AS TIMESTAMP)) AS DATE) AS quarter_start,
    CAST(pickup_zone AS INT) AS pickup_zone,
    CAST(fare_amount AS DECIMAL(9,2)) AS fare,
    CAST(tip_amount AS DECIMAL(9,2)) AS tip,
    CAST(total_amount AS DECIMAL(9,2)) AS total,
    CAST(trip_distance AS DECIMAL(9,2)) AS distance
FROM read_csv('{rows}', header = false, all_varchar = true, names = {names})
QUALIFY row_number() OVER (
    PARTITION BY
        CAST(vendor_id AS INT), pickup_at, dropoff_at, CAST(pickup_zone AS INT), CAST(dropoff_zone AS INT)
    ORDER BY batch DESC, file DESC, CAST(line AS INT) DESC
) = 1
"""


def _ordered_rows(out: Path, column: str) -> Iterator[tuple[Any, ...]]:
    """Good rows as Python's own CSV reader sees them, the oldest first."""
    rejected = {
        (label["batch"], label["file"], int(label["line"])) for label in _labels(out) if label[column] == "quarantined"
    }
    for (batch, file, number), line in sorted(_lines(out).items()):
        if (batch, file, number) not in rejected and (column == "outcome" or batch == "batch-1"):
            yield batch, file, number, *next(csv.reader([line.decode()]))


@pytest.mark.parametrize(
    ("stage", "column"), [("after_batch_1", "outcome_after_batch_1"), ("after_batch_2", "outcome")]
)
def test_duckdb_finds_the_truth_in_the_files(
    out: Path, truth: dict[str, Any], tmp_path: Path, stage: str, column: str
) -> None:
    rows = tmp_path / "rows.csv"
    with rows.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(_ordered_rows(out, column))
    duckdb.sql(_NEWEST.format(rows=rows, names=["batch", "file", "line", *POSITIONS]))
    found = duckdb.sql(
        """SELECT CAST(quarter_start AS VARCHAR), COUNT(*), SUM(fare), SUM(tip), SUM(total), SUM(distance)
        FROM newest GROUP BY quarter_start ORDER BY quarter_start"""
    ).fetchall()
    marts = truth[stage]["marts"]
    sums = ("total_fare", "total_tip", "total_revenue", "total_distance")
    assert found == [
        (row["quarter_start"], row["trips"], *(Decimal(row[name]) for name in sums))
        for row in marts["revenue_by_quarter"]
    ]
    zones = duckdb.sql(
        """SELECT CAST(quarter_start AS VARCHAR), pickup_zone, COUNT(*), SUM(total), SUM(distance)
        FROM newest GROUP BY ALL ORDER BY ALL"""
    ).fetchall()
    sums = ("total_revenue", "total_distance")
    assert zones == [
        (row["quarter_start"], row["pickup_zone"], row["trips"], *(Decimal(row[name]) for name in sums))
        for row in marts["zone_demand_by_quarter"]
    ]


def test_memory_does_not_grow_with_the_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Less than a file has, so that the chunks are the same.
    monkeypatch.setattr("generator.plan.CHUNK_ROWS", 4000)
    few, many = (_peak(tmp_path / str(rows), rows) for rows in (40_000, 200_000))
    # Of five times the rows it was 1.03, and 1.11 in a process that had run other tests; why that differs is not known.
    assert many < few * 1.5


def _peak(out: Path, rows: int) -> int:
    tracemalloc.start()
    try:
        generate(out, rows, 1)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_keys_are_unique_when_many_trips_start_in_one_second() -> None:
    chance = np.random.default_rng(3)
    quarter_count = make_plan(MAX_ROWS, 1, 0).trips // 4
    trips = make_trips(Slots(3, 10_000_019, 50_000, quarter_count), chance).columns
    keys = set(zip(trips["pickup_at"].tolist(), trips["dropoff_at"].tolist(), strict=True))
    assert len(keys) == 50_000
    assert len(set(trips["pickup_at"].tolist())) < 2_000


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rows": MIN_ROWS - 1}, "rows 1999 is out of range; give 2,000 to"),
        ({"rows": MAX_ROWS + 1}, "rows .* is out of range"),
        ({"seed": -1}, "seed -1 is out of range"),
        ({"dirt_share": 0.51}, "dirt share 0.51 is out of range; give 0 to 0.5"),
        ({"dirt_share": float("nan")}, "dirt share nan is out of range"),
    ],
)
def test_bad_arguments_are_refused_in_one_line(tmp_path: Path, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message) as refused:
        generate(**{"out": tmp_path / "out", "rows": MIN_ROWS, "seed": 1, **arguments})
    assert "\n" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_what_exists_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    kept = tmp_path / "full" / "kept"
    kept.write_text("mine")
    for out in (tmp_path / "full", kept, Path("/")):
        with pytest.raises(UsageError, match="exists already; give a new directory"):
            generate(out, MIN_ROWS, 1)
    with pytest.raises(UsageError, match="cannot be written: Not a directory"):
        generate(kept / "below", MIN_ROWS, 1)
    assert kept.read_text() == "mine"


def test_killed_run_leaves_nothing_and_the_next_one_works(tmp_path: Path) -> None:
    def kill(_: int) -> None:
        raise KeyboardInterrupt

    (tmp_path / "out").mkdir()
    with pytest.raises(KeyboardInterrupt):
        generate(tmp_path / "out", MIN_ROWS, 1, progress=kill)
    assert [path.name for path in tmp_path.rglob("*")] == ["out"]
    # What is left when there was no time to clean up.
    (tmp_path / "out.incomplete" / "batch-1").mkdir(parents=True)
    generate(tmp_path / "out", MIN_ROWS, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_winner_and_outcomes_of_a_rejected_correction() -> None:
    kinds = {kind.name: kind for kind in KINDS}
    kind = kinds["rejected_correction_in_batch_2"]
    assert [kind.outcome(n, 1) for n in (0, 1)] == ["clean", ""]
    assert [kind.outcome(n, 2) for n in (0, 1)] == ["clean", "quarantined"]
    kind = kinds["corrected_in_both_batches"]
    assert [kind.outcome(n, 1) for n in (0, 1, 2)] == ["superseded", "clean", ""]
    assert [kind.outcome(n, 2) for n in (0, 1, 2)] == ["superseded", "superseded", "clean"]
    assert replace(kind, versions=kinds["rejected_twice"].versions).winner(2) is None


def test_sample_in_the_repository_is_what_the_generator_makes(tmp_path: Path) -> None:
    write_sample(tmp_path)
    kept = CONTRACT.path.parent
    for name in (SAMPLE, "trips_sample.truth.json"):
        assert (kept / name).read_bytes() == (tmp_path / name).read_bytes(), f"python -m generator.sample: {name}"
