"""What staging made of a batch, kept beside its rows: a batch with this record never has to be staged again."""

from dataclasses import dataclass

from warehouse.document import read, write
from warehouse.errors import NotFoundError
from warehouse.paths import DatasetPaths
from warehouse.steps import Step, reached
from warehouse.storage import Storage

_RECORD = "_staged.json"


@dataclass(frozen=True)
class StagedBatch:
    """Counts of one batch under one contract.

    Attributes:
        batch: Batch id.
        sequence: Sequence of the batch; later wins.
        raw: Rows, as the loader counted them.
        staged: Typed rows.
        quarantined: Rejected rows.
        quarters: Typed rows by quarter partition value, e.g. `2001-04-01`.
        rules: Rejected rows by broken rule id; a row that breaks two counts twice.
        rejected: Rejected rows by file name.
    """

    batch: str
    sequence: int
    raw: int
    staged: int
    quarantined: int
    quarters: dict[str, int]
    rules: dict[str, int]
    rejected: dict[str, int]


def find_staged(storage: Storage, paths: DatasetPaths, batch: str, fingerprint: str) -> StagedBatch | None:
    """Record of a batch, `None` when it is not staged under this contract.

    Raises:
        DocumentError: The record is damaged.
    """
    path = f"{paths.staged(batch, fingerprint)}/{_RECORD}"
    try:
        return read(StagedBatch, storage.read(path), path)
    except NotFoundError:
        return None


def commit_staged(storage: Storage, paths: DatasetPaths, staged: StagedBatch, run: str, fingerprint: str) -> None:
    """Move what a run staged and rejected to its place for good.

    The staged rows, with the record in them, move last: where they are, the rejected rows are too.
    """
    source = staging_directories(paths, run, staged.batch)
    target, rejected = paths.staged(staged.batch, fingerprint), paths.quarantine(staged.batch, fingerprint)
    storage.publish(f"{source.staged}/{_RECORD}", write(staged))
    reached(Step.STAGED_RECORDED)
    # A run that died between the two renames left this; nothing refers to it without the staged rows.
    storage.delete(rejected)
    storage.rename(source.quarantine, rejected)
    reached(Step.QUARANTINE_MOVED)
    storage.rename(source.staged, target)
    reached(Step.STAGED_MOVED)


@dataclass(frozen=True)
class StagingDirectories:
    """Where a run writes before it commits.

    Attributes:
        staged: Typed rows.
        quarantine: Rejected rows.
    """

    staged: str
    quarantine: str


def staging_directories(paths: DatasetPaths, run: str, batch: str) -> StagingDirectories:
    """Directories of one batch in one run."""
    return StagingDirectories(f"{paths.staging(run)}/staged={batch}", f"{paths.staging(run)}/quarantine={batch}")
