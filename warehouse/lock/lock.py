"""One writer per dataset: a file in HDFS that says who, and a heartbeat that says that it still works.

On this host we can see whether the owner is alive. An owner on another host counts as dead once a waiter has seen no
heartbeat for `TAKEOVER_SECONDS` by its own clock, so clocks need not agree. An owner whose last heartbeat is older than
`LEASE_SECONDS`, which is less, stops before its next change of HDFS or Hive: it may have been suspended or cut off, and
another command may have the lock. One thing cannot be ruled out: a change that was on its way when the owner was
suspended arrives after the takeover, as HDFS and Hive have no fencing.
"""

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from time import sleep
from types import TracebackType

from warehouse.document import read, write
from warehouse.errors import (
    AlreadyExistsError,
    DocumentError,
    LockedError,
    LockLostError,
    NotFoundError,
    StackhouseError,
)
from warehouse.lock.owner import LockOwner
from warehouse.paths import DatasetPaths
from warehouse.steps import Step, guarding, reached, watching
from warehouse.storage import Storage

HEARTBEAT_SECONDS = 10.0
LEASE_SECONDS = 60.0
TAKEOVER_SECONDS = 120.0

_POLL_SECONDS = 0.5
_ATTEMPTS = 10
_WATCHED_SECONDS = 30.0
"""Longest time between two looks at a heartbeat: after a longer gap, a waiter cannot say that there was none."""

OnWait = Callable[[str], None]
"""Told once who is waited for."""


def _now() -> float:
    # Goes on while the machine sleeps, which the monotonic clock of Linux does not.
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class DatasetLock:
    """Holds a dataset for writing from `with` to its end, and stops the steps of a process that has lost it."""

    def __init__(self, storage: Storage, dataset: str, owner: LockOwner, on_wait: OnWait | None = None) -> None:
        """Prepare; nothing is locked yet.

        Args:
            storage: Where the lock file is.
            dataset: Name in the contract.
            owner: This process.
            on_wait: Given: another writer is waited for. `None`: it is an error.
        """
        self._storage = storage
        self._dataset = dataset
        self._path = DatasetPaths(dataset, storage.root).lock
        self._owner = owner
        self._on_wait = on_wait
        self._heartbeat = _Heartbeat(storage, self._path, owner.token)
        self._exits = ExitStack()

    def __enter__(self) -> "DatasetLock":
        """Take the lock.

        Raises:
            LockedError: Another command has it; names whose, where and since when.
        """
        self._take()
        # Whoever is stopped at this step has no `__exit__`, and must leave no guard that stops others.
        with ExitStack() as entered:
            entered.enter_context(self._heartbeat)
            entered.enter_context(guarding(self._confirm))
            entered.enter_context(watching(lambda _step: self._confirm()))
            reached(Step.LOCKED)
            self._exits = entered.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the lock back; one that is, or may be, another command's by now stays."""
        self._exits.close()
        if self._is_lost():
            return
        try:
            holder = lock_holder(self._storage, self._dataset)
            if holder is not None and holder.token == self._owner.token:
                self._storage.delete(self._path)
        except StackhouseError:
            # The lock then frees itself when this process ends; what went wrong inside matters more.
            if problem is None:
                raise

    def _take(self) -> None:
        content = write(self._owner)
        sign_of_life = _SignOfLife()
        attempts = 0
        while attempts < _ATTEMPTS:
            try:
                # Published, not created: a lock is never read without its owner.
                self._storage.publish(self._path, content)
            except AlreadyExistsError:
                attempts += self._clear_or_wait(sign_of_life)
            else:
                return
        raise LockedError(f"dataset {self._dataset}: other commands keep taking the lock first", "try again")

    def _clear_or_wait(self, sign_of_life: "_SignOfLife") -> int:
        """Make way for another attempt; 0 when a living owner is waited for, else 1."""
        holder = lock_holder(self._storage, self._dataset)
        if holder is None:
            return 1
        if not holder.is_gone():
            if self._on_wait is None:
                raise LockedError(self._describe(holder))
            silent = sign_of_life.silent_seconds(holder.token, self._storage.modified(self._path))
            if holder.is_here() or silent < TAKEOVER_SECONDS:
                if sign_of_life.is_new:
                    self._on_wait(self._describe(holder))
                sleep(_POLL_SECONDS)
                return 0
        # Only one rename to this name can ever succeed. So of several takers one wins, and a slow one cannot mistake
        # the winner's lock for the dead owner's. The file stays as the trace of a crash.
        aside = f"{_gone(self._storage, self._dataset)}{holder.token}"
        with suppress(AlreadyExistsError, NotFoundError):
            self._storage.rename(self._path, aside)
            self._give_back_if_taken_meanwhile(aside, holder.token)
            reached(Step.DEAD_OWNER_ASIDE)
        return 1

    def _give_back_if_taken_meanwhile(self, aside: str, token: str) -> None:
        """The owner may have ended well after it was looked at, and another may have come."""
        taken = _read_owner(self._storage, aside)
        if taken is not None and taken.token != token:
            self._storage.rename(aside, self._path)

    def _is_lost(self) -> bool:
        return self._heartbeat.lost or _now() - self._heartbeat.last > LEASE_SECONDS

    def _confirm(self) -> None:
        if self._is_lost():
            raise LockLostError(
                f"dataset {self._dataset}: this command could not renew its lock in HDFS for more than "
                f"{LEASE_SECONDS:.0f} s, "
                "so another may have taken over",
                "run it again",
            )

    def _describe(self, holder: LockOwner) -> str:
        text = (
            f"dataset {self._dataset} is locked by {holder.user} on {holder.host}, process {holder.pid}, "
            f"since {holder.acquired_at} UTC: {holder.command}"
        )
        if self._on_wait is not None:
            return text
        text += "; try again when it is done, or wait with --wait"
        if not holder.is_here():
            text += f", which takes over once {holder.host} has shown no sign of life for {TAKEOVER_SECONDS:.0f} s"
        return text


def lock_holder(storage: Storage, dataset: str) -> LockOwner | None:
    """Who has the dataset's lock; the process may have ended.

    Raises:
        LockedError: That is unreadable.
    """
    path = DatasetPaths(dataset, storage.root).lock
    try:
        return _read_owner(storage, path)
    except DocumentError as problem:
        raise LockedError(
            f"dataset {dataset} is locked, but its lock file is damaged",
            f"if no command is running, delete {path} in HDFS",
        ) from problem


def dead_owners(storage: Storage, dataset: str) -> list[LockOwner]:
    """Owners of the dataset's lock that ended without giving it back.

    Raises:
        DocumentError: A file that one of them left is damaged.
    """
    found = (_read_owner(storage, path) for path in dead_lock_files(storage, dataset).values())
    return [owner for owner in found if owner is not None]


def dead_lock_files(storage: Storage, dataset: str) -> dict[str, str]:
    """Files that dead owners left, by the owner's token."""
    parent, _, prefix = _gone(storage, dataset).rpartition("/")
    names = [name for name in storage.list(parent) if name.startswith(prefix)]
    return {name.removeprefix(prefix): f"{parent}/{name}" for name in names}


def _gone(storage: Storage, dataset: str) -> str:
    return f"{storage.root}/locks/_gone.{dataset}."


def _read_owner(storage: Storage, path: str) -> LockOwner | None:
    try:
        return read(LockOwner, storage.read(path), path)
    except NotFoundError:
        return None


class _SignOfLife:
    """Since when a holder is silent, by this host's clock."""

    def __init__(self) -> None:
        self.is_new = False
        self._holder = ""
        self._seen: tuple[str, int] | None = None
        self._since = 0.0
        self._looked = 0.0

    def silent_seconds(self, token: str, modified: int) -> float:
        """Seconds for which this holder's heartbeat did not change, as far as it was watched."""
        self.is_new = token != self._holder
        self._holder = token
        now = _now()
        if (token, modified) != self._seen or now - self._looked > _WATCHED_SECONDS:
            self._seen, self._since = (token, modified), now
        self._looked = now
        return now - self._since


class _Heartbeat:
    """Touches the lock file from a thread of its own."""

    def __init__(self, storage: Storage, path: str, token: str) -> None:
        self.last = 0.0
        self.lost = False
        self._storage = storage
        self._path = path
        self._token = token
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> "_Heartbeat":
        self.last = _now()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._ended.wait(HEARTBEAT_SECONDS):
            asked = _now()
            # HDFS may be away for a while; the lease says for how long that is no matter.
            with suppress(StackhouseError):
                holder = _read_owner(self._storage, self._path)
                self.lost = holder is None or holder.token != self._token
                if self.lost:
                    return
                self._storage.touch(self._path)
                self.last = asked
