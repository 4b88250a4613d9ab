"""Gives up releases that are no longer needed and moves directories that no release refers to into the trash of HDFS.

The order makes a kill harmless: the ledger first, so that readers are not shown the release; then its tables;
directories when no table of a dropped release is left. What a killed gc did not come to, the next finds.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hadoop.webhdfs import WebHdfs
from hive.connection import HiveServer, connect
from hive.publish import drop_release_tables, releases_with_tables, shown_releases
from pipeline.dataset import contract_of
from pipeline.writer import Writer, writing
from warehouse.contract.model import Contract
from warehouse.errors import NotFoundError, StackhouseError
from warehouse.lock.lock import lock_holder
from warehouse.release.facts import releases_with_facts, remove_facts
from warehouse.release.history import read_history
from warehouse.release.inventory import take_inventory
from warehouse.release.manifest import release_numbers
from warehouse.release.outline import read_outlines
from warehouse.release.retention import OldDirectory, OldRelease, Policy, RetentionPlan, RetentionState, plan_retention
from warehouse.settings import Settings
from warehouse.steps import Step, reached
from warehouse.storage import Storage


@dataclass(frozen=True)
class Collection:
    """What gc would remove, or removed.

    Attributes:
        dataset: Name in the contract.
        policy: How much is kept.
        done: It is removed.
        releases: Dropped.
        directories: Moved to the trash, with their bytes.
        dead_lock_files: Files of dead owners of the lock.
    """

    dataset: str
    policy: Policy
    done: bool
    releases: tuple[OldRelease, ...]
    directories: tuple[tuple[OldDirectory, int], ...]
    dead_lock_files: tuple[str, ...]

    @property
    def size(self) -> int:
        """Bytes of all directories."""
        return sum(size for _, size in self.directories)


def plan_collection(settings: Settings, dataset: str, policy: Policy) -> Collection:
    """Say what `collect` would do now; nothing is changed and no lock taken.

    Args:
        settings: Settings of the stack.
        dataset: Name in the contract.
        policy: How much is kept.
    """
    contract = contract_of(settings, dataset)
    storage = WebHdfs(settings.endpoints)
    # Asked before anything is looked at: what a command makes meanwhile is not taken for left.
    holder = lock_holder(storage, dataset)
    active = None if holder is None or holder.is_gone() else holder.token
    return _measured(storage, dataset, policy, _plan(storage, contract, policy, active))


def collect(settings: Settings, dataset: str, policy: Policy, wait: bool) -> Collection:
    """Drop old releases and move what no release refers to into the trash.

    Args:
        settings: Settings of the stack.
        dataset: Name in the contract.
        policy: How much is kept.
        wait: Wait for another writer to end.

    Raises:
        LockedError: Another writer works on the dataset.
        StackDownError: A service does not answer.
        StackhouseError: A view shows another release than the ledger says.
    """
    contract = contract_of(settings, dataset)
    hours = policy.grace / timedelta(hours=1)
    with writing(settings, dataset, "gc", {"keep": str(policy.keep), "grace": f"{hours:g}"}, wait) as writer:
        writer.note(contract=contract.fingerprint)
        plan = _plan(writer.storage, contract, policy, None)
        planned = _measured(writer.storage, dataset, policy, plan, done=True)
        with connect(settings.endpoints) as server:
            _refuse_shown(server, writer, plan)
            _finish_dropped(server, writer)
            for release in plan.releases:
                _drop(server, writer, release)
        _forget_dropped(writer)
        remove(writer.storage, plan)
    return planned


def remove(storage: Storage, plan: RetentionPlan) -> None:
    """Move the directories of a plan to the trash; its releases have no tables any more."""
    for directory in plan.directories:
        storage.move_to_trash(directory.path)
        reached(Step.DIRECTORY_REMOVED)
    for trace in plan.dead_lock_files:
        storage.delete(trace)
        reached(Step.LEFTOVERS_REMOVED)


def _plan(storage: Storage, contract: Contract, policy: Policy, active: str | None) -> RetentionPlan:
    dataset = contract.dataset
    # Before the manifests: a run that ends between the two is then not taken for one without a release.
    inventory = take_inventory(storage, dataset)
    history = read_history(storage, dataset)
    kept = set(release_numbers(storage, dataset)) - history.dropped
    return plan_retention(
        policy,
        RetentionState(
            history=history,
            releases={release.number: release for release in read_outlines(storage, dataset, sorted(kept))},
            inventory=inventory,
            contract=contract.fingerprint,
            now=datetime.now(UTC),
            active=active,
        ),
    )


def _measured(storage: Storage, dataset: str, policy: Policy, plan: RetentionPlan, done: bool = False) -> Collection:
    sizes = tuple(_sizes(storage, plan.directories))
    return Collection(dataset, policy, done, plan.releases, sizes, plan.dead_lock_files)


def _sizes(storage: Storage, directories: Sequence[OldDirectory]) -> Iterator[tuple[OldDirectory, int]]:
    for directory in directories:
        # Who only looks holds no lock: another gc may have moved it.
        with suppress(NotFoundError):
            yield directory, storage.content_size(directory.path)


def _refuse_shown(server: HiveServer, writer: Writer, plan: RetentionPlan) -> None:
    """Stop before anything is removed when views show what the ledger takes for old: they were moved by hand."""
    shown = shown_releases(server, writer.dataset)
    old = {release.number for release in plan.releases} | _dropped(writer)
    if wrong := sorted(shown & old):
        raise StackhouseError(
            f"a view of {writer.dataset} shows release {wrong[0]}, but the ledger has readers on another; "
            "nothing was removed",
            "roll back to another release and back, which moves all views",
        )


def _dropped(writer: Writer) -> set[int]:
    return read_history(writer.storage, writer.dataset).dropped


def _finish_dropped(server: HiveServer, writer: Writer) -> None:
    """Remove the tables that a killed gc did not come to."""
    for number in sorted(_dropped(writer) & releases_with_tables(server, writer.dataset)):
        drop_release_tables(server, writer.dataset, number)


def _forget_dropped(writer: Writer) -> None:
    """Remove what the audits of dropped releases read, also of those that a killed gc dropped."""
    for number in sorted(_dropped(writer) & releases_with_facts(writer.storage, writer.dataset)):
        remove_facts(writer.storage, writer.dataset, number)


def _drop(server: HiveServer, writer: Writer, release: OldRelease) -> None:
    reason = f"{release.state} since {release.since:%Y-%m-%d %H:%M:%S}"
    writer.event("dropped", release.number, reason, release.run)
    reached(Step.DROPPED)
    drop_release_tables(server, writer.dataset, release.number)
