"""kill -9 of a command after each of its commit steps, and of the same command while it cleans up."""

import random

import pytest

from tests.faults.cases import COMMANDS, climb, kill, prepare, uninterrupted


@pytest.mark.parametrize("command", COMMANDS)
def test_killed_at_one_step_after_the_other(world, matrix, command):
    assert climb(world, command, matrix) == []


@pytest.mark.long
@pytest.mark.parametrize("command", COMMANDS)
def test_killed_at_any_step_a_command_leaves_before_or_after(world, matrix, command):
    found = list[str]()
    steps = uninterrupted(world, command).steps
    for number, step in enumerate(steps, start=1):
        problems = kill(world, command, number)
        matrix.note(f"{command}, once", step, problems)
        found += [f"{step}: {problem}" for problem in problems]
    assert found == []


@pytest.mark.long
@pytest.mark.parametrize("command", COMMANDS)
def test_killed_again_while_it_recovers_too(world, matrix, command):
    found = list[str]()
    steps = uninterrupted(world, command).steps
    # Recovery adds steps of its own.
    for first in range(1, len(steps) + 1):
        for second in range(1, len(steps) + 4):
            problems = kill(world, command, first, second)
            matrix.note(f"{command}, twice", steps[first - 1], problems)
            found += [f"{first}, {second}: {problem}" for problem in problems]
    assert found == []


@pytest.mark.long
def test_killed_at_random(world, matrix, seed):
    print(f"--seed {seed}")
    rng = random.Random(seed)
    found = list[str]()
    for number in range(200):
        command, steps = rng.choice(COMMANDS), [rng.randint(1, 25) for _ in range(rng.randint(1, 4))]
        problems = kill(world, command, *steps)
        matrix.note(f"{command}, at random", "any", problems)
        found += [f"seed {seed}, {number}, {command} {steps}: {problem}" for problem in problems]
    assert found == []


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
