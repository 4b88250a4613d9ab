"""Breaks the code on purpose: a suite that does not notice is worth nothing."""

import pytest

from tests.faults.cases import kill, prepare
from tests.faults.test_kills import second_writer
from tests.faults.world import World


@pytest.fixture
def world(settings, tmp_path):
    """A dataset with one release that nobody reads meanwhile: readers will see what is wrong, too."""
    world = World(settings, tmp_path)
    world.load()
    world.publish()
    return world


def test_a_load_without_its_rename_is_noticed(world):
    assert any("missing" in problem or "ended with" in problem for problem in kill(world, "load", 2, broken="rename"))


def test_a_run_without_the_lock_is_noticed(world):
    assert any("a second run beside the first" in problem for problem in second_writer(world, None, "lock"))


def test_a_run_without_its_audit_is_noticed(world):
    case = prepare(world, "run")
    assert world.do(*case.arguments, broken="audit").code == 0
    assert any("readers of clean see" in problem for problem in world.problems([case.after], settled=True))


def test_with_its_audit_the_same_run_is_held(world):
    case = prepare(world, "run")
    ended = world.do(*case.arguments, broken="count")
    assert ended.code == 3, ended.err
    assert world.problems([case.before], settled=True) == []
