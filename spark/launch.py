"""Starts the Spark process of a run and follows what it reports."""

import json
import os
import select
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from typing import IO, Any

from warehouse.errors import JobError
from warehouse.job import JobPlan, JobResult
from warehouse.settings import REPOSITORY

_PATIENCE_SECONDS = 5.0
_CHUNK_BYTES = 65536

CONFIGURATION = REPOSITORY / "spark" / "conf"

OnStep = Callable[[dict[str, Any]], None]
"""Gets each event of `spark.main` but the last."""


def run_job(
    plan: JobPlan, environment: Mapping[str, str], log: Path, on_step: OnStep, on_wait: Callable[[], None]
) -> JobResult:
    """Run a plan in a process of its own and wait for it.

    Args:
        plan: What to do.
        environment: Of the process, with `PYSPARK_SUBMIT_ARGS` from `submit_arguments`.
        log: File for what Spark logs.
        on_step: Told about progress.
        on_wait: Called every few seconds without news; what it raises ends the job.

    Raises:
        JobError: It failed; names the reason and the log.
    """
    reader, writer = os.pipe()
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output, os.fdopen(reader, "rb", buffering=0) as events:
        process = subprocess.Popen(
            [sys.executable, "-m", "spark.main", "--events-fd", str(writer)],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            env={**environment, "SPARK_CONF_DIR": str(CONFIGURATION)},
            cwd=REPOSITORY,
            pass_fds=[writer],
        )
        os.close(writer)
        try:
            _tell(process, plan)
            last = _follow(events, on_step, on_wait)
        finally:
            # It sees its stdin end and stops; a result was read before.
            with suppress(BrokenPipeError):
                process.stdin.close()  # type: ignore[union-attr]
            process.wait()
    if last.pop("event", None) == "result":
        return JobResult(**last)
    reason = last.get("error") or f"the process ended with code {process.returncode}"
    raise JobError(f"the Spark job of run {plan.run} failed: {reason}; log: {log}")


def _tell(process: "subprocess.Popen[bytes]", plan: JobPlan) -> None:
    assert process.stdin is not None  # noqa: S101 - it was asked for
    # A process that is dead already ends its events too; that is where its failure is told.
    with suppress(BrokenPipeError):
        process.stdin.write(json.dumps(plan.to_dict()).encode() + b"\n")
        process.stdin.flush()


def _follow(events: IO[bytes], on_step: OnStep, on_wait: Callable[[], None]) -> dict[str, Any]:
    last: dict[str, Any] = {}
    for line in _lines(events, on_wait):
        last = json.loads(line)
        if last["event"] not in ("result", "failed"):
            on_step(last)
    return last


def _lines(events: IO[bytes], on_wait: Callable[[], None]) -> Iterator[bytes]:
    rest = b""
    while True:
        while not select.select([events], [], [], _PATIENCE_SECONDS)[0]:
            on_wait()
        chunk = events.read(_CHUNK_BYTES)
        if not chunk:
            return
        *lines, rest = (rest + chunk).split(b"\n")
        yield from lines


def submit_arguments(executor_mb: int, cores: int, driver_mb: int, host: str) -> str:
    """Value of `PYSPARK_SUBMIT_ARGS`: what depends on the machine.

    Args:
        executor_mb: Heap of the executor.
        cores: Of the executor.
        driver_mb: Heap of the driver.
        host: Where the executor finds the driver.
    """
    jars = Path(str(files("pyspark"))) / "jars"
    settings = {
        "spark.executor.memory": f"{executor_mb}m",
        "spark.executor.cores": str(cores),
        # On one machine the nodes read the jars where pip put them: nothing is uploaded or unpacked.
        "spark.yarn.jars": f"local:{jars}/*",
        "spark.driver.host": host,
        "spark.driver.bindAddress": host,
        # As many pieces of a shuffle as there are cores to work on them; adaptive execution joins small ones.
        "spark.sql.shuffle.partitions": str(max(8, 4 * cores)),
    }
    pairs = " ".join(f"--conf {name}={value}" for name, value in settings.items())
    return f"--master yarn --driver-memory {driver_mb}m {pairs} pyspark-shell"
