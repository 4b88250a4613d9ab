"""Steps of a run, timed and told."""

from pipeline import step_clock
from pipeline.step_clock import StepClock


class Listener:
    def __init__(self):
        self.told = []

    def working(self, name, what):
        self.told.append((name, what))

    def ready(self, name):
        self.told.append((name, None))


def test_a_step_ends_when_another_begins(monkeypatch):
    moments = iter([0, 2, 2, 9])
    monkeypatch.setattr(step_clock, "monotonic", lambda: next(moments))
    listener = Listener()
    clock = StepClock(listener)
    clock.begin("stage", "a")
    clock.begin("clean", "b")
    clock.end()
    clock.end()
    assert clock.seconds == {"stage": 2, "clean": 7}
    assert listener.told == [("stage", "a"), ("stage", None), ("clean", "b"), ("clean", None)]


def test_a_step_that_goes_on_is_one(monkeypatch):
    monkeypatch.setattr(step_clock, "monotonic", iter([0, 1, 5]).__next__)
    listener = Listener()
    clock = StepClock(listener)
    clock.begin("stage", "a")
    clock.begin("stage", "b")
    clock.end()
    assert listener.told == [("stage", "a"), ("stage", "b"), ("stage", None)]
