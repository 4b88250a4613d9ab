"""`generate`: labelled synthetic data, with a progress bar."""

from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from warehouse.errors import UsageError

_DATASETS = ("trips",)


def generate_files(dataset: str, rows: int, seed: int, out: Path, dirt: float) -> None:
    """Write the files and say what to do with them.

    Args:
        dataset: Dataset that has a generator.
        rows: Number of rows in all files together.
        seed: Seed of all random numbers.
        out: New directory.
        dirt: Share of rows with something wrong, 0 to 0.5.

    Raises:
        UsageError: There is no generator for the dataset, a number cannot be used, or the directory is taken.
    """
    if dataset not in _DATASETS:
        raise UsageError(f"there is no generator for {dataset!r}, only for: {', '.join(_DATASETS)}")
    # It reads the contract when it is imported.
    from generator.dataset import generate

    console = Console(stderr=True)
    columns = (TextColumn("generating"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        bar = progress.add_task("generating", total=rows)
        generate(out, rows, seed, dirt, lambda count: progress.advance(bar, count))
    print(f"{rows:,} rows of {dataset} in {out}; expected results: {out / 'truth.json'}")
    for batch in sorted(path.name for path in out.glob("batch-*")):
        print(f"  ./stackhouse load {dataset} {out / batch}")
    print(f"  ./stackhouse run {dataset}")
