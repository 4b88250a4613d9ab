"""The right answer: what becomes of every row, and what the marts hold, after batch 1 and after both batches."""

from collections import Counter
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np

from generator.incidents import BATCHES, Kind
from generator.trips import QUARTERS, ZONES, Integers, Trips

_MEASURES = ("fare_amount", "tip_amount", "total_amount", "trip_distance")
_OUTCOMES = ("clean", "quarantined", "superseded")


def _sums() -> dict[str, Integers]:
    return {name: np.zeros((len(QUARTERS), ZONES + 1), dtype=np.int64) for name in ("trips", *_MEASURES)}


@dataclass
class Stage:
    """The truth once so many batches are loaded and run.

    Attributes:
        files: Rows of each outcome, by `<batch>/<file>`.
        rules: Rows that break a rule, by its id.
        superseded: Rows of each quarter.
        sums: Sums of the clean trips by quarter and pickup zone, in hundredths.
    """

    files: dict[str, Counter[str]] = field(default_factory=dict)
    rules: Counter[str] = field(default_factory=Counter)
    superseded: Counter[int] = field(default_factory=Counter)
    sums: dict[str, Integers] = field(default_factory=_sums)

    def add_trips(self, quarter: int, trips: Trips) -> None:
        """Count clean trips."""
        zones = trips.columns["pickup_zone"]
        np.add.at(self.sums["trips"][quarter], zones, 1)
        for name in _MEASURES:
            np.add.at(self.sums[name][quarter], zones, trips.columns[name])

    def add_rows(self, file: str, outcome: str, rows: int) -> None:
        """Count rows of a file.

        Args:
            file: `<batch>/<file>`.
            outcome: What becomes of them.
            rows: Number of rows.
        """
        self.files.setdefault(file, Counter())[outcome] += rows

    def document(self) -> dict[str, Any]:
        """The truth as JSON holds it: decimals are texts, quarters are named by their first day."""
        total: Counter[str] = sum(self.files.values(), Counter())
        return {
            **_row_counts(total),
            "files": {file: _row_counts(self.files[file]) for file in sorted(self.files)},
            "rules": dict(sorted(self.rules.items())),
            "quarters": {
                str(quarter.start): {"clean": int(clean), "superseded": self.superseded[number]}
                for number, (quarter, clean) in enumerate(zip(QUARTERS, self.sums["trips"].sum(axis=1), strict=True))
            },
            "marts": {
                "revenue_by_quarter": [self._revenue(number) for number in range(len(QUARTERS))],
                "zone_demand_by_quarter": [
                    self._demand(number, zone)
                    for number in range(len(QUARTERS))
                    for zone in range(1, ZONES + 1)
                    if self.sums["trips"][number, zone]
                ],
            },
        }

    def _revenue(self, number: int) -> dict[str, Any]:
        trips, fare, tip, total, distance = (int(values[number].sum()) for values in self.sums.values())
        return {
            **_quarter(number),
            "trips": trips,
            "total_fare": _ratio(fare, 100, 2),
            "total_tip": _ratio(tip, 100, 2),
            "total_revenue": _ratio(total, 100, 2),
            "mean_revenue": _ratio(total, trips * 100, 4),
            "tip_share": _ratio(tip, total, 6),
            "total_distance": _ratio(distance, 100, 2),
        }

    def _demand(self, number: int, zone: int) -> dict[str, Any]:
        trips, _, _, total, distance = (int(values[number, zone]) for values in self.sums.values())
        return {
            **_quarter(number),
            "pickup_zone": zone,
            "trips": trips,
            "trip_share": _ratio(trips, int(self.sums["trips"][number].sum()), 6),
            "total_revenue": _ratio(total, 100, 2),
            "mean_revenue": _ratio(total, trips * 100, 4),
            "total_distance": _ratio(distance, 100, 2),
        }


@dataclass
class Truth:
    """The right answer.

    Attributes:
        rows: Over all files.
        seed: Seed of the random numbers.
        labels: Rows of each label, with its kind and the number of its version.
        stages: After batch 1, and after both.
    """

    rows: int
    seed: int
    labels: Counter[tuple[Kind, int]] = field(default_factory=Counter)
    stages: tuple[Stage, ...] = field(default_factory=lambda: tuple(Stage() for _ in BATCHES))

    def document(self) -> dict[str, Any]:
        """The truth as JSON holds it."""
        last = len(BATCHES)
        return {
            "rows": self.rows,
            "seed": self.seed,
            "labels": {
                kind.label(n): {
                    "rows": rows,
                    "outcome": kind.outcome(n, last),
                    "rules": sorted(kind.versions[n].rules),
                }
                for (kind, n), rows in sorted(self.labels.items(), key=lambda item: item[0][0].label(item[0][1]))
            },
            **{f"after_{name.replace('-', '_')}": stage.document()
               for name, stage in zip(BATCHES, self.stages, strict=True)},
        }  # fmt: skip


def _row_counts(outcomes: Counter[str]) -> dict[str, int]:
    return {"raw": outcomes.total(), **{outcome: outcomes[outcome] for outcome in _OUTCOMES}}


def _quarter(number: int) -> dict[str, str]:
    return {"quarter_start": str(QUARTERS[number].start), "quarter": str(QUARTERS[number])}


def _ratio(part: int, whole: int, digits: int) -> str | None:
    if whole == 0:
        return None
    return str((Decimal(part) / whole).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))
