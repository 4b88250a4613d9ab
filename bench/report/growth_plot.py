"""Draws how times grow, on logarithmic axes: a panel for each axis, a line for each series."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt

from bench.growth import Series

_INCHES_A_PANEL, _HEIGHT_INCHES = 3.2, 3.2
_DOTS_AN_INCH = 150
_COLOURS = ("#0072B2", "#E69F00")
"""Blue and orange of Okabe and Ito, which everybody can tell apart; the marks differ in their shape as well."""
_MARKS = ("o", "D")


def plot(series: Sequence[Series], path: Path) -> None:
    """Write a PNG of all series with two points or more."""
    axes_names = list(dict.fromkeys(each.axis for each in series if each.exponent is not None))
    size = (_INCHES_A_PANEL * len(axes_names), _HEIGHT_INCHES)
    figure, panels = plt.subplots(1, len(axes_names), figsize=size, squeeze=False, layout="constrained", sharey=True)
    for panel, axis in zip(panels[0], axes_names, strict=True):
        drawn = [each for each in series if each.axis == axis and each.exponent is not None]
        for each, colour, mark in zip(drawn, _COLOURS, _MARKS, strict=False):
            label = f"{each.title.replace('`', '')}: exponent {each.exponent:.2f}"
            panel.loglog(list(each.points), list(each.points.values()), color=colour, marker=mark, label=label)
        panel.set_xlabel(axis)
        panel.legend(fontsize="x-small", frameon=False)
    panels[0][0].set_ylabel("seconds")
    figure.savefig(path, dpi=_DOTS_AN_INCH)
    plt.close(figure)
