"""Breaks the code on purpose: a suite that does not notice is worth nothing."""

from tests.faults.cases import go_forward, kill, prepare
from tests.faults.test_kills import second_writer


def test_a_load_without_its_rename_is_noticed(world_alone):
    problems = kill(world_alone, "load", 2, broken="rename") + go_forward(world_alone)
    assert [p for p in problems if "missing" in p or "ended with" in p], problems


def test_a_run_without_the_lock_is_noticed(world_alone):
    assert any("a second run beside the first" in problem for problem in second_writer(world_alone, None, "lock"))


def test_a_run_without_its_audit_is_noticed(world_alone):
    case = prepare(world_alone, "run")
    assert world_alone.do(*case.arguments, broken="audit").code == 0
    assert any("readers of clean see" in problem for problem in world_alone.problems([case.after], settled=True))


def test_with_its_audit_the_same_run_is_held(world_alone):
    case = prepare(world_alone, "run")
    ended = world_alone.do(*case.arguments, broken="count")
    assert ended.code == 3, ended.err
    assert world_alone.problems([case.before], settled=True) == []
