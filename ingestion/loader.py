"""Brings files into the raw zone as one batch: all of them verified and visible at once, or none."""

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ingestion.checksum import HdfsChecksum
from ingestion.input_file import CHUNK_BYTES, Progress, check_files, describe_file
from ingestion.webhdfs import WebHdfs
from warehouse.batch import Batch, BatchFile, batch_id, load_batch, loaded_batches
from warehouse.contract import Contract
from warehouse.errors import InputFileError, LoadError, StackhouseError
from warehouse.paths import MANIFEST_NAME, DatasetPaths
from warehouse.steps import Step, reached

BLOCK_BYTES = 128 * 1024 * 1024
"""HDFS block size of raw files, HDFS's default; given with every file because its checksum depends on it."""


@dataclass(frozen=True)
class LoadResult:
    """What a load did.

    Attributes:
        batch: Manifest of the batch.
        already_loaded: The same bytes were there before; nothing was written.
    """

    batch: Batch
    already_loaded: bool


def load(storage: WebHdfs, contract: Contract, files: Sequence[Path], user: str, progress: Progress) -> LoadResult:
    """Load files as one batch. The caller holds the lock of the dataset.

    Args:
        storage: Where to.
        contract: What the columns must be.
        files: On this machine, with different names.
        user: Who loads, for the manifest.
        progress: Told about every piece of a file that was checked, then sent.

    Raises:
        InputFileError: A file is not fit to be loaded, or its rows are loaded already; nothing was sent.
        LoadError: Bytes did not arrive as they were sent, or a file changed meanwhile; nothing is visible.
        StorageError: HDFS refused, e.g. for lack of space; nothing is visible.
        StackDownError: HDFS does not answer.
    """
    ordered = check_files(files)
    described = tuple(describe_file(path, contract, progress) for path in ordered)
    paths = DatasetPaths(contract.dataset)
    if storage.exists(paths.raw_batch(batch_id(described))):
        return LoadResult(load_batch(storage, contract.dataset, batch_id(described)), already_loaded=True)
    loaded = loaded_batches(storage, contract.dataset)
    _refuse_known_rows(ordered, described, loaded)
    batch = Batch(
        dataset=contract.dataset,
        files=described,
        sequence=1 + max((other.sequence for other in loaded), default=0),
        loaded_at=datetime.now(UTC),
        loaded_by=user,
    )
    _send(storage, batch, ordered, progress)
    return LoadResult(batch, already_loaded=False)


def _refuse_known_rows(files: Sequence[Path], described: Sequence[BatchFile], loaded: Sequence[Batch]) -> None:
    """Without a key nothing else would notice that the rows of a file are counted twice."""
    known = {file.sha256: f"{file.name} of batch {batch.id}" for batch in loaded for file in batch.files}
    for path, file in zip(files, described, strict=True):
        if file.rows and file.sha256 in known:
            raise InputFileError(
                f"{path} has the same bytes as {known[file.sha256]}, so its rows would count twice: leave it out"
            )
        known[file.sha256] = f"{file.name} beside it"


def _send(storage: WebHdfs, batch: Batch, files: Sequence[Path], progress: Progress) -> None:
    paths = DatasetPaths(batch.dataset)
    incoming = paths.raw_incoming(secrets.token_hex(8))
    try:
        storage.create(f"{incoming}/{MANIFEST_NAME}", batch.to_json())
        reached(Step.LOAD_BEGUN)
        for path, file in zip(files, batch.files, strict=True):
            _send_file(storage, path, f"{incoming}/{file.name}", file, progress)
            reached(Step.FILE_SENT)
        # Everything before this is hidden; this makes the batch.
        storage.rename(incoming, paths.raw_batch(batch.id))
        reached(Step.BATCH_LOADED)
    except BaseException:
        # If HDFS is gone too, the next command removes it.
        with suppress(StackhouseError):
            storage.delete(incoming)
        raise


def _send_file(storage: WebHdfs, path: Path, target: str, expected: BatchFile, progress: Progress) -> None:
    sha256, checksum = hashlib.sha256(), HdfsChecksum(BLOCK_BYTES)

    def sent() -> Iterator[bytes]:
        for chunk in _chunks(path):
            sha256.update(chunk)
            checksum.update(chunk)
            yield chunk
            progress("send", len(chunk))

    storage.write_stream(target, sent(), BLOCK_BYTES)
    if sha256.hexdigest() != expected.sha256:
        raise LoadError(f"{path} changed while it was being loaded; load it again when it is complete")
    if storage.size(target) != expected.size:
        raise LoadError(f"{path}: {storage.size(target)} of {expected.size} bytes arrived in HDFS; load it again")
    arrived = storage.file_checksum(target)
    if arrived != checksum.result():
        raise LoadError(f"{path}: HDFS holds other bytes than were sent: {arrived}, expected {checksum.result()}")


def _chunks(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb", buffering=0) as file:
            while chunk := file.read(CHUNK_BYTES):
                yield chunk
    except OSError as problem:
        raise InputFileError(f"{path} cannot be read any more: {problem.strerror}") from problem
