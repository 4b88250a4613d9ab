"""What a benchmark found, as `docs/performance.md`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.growth import Series
from bench.report.bars import Bar
from bench.report.growth_plot import plot
from bench.samples import Samples

_INTRODUCTION = """# Performance

Written by `bench/run.sh{option}`; do not edit.

{machine}. Dataset: {dataset}.

The benchmark starts a stack of its own. Everything is a cold process, as a user starts it, and seconds are those of the
whole command, its start included. What is compared is measured in turn, so that a busy machine slows both. Every engine
must give the same figures by quarter; one that does not has no time here. A figure is the median of its rounds, or the
ratio of two medians. Bytes read are what the DataNode sent to Spark, Hive and the command; those of a quarter are its
clean rows and marts. A day is part of the key, so no keys of other quarters have to be read.
"""
_MANY = 10_000
"""From here on decimals are noise."""


@dataclass(frozen=True)
class Report:
    """Everything that is written.

    Attributes:
        machine: Where and of what it was measured.
        dataset: What was read.
        option: Option of the command, ` --quick` or nothing.
        bars: Figures.
        series: How times grow; empty in the short form.
        samples: Raw values.
    """

    machine: str
    dataset: str
    option: str
    bars: Sequence[Bar]
    series: Sequence[Series]
    samples: Samples

    def write(self, path: Path) -> None:
        """Write the page, and a picture beside it when there are series."""
        drawn = [each for each in self.series if each.exponent is not None]
        picture = path.with_suffix(".png")
        if drawn:
            plot(drawn, picture)
        path.write_text("\n".join(self._parts(picture.name if drawn else "")) + "\n")

    def table(self) -> str:
        """The figures as a table in Markdown, which a terminal shows as well."""
        lines = ["| figure | found | bar | | raw |", "|---|--:|--:|---|---|"]
        for bar in self.bars:
            found, most = bar.written(bar.value(self.samples)), bar.written(bar.most)
            lines.append(f"| {bar.title} | {found} | {most} | {bar.verdict(self.samples)} | {self._raw(bar)} |")
        return "\n".join(lines)

    def _parts(self, picture: str) -> list[str]:
        values = {"option": self.option, "machine": self.machine, "dataset": self.dataset}
        parts = [_INTRODUCTION.format(**values), "## Figures\n", self.table()]
        if picture:
            parts += ["\n## Growth\n", "An exponent of 1 is proportional, 0 is constant.\n", self._growth()]
            parts += [f"\n![Seconds on logarithmic axes]({picture})"]
        if self.samples.failures:
            parts += ["\n## Not measured\n", *(f"* {failure}" for failure in self.samples.failures)]
        return [*parts, "\n## Raw values\n", self._all_raw()]

    def _growth(self) -> str:
        lines = ["| what | grows with | seconds | exponent |", "|---|---|---|--:|"]
        for each in self.series:
            points = ", ".join(f"{number:,}: {_number(seconds)}" for number, seconds in each.points.items())
            exponent = "–" if each.exponent is None else f"{each.exponent:.2f}"
            lines.append(f"| {each.title} | {each.axis} | {points or '–'} | {exponent} |")
        return "\n".join(lines)

    def _raw(self, bar: Bar) -> str:
        sides = [self.samples.values.get(name, []) for name in (bar.measured, bar.base) if name]
        return " / ".join(_numbers(side) for side in sides)

    def _all_raw(self) -> str:
        rows = [f"| {name} | {_numbers(values)} |" for name, values in self.samples.values.items()]
        return "\n".join(["| what | seconds, bytes or counts, each round |", "|---|---|", *rows])


def _numbers(values: Sequence[float]) -> str:
    return ", ".join(map(_number, values)) or "–"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= _MANY else f"{value:.3g}" if value < 1 else f"{value:.1f}"
