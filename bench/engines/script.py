"""A script that computes the dataset "prices" in one process, and what it prints."""

import argparse
import json
import os
from collections.abc import Callable
from pathlib import Path
from time import monotonic


def run_script(name: str, description: str | None, run: Callable[[list[Path], Path, int], list[list[str]]]) -> None:
    """Run an engine as the command line says; print its seconds and figures, as JSON.

    Args:
        name: Module of the script.
        description: What it does.
        run: Writes the newest rows of CSV files, in the order of loading, below a new directory, with so many threads,
            and returns the figures of each quarter.
    """
    parser = argparse.ArgumentParser(prog=f"bench.engines.{name}", description=description)
    parser.add_argument("files", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--cores", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    began = monotonic()
    figures = run(sorted(arguments.files.iterdir()), arguments.out, arguments.cores)
    print(json.dumps({"seconds": {"all": monotonic() - began}, "figures": figures}))
