"""The other side of a process that does Spark work: a plan goes there, events come back."""

import io
import socket
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Protocol

from warehouse.settings import REPOSITORY

EVENTS_ON_STDOUT = ("sh", "-c", 'exec 3>&1 1>&2; exec "$@"', "sh")
"""Keeps standard output for events: what Java and Python print goes to the log."""

Events = io.RawIOBase | IO[bytes]

_running: list["subprocess.Popen[bytes]"] = []
"""Engines that this process started and that outlive it: Python warns of a running child that nothing refers to."""


class Conversation(Protocol):
    """With a process that was found or started."""

    @property
    def events(self) -> Events:
        """Lines with a `JobEvent` each; at its end the process is done with the plan, or gone."""

    def tell(self, line: bytes) -> None:
        """Send the plan.

        Raises:
            BrokenPipeError: The process is gone.
        """

    def end(self) -> None:
        """Close it and wait until the plan is no longer worked on."""

    def fate(self) -> str:
        """How a process that sent no result ended."""


class ProcessOfOnePlan:
    """Spoken to through its pipes, wherever its command runs it."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        """Start it; its standard error goes to the log."""
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                env=environment,
                cwd=REPOSITORY,
                bufsize=0,
            )
        assert self._process.stdout is not None  # noqa: S101 - it was asked for
        self.events = self._process.stdout

    def tell(self, line: bytes) -> None:
        """Send the plan."""
        assert self._process.stdin is not None  # noqa: S101 - it was asked for
        self._process.stdin.write(line)

    def end(self) -> None:
        """Close its input, at which it exits if it has not yet: a result was read before."""
        with suppress(BrokenPipeError):
            self._process.stdin.close()  # type: ignore[union-attr]
        self._process.wait()

    def fate(self) -> str:
        """Its exit code."""
        return _exit_code(self._process)


class CalledEngine:
    """Spoken to through a socket."""

    def __init__(self, connection: socket.socket) -> None:
        """Speak to an engine that has answered."""
        self._connection = connection
        self.events = connection.makefile("rb", buffering=0)

    def tell(self, line: bytes) -> None:
        """Send the plan."""
        self._connection.sendall(line)

    def end(self) -> None:
        """Close it: an engine that has not sent its result yet exits; wait for that."""
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_WR)
            while self.events.read(1):
                pass
        self.events.close()
        self._connection.close()

    def fate(self) -> str:
        """All that is known of a process that another one started."""
        return "the Spark engine ended"


class StartedEngine(CalledEngine):
    """An engine that this process starts and that goes on after it."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        """Start it; what Spark logs goes to the log, also of the plans of others."""
        ours, theirs = socket.socketpair()
        with log.open("wb") as output, theirs:
            process = subprocess.Popen(
                [*command, "--connection-fd", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=environment,
                cwd=REPOSITORY,
                pass_fds=[theirs.fileno()],
                # Ctrl-C is for the command at the terminal, not for who works for the next one too.
                start_new_session=True,
            )
        _running.append(process)
        self._process = process
        super().__init__(ours)

    def fate(self) -> str:
        """Its exit code."""
        return _exit_code(self._process)


def _exit_code(process: "subprocess.Popen[bytes]") -> str:
    return f"the process ended with code {process.wait()}"
