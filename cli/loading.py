"""`load`: files into HDFS, with a progress bar."""

from contextlib import suppress
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from cli.dataset import contract_of
from cli.output import print_json
from cli.recovery import record_batch
from cli.writer import writing
from ingestion.loader import LoadResult, load
from warehouse.contract_change import check_change
from warehouse.release import load_live
from warehouse.settings import Settings


def load_files(settings: Settings, dataset: str, files: list[Path], as_json: bool, wait: bool = False) -> None:
    """Load one batch and say what happened; see `ingestion.loader.load` for what is raised."""
    result = load_batch(settings, dataset, files, wait)
    if as_json:
        print_json(load_document(result))
    else:
        print_load(result)


def load_batch(settings: Settings, dataset: str, files: list[Path], wait: bool = False) -> LoadResult:
    """Load one batch under the dataset's lock, with a progress bar on a terminal."""
    contract = contract_of(settings, dataset)
    total = sum(map(_size, files))
    columns = (TextColumn("{task.description:9}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    console = Console(stderr=True)
    with (
        writing(settings, dataset, "load", {"files": " ".join(map(str, files))}, wait) as writer,
        Progress(*columns, console=console, disable=not console.is_terminal) as progress,
    ):
        bars = {"check": progress.add_task("checking", total=total), "send": progress.add_task("loading", total=total)}
        writer.note(contract=contract.fingerprint)
        live = load_live(writer.storage, dataset)
        if live:
            # What no run could publish is not taken in; rows that may change are for `run` to ask about.
            check_change(contract, live, reprocess=True)
        done = load(
            writer.storage, contract, files, settings.user, lambda phase, size: progress.advance(bars[phase], size)
        )
        record_batch(writer.storage, done.batch)
        return done


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
        "loaded_at": batch.loaded_at.isoformat(),
    }


def print_load(result: LoadResult) -> None:
    """Print what a load did, in a line."""
    batch = result.batch
    files = f"{len(batch.files)} file{'' if len(batch.files) == 1 else 's'}"
    if result.counted_before is not None:
        print(f"batch {batch.id} was loaded before: its rows are counted anew, {batch.rows:,}, "
              f"before {result.counted_before:,}; nothing was sent")  # fmt: skip
    elif result.already_loaded:
        when = f"{batch.loaded_at:%Y-%m-%d %H:%M} UTC"
        print(f"already loaded as batch {batch.id} on {when}: {files}, {batch.rows:,} rows; nothing to do")
    else:
        print(f"batch {batch.id}: {files}, {batch.rows:,} rows, {batch.size / 1e6:,.1f} MB, verified in HDFS")
