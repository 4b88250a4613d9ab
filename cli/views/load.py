"""`load`: files into HDFS, with a progress bar."""

from contextlib import suppress
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from cli.output import print_json
from ingestion.loader import MAX_JOBS, LoadResult
from pipeline.warehouse import Dataset
from warehouse.input.batch_files import listed
from warehouse.wording import counted


def load_files(  # noqa: PLR0913, PLR0917 - the options that users know
    dataset: Dataset, files: list[Path], as_json: bool, wait: bool, strict: bool, jobs: int | None
) -> None:
    """Load one batch and say what happened; see `ingestion.loader.load` for what is raised.

    Args:
        dataset: Where to.
        files: Files and directories.
        as_json: Print JSON instead of a table.
        wait: Wait until another writer has finished.
        strict: Refuse empty files instead of skipping them.
        jobs: Files to send at once; `None`: as many as usual.
    """
    result = load_with_bars(dataset, files, wait, strict, jobs)
    if as_json:
        print_json(load_document(result))
    else:
        print_load(result)


def load_with_bars(
    dataset: Dataset, files: list[Path], wait: bool = False, strict: bool = False, jobs: int | None = None
) -> LoadResult:
    """Load one batch, with a progress bar on a terminal.

    Args:
        dataset: Where to.
        files: Files and directories.
        wait: Wait until another writer has finished.
        strict: Refuse empty files instead of skipping them.
        jobs: Files to send at once; `None`: as many as usual.
    """
    total = sum(map(_size, files))
    columns = (TextColumn("{task.description:9}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    console = Console(stderr=True)
    progress = Progress(*columns, console=console, disable=not console.is_terminal)
    bars = {"check": progress.add_task("checking", total=total), "send": progress.add_task("loading", total=total)}
    bars["resume"] = bars["send"]

    def advance(phase: str, size: int) -> None:
        # Not before: the lock may have to be waited for.
        progress.start()
        progress.advance(bars[phase], size)

    try:
        return dataset.load(files, wait=wait, strict=strict, jobs=jobs or MAX_JOBS, progress=advance)
    finally:
        progress.stop()


def _size(path: Path) -> int:
    # What cannot be looked at is refused with its reason when the files are checked.
    with suppress(OSError):
        return sum(file.stat().st_size for file in (path.iterdir() if path.is_dir() else (path,)) if file.is_file())
    return 0


def load_document(result: LoadResult) -> dict[str, Any]:
    """What a load did, as JSON holds it."""
    batch = result.batch
    return {
        "batch": batch.id,
        "already_loaded": result.already_loaded,
        "counted_anew": result.counted_before is not None,
        "sequence": batch.sequence,
        "rows": batch.rows,
        "bytes": batch.size,
        "files": [
            {"name": file.name, "bytes": file.size, "rows": file.rows, "sha256": file.sha256} for file in batch.files
        ],
        "skipped": list(result.skipped),
        "resumed": result.resumed,
        "loaded_at": batch.loaded_at.isoformat(),
    }


def print_load(result: LoadResult) -> None:
    """Print what a load did: a line, and before it the files that were left out."""
    batch = result.batch
    if result.skipped:
        print(f"skipped, as they are empty: {listed(result.skipped)}")
    files = counted(len(batch.files), "file")
    if result.counted_before is not None:
        print(f"batch {batch.id} was already loaded; its rows were recounted: {batch.rows:,}, "
              f"before {result.counted_before:,}; nothing was sent")  # fmt: skip
    elif result.already_loaded:
        when = f"{batch.loaded_at:%Y-%m-%d %H:%M} UTC"
        print(f"already loaded as batch {batch.id} on {when}: {files}, {batch.rows:,} rows; nothing to do")
    else:
        there = f", {result.resumed / 1e6:,.1f} MB of them from an interrupted load" if result.resumed else ""
        print(f"batch {batch.id}: {files}, {batch.rows:,} rows, {batch.size / 1e6:,.1f} MB, verified in HDFS{there}")
