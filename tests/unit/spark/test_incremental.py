"""Random histories: what runs make of the live release and new batches is what a full run makes of all batches."""

import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

from pipeline.plan import Inputs, make_plan
from pipeline.release import build_release
from spark.job import run_plan
from warehouse.batch import Batch, BatchFile
from warehouse.contract.model import Column, Contract, InputFormat
from warehouse.job import FileRows, JobPlan
from warehouse.paths import DatasetPaths, partition_name
from warehouse.quarter import Quarter
from warehouse.release.conservation import law_of
from warehouse.release.manifest import CLEAN, Release
from warehouse.staged import StagedBatch

_STAGED = pa.schema(
    {
        "at": pa.timestamp("us"), "id": pa.int32(), "revision": pa.int32(), "value": pa.string(),
        "source_batch": pa.string(), "source_file": pa.string(), "source_line": pa.int64(),
    }
)  # fmt: skip
_FILE_BYTES = 4000
_KINDS = ("key with the event time", "key without it", "version column", "no key")

Row = dict[str, Any]


def _contract(kind: str) -> Contract:
    timed = kind == "key with the event time"
    columns = (
        Column("at", "at", "TIMESTAMP", "d", required=True, key=timed),
        Column("id", "id", "INT", "d", required=True, key=kind != "no key"),
        Column("revision", "revision", "INT", "d", required=True),
        Column("value", "value", "STRING", "d"),
    )
    version = "revision" if kind == "version column" else None
    return Contract("keyed", "d", columns, "at", InputFormat(), (), 1.0, (), Path("x"), version=version)


def _quarter(row: Row) -> str:
    return f"{row['at'].year}-{(row['at'].month - 1) // 3 * 3 + 1:02d}-01"


@dataclass
class _Dataset:
    """Batches, the releases made of them, and what Python says they must be."""

    spark: SparkSession
    contract: Contract
    home: Path
    chance: random.Random
    batches: list[Batch] = field(default_factory=list)
    staged: dict[str, StagedBatch] = field(default_factory=dict)
    rows: dict[str, list[Row]] = field(default_factory=dict)
    releases: list[Release] = field(default_factory=list)
    live: Release | None = None
    runs: int = 0

    @property
    def paths(self) -> DatasetPaths:
        return DatasetPaths(self.contract.dataset, str(self.home))

    def load(self) -> None:
        """Stage a batch of new rows, corrections, moves to other quarters and twins, in two files."""
        sequence = len(self.batches) + 1
        # Few ids and few timestamps: most rows are versions of others, and most batches lack some quarter.
        days = self.chance.sample(range(15, 285, 45), self.chance.randint(1, 2))
        drawn = {name: [self._row(days) for _ in range(self.chance.randint(1, 8))] for name in ("a.csv", "b.csv")}
        files = tuple(BatchFile(name, 1, f"{sequence}", len(rows), "csv", (), ()) for name, rows in drawn.items())
        batch = Batch("keyed", files, sequence, datetime(2026, 11, 28, tzinfo=UTC), "ann")
        rows = [
            {**row, "source_batch": batch.id, "source_file": name, "source_line": line}
            for name, found in drawn.items()
            for line, row in enumerate(found, start=2)
        ]
        quarters = Counter(map(_quarter, rows))
        for quarter in quarters:
            directory = Path(self.paths.staged(batch.id, self.contract.fingerprint)) / partition_name(quarter)
            directory.mkdir(parents=True)
            of_quarter = [row for row in rows if _quarter(row) == quarter]
            pq.write_table(pa.Table.from_pylist(of_quarter, _STAGED), directory / "part-0.parquet")
        self.batches.append(batch)
        self.rows[batch.id] = rows
        self.staged[batch.id] = StagedBatch(batch.id, sequence, len(rows), len(rows), 0, dict(quarters), {}, {})

    def _row(self, days: list[int]) -> Row:
        moment = datetime(2001, 1, 1) + timedelta(days=self.chance.choice(days))
        draw = self.chance.randint
        return {"at": moment, "id": draw(1, 10), "revision": draw(1, 3), "value": f"v{draw(0, 10**9)}"}

    def run(self, rebuild: bool) -> tuple[JobPlan, Release]:
        """A run and its release, checked against Python; some quarter is asked to be rebuilt, or none."""
        inputs = self._inputs(self.live)
        if rebuild:
            quarter = self.chance.choice([_quarter(row) for rows in self.rows.values() for row in rows])
            inputs = replace(inputs, quarters=(Quarter.from_partition(quarter),))
        return self._made(inputs)

    def from_nothing(self) -> Release:
        """The release of a run that knows of no other."""
        plan, release = self._made(self._inputs(None))
        assert plan.rebuild
        return release

    def _inputs(self, live: Release | None) -> Inputs:
        return Inputs(self.contract, self.paths, (), self.batches, dict(self.staged), live)

    def _made(self, inputs: Inputs) -> tuple[JobPlan, Release]:
        self.runs += 1
        plan = make_plan(inputs, f"r{self.runs}")
        assert plan is not None
        small = replace(plan, target_file_bytes=_FILE_BYTES)
        result = run_plan(self.spark, self.contract, small, lambda _: None)
        release = build_release(inputs, plan, result, self.runs, "ann")
        self._check(release)
        return plan, release

    def _check(self, release: Release) -> None:
        winners, superseded = self._expected()
        found = {}
        for quarter, partition in release.tables[CLEAN].partitions.items():
            rows = pq.ParquetDataset(partition.path, partitioning=None).read().to_pylist()
            found[quarter] = sorted(rows, key=_origin)
            assert partition.origins == _by_file(rows)
        assert found == winners
        assert release.superseded == superseded
        assert law_of(self.batches, release).broken == []

    def _expected(self) -> tuple[dict[str, list[Row]], dict[str, FileRows]]:
        rows = [row for batch in self.batches for row in self.rows[batch.id]]
        sequences = {batch.id: batch.sequence for batch in self.batches}
        key = self.contract.key or ("source_batch", "source_file", "source_line")

        def version(row: Row) -> tuple[Any, ...]:
            first = row["revision"] if self.contract.version else 0
            return first, sequences[row["source_batch"]], row["source_file"], row["source_line"]

        newest = {tuple(row[name] for name in key): row for row in sorted(rows, key=version)}
        winners, older = dict[str, list[Row]](), dict[str, list[Row]]()
        for row in sorted(rows, key=_origin):
            wins = newest[tuple(row[name] for name in key)] is row
            (winners if wins else older).setdefault(_quarter(row), []).append(row)
        return winners, {quarter: _by_file(found) for quarter, found in older.items()}


def _origin(row: Row) -> tuple[str, str, int]:
    return row["source_batch"], row["source_file"], row["source_line"]


def _by_file(rows: list[Row]) -> FileRows:
    found: FileRows = {}
    for row in rows:
        files = found.setdefault(row["source_batch"], {})
        files[row["source_file"]] = files.get(row["source_file"], 0) + 1
    return found


def _files(release: Release) -> dict[str, list[str]]:
    """Checksums of the clean files of each quarter."""
    return {
        quarter: sorted(sha256(file.read_bytes()).hexdigest() for file in Path(partition.path).glob("*.parquet"))
        for quarter, partition in release.tables[CLEAN].partitions.items()
    }


@pytest.mark.parametrize("kind", _KINDS)
@pytest.mark.parametrize("steps", [4, pytest.param(50, marks=pytest.mark.full)])
def test_a_random_history_gives_what_a_full_run_gives(
    spark: SparkSession, tmp_path: Path, kind: str, steps: int, request: pytest.FixtureRequest
) -> None:
    chance = random.Random(f"{request.config.getoption('--seed') or 1} {kind}")
    dataset = _Dataset(spark, _contract(kind), tmp_path, chance)
    incremental = 0
    for _ in range(steps):
        for _ in range(chance.randint(1, 2)):
            dataset.load()
        plan, release = dataset.run(rebuild=chance.random() < 0.1)
        incremental += not plan.rebuild
        dataset.releases.append(release)
        # Now and then a release is held, or readers are rolled back: the next run has more that is new.
        dataset.live = chance.choice(dataset.releases) if chance.random() < 0.25 else release
    assert incremental >= steps / 2
    assert _files(release) == _files(dataset.from_nothing())
