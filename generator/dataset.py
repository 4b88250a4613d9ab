"""Generated taxi trips: two batches of files, dirt included, and the truth about them."""

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np

from generator.dirt import plain
from generator.incidents import LATE_TRIP, Kind, Version
from generator.output import Output, new_output
from generator.plan import Chunk, Plan, make_plan
from generator.trips import Integers, Trips, make_trips
from generator.truth import Truth

Progress = Callable[[int], None]
"""Told how many rows were just written."""

Labelled = tuple[bytes, Kind | None, int]
"""A row, and unless it is an ordinary one its kind and the number of its version."""


def generate(out: Path, rows: int, seed: int, dirt_share: float = 0.02, progress: Progress = lambda _: None) -> Truth:
    """Make two batches of trips, and the truth about them.

    The same rows, seed and share give the same bytes on any machine. Memory does not grow with the rows.

    Args:
        out: New directory: `batch-1/*.csv`, `batch-2/*.csv`, `truth.json`, `labels.csv` with a line for every row
            that is not ordinary.
        rows: Over all files, headers and empty lines not counted.
        seed: Not negative.
        dirt_share: Share of trips that something happens to, 0 to 0.5.
        progress: Told about every piece.

    Raises:
        UsageError: A number is out of range; `out` exists already or cannot be written.
    """
    return write_plan(out, make_plan(rows, seed, dirt_share), progress)


def write_plan(out: Path, plan: Plan, progress: Progress = lambda _: None) -> Truth:
    """Make what a plan says; see `generate`.

    Args:
        out: New directory.
        plan: What to make.
        progress: Called with the rows of every piece.

    Raises:
        UsageError: `out` exists already or cannot be written.
    """
    truth = Truth(plan.rows, plan.seed)
    with new_output(out) as output:
        for chunk in plan.chunks():
            progress(_Piece(plan, chunk).write(output, truth))
        output.write_truth(truth.document())
    return truth


class _Piece:
    """The trips of a chunk and all their versions."""

    def __init__(self, plan: Plan, chunk: Chunk) -> None:
        chance = np.random.default_rng([plan.seed, chunk.number])
        self._chunk = chunk
        self._trips = make_trips(chunk.slots, chance)
        kinds = [plan.kind(incident) for incident in chunk.incidents] + [LATE_TRIP] * chunk.late
        places = chance.choice(len(self._trips), len(kinds), replace=False)
        self._kinds: dict[int, Kind] = dict(zip(places.tolist(), kinds, strict=True))
        self._rows = self._trips.rows()

    def write(self, output: Output, truth: Truth) -> int:
        """Write and count all rows; returns how many."""
        written = 0
        for file, rows in self._labelled().items():
            numbers = output.append(file, [row for row, _, _ in rows])
            written += len(rows)
            ordinary = 0
            for line, (_, kind, number) in zip(numbers, rows, strict=True):
                if kind is None:
                    ordinary += 1
                else:
                    output.label(file, line, kind, number)
                    self._count(truth, file, kind, number)
            for stage in truth.stages:
                stage.add_rows(file, "clean", ordinary)
        for batches, stage in enumerate(truth.stages, start=1):
            stage.add_trips(self._chunk.slots.quarter, self._clean(batches))
        return written

    def _labelled(self) -> dict[str, list[Labelled]]:
        usual = f"batch-1/{self._chunk.file}"
        files = defaultdict[str, list[Labelled]](list)
        files[usual] = [(",".join(row).encode(), None, 0) for row in self._rows]
        for position, kind in self._kinds.items():
            for number, version in enumerate(kind.versions):
                row = self._write_version(position, version), kind, number
                if version.place.in_order:
                    files[usual][position] = row
                else:
                    files[f"{version.place.batch}/{version.place.file or self._chunk.file}"].append(row)
        moved = {position for position, kind in self._kinds.items() if not any(v.place.in_order for v in kind.versions)}
        files[usual] = [row for position, row in enumerate(files[usual]) if position not in moved]
        return files

    def _write_version(self, position: int, version: Version) -> bytes:
        fields = list(self._rows[position])
        if version.raised:
            one = np.array([position])
            fields = list(self._trips.take(one).with_fares_raised(one * 0 + version.raised * 100).rows()[0])
        return version.damage.change(fields) if version.damage else plain(fields)

    def _count(self, truth: Truth, file: str, kind: Kind, number: int) -> None:
        truth.labels[kind, number] += 1
        for batches, stage in enumerate(truth.stages, start=1):
            outcome = kind.outcome(number, batches)
            if outcome:
                stage.add_rows(file, outcome, 1)
            if outcome == "quarantined":
                stage.rules.update(kind.versions[number].rules)
            if outcome == "superseded":
                stage.superseded[self._chunk.slots.quarter] += 1

    def _clean(self, batches: int) -> Trips:
        """The trips that have a clean version once so many batches are loaded, with its fares."""
        kept = np.ones(len(self._trips), dtype=bool)
        raised: Integers = np.zeros(len(self._trips), dtype=np.int64)
        for position, kind in self._kinds.items():
            winner = kind.winner(batches)
            kept[position] = winner is not None
            raised[position] = 0 if winner is None else kind.versions[winner].raised * 100
        positions = np.flatnonzero(kept)
        return self._trips.take(positions).with_fares_raised(raised[positions])
