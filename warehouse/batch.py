"""Files that were loaded together, and the id that their bytes give them."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from warehouse.errors import StorageError
from warehouse.paths import MANIFEST_NAME, DatasetPaths
from warehouse.storage import Storage

_ID_DIGITS = 16


@dataclass(frozen=True)
class BatchFile:
    """One file as received.

    Attributes:
        name: File name without a directory.
        size: Bytes as stored, compressed if the file is.
        sha256: Of those bytes, 64 hex digits.
        rows: Rows as the contract's input format tells them from header, comments and empty lines.
        kind: `csv`, `jsonl` or `parquet`.
        columns: Names in its header, in order; empty for files without one.
        split_lines: Number of lines that begin at or before each multiple of `SPLIT_BYTES`, without
            offset 0; empty for compressed files, which are never split. With it a Spark task that
            reads the file from the middle knows which line it is on.
    """

    name: str
    size: int
    sha256: str
    rows: int
    kind: str = "csv"
    columns: tuple[str, ...] = ()
    split_lines: tuple[int, ...] = ()

    @classmethod
    def from_dict(cls, found: dict[str, Any]) -> "BatchFile":
        """Back from JSON."""
        return cls(**{**found, "split_lines": tuple(found["split_lines"]), "columns": tuple(found["columns"])})


SPLIT_BYTES = 64 * 1024 * 1024
"""Bytes of uncompressed text that one Spark task reads."""


@dataclass(frozen=True)
class Batch:
    """Manifest of a batch.

    Attributes:
        dataset: Name in the contract.
        files: Files in order of their names.
        sequence: 1 for the first batch of the dataset; a later batch's rows win over an earlier one's.
        loaded_at: UTC.
        loaded_by: User.
        counted_by: What told rows from other lines: see `warehouse.contract.change.row_definition`.
    """

    dataset: str
    files: tuple[BatchFile, ...]
    sequence: int
    loaded_at: datetime
    loaded_by: str
    counted_by: dict[str, Any] = field(default_factory=dict, hash=False)

    @property
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

    def to_json(self) -> bytes:
        """The manifest as it is stored."""
        content = {"batch": self.id, **asdict(self), "loaded_at": self.loaded_at.astimezone(UTC).isoformat()}
        return json.dumps(content, indent=1).encode()

    @classmethod
    def from_json(cls, content: bytes) -> "Batch":
        """Read a stored manifest.

        Raises:
            StorageError: It does not describe the batch it names.
        """
        found = json.loads(content)
        files = tuple(BatchFile.from_dict(file) for file in found["files"])
        batch = cls(
            dataset=found["dataset"],
            files=files,
            sequence=found["sequence"],
            loaded_at=datetime.fromisoformat(found["loaded_at"]),
            loaded_by=found["loaded_by"],
            counted_by=found.get("counted_by", {}),
        )
        if batch.id != found["batch"]:
            raise StorageError(f"manifest of batch {found['batch']} describes {batch.id}: it was changed after loading")
        return batch


def batch_id(files: tuple[BatchFile, ...]) -> str:
    """First 16 hex digits of the SHA-256 over names, sizes and SHA-256s, in order of names."""
    identity = [[file.name, file.size, file.sha256] for file in sorted(files, key=lambda file: file.name)]
    return hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:_ID_DIGITS]


def load_batch(storage: Storage, dataset: str, batch: str) -> Batch:
    """Read the manifest of one complete batch.

    Raises:
        NotFoundError: There is no such batch.
        StorageError: Its manifest is damaged.
    """
    path = f"{DatasetPaths(dataset, storage.root).raw_batch(batch)}/{MANIFEST_NAME}"
    try:
        return Batch.from_json(storage.read(path))
    except (ValueError, TypeError, KeyError) as problem:
        raise StorageError(f"{path} is not a batch manifest: {problem!r}") from problem


def loaded_batches(storage: Storage, dataset: str) -> list[Batch]:
    """All complete batches of a dataset, in loading order."""
    batches = [load_batch(storage, dataset, batch) for batch in loaded_ids(storage, dataset)]
    return sorted(batches, key=lambda batch: batch.sequence)


def loaded_ids(storage: Storage, dataset: str) -> set[str]:
    """Ids of all complete batches of a dataset."""
    names = storage.list(DatasetPaths(dataset, storage.root).raw)
    return {name.removeprefix("batch=") for name in names if name.startswith("batch=")}
