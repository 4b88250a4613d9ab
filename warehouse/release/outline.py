"""Releases in outline: what `history` and gc need of each, kept for all of them in one file.

A manifest counts the rows of every file in every quarter, so those of 200 releases are 100 MB and more.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from warehouse.bundle import discard, keep, read_bundled
from warehouse.document import read, write_line
from warehouse.paths import DatasetPaths
from warehouse.release.manifest import Release, ReleasedTable, release_numbers
from warehouse.storage import Storage

_BUNDLE = "outlines"
_MAX_APART = 4
"""Releases whose manifests are read as they are: these are large, and so is the file of all outlines."""


@dataclass(frozen=True)
class Outline:
    """A release without what became of single files.

    Attributes:
        dataset: Name in the contract.
        number: Number of the release.
        run: Run that made it.
        contract: Fingerprint of the contract.
        created_at: UTC.
        created_by: User.
        batches: Ids, ascending.
        tables: As in `Release`, but without origins.
    """

    dataset: str
    number: int
    run: str
    contract: str
    created_at: str
    created_by: str
    batches: list[str]
    tables: dict[str, ReleasedTable]


def outline_of(release: Release) -> Outline:
    """The outline of one release."""
    return Outline(
        dataset=release.dataset,
        number=release.number,
        run=release.run,
        contract=release.contract,
        created_at=release.created_at,
        created_by=release.created_by,
        batches=sorted(release.batches),
        tables={name: _without_origins(table) for name, table in release.tables.items()},
    )


def read_outlines(storage: Storage, dataset: str, numbers: Iterable[int]) -> list[Outline]:
    """Outlines of releases that have a manifest, in the order of the numbers.

    Args:
        storage: HDFS.
        dataset: Name in the contract.
        numbers: Numbers of the releases.

    Raises:
        DocumentError: A manifest is damaged.
        NotFoundError: One is missing.
    """
    paths = DatasetPaths(dataset, storage.root)
    manifests = [paths.release(number) for number in numbers]
    found = read_bundled(storage, paths.bundle(_BUNDLE), manifests, _outlined, _MAX_APART)
    return [read(Outline, content, path) for path, content in found.items()]


def bundle_outlines(storage: Storage, dataset: str, newest: int) -> None:
    """Make many releases quick to look through.

    Args:
        storage: Where they are.
        dataset: Name in the contract; the caller holds its lock.
        newest: Number of the release that was just written.
    """
    paths = DatasetPaths(dataset, storage.root)
    if newest == 1:
        # Of a dataset of this name that was removed.
        discard(storage, paths.bundle(_BUNDLE))
    if newest % _MAX_APART:
        return
    manifests = [paths.release(number) for number in release_numbers(storage, dataset)]
    keep(storage, paths.bundle(_BUNDLE), manifests, _outlined, max_apart=0)


def _outlined(content: bytes, path: str) -> bytes:
    return write_line(outline_of(read(Release, content, path)))


def _without_origins(table: ReleasedTable) -> ReleasedTable:
    return replace(table, partitions={value: replace(part, origins={}) for value, part in table.partitions.items()})
