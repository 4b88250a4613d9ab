"""kill -9 of the services, and of the parts of a Spark job, while a real run goes on."""

import random

import psutil
import pytest

from cli.progress import StepBoard
from hadoop.processes import containers, engines
from hadoop.supervisor import Supervisor
from stack.lifecycle import start_stack
from tests.faults.cases import prepare

pytestmark = pytest.mark.local

SERVICES = ("namenode", "datanode", "resourcemanager", "nodemanager", "metastore", "hiveserver2")
EXECUTOR = "YarnCoarseGrainedExecutorBackend"
JOB_PARTS = ("driver", "executor")
MOMENTS = (
    "Spark job started",
    "Spark begins to stage",
    "Spark begins to clean",
    "Spark begins to build a mart",
    "manifest of a release written",
    "table of a release made",
    "publishing begun",
    "view pointed to a release",
)


def victims(settings, part: str) -> list[psutil.Process]:
    if part in SERVICES:
        return [psutil.Process(Supervisor(settings).processes()[part].pid)]
    if part == "driver":
        # Whichever command started it.
        return engines(settings)
    return [process for process in containers(settings) if EXECUTOR in command_line(process)]


def command_line(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except (psutil.ZombieProcess, psutil.NoSuchProcess):
        return ""


def kill_at_moment(settings, command, part: str, moment: str) -> bool:
    """Kill a part when the run comes to a moment; false when the run was over first."""
    while not command.ended(0.05):
        if moment in command.steps():
            for process in victims(settings, part):
                process.kill()
            return True
    return False


@pytest.mark.long
@pytest.mark.parametrize("part", [*JOB_PARTS, *SERVICES])
def test_run_that_loses_a_part_finishes_or_leaves_the_old_release(world_alone, settings, matrix, seed, part):
    rng = random.Random(f"{seed} {part}")
    moments = MOMENTS[:4] if part in JOB_PARTS else MOMENTS
    moment = rng.choice(moments)
    case = prepare(world_alone, "run")
    command = world_alone.command(*case.arguments, instant=False)
    assert kill_at_moment(settings, command, part, moment)
    ended = command.end()
    with StepBoard() as board:
        start_stack(settings, board)
    print(f"{part} killed after '{moment}': the run ended with {ended.code}; {ended.err.splitlines()[-1:]}")
    problems = world_alone.problems([case.after] if ended.code == 0 else [case.before, case.after], settled=False)
    if ended.code not in (0, 1, 4) or "Traceback" in ended.err:
        problems.append(f"ended with {ended.code}: {ended.err}")
    again = world_alone.do("run")
    if again.code != 0:
        problems.append(f"the next run ended with {again.code}: {again.err}")
    problems += world_alone.problems([case.after], settled=True) + world_alone.conserved()
    matrix.note("run", f"kill -9 of {part}", problems)
    assert problems == []
