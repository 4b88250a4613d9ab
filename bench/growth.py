"""How the time of a run grows with rows, files, batches and quarters."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from bench.first_run import bare_run, load_and_run
from bench.late_row import measure_late_row
from bench.prices import Prices
from bench.samples import Samples
from bench.workplace import Workplace
from pipeline.warehouse import Warehouse

ROWS = (1_000_000, 10_000_000)
FILES = (1, 100, 5_000)
BATCHES = (1, 100, 1_000)
QUARTERS = (4, 40, 400)

_FEWER_ROWS = 1_000_000
"""For series in which the rows do not matter."""


@dataclass(frozen=True)
class Series:
    """Times that grow with something.

    Attributes:
        title: What is measured.
        axis: What it grows with.
        points: Median seconds by how many.
    """

    title: str
    axis: str
    points: Mapping[int, float]

    @property
    def exponent(self) -> float | None:
        """Slope on logarithmic axes by least squares, 1 is proportional; `None` for fewer than two points."""
        if len(self.points) <= 1:
            return None
        x, y = ([math.log(number) for number in side] for side in (self.points, self.points.values()))
        mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
        products = sum((each - mean_x) * (other - mean_y) for each, other in zip(x, y, strict=True))
        return products / sum((each - mean_x) ** 2 for each in x)


def measure_growth(place: Workplace, usual: Prices) -> None:
    """Measure all series, the most important first.

    Args:
        place: Where.
        usual: What the other figures were measured with; its points are not measured again.
    """
    for files in sorted(FILES, reverse=True):
        _attempt_files(place, Prices(usual.rows, files))
    for batches in BATCHES:
        _attempt_batches(place, batches)
    for quarters in QUARTERS:
        _attempt(place, "quarters", quarters, Prices(_FEWER_ROWS, 10, quarters), late=True)
    for rows in ROWS:
        _attempt(place, "rows", rows, Prices(rows, 10), late=False)


def all_series(samples: Samples, usual: Prices) -> list[Series]:
    """The series as far as they were measured."""
    files, rows = {*FILES, 10, usual.files}, {number: f"rows {number}" for number in ROWS} | {usual.rows: ""}
    return [
        _series(samples, "`run`", "files", {number: f"run {number}" for number in files}),
        _series(
            samples, "`run`", "rows", {number: f"{name} run" if name else "run 10" for number, name in rows.items()}
        ),
        _series(samples, "bare Spark", "rows", {n: f"{name} bare" if name else "bare 10" for n, name in rows.items()}),
        _series(samples, "`load`, all of them", "batches", {n: f"batches {n} load" for n in BATCHES}),
        _series(samples, "`run` with one late row", "batches", {n: f"batches {n} late run" for n in BATCHES}),
        _series(samples, "first `run`", "quarters", {n: f"quarters {n} run" for n in QUARTERS}),
        _series(samples, "`run` with one late row", "quarters", {n: f"quarters {n} late run" for n in QUARTERS}),
    ]


def _series(samples: Samples, title: str, axis: str, names: Mapping[int, str]) -> Series:
    medians = {number: samples.median(name) for number, name in sorted(names.items())}
    return Series(title, axis, {number: value for number, value in medians.items() if value is not None})


def _attempt_files(place: Workplace, prices: Prices) -> None:
    dataset = place.stack.add_dataset(f"files_{prices.files}")
    place.samples.attempt(f"{prices.files:,} files", lambda: load_and_run(place, prices, dataset))


def _attempt(place: Workplace, axis: str, number: int, prices: Prices, late: bool) -> None:
    name = f"{axis} {number}"
    dataset = place.stack.add_dataset(f"{axis}_{number}")
    if not late:
        place.samples.attempt(f"{name}, bare Spark", lambda: {f"{name} bare": bare_run(place, prices)})

    def measure() -> Mapping[str, float]:
        found = load_and_run(place, prices, dataset)
        return {f"{name} {key}": found[f"{key} {prices.files}"] for key in ("load", "run")}

    if place.samples.attempt(name, measure) and late:
        place.samples.attempt(f"{name}, late row", lambda: measure_late_row(place, prices, dataset, f"{name} late"))


def _attempt_batches(place: Workplace, batches: int) -> None:
    name, prices = f"batches {batches}", Prices(_FEWER_ROWS, max(BATCHES))
    dataset = place.stack.add_dataset(f"batches_{batches}")
    if place.samples.attempt(name, lambda: _load_batches(place, prices, dataset, batches)):
        place.samples.attempt(f"{name}, late row", lambda: measure_late_row(place, prices, dataset, f"{name} late"))


def _load_batches(place: Workplace, prices: Prices, dataset: str, batches: int) -> Mapping[str, float]:
    paths = sorted(place.files(prices).iterdir())
    # In this process: a thousand starts of Python are not what grows.
    loaded, began = Warehouse(place.stack.settings).dataset(dataset), monotonic()
    for number in range(batches):
        place.samples.check_time()
        loaded.load(_share(paths, number, batches))
    loading = monotonic() - began
    running, _ = place.stack.document("run", dataset, limit=place.samples.left)
    place.compare_mart(prices, dataset)
    return {f"batches {batches} load": loading, f"batches {batches} run": running}


def _share(paths: Sequence[Path], number: int, shares: int) -> Sequence[Path]:
    return paths[len(paths) * number // shares : len(paths) * (number + 1) // shares]
