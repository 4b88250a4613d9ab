"""kill -9 of a command after each of its commit steps, and of the same command while it cleans up."""

import random
from functools import partial
from itertools import product

import pytest

from tests.faults.cases import (
    COMMANDS,
    climb,
    go_forward,
    kill,
    kill_one_after_another,
    prepare,
    uninterrupted,
)
from warehouse.steps import Step

RECOVERY = (Step.DEAD_OWNER_ASIDE, Step.LEFTOVERS_REMOVED, Step.DISCARDED)
"""Steps that only a command takes that recovers."""

THIRDS = 3
RANDOM_KILLS = 200
JOBS_AT_ONCE = 32

MIXED = 0.4
"""How often another command comes to what a killed one left."""


@pytest.mark.parametrize("command", COMMANDS)
def test_killed_at_one_step_after_the_other(world, matrix, readers, command):
    before = readers.reads.total()
    assert climb(world, command, matrix) == []
    assert readers.reads.total() > before


@pytest.mark.long
@pytest.mark.parametrize("command", COMMANDS)
def test_killed_at_any_step_a_command_leaves_before_or_after(world, workers, matrix, command):
    steps = uninterrupted(world, command).steps
    moments = list(enumerate(steps, start=1))
    assert workers.do([partial(killed_once, matrix, command, step, number) for number, step in moments]) == []


def killed_once(matrix, command, step, number, world):
    problems = kill(world, command, number)
    matrix.note(f"{command}, once", step, problems)
    return [f"{step}: {problem}" for problem in problems]


@pytest.mark.long
@pytest.mark.parametrize("command", COMMANDS)
def test_killed_again_while_it_recovers_too(world, workers, matrix, seed, command):
    steps = list(dict.fromkeys(uninterrupted(world, command).steps))
    pairs = list(product(steps, [*RECOVERY, *steps]))
    # A third of all: three seeds in a row do them all.
    chosen = pairs[seed % THIRDS :: THIRDS]
    assert workers.do([partial(killed_twice, matrix, command, *pair) for pair in chosen]) == []


def killed_twice(matrix, command, first, second, world):
    problems = kill(world, command, first, second)
    matrix.note(f"{command}, twice", first, problems)
    return [f"{first}, {second}: {problem}" for problem in problems]


@pytest.mark.long
def test_killed_at_random(world, workers, matrix, seed):
    print(f"--seed {seed}")
    rng = random.Random(seed)
    longest = {command: len(uninterrupted(world, command).steps) for command in COMMANDS}
    before = workers.kills
    while workers.kills - before < RANDOM_KILLS:
        # Some end before their moment comes; so it is counted what was killed.
        assert workers.do([random_job(rng, matrix, longest) for _ in range(JOBS_AT_ONCE)]) == []
    print(f"{workers.kills - before} commands were killed")


def random_job(rng, matrix, longest):
    command = rng.choice(COMMANDS)
    if rng.random() < MIXED:
        second = rng.choice([other for other in COMMANDS if other not in (command, "load")])
        moments = (rng.randint(1, longest[command]), rng.randint(1, longest[second]))
        return partial(killed_with_another, matrix, command, moments, second)
    return partial(killed_often, matrix, command, [rng.randint(1, longest[command]) for _ in range(rng.randint(1, 4))])


def killed_often(matrix, command, steps, world):
    problems = kill(world, command, *steps) + go_forward(world)
    matrix.note(f"{command}, at random", "the same command killed up to four times", problems)
    return [f"{command} {steps}: {problem}" for problem in problems]


def killed_with_another(matrix, first, moments, second, world):
    problems = kill_one_after_another(world, first, moments[0], second, moments[1])
    matrix.note(f"{first}, at random", f"{second} after it killed, too", problems)
    return [f"{first} {moments[0]}, {second} {moments[1]}: {problem}" for problem in problems]


def test_second_writer_is_refused_and_one_that_waits_comes_after(world, matrix):
    assert second_writer(world, matrix, "") == []


def second_writer(world, matrix, broken):
    case = prepare(world, "run")
    first = world.command(*case.arguments, stop_at=8, broken=broken)
    assert first.wait_until_stopped()
    problems = []
    refused = world.do("run", broken=broken)
    if refused.code != 1 or "locked by" not in refused.err:
        problems.append(f"a second run beside the first ended with {refused.code}: {refused.err}")
    waiting = world.command("run", "--wait", broken=broken)
    first.go_on()
    if first.end().code != 0 or waiting.end().code != 0:
        problems.append("the first writer, or the one that waited for it, failed")
    if matrix is not None:
        matrix.note("run", "a second writer", problems)
    return problems + world.problems([case.after], settled=True)
