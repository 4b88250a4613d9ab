import pytest

from stack.readiness import PROBES
from stack.yarn_watch import YarnWatch
from warehouse.errors import StackDownError


@pytest.fixture
def clock(monkeypatch):
    """Seconds that pass only when a test says so; and what YARN's node answers."""
    state = {"now": 0.0, "problem": ""}
    monkeypatch.setattr("stack.yarn_watch.monotonic", lambda: state["now"])
    monkeypatch.setitem(PROBES, "nodemanager", lambda _settings: state["problem"])
    return state


def look_every_second(watch, clock, seconds):
    for _ in range(seconds):
        clock["now"] += 1
        watch.look()


def test_a_node_that_comes_back_in_time_is_no_matter(clock):
    watch = YarnWatch(None)
    for problem in ("no NodeManager has registered", "", "its only node is unhealthy", ""):
        clock["problem"] = problem
        look_every_second(watch, clock, 50)


def test_no_node_for_a_minute_ends_the_job_and_says_why(clock):
    clock["problem"] = "its only node is unhealthy"
    with pytest.raises(StackDownError, match="its only node is unhealthy"):
        look_every_second(YarnWatch(None), clock, 70)
    assert 60 < clock["now"] < 65
