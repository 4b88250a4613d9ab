"""What staging made of a batch, kept beside its rows: a batch with this record never has to be staged again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from warehouse.document import read, write
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


def find_staged(
    storage: Storage, paths: DatasetPaths, batches: Iterable[str], fingerprint: str, known: Mapping[str, StagedBatch]
) -> dict[str, StagedBatch]:
    """Records of the batches that are staged under a contract.

    Args:
        storage: Where the rows are.
        paths: Paths of the dataset.
        batches: Batch ids.
        fingerprint: Fingerprint of the contract.
        known: Records that a release under this contract holds, which keeps their rows from gc; they are not read.

    Raises:
        DocumentError: A record is damaged.
    """
    # Someone may have removed a batch by hand, to have it staged again.
    there = set(storage.list(paths.staged_batches))
    staged = [batch for batch in batches if f"batch={batch}" in there]
    records = {batch: f"{paths.staged(batch, fingerprint)}/{_RECORD}" for batch in staged if batch not in known}
    contents = storage.read_all(list(records.values()))
    read_now = {batch: read(StagedBatch, contents[path], path) for batch, path in records.items() if path in contents}
    return {batch: read_now.get(batch) or known[batch] for batch in staged if batch in known or batch in read_now}


def commit_staged(storage: Storage, paths: DatasetPaths, staged: StagedBatch, run: str, fingerprint: str) -> None:
    """Move what a run staged and rejected to its place for good.

    The staged rows, with the record in them, move last: where they are, the rejected rows are too.

    Args:
        storage: HDFS.
        paths: Paths of the dataset.
        staged: Record of the batch.
        run: Id of the run.
        fingerprint: Fingerprint of the contract.
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
    """Directories of one batch in one run.

    Args:
        paths: Paths of the dataset.
        run: Id of the run.
        batch: Id of the batch.
    """
    return StagingDirectories(f"{paths.staging(run)}/staged={batch}", f"{paths.staging(run)}/quarantine={batch}")
