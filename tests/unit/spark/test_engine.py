"""A Spark session that works for one run after the other, and what becomes of it when something goes wrong."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from spark.engine.idle import IdleEngine, call_engine, end_engines, idle_engines
from spark.launch import Driver, EngineChoice, run_job
from tests.spark_session import LOCAL
from tests.unit.spark.test_job import FLIGHTS_ROWS, plan_flights, plan_trips, table_hash
from tests.waiting import until
from warehouse.errors import JobError
from warehouse.job import JobPlan, JobProgress, JobResult, JobStep

_TABLES = ("clean", "quarantine", "delays_by_quarter")


def _nothing(_event: JobProgress | None = None) -> None:
    """Nobody looks."""


class Stack:
    """Runs plans as `pipeline.run` does, in one directory."""

    def __init__(self, home: Path, python: str) -> None:
        self.home = home
        self.python = python
        self.directory = home / ("a path longer than a socket may have" * 3) / "engines"

    def driver(self, identity: str = "one", idle_seconds: int = 600) -> Driver:
        choice = EngineChoice(self.directory, identity, idle_seconds)
        return Driver([], self.python, {**os.environ, **LOCAL}, choice)

    def run(
        self, plan: JobPlan, driver: Driver | None = None, on_step: Callable[[JobProgress], None] = _nothing
    ) -> JobResult:
        return run_job(plan, driver or self.driver(), self.log(plan), on_step, _nothing)

    def log(self, plan: JobPlan) -> Path:
        return self.home / "logs" / f"{plan.run}.log"

    def flights(self, run: str) -> JobPlan:
        raw = self.home / run / "raw"
        raw.mkdir(parents=True)
        (raw / "a.csv").write_bytes(FLIGHTS_ROWS)
        plan = plan_flights(self.home / run, raw)
        return replace(plan, run=run, marts=plan.marts[:1])

    def nothing(self, run: str) -> JobPlan:
        """A plan that is done as soon as there is a session."""
        return replace(self.trips(run), stage=[], marts=[])

    def endless(self, run: str) -> JobPlan:
        """A plan that an engine without Spark is at work on until it is killed."""
        return replace(self.nothing(run), clean_check="SELECT 1")

    def trips(self, run: str) -> JobPlan:
        plan = plan_trips(self.home / run)
        return replace(plan, run=run, marts=plan.marts[:1])


@pytest.fixture(name="stack", scope="module")
def _stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Its engines start no Spark: what they say to each other is tested, and how they end."""
    home = tmp_path_factory.mktemp("instant")
    python = home / "python"
    # Instead of `python -m spark.engine`.
    python.write_text(f'#!/bin/sh\nshift 2\nexec {sys.executable} -m tests.unit.spark.instant_engine "$@"\n')
    python.chmod(0o700)
    stack = Stack(home, str(python))
    yield stack
    end_engines(stack.directory)


@pytest.fixture
def spark_stack(tmp_path: Path) -> Iterator[Stack]:
    """With real engines."""
    stack = Stack(tmp_path, sys.executable)
    yield stack
    end_engines(stack.directory)


@pytest.fixture(name="run")
def _run(request: pytest.FixtureRequest) -> str:
    """Id for a run of this test."""
    return str(request.node.name)


@pytest.fixture
def idle(stack: Stack, run: str) -> IdleEngine:
    """An engine that waits: that of the test before, if it left one."""
    if not idle_engines(stack.directory):
        stack.run(stack.nothing(f"{run}.first"))
    (engine,) = idle_engines(stack.directory)
    return engine


def _engine_processes(stack: Stack) -> list[psutil.Process]:
    found = []
    for process in psutil.Process().children():
        # Zombies have no command any more.
        with suppress(psutil.NoSuchProcess):
            if str(stack.directory) in process.cmdline():
                found.append(process)
    return found


def test_next_runs_take_the_session_and_see_nothing_of_the_one_before(spark_stack: Stack) -> None:
    stack = spark_stack
    plans = [stack.flights("a1"), stack.trips("b"), stack.flights("a2")]
    first, other, again = (stack.run(plan) for plan in plans)
    assert first.application == other.application == again.application
    assert len(_engine_processes(stack)) == 1
    assert again == first
    assert first.clean == {"2001-04-01": {"b1": {"a.csv": 1}}}
    for table in _TABLES:
        assert table_hash(stack.home / "a2" / table) == table_hash(stack.home / "a1" / table)
    curious = stack.flights("curious")
    (mart,) = curious.marts
    with pytest.raises(JobError, match=r"TABLE_OR_VIEW_NOT_FOUND.*revenue_by_quarter"):
        stack.run(replace(curious, marts=[replace(mart, sql="SELECT * FROM revenue_by_quarter")]))
    for plan in plans:
        assert f"=== run {plan.run} of {plan.dataset} ===" in stack.log(plan).read_text()
    # It failed, so it ends.
    until(lambda: not _engine_processes(stack), 60)


def test_only_the_account_of_the_stack_can_reach_it(stack: Stack, idle: IdleEngine) -> None:
    assert idle.pid
    assert stack.directory.stat().st_mode & 0o077 == 0


def test_engine_that_failed_ends_and_the_next_run_starts_another(stack: Stack, idle: IdleEngine, run: str) -> None:
    wrong = stack.nothing(f"{run}.wrong")
    Path(wrong.clean_target).mkdir()
    with pytest.raises(JobError, match=r"wrong failed: .*/clean exists"):
        stack.run(wrong)
    until(lambda: not _engine_processes(stack), 60)
    assert stack.run(stack.nothing(f"{run}.next")).application != idle.application


def test_engine_that_was_killed_while_idle_is_replaced(stack: Stack, idle: IdleEngine, run: str) -> None:
    os.kill(idle.pid, signal.SIGKILL)
    until(lambda: not _engine_processes(stack), 60)
    assert stack.run(stack.nothing(f"{run}.next")).application != idle.application
    assert [engine.pid != idle.pid for engine in idle_engines(stack.directory)] == [True]


def test_what_would_be_started_otherwise_takes_the_place_of_the_idle_one(
    stack: Stack, idle: IdleEngine, run: str
) -> None:
    other = stack.run(stack.nothing(run), stack.driver(identity="other settings"))
    assert other.application != idle.application
    assert len(_engine_processes(stack)) == 1
    end_engines(stack.directory)


def test_engine_that_was_killed_at_work_fails_its_run_and_no_other(stack: Stack, idle: IdleEngine, run: str) -> None:
    def kill(event: JobProgress) -> None:
        if isinstance(event, JobStep):
            os.kill(idle.pid, signal.SIGKILL)

    with pytest.raises(JobError, match=r"killed failed: the Spark engine ended; log: .*killed\.log"):
        stack.run(stack.endless(f"{run}.killed"), on_step=kill)
    assert stack.run(stack.nothing(f"{run}.next")).application != idle.application


def test_engine_ends_when_the_one_that_asked_is_gone(stack: Stack, idle: IdleEngine, run: str) -> None:
    def give_up(_event: JobProgress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stack.run(stack.endless(run), on_step=give_up)
    assert idle.pid
    until(lambda: not _engine_processes(stack), 60)


def test_engine_is_called_by_one_at_a_time(stack: Stack, idle: IdleEngine) -> None:
    connection = call_engine(stack.directory, idle)
    assert connection is not None
    with connection:
        assert call_engine(stack.directory, idle) is None
        assert idle_engines(stack.directory) == []
    # Nobody gave it a plan.
    until(lambda: not _engine_processes(stack), 60)


def test_idle_engine_ends_after_its_time_and_leaves_nothing(spark_stack: Stack, run: str) -> None:
    stack = spark_stack
    stack.run(stack.nothing(run), stack.driver(idle_seconds=1))
    jvms = [process for engine in _engine_processes(stack) for process in engine.children(recursive=True)]
    until(lambda: not _engine_processes(stack), 60)
    assert not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in jvms)
    assert not list(stack.directory.iterdir())
