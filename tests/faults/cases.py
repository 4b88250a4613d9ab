"""One case of the kill tests: a command that dies at a step, the same one that dies while it recovers, and its end."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.faults.commands import Ended
from tests.faults.matrix import Matrix
from tests.faults.world import Contents, World
from warehouse.release.history import read_history
from warehouse.steps import Step

_TWO = 2

COMMANDS = ("load", "run", "rollback", "gc")


@dataclass(frozen=True)
class Case:
    """A command about to be given.

    Attributes:
        arguments: The command and its arguments.
        before: What readers see before it.
        after: What they see after it.
    """

    arguments: Sequence[str]
    before: Contents
    after: Contents


def prepare(world: World, command: str) -> Case:
    """Bring a dataset to where a command has something to do."""
    before = world.published[-1]
    if command == "load":
        path, rows = world.new_batch()
        world.lines += rows
        return Case(["load", str(path)], before, before)
    if command == "run":
        world.load()
        return Case(["run"], before, world.expect())
    if command == "gc":
        world.load()
        contents = world.publish()
        return Case(["gc", "--keep", "1", "--grace", "0", "--yes"], contents, contents)
    # To the other one of the last two releases, there and back again.
    kept = read_history(world.storage, world.dataset).readable
    if len(kept) < _TWO:
        world.load()
        before = world.publish()
        return Case(["rollback", "--to", str(kept[0])], before, world.show(kept[0]))
    (target,) = {*kept[-2:]} - {world.live()}
    return Case(["rollback", "--to", str(target)], before, world.show(target))


def uninterrupted(world: World, command: str) -> Ended:
    """The command with nothing in its way: its commit steps are those to be killed at."""
    ended = world.do(*prepare(world, command).arguments)
    assert ended.code == 0, ended.err
    return ended


def kill(world: World, command: str, *moments: int | Step, broken: str = "") -> list[str]:
    """Kill a command, again and again, then let it end well.

    Args:
        world: Dataset with at least one release.
        command: One of `COMMANDS`.
        moments: After which step, or after how many, it dies the first time, the second time ...; it may end before.
        broken: What is broken in the code meanwhile; see `tests.faults.commands`.

    Returns:
        What was wrong.
    """
    case = prepare(world, command)
    problems = list[str]()
    for moment in moments:
        if not world.do(*case.arguments, kill_at=moment, broken=broken).killed:
            break
        problems += world.problems([case.before, case.after], settled=False)
    ended = world.do(*case.arguments, broken=broken)
    if ended.code != 0:
        problems.append(f"{command} ended with {ended.code}: {ended.err}")
    return problems + world.problems([case.after], settled=True)


def kill_one_after_another(world: World, first: str, at: int, second: str, then: int) -> list[str]:
    """Kill a command, then another one that meets what the first left; all that is loaded must still be published.

    Args:
        world: Dataset with at least one release.
        first: One of `COMMANDS`.
        at: How many steps it takes.
        second: Another one of them, but no load.
        then: How many steps that takes.

    Returns:
        What was wrong.
    """
    case = prepare(world, first)
    world.expect()
    arguments = {"run": ["run"], "rollback": ["rollback"], "gc": ["gc", "--keep", "1", "--grace", "0", "--yes"]}
    world.do(*case.arguments, kill_at=at)
    problems = world.problems(world.published, settled=False)
    world.do(*arguments[second], kill_at=then)
    problems += world.problems(world.published, settled=False)
    if first == "load":
        ended = world.do(*case.arguments)
        problems += [] if ended.code == 0 else [f"load ended with {ended.code}: {ended.err}"]
    return problems + go_forward(world)


def climb(world: World, command: str, matrix: Matrix) -> list[str]:
    """Kill a command after its first step, the next one, which recovers, after its second step, and so on.

    A step that the command no longer takes, because what comes before it is done for good, is waited for by a new one.
    """
    steps = list(dict.fromkeys(uninterrupted(world, command).steps))
    found = list[str]()
    case = prepare(world, command)
    for step in steps:
        killed = world.do(*case.arguments, kill_at=step)
        if not killed.killed:
            problems = world.problems([case.after], settled=True)
            case = prepare(world, command)
            killed = world.do(*case.arguments, kill_at=step)
            problems += [] if killed.killed else [f"{step} is never taken: {killed.steps} {killed.err}"]
        else:
            problems = []
        problems += world.problems([case.before, case.after], settled=False)
        matrix.note(command, step, problems)
        found += [f"{step}: {problem}" for problem in problems]
    ended = world.do(*case.arguments)
    found += [] if ended.code == 0 else [f"{command} ended with {ended.code}: {ended.err}"]
    return found + world.problems([case.after], settled=True) + go_forward(world)


def go_forward(world: World) -> list[str]:
    """Publish all that is loaded, also after a rollback; the law must hold for it."""
    contents = world.expect()
    return world.conserved() + world.problems([contents], settled=True)
