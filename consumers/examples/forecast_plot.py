"""Draws how far two forecasts were off, by airport and by week: a row each, a dot each, and the line between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
import pandas as pd

mpl.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

LARGEST = 25
"""Airports that are drawn: more rows cannot be read on a page."""

_INCHES = (8.0, 6.0)
_DOTS_AN_INCH = 150
_MODEL, _NAIVE, _GREY = "#0072B2", "#E69F00", "#666666"
"""Blue and orange of Okabe and Ito, which everybody can tell apart; the dots differ in their shape as well."""

_GAP_POINTS = 6.5
_ROOM = 1.2
"""For the figures to the right of the farthest dot."""


@dataclass(frozen=True)
class Comparison:
    """Mean absolute errors of a model and a naive forecast, minutes.

    Attributes:
        model: Error over all airports' weeks.
        naive: The same.
        naive_name: How the naive forecast is made, `as last week`.
        airports: Columns `flights`, `model` and `naive`, by airport.
        weeks: Columns `model` and `naive`, by Monday.
    """

    model: float
    naive: float
    naive_name: str
    airports: pd.DataFrame
    weeks: pd.DataFrame

    @property
    def largest(self) -> pd.DataFrame:
        """The airports that are drawn, that with the greatest gain first."""
        shown = self.airports.nlargest(LARGEST, "flights")
        return shown.assign(gain=shown["naive"] - shown["model"]).sort_values("gain", ascending=False)

    @property
    def title(self) -> str:
        """What the picture shows, in words."""
        gain = 1 - self.model / self.naive
        return (
            f"Mean arrival delay of an airport's week: the model is {self.model:.1f} minutes off, "
            f"{abs(gain):.0%} {'less' if gain >= 0 else 'more'} than the best naive forecast ({self.naive:.1f}).\n"
            f"It is closer at {_better(self.airports)} airports and in {_better(self.weeks)} weeks, "
            "each forecast from what was known by then."
        )


def _better(rows: pd.DataFrame) -> str:
    return f"{int((rows['model'] < rows['naive']).sum())} of {len(rows)}"


def draw(compared: Comparison) -> Figure:
    """The picture."""
    figure, (left, right) = plt.subplots(1, 2, figsize=_INCHES, width_ratios=[3, 2], layout="constrained")
    figure.suptitle(compared.title, fontsize=9.5, x=0.01, ha="left")
    airports, weeks = compared.largest, compared.weeks
    _rows(left, airports, [str(name) for name in airports.index])
    left.set_title(f"{len(airports)} largest airports, by gain", fontsize=9, loc="left")
    left.set_ylabel("departure airport", fontsize=8)
    _rows(right, weeks, [f"{monday.day} {monday:%b %Y}" for monday in weeks.index])
    right.set_title("all airports, by week", fontsize=9, loc="left")
    right.set_ylabel("week from", fontsize=8)
    handles = left.get_legend_handles_labels()[0]
    names = ["model", f"best naive forecast: {compared.naive_name}"]
    title = "beside the dots: minutes by which the model's error is smaller (−) or larger (+)"
    figure.legend(handles, names, loc="outside lower center", ncols=2, fontsize=8, title=title, title_fontsize=8,
                  frameon=False)  # fmt: skip
    return figure


def plot(compared: Comparison, path: Path) -> None:
    """Write the picture to a PNG file."""
    figure = draw(compared)
    figure.savefig(path, dpi=_DOTS_AN_INCH)
    plt.close(figure)


def _rows(axes: Axes, rows: pd.DataFrame, names: Sequence[str]) -> None:
    """A row for each, the first at the top, with the gain in figures beside it."""
    places = range(len(rows), 0, -1)
    better = rows["model"] < rows["naive"]
    colors = [_MODEL if each else _NAIVE for each in better]
    axes.hlines(places, rows["model"], rows["naive"], colors=colors, linewidth=2, alpha=0.45)
    axes.plot(rows["model"], places, "o", color=_MODEL, markersize=5, label="model")
    axes.plot(rows["naive"], places, "D", color=_NAIVE, markersize=4.5, label="naive")
    for place, model, naive in zip(places, rows["model"], rows["naive"], strict=True):
        axes.annotate(
            _signed(model - naive), (max(model, naive), place), (_GAP_POINTS, 0), textcoords="offset points",
            va="center", fontsize=7, color=_GREY,
        )  # fmt: skip
    axes.set_yticks(places, names, fontsize=7.5)
    axes.set_ylim(0.2, len(rows) + 0.8)
    axes.set_xlim(0, float(rows[["model", "naive"]].max().max()) * _ROOM)
    axes.set_xlabel("mean absolute error, minutes", fontsize=8)
    axes.tick_params(axis="x", labelsize=8)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)


def _signed(minutes: float) -> str:
    """`−0.9` or `+0.2`; what is rounded to nothing has no sign."""
    text = f"{minutes:+.1f}".replace("-", "−")
    return "0.0" if text.endswith("0.0") and len(text) == len("+0.0") else text
