"""Measures every promise about speed, prints the figures with their bars, and writes `docs/performance.md`.

    bench/run.sh [--quick] [--rows 6100000] [--out docs/performance.md]

`--quick` takes at most 10 minutes, one round; without it three rounds and the growth series, at most 60 minutes. It
starts a stack of its own below TMPDIR, where the long form takes 15 GB, and removes it. Ctrl-C ends it; what was
measured by then is written.
"""

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from time import monotonic

from bench.first_run import compare
from bench.growth import BATCHES, all_series, measure_growth
from bench.late_row import measure_late_rows, measure_nothing_new
from bench.look_ups import measure_look_ups
from bench.own_stack import OwnStack
from bench.prices import Prices
from bench.report.bars import growth_bars, quick_bars
from bench.report.machine import describe_machine
from bench.report.page import Report
from bench.samples import Samples
from bench.workplace import Workplace
from warehouse.errors import StackhouseError
from warehouse.settings import REPOSITORY

_FEW_FILES, _MANY_FILES = 10, 500
_QUICK_SECONDS, _FULL_SECONDS = 570.0, 3540.0
"""What is left of 10 and 60 minutes is for stopping the stack and writing."""
_FULL_ROUNDS = 3
_INTERRUPTED = 130


def main() -> None:
    """Measure; the exit code is 1 if a bar is not met or something was not measured."""
    parser = argparse.ArgumentParser(prog="bench/run.sh", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round, no growth series: at most 10 minutes")
    parser.add_argument("--rows", type=int, default=Prices.rows, help="rows of the dataset")
    parser.add_argument("--out", type=Path, default=REPOSITORY / "docs" / "performance.md")
    arguments = parser.parse_args()
    machine, usual = describe_machine(), Prices(arguments.rows, _MANY_FILES)
    samples = Samples(monotonic() + (_QUICK_SECONDS if arguments.quick else _FULL_SECONDS))
    print(machine, flush=True)
    code = 0
    try:
        _measure(samples, usual, arguments.quick)
    except StackhouseError as problem:
        samples.failures.append(f"the stack: {problem}")
    except KeyboardInterrupt:
        samples.failures.append("all that is missing: the benchmark was interrupted")
        code = _INTERRUPTED
    if not samples.values:
        sys.exit("bench: nothing was measured: " + "; ".join(samples.failures))
    report = _report(machine, samples, usual, arguments.quick)
    report.write(arguments.out)
    print(f"\n{report.table()}\n\nwritten to {arguments.out}")
    bad = samples.failures or any(bar.verdict(samples) in {"NOT MET", "not measured"} for bar in report.bars)
    sys.exit(code or int(bool(bad)))


def _measure(samples: Samples, usual: Prices, quick: bool) -> None:
    scratch = Path(tempfile.mkdtemp(prefix="stackhouse-bench."))
    with OwnStack(scratch) as stack:
        place = Workplace(scratch, stack, samples)
        for number in range(1, 2 if quick else _FULL_ROUNDS + 1):
            _measure_round(place, usual, number)
        if not quick:
            measure_growth(place, usual)


def _measure_round(place: Workplace, usual: Prices, number: int) -> None:
    # What matters most comes first: the time may not be enough for all.
    attempt, dataset = place.samples.attempt, compare(place, usual, number)
    if dataset:
        attempt("late rows", lambda: measure_late_rows(place, usual, dataset))
        attempt("nothing new", lambda: measure_nothing_new(place, dataset))
    else:
        place.samples.failures.append("late row, nothing new and look-ups: there is no release to measure them with")
    compare(place, replace(usual, files=_FEW_FILES), number)
    if dataset:
        attempt("look-ups", lambda: measure_look_ups(place, usual, dataset))


def _report(machine: str, samples: Samples, usual: Prices, quick: bool) -> Report:
    size = (
        f"{usual.total:,} rows in {_FEW_FILES} and {_MANY_FILES} files, every day sent twice, {usual.quarters} quarters"
    )
    bars, series = quick_bars(), []
    if not quick:
        bars, series = bars + growth_bars(BATCHES), all_series(samples, usual)
    return Report(machine, size, " --quick" if quick else "", bars, series, samples)


if __name__ == "__main__":
    main()
