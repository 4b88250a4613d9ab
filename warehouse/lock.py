"""One writer per dataset: a file in HDFS that says who."""

import json
import os
import secrets
import socket
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from types import TracebackType

import psutil

from warehouse.errors import AlreadyExistsError, LockedError, NotFoundError, StackhouseError
from warehouse.paths import ROOT, DatasetPaths
from warehouse.storage import Storage

_ATTEMPTS = 10
_SAME_START_SECONDS = 1.0


@dataclass(frozen=True)
class LockOwner:
    """Who holds a lock.

    Attributes:
        user: As HDFS knows it.
        host: Host name of the process.
        pid: Process id on that host.
        started: Seconds from the host's boot to the start of the process, so that a reused pid is told apart
            even when the clock was set.
        acquired_at: UTC, ISO 8601.
        command: What it is doing, for people.
        token: Different for every lock ever taken.
    """

    user: str
    host: str
    pid: int
    started: float
    acquired_at: str
    command: str
    token: str

    @classmethod
    def this_process(cls, user: str, command: str) -> "LockOwner":
        """An owner that nobody was before."""
        return cls(
            user=user,
            host=socket.gethostname(),
            pid=os.getpid(),
            started=_started(psutil.Process()),
            acquired_at=datetime.now(UTC).isoformat(timespec="seconds"),
            command=command,
            token=secrets.token_hex(8),
        )

    def is_gone(self) -> bool:
        """Whether the process is known to have ended; of another host's processes nothing is known."""
        if self.host != socket.gethostname():
            return False
        try:
            process = psutil.Process(self.pid)
            same = abs(_started(process) - self.started) < _SAME_START_SECONDS
            return not same or process.status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return True


class DatasetLock:
    """Holds a dataset for writing from `with` to its end.

    A lock whose process ended on this host is taken over. That of another host never is.
    """

    def __init__(self, storage: Storage, dataset: str, user: str, command: str) -> None:
        """Prepare; nothing is locked yet.

        Args:
            storage: Where the lock file is.
            dataset: Name in the contract.
            user: Shown to others who want the lock.
            command: Shown to others who want the lock.
        """
        self._storage = storage
        self._dataset = dataset
        self._path = DatasetPaths(dataset).lock
        self._owner = LockOwner.this_process(user, command)

    def __enter__(self) -> "DatasetLock":
        """Take the lock.

        Raises:
            LockedError: Somebody else has it; names who, where and since when.
        """
        content = json.dumps(asdict(self._owner), indent=1).encode()
        for _ in range(_ATTEMPTS):
            try:
                # Published, not created: nobody ever reads a lock without its owner.
                self._storage.publish(self._path, content)
            except AlreadyExistsError:
                self._clear_if_gone()
            else:
                return self
        raise LockedError(f"dataset {self._dataset}: others keep taking the lock first; try again")

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the lock back; one that is somebody else's by now stays."""
        try:
            holder = self._holder()
            if holder is not None and holder.token == self._owner.token:
                self._storage.delete(self._path)
        except StackhouseError:
            # The lock then frees itself when this process ends; what went wrong inside matters more.
            if problem is None:
                raise

    def _clear_if_gone(self) -> None:
        holder = self._holder()
        if holder is None:
            return
        if not holder.is_gone():
            raise LockedError(self._describe(holder))
        # Of all who found this owner gone one can make this name, ever; so the new lock of that one cannot be
        # taken for the old by a slower one. The file stays as the trace of a crash.
        with suppress(AlreadyExistsError, NotFoundError):
            self._storage.rename(self._path, f"{ROOT}/locks/_gone.{self._dataset}.{holder.token}")

    def _holder(self) -> LockOwner | None:
        try:
            content = self._storage.read(self._path)
        except NotFoundError:
            return None
        try:
            return LockOwner(**json.loads(content))
        except (ValueError, TypeError) as problem:
            raise LockedError(
                f"dataset {self._dataset} is locked, by whom is unreadable; "
                f"if nobody works on it, delete {self._path} in HDFS"
            ) from problem

    def _describe(self, holder: LockOwner) -> str:
        text = (
            f"dataset {self._dataset} is locked by {holder.user} on {holder.host}, process {holder.pid}, "
            f"since {holder.acquired_at}: {holder.command}; wait until it is done"
        )
        if holder.host != socket.gethostname():
            text += f", or if that process is dead, delete {self._path} in HDFS"
        return text


def _started(process: psutil.Process) -> float:
    return process.create_time() - psutil.boot_time()
