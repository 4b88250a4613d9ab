"""Who watches a stack start and stop."""

from typing import Protocol


class StartObserver(Protocol):
    """Is told how it goes, to show it."""

    def working(self, name: str, what: str) -> None:
        """A service, or a preparation, is being worked on."""
        ...

    def ready(self, name: str) -> None:
        """A service answers, or has ended."""
        ...
