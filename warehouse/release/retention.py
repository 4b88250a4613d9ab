"""What gc removes: releases that readers left long ago, and directories that no release that stays refers to.

Decided from the ledger, the manifests and what lies in HDFS; nothing is changed here. When a part is done and the rest
decided again, the end is the same.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePosixPath

from warehouse.errors import UsageError
from warehouse.release.history import History
from warehouse.release.inventory import Inventory
from warehouse.release.outline import Outline
from warehouse.run import parse_utc

KEEP = 10
"""Published releases that stay however old they are: with a run a day, a week and a weekend to roll back over."""

GRACE_HOURS = 168
"""A week. No query takes so long, and what was broken before a holiday is found while it can be undone."""

_TRACE_GRACE = timedelta(hours=1)
"""This file keeps a command that waits for the dead owner's lock from taking the lock of the next for it."""


@dataclass(frozen=True)
class Policy:
    """How much is kept.

    Attributes:
        keep: Published releases, the newest by number, the live one among them or besides.
        grace: How long everything stays after its last use.
    """

    keep: int = KEEP
    grace: timedelta = timedelta(hours=GRACE_HOURS)

    @classmethod
    def of(cls, keep: int, hours: float) -> "Policy":
        """A policy from what a user gives.

        Raises:
            UsageError: No number of hours, or more than a calendar has.
        """
        try:
            return cls(keep, timedelta(hours=hours))
        except (OverflowError, ValueError) as problem:
            raise UsageError(
                f"--grace {hours:g} cannot be used", f"give a number of hours, e.g. {GRACE_HOURS}"
            ) from problem


@dataclass(frozen=True)
class RetentionState:
    """What is decided from.

    Attributes:
        history: History of the dataset.
        releases: Releases that gc has not dropped, by number.
        inventory: What lies in HDFS.
        contract: Fingerprint of today's contract: what is staged by it is not staged again.
        now: The current time.
        active: Run id of a command at work, `None` when no command writes.
    """

    history: History
    releases: dict[int, Outline]
    inventory: Inventory
    contract: str
    now: datetime
    active: str | None = None

    def is_being_written(self, path: str) -> bool:
        """Whether a command at work may be writing there."""
        return self.active is not None and f"run={self.active}/" in f"{path}/"


@dataclass(frozen=True)
class OldRelease:
    """A release to be dropped.

    Attributes:
        number: Number of the release.
        run: That made it.
        state: `previous`, `held`, `discarded` or `unfinished`.
        since: When readers left it, or it came into this state.
        tables: Names.
    """

    number: int
    run: str
    state: str
    since: datetime
    tables: tuple[str, ...]


@dataclass(frozen=True)
class OldDirectory:
    """A directory to be moved to the trash.

    Attributes:
        path: Path in HDFS.
        reason: Why it is no longer needed.
    """

    path: str
    reason: str


@dataclass(frozen=True)
class RetentionPlan:
    """What gc removes, in this order.

    Attributes:
        releases: Given up first: from then on readers cannot be shown them.
        directories: Moved to the trash when no table reads them any more.
        dead_lock_files: Files that dead owners of the lock left.
    """

    releases: tuple[OldRelease, ...]
    directories: tuple[OldDirectory, ...]
    dead_lock_files: tuple[str, ...]


def plan_retention(policy: Policy, state: RetentionState) -> RetentionPlan:
    """Decide what goes.

    Raises:
        StorageError: A timestamp in the ledger or a manifest is unreadable.
    """
    dropped = _old_releases(policy, state)
    gone = {old.number for old in dropped}
    staying = [release for number, release in state.releases.items() if number not in gone]
    return RetentionPlan(tuple(dropped), tuple(_old_directories(policy, state, staying)), _lock_files(policy, state))


def _old_releases(policy: Policy, state: RetentionState) -> list[OldRelease]:
    kept = _kept(policy.keep, state.history)
    ended = (_ended(release, state.history) for _, release in sorted(state.releases.items()))
    return [old for old in ended if old and old.number not in kept and state.now - old.since >= policy.grace]


def _kept(keep: int, history: History) -> set[int | None]:
    """Releases that stay whatever their age."""
    moving = history.moving
    return {*history.readable[-keep:], *history.pinned, history.live, moving.release if moving else None}


def _ended(release: Outline, history: History) -> OldRelease | None:
    """A release with the end of its use; `None` when it is in use or about to be."""
    moving, mine = history.moving, history.of(release.number)
    # Written late by a command that had lost its lock, it means nothing.
    while mine and mine[-1].kind == "publishing" and mine[-1] != moving:
        mine.pop()
    if release.number in {event.release for event in history.moves}:
        state, since = "previous", history.left_at(release.number)
    elif not mine or mine[-1].kind == "accepted":
        state, since = "unfinished", mine[-1].at if mine else release.created_at
    elif mine[-1].kind in ("held", "discarded"):
        state, since = mine[-1].kind, mine[-1].at
    else:
        return None
    if since is None:
        return None
    return OldRelease(release.number, release.run, state, parse_utc(since), tuple(release.tables))


def _old_directories(policy: Policy, state: RetentionState, staying: Sequence[Outline]) -> list[OldDirectory]:
    references = _References(staying)
    contracts = {release.contract for release in staying} | {state.contract}
    found = [
        *_leftovers(state),
        *_unreferenced_runs(state, references),
        *_other_contracts(state.inventory, references, contracts),
    ]
    above = {directory.path for directory in found}
    return [*found, *(one for one in _temporary(policy, state) if not above & set(_parents(one.path)))]


def _leftovers(state: RetentionState) -> Iterator[OldDirectory]:
    if state.active is None:
        for path in state.inventory.leftovers:
            yield OldDirectory(path, "left by a command that was killed")


def _unreferenced_runs(state: RetentionState, references: "_References") -> Iterator[OldDirectory]:
    for run, partitions in state.inventory.runs.items():
        if state.is_being_written(run):
            continue
        if not references.need(run):
            yield OldDirectory(run, "no release refers to the run")
            continue
        for partition in partitions:
            if not references.need(partition):
                yield OldDirectory(partition, "no release refers to the partition")


def _other_contracts(inventory: Inventory, references: "_References", contracts: set[str]) -> Iterator[OldDirectory]:
    # Staged rows go before the rejected ones: where a run finds the first, it takes the second for there. For the same
    # reason rejected rows stay with the contract, not only where a release refers to them.
    for path in (*inventory.staged, *inventory.quarantine):
        if path.rpartition("=")[2] not in contracts and not references.need(path):
            yield OldDirectory(path, "no release is of this contract")


def _temporary(policy: Policy, state: RetentionState) -> Iterator[OldDirectory]:
    for path, modified in state.inventory.temporary.items():
        if _is_older(modified, state.now, policy.grace) and not state.is_being_written(path):
            yield OldDirectory(path, "left by a task that was killed")


def _lock_files(policy: Policy, state: RetentionState) -> tuple[str, ...]:
    grace = max(policy.grace, _TRACE_GRACE)
    found = state.inventory.dead_lock_files.items()
    return tuple(path for path, modified in found if _is_older(modified, state.now, grace))


def _is_older(modified: int, now: datetime, age: timedelta) -> bool:
    return now.timestamp() - modified / 1000 >= age.total_seconds()


class _References:
    """What releases refer to."""

    def __init__(self, releases: Sequence[Outline]) -> None:
        tables = (table for release in releases for table in release.tables.values())
        self._paths = {partition.path for table in tables for partition in table.partitions.values()}
        self._above = {parent for path in self._paths for parent in _parents(path)}

    def need(self, path: str) -> bool:
        """Whether a release refers to this directory, to something in it, or to one that it is in."""
        return path in self._above or path in self._paths or not self._paths.isdisjoint(_parents(path))


def _parents(path: str) -> list[str]:
    return [str(parent) for parent in PurePosixPath(path).parents]
