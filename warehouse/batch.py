"""Files that were loaded together, and the id that their bytes give them."""

import hashlib
import json
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import cached_property
from typing import Any

from warehouse.bundle import discard, keep, read_bundled, verbatim
from warehouse.document import IGNORES_UNKNOWN, REFUSES_UNKNOWN, read, write
from warehouse.errors import DocumentError
from warehouse.paths import MANIFEST_NAME, DatasetPaths
from warehouse.storage import Storage

_ID_DIGITS = 16
_BUNDLE = "batches"


@dataclass(frozen=True)
class BatchFile:
    """One file as received.

    Attributes:
        name: File name without a directory.
        size: Bytes as stored, compressed if the file is.
        sha256: SHA-256 of those bytes, 64 hex digits.
        rows: Rows by the contract's input format, without header, comments and empty lines.
        kind: `csv`, `jsonl`, `lines` or `parquet`.
        columns: Names in its header, in order; empty for files without one.
        split_lines: Number of lines that begin at or before each multiple of `SPLIT_BYTES`, without
            offset 0; empty for compressed files, which are never split. With it a Spark task that
            reads the file from the middle knows which line it is on.
        nanoseconds: Columns of a Parquet file that count them, each with `INSTANT` or `WALL_CLOCK`: Spark reads them
            as whole numbers, so the manifest has their type.
    """

    __pydantic_config__ = REFUSES_UNKNOWN

    name: str
    size: int
    sha256: str
    rows: int
    kind: str
    columns: tuple[str, ...]
    split_lines: tuple[int, ...]
    nanoseconds: tuple[tuple[str, str], ...] = ()


INSTANT, WALL_CLOCK = "instant", "wall clock"
"""What a Parquet file's timestamps are: adjusted to UTC, or not."""

SPLIT_BYTES = 64 * 1024 * 1024
"""Bytes of uncompressed text that one Spark task reads, of one file or of several."""


@dataclass(frozen=True)
class Batch:
    """Manifest of a batch.

    Attributes:
        dataset: Name in the contract.
        files: Files in order of their names.
        sequence: 1 for the first batch of the dataset; a later batch's rows win over an earlier one's.
        loaded_at: UTC.
        loaded_by: User.
        counted_by: How the rows were counted: see `warehouse.contract.change.row_definition`.
    """

    __pydantic_config__ = IGNORES_UNKNOWN

    dataset: str
    files: tuple[BatchFile, ...]
    sequence: int
    loaded_at: datetime
    loaded_by: str
    counted_by: dict[str, Any] = field(default_factory=dict, hash=False)

    @cached_property
    def id(self) -> str:
        """Id that the same bytes under the same names always have."""
        return batch_id(self.files)

    @property
    def rows(self) -> int:
        """Rows of all files."""
        return sum(file.rows for file in self.files)

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


@dataclass(frozen=True, kw_only=True)
class _Manifest(Batch):
    """A batch as it is stored.

    Attributes:
        batch: Id that its files gave it when it was loaded.
    """

    batch: str


def write_batch(batch: Batch) -> bytes:
    """The manifest of a batch as it is stored."""
    return write(_Manifest(**{field.name: getattr(batch, field.name) for field in fields(Batch)}, batch=batch.id))


def read_batch(content: bytes, path: str) -> Batch:
    """Read a stored manifest.

    Raises:
        DocumentError: It is damaged, or does not describe the batch it names.
    """
    found = read(_Manifest, content, path)
    if found.id != found.batch:
        raise DocumentError(f"{path} of batch {found.batch} describes {found.id}: it was changed after loading")
    return Batch(**{field.name: getattr(found, field.name) for field in fields(Batch)})


def batch_id(files: tuple[BatchFile, ...]) -> str:
    """First 16 hex digits of the SHA-256 over names, sizes and SHA-256s, in order of names."""
    identity = [[file.name, file.size, file.sha256] for file in sorted(files, key=lambda file: file.name)]
    return hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:_ID_DIGITS]


def load_batch(storage: Storage, dataset: str, batch: str) -> Batch:
    """Read the manifest of one complete batch.

    Args:
        storage: HDFS.
        dataset: Name in the contract.
        batch: Id of the batch.

    Raises:
        NotFoundError: There is no such batch.
        DocumentError: Its manifest is damaged.
    """
    path = _manifest(DatasetPaths(dataset, storage.root), batch)
    return read_batch(storage.read(path), path)


def loaded_batches(storage: Storage, dataset: str) -> list[Batch]:
    """All complete batches of a dataset, in loading order."""
    paths = DatasetPaths(dataset, storage.root)
    contents = read_bundled(storage, paths.bundle(_BUNDLE), _manifests(storage, paths), verbatim(read_batch))
    batches = [read_batch(content, path) for path, content in contents.items()]
    return sorted(batches, key=lambda batch: batch.sequence)


def bundle_batches(storage: Storage, dataset: str) -> None:
    """Make many manifests quick to read; the caller holds the lock of the dataset."""
    paths = DatasetPaths(dataset, storage.root)
    keep(storage, paths.bundle(_BUNDLE), _manifests(storage, paths), verbatim(read_batch))


def replace_batch(storage: Storage, batch: Batch) -> None:
    """Write another manifest of a loaded batch; the caller holds the lock of the dataset."""
    paths = DatasetPaths(batch.dataset, storage.root)
    discard(storage, paths.bundle(_BUNDLE))
    storage.replace(_manifest(paths, batch.id), write_batch(batch))


def _manifests(storage: Storage, paths: DatasetPaths) -> list[str]:
    return [_manifest(paths, batch) for batch in sorted(loaded_ids(storage, paths.dataset))]


def _manifest(paths: DatasetPaths, batch: str) -> str:
    return f"{paths.raw_batch(batch)}/{MANIFEST_NAME}"


def loaded_ids(storage: Storage, dataset: str) -> set[str]:
    """Ids of all complete batches of a dataset."""
    names = storage.list(DatasetPaths(dataset, storage.root).raw)
    return {name.removeprefix("batch=") for name in names if name.startswith("batch=")}


def uploads(storage: Storage, paths: DatasetPaths) -> list[str]:
    """Directories of batches that are being sent, or whose sending was killed."""
    return [f"{paths.raw}/{name}" for name in storage.list(paths.raw) if name.startswith("_incoming=")]
