"""Engines that wait for a plan: a record and a socket each, in a directory of their owner's alone.

`<pid>.json` is an `IdleEngine`, there from when the engine listens until it has been called. `<pid>.sock` answers a
call with one byte, then takes a plan. Closing the connection without sending one ends the engine.
"""

import os
import select
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from warehouse.document import read, write
from warehouse.errors import DocumentError

_ANSWER = b"\n"
_ANSWER_SECONDS = 10.0
_END_SECONDS = 30.0
"""For a JVM that writes its class archive when it ends."""


@dataclass(frozen=True)
class IdleEngine:
    """An engine that waits.

    Attributes:
        pid: Number of its process.
        identity: Fingerprint of what it was started with: only a run that would start the same may use it.
        application: YARN application id.
        log: File that Spark logs to.
    """

    pid: int
    identity: str
    application: str
    log: str


def idle_engines(directory: Path) -> list[IdleEngine]:
    """All that wait, or died while they did."""
    found = []
    for path in sorted(directory.glob("*.json")):
        # It may have been called meanwhile. A record of another version is of an engine that cannot be used here.
        with suppress(FileNotFoundError, DocumentError):
            found.append(read(IdleEngine, path.read_bytes(), str(path)))
    return found


def call_engine(directory: Path, engine: IdleEngine) -> socket.socket | None:
    """A connection on which it expects a plan; `None` when it is gone, or does not answer in time."""
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(_ANSWER_SECONDS)
    try:
        with _address(directory, f"{engine.pid}.sock") as address:
            connection.connect(address)
        if connection.recv(len(_ANSWER)) == _ANSWER:
            connection.settimeout(None)
            return connection
    except ConnectionRefusedError:
        _forget(directory, engine.pid)
    except OSError:
        # Another command called it just before, or it hangs: closing the connection ends it then.
        pass
    connection.close()
    return None


def end_engines(directory: Path) -> None:
    """End those that wait and see them gone."""
    for engine in idle_engines(directory):
        connection = call_engine(directory, engine)
        if connection is not None:
            with connection, suppress(OSError):
                connection.settimeout(_END_SECONDS)
                connection.shutdown(socket.SHUT_WR)
                # Its end is closed when its process has ended.
                connection.recv(1)


@contextmanager
def waiting(directory: Path, engine: IdleEngine) -> Iterator[socket.socket]:
    """Listen for a call; for the engine itself. Callers find it from the first moment on to the last."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with socket.socket(socket.AF_UNIX) as listener, _address(directory, f"{engine.pid}.sock") as address:
        # Of a process that had the same number once.
        _forget(directory, engine.pid)
        listener.bind(address)
        listener.listen()
        aside = directory / f".{engine.pid}.json"
        aside.write_bytes(write(engine))
        aside.replace(directory / f"{engine.pid}.json")
        try:
            yield listener
        finally:
            _forget(directory, engine.pid)


def take_call(listener: socket.socket, seconds: float) -> socket.socket | None:
    """Wait for a call; `None` when there was none in time."""
    if not select.select([listener], [], [], seconds)[0]:
        return None
    connection, _ = listener.accept()
    return connection


def answer_call(connection: socket.socket) -> None:
    """Tell the caller that a plan is expected; for an engine that is in good health."""
    # The caller may be gone already.
    with suppress(OSError):
        connection.sendall(_ANSWER)


def _forget(directory: Path, pid: int) -> None:
    for name in (f"{pid}.json", f"{pid}.sock"):
        (directory / name).unlink(missing_ok=True)


@contextmanager
def _address(directory: Path, name: str) -> Iterator[str]:
    """A path for a socket: the kernel takes 107 bytes at most (unix(7)), a state directory may have more."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}/{name}"
    finally:
        os.close(descriptor)
