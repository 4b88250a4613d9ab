"""The figures of the report, and the bar of each."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.engines.installed import ENGINES
from bench.samples import Samples


@dataclass(frozen=True)
class Bar:
    """One figure: a median, or the ratio of two.

    Attributes:
        title: What is compared.
        measured: Name of the samples.
        base: Name of the samples that they are divided by; empty for a figure that is no ratio.
        most: The most it may be; `None` when nothing was promised.
        unit: Unit of a figure that is not a ratio.
    """

    title: str
    measured: str
    base: str = ""
    most: float | None = None
    unit: str = "s"

    def value(self, samples: Samples) -> float | None:
        """The figure; `None` when it was not measured."""
        measured = samples.median(self.measured)
        if not self.base:
            return measured
        base = samples.median(self.base)
        return measured / base if measured is not None and base else None

    def verdict(self, samples: Samples) -> str:
        """`met`, `NOT MET`, `not measured`, or `no bar`."""
        value = self.value(samples)
        if value is None:
            return "not measured"
        if self.most is None:
            return "no bar"
        return "met" if value <= self.most else "NOT MET"

    def written(self, number: float | None) -> str:
        """A value or the bar with its unit, `1.32 ×` or `28.4 s`."""
        return "–" if number is None else f"{number:,.2f} ×" if self.base else f"{number:,.3g} {self.unit}".rstrip()


def quick_bars() -> list[Bar]:
    """Figures of the short form."""
    return [
        *(bar for files in (10, 500) for bar in _against_others(files)),
        Bar("`run`: 500 files / the same bytes in 10", "run 500", "run 10", 1.15),
        Bar("`load` and `run`: 500 files / the same bytes in 10", "load and run 500", "load and run 10", 1.15),
        *_late_row("one late row", "late"),
        *_late_row("one late row, Spark is there", "warm late", 12),
        Bar("`run` with nothing new", "nothing new run", "", 1),
        Bar("`run` with nothing new: applications on YARN", "nothing new applications", "", 0, ""),
        *_loading(10),
        *_loading(500),
        Bar("one quarter of a mart / `SELECT 1`", "look-up", "SELECT 1"),
        *(Bar(f"a look-up, {n} clients at once / one", f"look-up of {n}", "look-up of 1") for n in (4, 8, 16)),
        *(Bar(f"look-ups, clients at once: {n}", f"answers of {n}", "", None, "a second") for n in (1, 4, 8, 16)),
    ]


def growth_bars(batches: Sequence[int]) -> list[Bar]:
    """Figures that only the long form has.

    Args:
        batches: How many batches a late row was loaded after.
    """
    return [
        Bar("`run`: 5,000 files / the same bytes in 10", "run 5000", "run 10", 1.5),
        *(bar for n in batches for bar in _late_row(f"one late row after {n:,} batches", f"batches {n} late")),
    ]


def _against_others(files: int) -> list[Bar]:
    what = f"{files} files"
    return [
        Bar(f"first `run`, {what} / bare Spark", f"run {files}", f"bare {files}", 1.6),
        Bar(f"staging, {what} / bare typed read and write", f"stage {files}", f"bare write {files}", 1.15),
        *(Bar(f"first `run`, {what} / {engine}", f"run {files}", f"{engine} {files}") for engine in ENGINES),
    ]


def _late_row(title: str, name: str, most: float = 30) -> list[Bar]:
    return [
        Bar(f"{title}, 1 of 9 quarters: `run`", f"{name} run", "", most),
        Bar(f"{title}: bytes read / bytes of its quarter", f"{name} bytes", f"{name} bytes needed", 1.2),
    ]


def _loading(files: int) -> list[Bar]:
    what = f"`load`, {files} files"
    return [
        Bar(f"{what} / `hdfs dfs -put`", f"load {files}", f"put {files}"),
        Bar(f"{what} / `hdfs dfs -put -t 8`", f"load {files}", f"put -t 8 {files}"),
    ]
