"""The commit steps: the points after which a kill leaves something that the next command must finish or discard.

Whatever changes what others see, or what a later command goes on from, calls `reached` right after it did; a suite
kills a command at each. What can be done again without a trace, like the partitions of a table that no one reads yet,
is not a step of its own. Before each change of HDFS or the metastore `confirm` asks whether it may still be made: the
lock of the dataset stops a command that has lost it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum


class Step(StrEnum):
    """A commit step, named by what was done."""

    LOCKED = "lock taken"
    DEAD_OWNER_ASIDE = "lock of a dead owner moved aside"
    LEFTOVERS_REMOVED = "leftovers removed"
    LOAD_BEGUN = "manifest of a batch written aside"
    FILE_SENT = "file of a batch sent"
    BATCH_LOADED = "batch renamed to its place"
    BATCH_RECORDED = "batch in the ledger"
    JOB_STARTED = "Spark job started"
    JOB_STAGES = "Spark begins to stage"
    JOB_CLEANS = "Spark begins to clean"
    JOB_BUILDS = "Spark begins to build a mart"
    JOB_DONE = "Spark job done"
    STAGED_RECORDED = "record of a staged batch written"
    QUARANTINE_MOVED = "rejected rows renamed to their place"
    STAGED_MOVED = "staged rows renamed to their place"
    RELEASE_WRITTEN = "manifest of a release written"
    TABLE_MADE = "table of a release made"
    FACTS_WRITTEN = "facts of an audit written"
    CHECKS_RECORDED = "checks in the ledger"
    HELD = "release held"
    ACCEPTED = "failed checks overruled"
    PUBLISH_BEGUN = "publishing begun"
    VIEW_POINTED = "view pointed to a release"
    PUBLISHED = "release published"
    ROLLBACK_BEGUN = "rollback begun"
    ROLLED_BACK = "rolled back"
    PINNED = "release pinned, or no longer"
    DISCARDED = "interrupted release discarded"
    DROPPED = "release given up by gc"
    TABLES_DROPPED = "tables of a release dropped"
    DIRECTORY_REMOVED = "directory moved to the trash"
    COMMAND_RECORDED = "command in the ledger"


Guard = Callable[[], None]
"""Asked before each change; what it raises stops the command there."""

Watcher = Callable[[Step], None]
"""Told of each step; what it raises stops the command there."""

_watchers: list[Watcher] = []
_guards: list[Guard] = []


def confirm() -> None:
    """Ask whether HDFS or the metastore may still be changed."""
    for guard in _guards:
        guard()


@contextmanager
def guarding(guard: Guard) -> Iterator[None]:
    """Ask a guard before the changes that this process makes meanwhile."""
    _guards.append(guard)
    try:
        yield
    finally:
        _guards.remove(guard)


def reached(step: Step) -> None:
    """Say that a step was taken."""
    for watcher in _watchers:
        watcher(step)


@contextmanager
def watching(watcher: Watcher) -> Iterator[None]:
    """Tell a watcher of the steps of this process meanwhile."""
    _watchers.append(watcher)
    try:
        yield
    finally:
        _watchers.remove(watcher)
