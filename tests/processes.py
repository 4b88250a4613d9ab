"""Runs commands of `./stackhouse` in processes that are forked with everything imported: importing takes a second."""

import json
import multiprocessing
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from cli.main import main
from warehouse.settings import REPOSITORY

# One process, from which each command is forked; it has no threads that a fork would lose.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(
    [
        "tests.processes",
        "tests.faults.commands",
        "cli.release_commands",
        "cli.views.contract",
        "cli.views.diff",
        "cli.views.gc",
        "cli.views.history",
        "cli.views.load",
        "cli.views.quarantine",
        "cli.views.query",
        "cli.views.run",
        "duckdb",
        "pipeline.query",
        "pipeline.rollback",
        "pipeline.run",
        "pyarrow.parquet",
    ]
)

# Starting a process also takes in the ends of others, and of two threads that do it only one learns the exit code.
_children = threading.Lock()


def start(process: BaseProcess) -> None:
    """Start a process, from any thread."""
    with _children:
        process.start()


def end_of(process: BaseProcess) -> int:
    """Wait for the end of a process; its exit code, negative: the signal that killed it."""
    wait([process.sentinel])
    with _children:
        process.join()
    return process.exitcode or 0


def write_to(log: Path) -> None:
    """Let what this process prints go to the files `log` with the suffixes `.out` and `.err`."""
    for name, stream in (("out", sys.stdout), ("err", sys.stderr)):
        os.dup2(os.open(log.with_suffix(f".{name}"), os.O_CREAT | os.O_WRONLY, 0o600), stream.fileno())


@dataclass(frozen=True)
class Answer:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def run(arguments: Sequence[str], environment: Mapping[str, str]) -> Answer:
    """Run a command with this environment alone."""
    with _new_log() as log:
        process = PROCESSES.Process(target=_run, args=(list(arguments), dict(environment), log))
        start(process)
        code = end_of(process)
        return Answer(code, *(log.with_suffix(f".{name}").read_text() for name in ("out", "err")))


@contextmanager
def _new_log() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as home:
        yield Path(home) / "command"


def _run(arguments: list[str], environment: dict[str, str], log: Path) -> None:
    write_to(log)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    os.chdir(REPOSITORY)
    main(arguments)
