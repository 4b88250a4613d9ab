"""What all measurements of one benchmark share: a directory, a stack, and the samples."""

import json
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from bench.command import Done, MeasurementError, run_timed
from bench.own_stack import OwnStack
from bench.prices import MART, Prices
from bench.samples import Samples
from hive.connection import connect

_MART_COLUMNS = "quarter_start, prices, symbols, total_open, total_high, total_low, total_close, total_volume"

Figures = list[list[str | Decimal]]
"""The mart by quarter: a wrong row, whatever is wrong with it, changes a sum."""


@dataclass
class Workplace:
    """Where measurements are made.

    Attributes:
        scratch: Directory for files and results.
        stack: The stack that is measured.
        samples: Where values go.
    """

    scratch: Path
    stack: OwnStack
    samples: Samples

    def __post_init__(self) -> None:
        """Nothing is known yet of what the rows give."""
        self._figures: dict[tuple[int, int, int], Figures] = {}

    def files(self, prices: Prices) -> Path:
        """Directory with these prices, generated when it is first asked for."""
        name = f"{prices.rows}-{prices.files}-{prices.quarters}-{prices.seed}"
        directory = self.scratch / "files" / name
        if not directory.exists():
            prices.write(directory)
        return directory

    def script(self, module: str, prices: Prices, *options: str) -> tuple[float, dict[str, float]]:
        """Run a script of `bench.engines` over prices; its seconds, whole and by step.

        Raises:
            MeasurementError: It failed, or its figures are not those of the others.
        """
        out = self.scratch / "out"
        command = [sys.executable, "-m", f"bench.engines.{module}", str(self.files(prices)), str(out), *options]
        try:
            done = run_timed(command, os.environ, self.samples.left)
        finally:
            shutil.rmtree(out, ignore_errors=True)
        found = _document(done)
        # A script that only writes has none.
        if found["figures"]:
            self._compare(prices, found["figures"], module)
        return done.seconds, found["seconds"]

    def compare_mart(self, prices: Prices, dataset: str) -> None:
        """Refuse a mart of the stack whose figures are not those of the others."""
        with connect(self.stack.settings.endpoints) as server:
            rows = server.fetch(f"SELECT {_MART_COLUMNS} FROM {dataset}.{MART} ORDER BY quarter_start").rows  # noqa: S608 - all names are ours
        self._compare(prices, rows, "the stack")

    def _compare(self, prices: Prices, rows: Sequence[Sequence[object]], who: str) -> None:
        figures: Figures = [[str(first), *(Decimal(str(value)) for value in rest)] for first, *rest in rows]
        # However they are cut into files.
        expected = self._figures.setdefault((prices.total, prices.quarters, prices.seed), figures)
        if figures != expected:
            raise MeasurementError(f"{who} has other figures: {figures[:1]}, those before had {expected[:1]}")


def _document(done: Done) -> Any:
    return json.loads(done.output.splitlines()[-1])
