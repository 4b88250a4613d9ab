"""Finds or starts the Spark process of a run and follows what it reports."""

import select
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from spark.engine.conversation import (
    EVENTS_ON_STDOUT,
    CalledEngine,
    Conversation,
    Events,
    ProcessOfOnePlan,
    StartedEngine,
)
from spark.engine.idle import call_engine, end_engines, idle_engines
from warehouse.document import read, write_line
from warehouse.errors import JobError
from warehouse.job import JobEvent, JobFailed, JobPlan, JobProgress, JobResult, JobSizing
from warehouse.settings import REPOSITORY

_PATIENCE_SECONDS = 5.0
_CHUNK_BYTES = 65536

CONFIGURATION = REPOSITORY / "spark" / "conf"

OnStep = Callable[[JobProgress], None]
"""Gets each event of `spark.job` but the last."""


@dataclass(frozen=True)
class EngineChoice:
    """Which engine may do a job.

    Attributes:
        directory: Where engines that wait are found.
        identity: Fingerprint of what it is started with; only an engine with the same one is used.
        idle_seconds: How long one waits for the next plan; 0: it ends after its first.
    """

    directory: Path
    identity: str
    idle_seconds: int


@dataclass(frozen=True)
class Driver:
    """The process that drives a job.

    Attributes:
        prefix: Command that runs a command where the driver belongs, empty for this machine.
        python: Interpreter with pyspark there.
        environment: Environment of the prefix, or of the driver itself.
        engine: An engine of this machine does the job; `None`: a process that ends with it, which may be elsewhere.
    """

    prefix: Sequence[str]
    python: str
    environment: Mapping[str, str]
    engine: EngineChoice | None = None

    @property
    def command(self) -> list[str]:
        """Command of a process that ends with the job: it reads a plan from standard input and prints events."""
        return [*self.prefix, *EVENTS_ON_STDOUT, self.python, "-m", "spark.job", "--events-fd", "3"]


def run_job(plan: JobPlan, driver: Driver, log: Path, on_step: OnStep, on_wait: Callable[[], None]) -> JobResult:
    """Have a plan done by another process and wait for it.

    Args:
        plan: What to do.
        driver: With `PYSPARK_SUBMIT_ARGS` from `submit_arguments` in its environment.
        log: File for what Spark logs.
        on_step: Told about progress.
        on_wait: Called every few seconds without news; what it raises ends the job.

    Raises:
        JobError: It failed; names the reason and the log.
    """

    def wait() -> None:
        if driver.engine:
            # One that another run left meanwhile may hold the memory that this one waits for.
            end_engines(driver.engine.directory)
        on_wait()

    log.parent.mkdir(parents=True, exist_ok=True)
    conversation = _begin(driver, log)
    try:
        # A process that is dead already ends its events too; that is where its failure is reported.
        with suppress(BrokenPipeError):
            conversation.tell(write_line(plan))
        last = _follow(conversation.events, on_step, wait)
    finally:
        conversation.end()
    if isinstance(last, JobResult):
        return last
    reason = last.error if last else conversation.fate()
    raise JobError(f"the Spark job of run {plan.run} failed: {reason}; log: {log}")


def _begin(driver: Driver, log: Path) -> Conversation:
    engine = driver.engine
    if engine is None:
        return ProcessOfOnePlan(driver.command, driver.environment, log)
    called = _call(engine, log)
    if called is not None:
        return called
    # What it was started with is not what this one needs: one engine is enough.
    end_engines(engine.directory)
    options = ["--directory", str(engine.directory), "--identity", engine.identity, "--log", str(log)]
    command = [driver.python, "-m", "spark.engine", *options, "--idle-seconds", str(engine.idle_seconds)]
    return StartedEngine(command, driver.environment, log)


def _call(choice: EngineChoice, log: Path) -> Conversation | None:
    for engine in idle_engines(choice.directory):
        connection = call_engine(choice.directory, engine) if engine.identity == choice.identity else None
        if connection is not None:
            # Its JVM goes on writing to the file that it began with.
            log.symlink_to(engine.log)
            return CalledEngine(connection)
    return None


def _follow(events: Events, on_step: OnStep, on_wait: Callable[[], None]) -> JobResult | JobFailed | None:
    last = None
    # To the end: closing our side before the process has left Spark would kill it.
    for line in _lines(events, on_wait):
        event = read(JobEvent, line, "an event of the Spark job").event
        if isinstance(event, JobResult | JobFailed):
            last = event
        else:
            on_step(event)
    return last


def _lines(events: Events, on_wait: Callable[[], None]) -> Iterator[bytes]:
    rest = b""
    while True:
        while not select.select([events], [], [], _PATIENCE_SECONDS)[0]:
            on_wait()
        try:
            chunk = events.read(_CHUNK_BYTES)
        except ConnectionResetError:
            return
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
        driver_options: Options of the driver's JVM, beside those of spark-defaults.conf.
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
