"""Watches a stack start and stop, and a run go on."""

from typing import Protocol


class Observer(Protocol):
    """Hears of each step, to show it; steps may overlap."""

    def working(self, name: str, what: str) -> None:
        """A service, or a step of a run, is being worked on."""
        ...

    def ready(self, name: str) -> None:
        """A service answers or has ended, or a step is done."""
        ...


class Silence:
    """An observer that shows nothing."""

    def working(self, name: str, what: str) -> None:
        """Show nothing."""

    def ready(self, name: str) -> None:
        """Show nothing."""
