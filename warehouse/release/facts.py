"""What the audit of a release read, kept beside its manifest: the next audit reads only what is new.

No directory of a release changes once it is written, so what was read from it stays true. What cannot be used is read
again and is never an error.
"""

import hashlib
import json
from dataclasses import asdict, dataclass

from warehouse.document import read, write
from warehouse.errors import DocumentError, NotFoundError
from warehouse.paths import DatasetPaths
from warehouse.release.manifest import Release
from warehouse.steps import Step, reached
from warehouse.storage import Storage
from warehouse.workers import Workers

_LISTED_AT_ONCE = 8
_SUFFIX = ".facts.json"


@dataclass(frozen=True)
class PartitionFacts:
    """What Hive read from one partition.

    Attributes:
        path: HDFS directory.
        state: State of the directory before it was read, as `directory_states` gives it; empty: unknown.
        rows: Number of rows.
        facts: The aggregates that were asked for, as text.
    """

    path: str
    state: str
    rows: int
    facts: tuple[str | None, ...]


@dataclass(frozen=True)
class TableFacts:
    """What Hive read from one table.

    Attributes:
        question: Fingerprint of the query; another query has other facts.
        partitions: By partition value; a partition without rows has no entry.
    """

    question: str
    partitions: dict[str, PartitionFacts]


@dataclass(frozen=True)
class ReleaseFacts:
    """What Hive read from a release.

    Attributes:
        dataset: Name in the contract.
        release: Number of the release.
        run: Run that made it.
        key: Columns whose values no two clean rows of these partitions share; empty: none are known.
        tables: By name.
    """

    dataset: str
    release: int
    run: str
    key: tuple[str, ...]
    tables: dict[str, TableFacts]


def load_facts(storage: Storage, release: Release) -> ReleaseFacts | None:
    """The facts of a release; `None` when there are none that can be used."""
    path = DatasetPaths(release.dataset, storage.root).facts(release.number)
    try:
        facts = read(ReleaseFacts, storage.read(path), path)
    except (NotFoundError, DocumentError):
        return None
    return facts if (facts.dataset, facts.run) == (release.dataset, release.run) else None


def write_facts(storage: Storage, facts: ReleaseFacts) -> None:
    """Keep the facts of a release, in the place of what was kept of it before."""
    storage.replace(DatasetPaths(facts.dataset, storage.root).facts(facts.release), write(facts))
    reached(Step.FACTS_WRITTEN)


def releases_with_facts(storage: Storage, dataset: str) -> set[int]:
    """Numbers of the releases whose facts are kept."""
    names = storage.list(DatasetPaths(dataset, storage.root).releases)
    numbers = (name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX))
    return {int(number) for number in numbers if number.isdigit()}


def remove_facts(storage: Storage, dataset: str, number: int) -> None:
    """Give up the facts of a release.

    Args:
        storage: HDFS.
        dataset: Name in the contract.
        number: Number of the release.
    """
    storage.delete(DatasetPaths(dataset, storage.root).facts(number))


def directory_states(storage: Storage, release: Release) -> dict[str, str]:
    """State of each directory of a release, by path: another one when a file in it came, went or was written again."""
    tables = release.tables.values()
    paths = sorted({partition.path for table in tables for partition in table.partitions.values()})
    states = Workers[str, str](lambda path: _state(storage, path), _LISTED_AT_ONCE).do(paths)
    return dict(zip(paths, states, strict=True))


def _state(storage: Storage, path: str) -> str:
    listed = json.dumps([asdict(file) for file in storage.list_status(path)])
    return hashlib.sha256(listed.encode()).hexdigest()[:16]
