"""A release: numbered, immutable, and the whole of what readers see. Publishing only moves a pointer to it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from warehouse.document import IGNORES_UNKNOWN, REFUSES_UNKNOWN, read
from warehouse.errors import ReleaseGoneError
from warehouse.job import FileRows
from warehouse.paths import DatasetPaths
from warehouse.release.history import read_history
from warehouse.staged import StagedBatch
from warehouse.storage import Storage

CLEAN = "clean"
"""Table of the rows that keep the contract, one a key."""

QUARANTINE = "quarantine"
"""Table of the rows that break it."""


@dataclass(frozen=True)
class Partition:
    """One partition of a released table.

    Attributes:
        path: HDFS directory.
        rows: Rows in it.
        origins: The same by batch and file, for clean rows; empty for other tables.
    """

    __pydantic_config__ = REFUSES_UNKNOWN

    path: str
    rows: int
    origins: FileRows = field(default_factory=dict)


@dataclass(frozen=True)
class ReleasedTable:
    """A table in a release.

    Attributes:
        definition: Fingerprint of what its rows were computed by; differs: all its quarters are rebuilt.
        partitions: Partitions by partition value: a quarter's first day, or a batch id for `quarantine`.
    """

    __pydantic_config__ = IGNORES_UNKNOWN

    definition: str
    partitions: dict[str, Partition]

    @property
    def rows(self) -> int:
        """Rows of all partitions."""
        return sum(partition.rows for partition in self.partitions.values())


@dataclass(frozen=True)
class Release:
    """Manifest of a release.

    Attributes:
        dataset: Name in the contract.
        number: 1, 2, 3 ...
        run: Run that made it.
        contract: Fingerprint of the contract.
        meaning: What the fingerprint is of: `Contract.meaning`.
        created_at: UTC.
        created_by: User.
        batches: What staging made of each batch, by batch id.
        superseded: Rows by quarter, batch and file that a newer version of their key replaced.
        tables: `CLEAN`, `QUARANTINE` and each mart.
    """

    dataset: str
    number: int
    run: str
    contract: str
    meaning: dict[str, Any]
    created_at: str
    created_by: str
    batches: dict[str, StagedBatch]
    superseded: dict[str, FileRows]
    tables: dict[str, ReleasedTable]


def release_numbers(storage: Storage, dataset: str) -> list[int]:
    """Numbers of all written manifests, ascending."""
    names = storage.list(DatasetPaths(dataset, storage.root).releases)
    return sorted(int(name.removesuffix(".json")) for name in names if name.removesuffix(".json").isdigit())


def load_release(storage: Storage, dataset: str, number: int) -> Release:
    """Read one manifest.

    Args:
        storage: HDFS.
        dataset: Name in the contract.
        number: Number of the release.

    Raises:
        NotFoundError: There is no such release.
        DocumentError: Its manifest is damaged, or of another version of this program.
    """
    path = DatasetPaths(dataset, storage.root).release(number)
    return read(Release, storage.read(path), path)


def load_live(storage: Storage, dataset: str) -> Release | None:
    """The manifest of the release that readers see; `None` before the first."""
    number = read_history(storage, dataset).live
    return load_release(storage, dataset, number) if number else None


def load_kept(storage: Storage, dataset: str, numbers: Sequence[int]) -> list[Release]:
    """Manifests of releases that have their tables.

    Args:
        storage: HDFS.
        dataset: Name in the contract.
        numbers: Numbers of the releases.

    Raises:
        ReleaseGoneError: One of them has none; names those that do.
    """
    history = read_history(storage, dataset)
    held = history.held
    kept = sorted({*history.readable, *held})
    for number in numbers:
        if number not in kept:
            known = ", ".join(f"{each} (held)" if each in held else str(each) for each in kept) or "none"
            raise ReleaseGoneError(f"release {number} of {dataset} cannot be read; releases that can: {known}")
    return [load_release(storage, dataset, number) for number in numbers]
