"""Brings files into the raw zone as one batch: all of them verified and visible at once, or none."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ingestion.input_file import describe_file
from ingestion.progress import Progress, in_turn
from ingestion.upload import send_batch
from warehouse.batch import Batch, BatchFile, batch_id, load_batch, loaded_batches, replace_batch, uploads
from warehouse.contract.change import row_definition
from warehouse.contract.model import Contract
from warehouse.errors import EmptyFileError, InputFileError
from warehouse.input.batch_files import check_files, listed
from warehouse.input.input_path import InputPath
from warehouse.paths import DatasetPaths
from warehouse.steps import Step, reached
from warehouse.storage import FileStorage
from warehouse.workers import Workers

MAX_JOBS = 8
"""Files that are sent at once where nothing else is asked for. For a small file HDFS mostly waits; on 2 cores more than
this gained nothing."""


@dataclass(frozen=True)
class LoadResult:
    """What a load did.

    Attributes:
        batch: Manifest of the batch.
        already_loaded: The same bytes were there before; nothing was sent.
        counted_before: Rows in the manifest before they were counted again; `None`: they were not.
        skipped: Names of the files that were empty and are not part of the batch.
        resumed: Bytes of the batch that a load that was killed had sent.
    """

    batch: Batch
    already_loaded: bool
    counted_before: int | None = None
    skipped: tuple[str, ...] = ()
    resumed: int = 0


def load(  # noqa: PLR0913 - what the command is given
    storage: FileStorage,
    contract: Contract,
    files: Sequence[Path],
    user: str,
    progress: Progress,
    *,
    strict: bool = False,
    jobs: int = MAX_JOBS,
) -> LoadResult:
    """Load files as one batch. The caller holds the lock of the dataset.

    Args:
        storage: Where to.
        contract: What the columns must be.
        files: Files on this machine, with different names.
        user: Who loads, for the manifest.
        progress: Told about every piece of a file that was checked, then sent; what has to be sent again is taken
            back as a negative count. It is called from other threads, one at a time.
        strict: Refuse an empty file among others, which is left out otherwise.
        jobs: Files that are checked or sent at once.

    Raises:
        InputFileError: A file is not fit to be loaded, or its rows are loaded already; nothing was sent.
        LoadError: Bytes did not arrive as they were sent, or a file changed meanwhile; nothing is visible.
        StorageError: HDFS refused, e.g. for lack of space; nothing is visible.
        StackDownError: HDFS does not answer.
    """
    found, skipped = _described(check_files(files), contract, progress, strict, jobs)
    return replace(_load(storage, contract, found, user, progress, jobs), skipped=skipped)


def _described(
    files: Sequence[InputPath], contract: Contract, progress: Progress, strict: bool, jobs: int
) -> tuple[dict[InputPath, BatchFile], tuple[str, ...]]:
    """What is in the files, and the names of those that are empty."""
    empties_allowed = not strict and len(files) > 1

    def describe(path: InputPath) -> BatchFile | None:
        try:
            return describe_file(path, contract, told)
        except EmptyFileError:
            if empties_allowed:
                return None
            raise

    # It is work for the processor, most of it outside of Python's lock.
    workers = Workers(describe, min(jobs, os.cpu_count() or 1))
    told = in_turn(progress, workers.check)
    found = dict(zip(files, workers.do(files), strict=True))
    skipped = tuple(path.name for path, file in found.items() if file is None)
    if len(skipped) == len(files):
        raise EmptyFileError(f"all {len(files):,} files are empty: {listed(skipped)}")
    return {path: file for path, file in found.items() if file}, skipped


def _load(  # noqa: PLR0913, PLR0917 - what the command is given
    storage: FileStorage,
    contract: Contract,
    files: dict[InputPath, BatchFile],
    user: str,
    progress: Progress,
    jobs: int,
) -> LoadResult:
    ordered, described = tuple(files), tuple(files.values())
    paths = DatasetPaths(contract.dataset, storage.root)
    counted_by = row_definition(contract.meaning["input_format"])
    _remove_uploads(storage, paths, but=batch_id(described))
    if storage.exists(paths.raw_batch(batch_id(described))):
        return _counted_again(
            storage, load_batch(storage, contract.dataset, batch_id(described)), described, counted_by
        )
    loaded = loaded_batches(storage, contract.dataset)
    _refuse_known_rows(ordered, described, loaded)
    batch = Batch(
        dataset=contract.dataset,
        files=described,
        sequence=1 + max((other.sequence for other in loaded), default=0),
        loaded_at=datetime.now(UTC),
        loaded_by=user,
        counted_by=counted_by,
    )
    resumed = send_batch(storage, batch, ordered, progress, jobs)
    return LoadResult(batch, already_loaded=False, resumed=resumed)


def _remove_uploads(storage: FileStorage, paths: DatasetPaths, but: str) -> None:
    """Remove what killed loads sent of other batches: no command goes on from it, now that another one is loaded."""
    for path in uploads(storage, paths):
        if path != paths.raw_incoming(but):
            storage.delete(path)
            reached(Step.LEFTOVERS_REMOVED)


def _counted_again(
    storage: FileStorage, found: Batch, described: tuple[BatchFile, ...], counted_by: dict[str, Any]
) -> LoadResult:
    """The batch that is there, its manifest by the contract as it is now."""
    batch = replace(found, files=described, counted_by=counted_by)
    if batch == found:
        return LoadResult(found, already_loaded=True)
    replace_batch(storage, batch)
    # Manifests of earlier versions do not say how the rows were counted.
    same = batch.rows == found.rows and not found.counted_by
    return LoadResult(batch, already_loaded=True, counted_before=None if same else found.rows)


def _refuse_known_rows(files: Sequence[InputPath], described: Sequence[BatchFile], loaded: Sequence[Batch]) -> None:
    """Without a key nothing else would notice that the rows of a file are counted twice."""
    known = {file.sha256: f"{file.name} of batch {batch.id}" for batch in loaded for file in batch.files}
    for path, file in zip(files, described, strict=True):
        if file.rows and file.sha256 in known:
            raise InputFileError(
                f"{path} has the same bytes as {known[file.sha256]}, so its rows would be counted twice", "leave it out"
            )
        known[file.sha256] = f"{file.name} beside it"
