"""Runs commands of `./stackhouse` in processes that die, or stop, at a chosen commit step."""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psutil

from cli.main import main
from hadoop.webhdfs import WebHdfs
from hive.audit.audit import Audit
from ingestion import loader
from spark.launch import OnStep
from tests.faults import instant_job
from tests.processes import PROCESSES, end_of, start, write_to
from warehouse.job import JobPlan, JobResult
from warehouse.lock.lock import DatasetLock
from warehouse.paths import DatasetPaths
from warehouse.release.facts import ReleaseFacts
from warehouse.release.manifest import Release
from warehouse.settings import load_settings
from warehouse.steps import Step, watching


@dataclass(frozen=True)
class Ended:
    """How a command ended.

    Attributes:
        code: Exit code, negative: the signal that killed it.
        steps: Commit steps it took.
        out: Standard output.
        err: Standard error.
    """

    code: int
    steps: list[Step]
    out: str
    err: str

    @property
    def killed(self) -> bool:
        return self.code == -signal.SIGKILL


class Command:
    """A command that was started."""

    def __init__(
        self,
        home: Path,
        arguments: list[str],
        *,
        environment: dict[str, str],
        kill_at: int | Step | None = None,
        stop_at: int | None = None,
        broken: str = "",
        instant: bool = True,
    ) -> None:
        """Start it.

        Args:
            home: Directory for its output.
            arguments: After `./stackhouse`.
            environment: Changes of the environment.
            kill_at: Kill -9 after so many commit steps, or after this one.
            stop_at: Stop (SIGSTOP) after so many commit steps.
            broken: One of `_BROKEN`.
            instant: With the stand-in for the Spark job.
        """
        self._log = home / "commands" / f"{len(list((home / 'commands').glob('*.steps')))}"
        self._log.parent.mkdir(exist_ok=True)
        self._log.with_suffix(".steps").touch()
        signals = {kill_at: signal.SIGKILL, stop_at: signal.SIGSTOP}
        self.process: BaseProcess = PROCESSES.Process(
            target=_run,
            args=(
                arguments,
                How(environment, {k: int(v) for k, v in signals.items() if k}, broken, instant),
                self._log,
            ),
        )
        start(self.process)

    def ended(self, seconds: float) -> bool:
        """Whether it ends within a time."""
        return bool(wait([self.process.sentinel], timeout=seconds))

    def steps(self) -> list[Step]:
        """Commit steps taken until now."""
        return [Step(line) for line in self._log.with_suffix(".steps").read_text().splitlines()]

    def wait_until_stopped(self) -> bool:
        """Wait until it stopped at its step; false when it ended before."""
        while not self.ended(0.02):
            if psutil.Process(self.process.pid).status() == psutil.STATUS_STOPPED:
                return True
        return False

    def go_on(self) -> None:
        """Let it go on after it stopped."""
        os.kill(self.process.pid or 0, signal.SIGCONT)

    def end(self) -> Ended:
        """Wait for its end."""
        code = end_of(self.process)
        texts = [self._log.with_suffix(f".{name}").read_text() for name in ("out", "err")]
        return Ended(code, self.steps(), *texts)


@dataclass(frozen=True)
class How:
    """What happens to a command.

    Attributes:
        environment: What is different in it.
        signals: Sent to it, by the step it took or the number of steps.
        broken: One of `_BROKEN`, or empty.
        instant: With the stand-in for the Spark job.
    """

    environment: dict[str, str]
    signals: dict[int | Step, int]
    broken: str
    instant: bool


def _run(arguments: list[str], how: How, log: Path) -> None:
    write_to(log)
    os.environ.update(how.environment)
    steps = os.open(log.with_suffix(".steps"), os.O_APPEND | os.O_WRONLY)
    taken = 0

    def die(step: Step) -> None:
        nonlocal taken
        taken += 1
        os.write(steps, f"{step}\n".encode())
        for moment in {taken, step} & how.signals.keys():
            os.kill(os.getpid(), how.signals[moment])

    storage = WebHdfs(load_settings().endpoints)
    with ExitStack() as patches:
        if how.instant:
            patches.enter_context(patch("pipeline.run.run_job", partial(_run_instantly, storage)))
        if how.broken:
            patches.enter_context(_BROKEN[how.broken]())
        patches.enter_context(watching(die))
        main(arguments)


def _run_instantly(storage: WebHdfs, plan: JobPlan, _environment: Any, _log: Any, on_step: OnStep, _: Any) -> JobResult:
    return instant_job.run_instantly(storage, plan, on_step)


@contextmanager
def _without_rename() -> Iterator[None]:
    """A load that writes to its place at once."""
    names = list[str]()
    named, rename = loader.batch_id, WebHdfs.rename

    def remember(files: Any) -> str:
        names.append(named(files))
        return names[-1]

    def stay(self: WebHdfs, source: str, target: str) -> None:
        if source != target:
            rename(self, source, target)

    with (
        patch.object(loader, "batch_id", remember),
        patch.object(DatasetPaths, "raw_incoming", lambda self, _token: self.raw_batch(names[-1])),
        patch.object(WebHdfs, "rename", stay),
    ):
        yield


def _without_lock() -> Any:
    return patch.multiple(DatasetLock, __enter__=lambda self: self, __exit__=lambda *_: None)


def _with_wrong_counts() -> Any:
    """A job that loses a row after it counted it."""
    write = instant_job._write

    def write_less(storage: Any, directory: str, rows: Any, schema: Any) -> None:
        write(storage, directory, rows[1:] if "/clean/" in directory else rows, schema)

    return patch.object(instant_job, "_write", write_less)


def _no_audit(_server: Any, _contract: Any, release: Release, *_: Any) -> Audit:
    return Audit([], ReleaseFacts(release.dataset, release.number, release.run, (), {}), 0)


@contextmanager
def _without_audit() -> Iterator[None]:
    without_count = patch("pipeline.publish.audit_release", _no_audit)
    without_proof = patch("hive.proof.proof.prove_marts", lambda *_: [])
    with _with_wrong_counts(), without_count, without_proof:
        yield


_BROKEN: dict[str, Any] = {
    "rename": _without_rename,
    "lock": _without_lock,
    "count": _with_wrong_counts,
    "audit": _without_audit,
}
"""Ways to break the code, to see that the suite notices."""
