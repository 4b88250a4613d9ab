"""Finishes or discards what a crash left; every writing command does it first, holding the lock.

What a killed load sent stays: a load of the same files goes on from it, one of others removes it.

Each part can be killed and done again: the next command sees what it did, and the trace of the crash goes last.
"""

from typing import Any

from hadoop.webhdfs import WebHdfs
from hive.connection import connect
from hive.publish import point_views
from warehouse.batch import Batch, bundle_batches, load_batch, loaded_ids
from warehouse.errors import StackDownError
from warehouse.lock.lock import dead_lock_files, dead_owners
from warehouse.lock.owner import LockOwner
from warehouse.paths import DatasetPaths
from warehouse.release import ledger
from warehouse.release.history import History, read_history
from warehouse.release.manifest import Release, load_release, release_numbers
from warehouse.run import utc_now
from warehouse.settings import Settings
from warehouse.steps import Step, reached

_ENDS: dict[ledger.Kind, ledger.Kind] = {"publishing": "published", "rolling_back": "rolled_back"}


def recover(settings: Settings, storage: WebHdfs, dataset: str, needs_hive: bool) -> ledger.Event | None:
    """Bring a dataset to a state before or after each change.

    Args:
        settings: Settings of the stack.
        storage: HDFS.
        dataset: Name in the contract; the caller holds its lock.
        needs_hive: The command cannot do without HiveServer2. For one that can, readers wait for the next that cannot.

    Returns:
        The publishing or rollback that was finished, if there was one.

    Raises:
        StackDownError: A service that is needed does not answer.
    """
    bundle_batches(storage, dataset)
    ledger.bundle(storage, dataset)
    _record_unnoted_batches(storage, dataset)
    history = read_history(storage, dataset)
    begun = history.moving
    if begun is not None:
        try:
            _finish_move(settings, storage, begun)
        except StackDownError:
            if needs_hive:
                raise
    _discard_unfinished(settings, storage, dataset, history)
    _record_dead_owners(storage, dataset)
    return begun


def record_batch(storage: WebHdfs, batch: Batch) -> None:
    """Note a loaded batch in the ledger."""
    ledger.record_batch(
        storage,
        ledger.BatchRecord(
            dataset=batch.dataset,
            batch=batch.id,
            sequence=batch.sequence,
            at=f"{batch.loaded_at:%Y-%m-%d %H:%M:%S}",
            by=batch.loaded_by,
            files=len(batch.files),
            rows=batch.rows,
            bytes=batch.size,
        ),
    )
    reached(Step.BATCH_RECORDED)


def record_of(dataset: str, owner: LockOwner, **found: Any) -> ledger.RunRecord:
    """What the ledger says of the command that holds or held a lock, with what else was found of it."""
    return ledger.RunRecord(
        dataset=dataset,
        id=owner.token,
        command=owner.command,
        parameters=owner.parameters,
        by=owner.user,
        host=owner.host,
        pid=owner.pid,
        **found,
    )


def remove_run(storage: WebHdfs, dataset: str, run: str) -> None:
    """Remove what a run wrote and no release refers to.

    Args:
        storage: HDFS.
        dataset: Name in the contract.
        run: Id of the run.
    """
    paths = DatasetPaths(dataset, storage.root)
    storage.delete(paths.staging(run))
    for directory in (paths.clean(run), *(paths.mart(mart, run) for mart in storage.list(paths.marts))):
        storage.delete(directory)
    reached(Step.LEFTOVERS_REMOVED)


def _record_unnoted_batches(storage: WebHdfs, dataset: str) -> None:
    # Only these are read: a dataset may have thousands, and all but one are noted.
    for batch in sorted(loaded_ids(storage, dataset) - ledger.recorded_batches(storage, dataset)):
        record_batch(storage, load_batch(storage, dataset, batch))


def _finish_move(settings: Settings, storage: WebHdfs, begun: ledger.Event) -> None:
    """Move readers where a killed command was moving them: what it moved them to has passed its checks."""
    release = load_release(storage, begun.dataset, begun.release)
    with connect(settings.endpoints) as server:
        point_views(server, release)
    reason = "; ".join(filter(None, [begun.reason, "finished after an interruption"]))
    kind = _ENDS[begun.kind]
    _append_event(settings, storage, kind, release, reason)
    reached(Step.PUBLISHED if kind == "published" else Step.ROLLED_BACK)


def _discard_unfinished(settings: Settings, storage: WebHdfs, dataset: str, history: History) -> None:
    """Give up a release that was written and neither held nor about to be published; its batches stay staged."""
    number = max(release_numbers(storage, dataset), default=0)
    found = [event.kind for event in history.of(number)]
    if number and (not found or found[-1] == "accepted"):
        release = load_release(storage, dataset, number)
        _append_event(settings, storage, "discarded", release, "interrupted before it was checked or published")
        reached(Step.DISCARDED)


def _append_event(settings: Settings, storage: WebHdfs, kind: ledger.Kind, release: Release, reason: str) -> None:
    event = ledger.Event(release.dataset, kind, release.number, release.run, utc_now(), settings.user, reason)
    ledger.append(storage, event)


def _record_dead_owners(storage: WebHdfs, dataset: str) -> None:
    known = ledger.recorded_runs(storage, dataset)
    if dead_lock_files(storage, dataset).keys() <= known:
        return
    numbers = release_numbers(storage, dataset)
    for owner in dead_owners(storage, dataset):
        if owner.token in known:
            continue
        # Its release, if it came so far, is the newest: every command since would have been here first.
        if not numbers or load_release(storage, dataset, numbers[-1]).run != owner.token:
            remove_run(storage, dataset, owner.token)
        ledger.record_run(storage, _killed(dataset, owner))


def _killed(dataset: str, owner: LockOwner) -> ledger.RunRecord:
    message = "it ended without a record; what it left behind was finished or discarded"
    return record_of(dataset, owner, outcome="killed", message=message, at=owner.acquired_at, seconds=None, code="")
