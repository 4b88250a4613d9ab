"""Starts the Spark process of a run and follows what it reports."""

import select
import shlex
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import IO

from warehouse.document import read, write_line
from warehouse.errors import JobError
from warehouse.job import JobEvent, JobFailed, JobPlan, JobProgress, JobResult, JobSizing
from warehouse.settings import REPOSITORY

_PATIENCE_SECONDS = 5.0
_CHUNK_BYTES = 65536

CONFIGURATION = REPOSITORY / "spark" / "conf"

OnStep = Callable[[JobProgress], None]
"""Gets each event of `spark.job` but the last."""


_EVENTS_ON_STDOUT = ("sh", "-c", 'exec 3>&1 1>&2; exec "$@"', "sh")
"""Keeps standard output for events: what Java and Python print goes to the log."""


@dataclass(frozen=True)
class Driver:
    """The process that drives a job.

    Attributes:
        prefix: Command that runs a command where the driver belongs, empty for this machine.
        python: Interpreter with pyspark there.
        environment: Environment of the prefix, or of the driver itself.
    """

    prefix: Sequence[str]
    python: str
    environment: Mapping[str, str]

    @property
    def command(self) -> list[str]:
        """Reads a plan from standard input and writes events to standard output."""
        return [*self.prefix, *_EVENTS_ON_STDOUT, self.python, "-m", "spark.job", "--events-fd", "3"]


def run_job(plan: JobPlan, driver: Driver, log: Path, on_step: OnStep, on_wait: Callable[[], None]) -> JobResult:
    """Run a plan in a process of its own and wait for it.

    Args:
        plan: What to do.
        driver: With `PYSPARK_SUBMIT_ARGS` from `submit_arguments` in its environment.
        log: File for what Spark logs.
        on_step: Told about progress.
        on_wait: Called every few seconds without news; what it raises ends the job.

    Raises:
        JobError: It failed; names the reason and the log.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            driver.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=output,
            env=driver.environment,
            cwd=REPOSITORY,
            bufsize=0,
        )
        try:
            _tell(process, plan)
            last = _follow(process.stdout, on_step, on_wait)  # type: ignore[arg-type]
        finally:
            # It sees its stdin end and stops; a result was read before.
            with suppress(BrokenPipeError):
                process.stdin.close()  # type: ignore[union-attr]
            process.wait()
    if isinstance(last, JobResult):
        return last
    reason = last.error if last else f"the process ended with code {process.returncode}"
    raise JobError(f"the Spark job of run {plan.run} failed: {reason}; log: {log}")


def _tell(process: "subprocess.Popen[bytes]", plan: JobPlan) -> None:
    assert process.stdin is not None  # noqa: S101 - it was asked for
    # A process that is dead already ends its events too; that is where its failure is reported.
    with suppress(BrokenPipeError):
        process.stdin.write(write_line(plan))
        process.stdin.flush()


def _follow(events: IO[bytes], on_step: OnStep, on_wait: Callable[[], None]) -> JobResult | JobFailed | None:
    last = None
    # To the end: a driver whose stdin is closed before it has left Spark exits at once.
    for line in _lines(events, on_wait):
        event = read(JobEvent, line, "an event of the Spark job").event
        if isinstance(event, JobResult | JobFailed):
            last = event
        else:
            on_step(event)
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


def spark_jars() -> Path:
    """Where pip put the jars of Spark."""
    return Path(str(files("pyspark"))) / "jars"


def submit_arguments(sizing: JobSizing, queue: str, host: str, nodes: Mapping[str, str]) -> str:
    """Value of `PYSPARK_SUBMIT_ARGS`: what depends on the machines.

    Args:
        sizing: Memory and cores.
        queue: YARN's.
        host: Where the executors find the driver.
        nodes: Settings for the nodes: where their jars are, and what else.
    """
    settings = {
        "spark.executor.instances": str(sizing.executors),
        "spark.executor.memory": f"{sizing.executor_mb}m",
        "spark.executor.cores": str(sizing.cores),
        "spark.yarn.queue": queue,
        "spark.driver.host": host,
        "spark.driver.bindAddress": host,
        # As many pieces of a shuffle as there are cores to work on them; adaptive execution joins small ones.
        "spark.sql.shuffle.partitions": str(max(8, 4 * sizing.cores * sizing.executors)),
    }
    pairs = " ".join(f"--conf {shlex.quote(f'{name}={value}')}" for name, value in {**settings, **nodes}.items())
    return f"--master yarn --driver-memory {sizing.driver_mb}m {pairs} pyspark-shell"


def local_nodes(driver_options: str, executor_options: str, hadoop_conf: Path) -> dict[str, str]:
    """Settings for the one node that is this machine.

    Args:
        driver_options: Of the driver's JVM, beside those of spark-defaults.conf.
        executor_options: The same of the executor.
        hadoop_conf: Hadoop's configuration.
    """
    jars = spark_jars()
    # YARN's class path begins with a directory of each container's own, which no archive of classes fits. This one
    # begins as that of the driver, where spark-submit puts slf4j first.
    first = ":".join(map(str, jars.glob("slf4j-api-*.jar")))
    class_path = f"-cp {first}:{jars}/*:__spark_conf__:{hadoop_conf}"
    return {
        # They read the jars where pip put them: nothing is uploaded or unpacked.
        "spark.yarn.jars": f"local:{jars}/*",
        # The driver is its own application master: a JVM less to start. It cannot outlive the node anyway.
        "spark.yarn.unmanagedAM.enabled": "true",
        "spark.driver.defaultJavaOptions": driver_options,
        "spark.executor.defaultJavaOptions": f"{class_path} {executor_options}",
    }
