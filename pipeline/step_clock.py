"""Times the steps of a run."""

from time import monotonic

from warehouse.observer import Observer


class StepClock:
    """Steps that follow each other; an observer hears of each.

    Attributes:
        seconds: How long each finished step took.
    """

    def __init__(self, observer: Observer) -> None:
        """Start without a step."""
        self.seconds: dict[str, float] = {}
        self._observer = observer
        self._began: dict[str, float] = {}
        self._current = ""

    def begin(self, name: str, what: str) -> None:
        """End the step before, and begin this one or go on with it."""
        if self._current and self._current != name:
            self.end()
        self._current = name
        self._began.setdefault(name, monotonic())
        self._observer.working(name, what)

    def end(self) -> None:
        """End the current step."""
        if self._current:
            self.seconds[self._current] = round(monotonic() - self._began[self._current], 1)
            self._observer.ready(self._current)
        self._current = ""
