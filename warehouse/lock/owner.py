"""Who holds a lock, and whether that process still lives."""

import os
import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from warehouse.run import utc_now

_SAME_START_SECONDS = 1.0


@dataclass(frozen=True)
class LockOwner:
    """Who holds a lock.

    Attributes:
        user: User as HDFS knows it.
        host: Host name of the process.
        pid: Process id on that host.
        started: Seconds from the host's boot to the start of the process, so that a reused pid is told apart
            even when the clock was set.
        machine: Id that tells machines of one host name apart, and containers of one machine.
        acquired_at: UTC.
        command: What it is doing, e.g. `run`.
        parameters: With what.
        token: Different for every lock ever taken; the run id of a command.
    """

    user: str
    host: str
    pid: int
    started: float
    machine: str
    acquired_at: str
    command: str
    parameters: dict[str, str]
    token: str

    @classmethod
    def this_process(cls, user: str, command: str, parameters: dict[str, str], token: str) -> "LockOwner":
        """An owner that has not been before.

        Args:
            user: HDFS user name.
            command: Name of the command.
            parameters: What it was asked for.
            token: A name that no other owner has.
        """
        return cls(
            user=user,
            host=socket.gethostname(),
            pid=os.getpid(),
            started=_started(psutil.Process()),
            machine=_this_machine(),
            acquired_at=utc_now(),
            command=command,
            parameters=parameters,
            token=token,
        )

    def is_gone(self) -> bool:
        """Whether the process is known to have ended; of another host's processes nothing is known."""
        if not self.is_here():
            return False
        try:
            process = psutil.Process(self.pid)
            same = abs(_started(process) - self.started) < _SAME_START_SECONDS
            return not same or process.status() == psutil.STATUS_ZOMBIE
        except psutil.AccessDenied:
            return False
        except psutil.NoSuchProcess:
            return _shows_all_processes() or not _gets_signals(self.pid)

    def is_here(self) -> bool:
        """Whether this process can see that one, if it lives."""
        return (self.host, self.machine) == (socket.gethostname(), _this_machine())


def _shows_all_processes() -> bool:
    """Whether /proc shows this user more than his own processes (hidepid)."""
    return Path(psutil.PROCFS_PATH, "1").exists()


def _gets_signals(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _this_machine() -> str:
    parts = []
    # Two machines may have one name, and containers with the name of their host have process ids of their own.
    with suppress(OSError):
        parts.append(Path("/etc/machine-id").read_text(encoding="ascii").strip())
    with suppress(OSError):
        parts.append(str(Path("/proc/self/ns/pid").readlink()))
    return " ".join(parts)


def _started(process: psutil.Process) -> float:
    return process.create_time() - psutil.boot_time()
