"""Who watches a stack start and stop, and a run go on."""

from typing import Protocol


class StartObserver(Protocol):
    """Is told how it goes, to show it."""

    def working(self, name: str, what: str) -> None:
        """A service, or a preparation, is being worked on."""
        ...

    def ready(self, name: str) -> None:
        """A service answers, or has ended."""
        ...


class RunObserver(Protocol):
    """Is told of the steps of a run, one after the other."""

    @property
    def seconds(self) -> dict[str, float]:
        """How long each finished step took."""
        ...

    def begin(self, name: str, what: str) -> None:
        """End the step before, and begin or go on with one."""
        ...

    def end(self) -> None:
        """End the step that was begun last."""
        ...
