"""Loads one batch of files into HDFS."""

from collections.abc import Callable, Sequence
from pathlib import Path

from ingestion.loader import MAX_JOBS, LoadResult, load
from pipeline.dataset import contract_of
from pipeline.recovery import record_batch
from pipeline.writer import writing
from warehouse.contract.change import check_change
from warehouse.release.manifest import load_live
from warehouse.settings import Settings


def load_batch(  # noqa: PLR0913 - what the command is given
    settings: Settings,
    dataset: str,
    files: Sequence[Path],
    wait: bool,
    progress: Callable[[str, int], None],
    *,
    strict: bool = False,
    jobs: int = MAX_JOBS,
) -> LoadResult:
    """Load one batch under the dataset's lock.

    Args:
        settings: Settings of the stack.
        dataset: Name in the contract.
        files: Files and directories.
        wait: Wait for another writer to end.
        progress: Called with `check`, `send` or `resume` and a number of bytes: see `ingestion.progress.Progress`.
        strict: Refuse an empty file among others, which is left out otherwise.
        jobs: Files that are checked or sent at once.

    Raises:
        StackhouseError: See `ingestion.loader.load`.
    """
    contract = contract_of(settings, dataset)
    with writing(settings, dataset, "load", {"files": " ".join(map(str, files))}, wait) as writer:
        writer.note(contract=contract.fingerprint)
        live = load_live(writer.storage, dataset)
        if live:
            # What no run could publish is not taken in; rows that may change are for `run` to ask about.
            check_change(contract, live, reprocess=True)
        done = load(writer.storage, contract, files, settings.user, progress, strict=strict, jobs=jobs)
        record_batch(writer.storage, done.batch)
        return done
