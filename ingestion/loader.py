"""Brings files into the raw zone as one batch: all of them verified and visible at once, or none."""

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import tenacity

from ingestion.checksum import HdfsChecksum
from ingestion.input_file import CHUNK_BYTES, Progress, describe_file
from warehouse.batch import Batch, BatchFile, batch_id, load_batch, loaded_batches, write_batch
from warehouse.batch_files import check_files, listed
from warehouse.contract.change import row_definition
from warehouse.contract.model import Contract
from warehouse.errors import DataNodeDownError, EmptyFileError, InputFileError, LoadError, StackhouseError
from warehouse.paths import MANIFEST_NAME, DatasetPaths
from warehouse.steps import Step, reached
from warehouse.storage import FileChecksum, FileStorage

BLOCK_BYTES = 128 * 1024 * 1024
"""HDFS block size of raw files, HDFS's default; given with every file because its checksum depends on it."""

# Soon to another DataNode, or to the only one when it is back. Where the NameNode has no other for a copy, it names the
# dead one until it has missed it for 40 s, and who writes to it waits; so then after that.
_sent_again = tenacity.retry(
    retry=tenacity.retry_if_exception_type(DataNodeDownError),
    wait=tenacity.wait_chain(tenacity.wait_fixed(6), tenacity.wait_fixed(45)),
    stop=tenacity.stop_after_attempt(3),
    reraise=True,
)


@dataclass(frozen=True)
class LoadResult:
    """What a load did.

    Attributes:
        batch: Manifest of the batch.
        already_loaded: The same bytes were there before; nothing was sent.
        counted_before: Rows that the manifest told before, when they were counted again.
        skipped: Names of the files that were empty and are not part of the batch.
    """

    batch: Batch
    already_loaded: bool
    counted_before: int | None = None
    skipped: tuple[str, ...] = ()


def load(  # noqa: PLR0913 - what the command is given
    storage: FileStorage,
    contract: Contract,
    files: Sequence[Path],
    user: str,
    progress: Progress,
    *,
    strict: bool = False,
) -> LoadResult:
    """Load files as one batch. The caller holds the lock of the dataset.

    Args:
        storage: Where to.
        contract: What the columns must be.
        files: Files on this machine, with different names.
        user: Who loads, for the manifest.
        progress: Told about every piece of a file that was checked, then sent; what has to be sent again is taken
            back as a negative count.
        strict: Refuse an empty file among others, which is left out otherwise.

    Raises:
        InputFileError: A file is not fit to be loaded, or its rows are loaded already; nothing was sent.
        LoadError: Bytes did not arrive as they were sent, or a file changed meanwhile; nothing is visible.
        StorageError: HDFS refused, e.g. for lack of space; nothing is visible.
        StackDownError: HDFS does not answer.
    """
    found, skipped = _described(check_files(files), contract, progress, strict)
    return replace(_load(storage, contract, found, user, progress), skipped=skipped)


def _described(
    files: Sequence[Path], contract: Contract, progress: Progress, strict: bool
) -> tuple[dict[Path, BatchFile], tuple[str, ...]]:
    """What is in the files, and the names of those that are empty."""
    found, empty = dict[Path, BatchFile](), dict[str, EmptyFileError]()
    for path in files:
        try:
            found[path] = describe_file(path, contract, progress)
        except EmptyFileError as problem:
            if strict or len(files) == 1:
                raise
            empty[path.name] = problem
    if not found:
        raise EmptyFileError(f"all {len(files):,} files are empty: {listed(tuple(empty))}")
    return found, tuple(empty)


def _load(
    storage: FileStorage, contract: Contract, files: dict[Path, BatchFile], user: str, progress: Progress
) -> LoadResult:
    ordered, described = tuple(files), tuple(files.values())
    paths = DatasetPaths(contract.dataset, storage.root)
    counted_by = row_definition(contract.meaning["input_format"])
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
    _send(storage, batch, ordered, progress)
    return LoadResult(batch, already_loaded=False)


def _counted_again(
    storage: FileStorage, found: Batch, described: tuple[BatchFile, ...], counted_by: dict[str, Any]
) -> LoadResult:
    """The batch that is there, its manifest by the contract as it is now."""
    batch = replace(found, files=described, counted_by=counted_by)
    if batch == found:
        return LoadResult(found, already_loaded=True)
    storage.replace(
        f"{DatasetPaths(batch.dataset, storage.root).raw_batch(batch.id)}/{MANIFEST_NAME}", write_batch(batch)
    )
    # Manifests of earlier versions do not say how the rows were counted.
    same = batch.rows == found.rows and not found.counted_by
    return LoadResult(batch, already_loaded=True, counted_before=None if same else found.rows)


def _refuse_known_rows(files: Sequence[Path], described: Sequence[BatchFile], loaded: Sequence[Batch]) -> None:
    """Without a key nothing else would notice that the rows of a file are counted twice."""
    known = {file.sha256: f"{file.name} of batch {batch.id}" for batch in loaded for file in batch.files}
    for path, file in zip(files, described, strict=True):
        if file.rows and file.sha256 in known:
            raise InputFileError(
                f"{path} has the same bytes as {known[file.sha256]}, so its rows would count twice", "leave it out"
            )
        known[file.sha256] = f"{file.name} beside it"


def _send(storage: FileStorage, batch: Batch, files: Sequence[Path], progress: Progress) -> None:
    paths = DatasetPaths(batch.dataset, storage.root)
    incoming = paths.raw_incoming(secrets.token_hex(8))
    try:
        storage.publish(f"{incoming}/{MANIFEST_NAME}", write_batch(batch))
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


@_sent_again
def _send_file(storage: FileStorage, path: Path, target: str, expected: BatchFile, progress: Progress) -> None:
    sent = _Sent(path, progress)
    try:
        storage.write_stream(target, sent.chunks(), BLOCK_BYTES)
        if sent.sha256.hexdigest() != expected.sha256:
            raise LoadError(f"{path} changed while it was being loaded", "load it again when it is complete")
        _verify(storage, path, target, expected, sent.checksum.result())
    except DataNodeDownError:
        progress("send", -sent.size)
        storage.delete(target)
        raise


def _verify(storage: FileStorage, path: Path, target: str, expected: BatchFile, checksum: FileChecksum) -> None:
    size = storage.size(target)
    if size != expected.size:
        raise LoadError(f"{path}: {size} of {expected.size} bytes arrived in HDFS", "load it again")
    # Encryption, erasure coding and settings of the cluster make other checksums of the same bytes.
    if storage.file_checksum(target) != checksum and _sha256(storage, target) != expected.sha256:
        raise LoadError(f"{path}: HDFS holds other bytes than were sent", "load it again")


def _sha256(storage: FileStorage, path: str) -> str:
    found = hashlib.sha256()
    for chunk in storage.read_stream(path):
        found.update(chunk)
    return found.hexdigest()


class _Sent:
    """What was sent of a file."""

    def __init__(self, path: Path, progress: Progress) -> None:
        self.size = 0
        self.sha256 = hashlib.sha256()
        self.checksum = HdfsChecksum(BLOCK_BYTES)
        self._path = path
        self._progress = progress

    def chunks(self) -> Iterator[bytes]:
        for chunk in _chunks(self._path):
            self.sha256.update(chunk)
            self.checksum.update(chunk)
            yield chunk
            self.size += len(chunk)
            self._progress("send", len(chunk))


def _chunks(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb", buffering=0) as file:
            while chunk := file.read(CHUNK_BYTES):
                yield chunk
    except OSError as problem:
        raise InputFileError(f"{path} cannot be read any more: {problem.strerror}") from problem
