"""What became of the releases of a dataset, read off its events."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from warehouse.release.ledger import Event, events
from warehouse.storage import Storage

_MOVES = ("published", "rolled_back")
"""Events that put readers on a release."""


@dataclass(frozen=True)
class History:
    """The events of one dataset.

    Attributes:
        events: Oldest first.
    """

    events: Sequence[Event]

    @property
    def moves(self) -> list[Event]:
        """The events that put readers on a release."""
        return [event for event in self.events if event.kind in _MOVES]

    @property
    def live(self) -> int | None:
        """Number of the release that readers see, `None` before the first."""
        moves = self.moves
        return moves[-1].release if moves else None

    @property
    def moving(self) -> Event | None:
        """The publishing or rollback that began and did not end; none of a command that had lost its lock."""
        if not self.events or self.events[-1].kind not in ("publishing", "rolling_back"):
            return None
        last = self.events[-1]
        past = self._numbers("published", "discarded", "dropped")
        late = last.kind == "publishing" and last.release <= max(past, default=0)
        return None if late else last

    @property
    def rolled_back_from(self) -> int | None:
        """Number of the release that a rollback took readers from, `None` when they are on the newest published."""
        moves = self.moves
        if not moves or moves[-1].kind == "published":
            return None
        newest = next((event.release for event in reversed(moves) if event.kind == "published"), None)
        return None if newest == moves[-1].release else newest

    @property
    def withdrawn(self) -> set[int]:
        """Numbers of the releases that a rollback took readers from and that were not shown again since."""
        withdrawn, live = set[int](), 0
        for event in self.moves:
            if event.kind == "rolled_back" and event.release < live:
                withdrawn.add(live)
            live = event.release
            withdrawn.discard(live)
        return withdrawn

    @property
    def readable(self) -> list[int]:
        """Numbers of the releases that readers saw once and that are kept, ascending."""
        return sorted(self._numbers(*_MOVES) - self.dropped)

    @property
    def held(self) -> list[int]:
        """Numbers of the releases that a check refused and whose tables are kept, ascending."""
        return sorted(self._numbers("held") - self._numbers(*_MOVES, "discarded", "dropped"))

    @property
    def dropped(self) -> set[int]:
        """Numbers of the releases that gc removed."""
        return self._numbers("dropped")

    @property
    def pinned(self) -> set[int]:
        """Numbers of the releases that gc leaves alone."""
        last = {event.release: event.kind for event in self.events if event.kind in ("pinned", "unpinned")}
        return {release for release, kind in last.items() if kind == "pinned"}

    def of(self, release: int) -> list[Event]:
        """The events of one release, oldest first."""
        return [event for event in self.events if event.release == release]

    def left_at(self, release: int) -> str | None:
        """When readers were last moved away from a release that they saw; `None` when they are on it."""
        if self.live == release:
            return None
        return [after.at for before, after in pairwise(self.moves) if before.release == release != after.release][-1]

    def _numbers(self, *kinds: str) -> set[int]:
        return {event.release for event in self.events if event.kind in kinds}


def read_history(storage: Storage, dataset: str) -> History:
    """The history of a dataset.

    Raises:
        DocumentError: An event is damaged; names the file.
    """
    return History(events(storage, dataset))
