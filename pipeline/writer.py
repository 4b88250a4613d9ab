"""A command that writes: it holds the lock of its dataset, cleans up after a crash, and is noted in the ledger."""

import logging
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from importlib.metadata import version
from time import monotonic
from typing import Any

from hadoop.webhdfs import WebHdfs
from pipeline.recovery import record_of, recover
from warehouse.errors import HeldError, StackhouseError
from warehouse.lock.lock import DatasetLock
from warehouse.lock.owner import LockOwner
from warehouse.release import ledger
from warehouse.run import new_run_id, utc_now
from warehouse.settings import REPOSITORY, Settings
from warehouse.steps import Step, reached

_LOG = logging.getLogger("stackhouse")


class Writer:
    """What a writing command works with.

    Attributes:
        run: Its id.
        command: Its name, `run` for example.
        storage: HDFS.
        dataset: Name in the contract.
        settings: Settings of the stack.
        finished: The publishing or rollback of a killed command that this one had to finish first.
    """

    finished: ledger.Event | None = None

    def __init__(self, settings: Settings, storage: WebHdfs, owner: LockOwner, dataset: str) -> None:
        self.run = owner.token
        self.command = owner.command
        self.storage = storage
        self.dataset = dataset
        self.settings = settings
        self._record = record_of(dataset, owner, outcome="", message="", at="", seconds=None, code=_code())

    def note(self, **found: Any) -> None:
        """Add to what the ledger will say of this command; names of `RunRecord`."""
        self._record = replace(self._record, **found)

    def event(self, kind: ledger.Kind, release: int, reason: str = "", run: str = "") -> None:
        """Write to the ledger what happens to a release, which this command made unless `run` says who did.

        Args:
            kind: What happens.
            release: Number of the release.
            reason: Why.
            run: Id of the run that made the release; empty: this one.
        """
        user = self.settings.user
        ledger.append(self.storage, ledger.Event(self.dataset, kind, release, run or self.run, utc_now(), user, reason))

    def end(self, outcome: str, message: str, seconds: float) -> None:
        """Write to the ledger how it went.

        Args:
            outcome: `done`, `failed` or `held`.
            message: Why it did not end well.
            seconds: How long it took.
        """
        ended = replace(self._record, outcome=outcome, message=message, at=utc_now(), seconds=round(seconds, 1))
        ledger.record_run(self.storage, ended)
        reached(Step.COMMAND_RECORDED)


@contextmanager
def writing(settings: Settings, dataset: str, command: str, parameters: dict[str, str], wait: bool) -> Iterator[Writer]:
    """Be the one writer of a dataset meanwhile.

    Args:
        settings: Settings of the stack.
        dataset: Name in the contract.
        command: Name of the command, for the ledger and for a command that finds the lock.
        parameters: What it was asked for.
        wait: Wait for another writer to end.

    Raises:
        LockedError: Another writer works on the dataset, and `wait` is not asked for.
        StackDownError: A service that is needed does not answer.
    """
    storage = WebHdfs(settings.endpoints)
    owner = LockOwner.this_process(settings.user, command, parameters, new_run_id())
    with DatasetLock(storage, dataset, owner, _log_wait if wait else None):
        writer = Writer(settings, storage, owner, dataset)
        began = monotonic()
        try:
            writer.finished = recover(settings, storage, dataset, needs_hive=command != "load")
            yield writer
        except BaseException as problem:
            # What went wrong matters more than that it cannot be noted.
            with suppress(StackhouseError):
                writer.end(_outcome(problem), str(problem), monotonic() - began)
            raise
        writer.end("done", "", monotonic() - began)


def _code() -> str:
    """Version of the code, in a checkout with its commit."""
    git = ["git", "-C", str(REPOSITORY), "rev-parse", "--short=12", "HEAD"]
    try:
        commit = subprocess.run(git, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return version("stackhouse")
    return f"{version('stackhouse')}+{commit}"


def _outcome(problem: BaseException) -> str:
    if isinstance(problem, HeldError):
        return "held"
    return "failed" if isinstance(problem, Exception) else "interrupted"


def _log_wait(holder: str) -> None:
    # Without a handler of its own, logging prints this to standard error.
    _LOG.warning("waiting: %s", holder)
