"""The ledger of a dataset: what happened to its releases, one small file per event, only ever added to."""

import json
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Literal

from warehouse.errors import AlreadyExistsError, StorageError
from warehouse.paths import DatasetPaths
from warehouse.storage import Storage

Kind = Literal["publishing", "published", "rolled_back", "held", "accepted", "discarded"]

_NAME = re.compile(r"(\d{20})\.json", re.ASCII)


@dataclass(frozen=True)
class Event:
    """One thing that happened to a release.

    Attributes:
        kind: `publishing`: readers are about to be moved to it. `published`: they are on it. `rolled_back`: they
            are on it again. `held`: a check refused it. `accepted`: somebody overruled the checks that refuse it.
            `discarded`: it was given up.
        release: Number of that release.
        run: Run that did it.
        at: UTC, ISO 8601.
        by: User.
        reason: Why, for people.
    """

    kind: Kind
    release: int
    run: str
    at: str
    by: str
    reason: str = ""


def append(storage: Storage, dataset: str, event: Event) -> None:
    """Add an event behind all others; of two writers at once both succeed, in some order."""
    ledger = DatasetPaths(dataset).ledger
    content = json.dumps(asdict(event), indent=1).encode()
    sequence = max(_sequences(storage, dataset), default=0)
    written = False
    while not written:
        sequence += 1
        with suppress(AlreadyExistsError):
            storage.publish(f"{ledger}/{sequence:020d}.json", content)
            written = True


def events(storage: Storage, dataset: str) -> list[Event]:
    """All events, oldest first.

    Raises:
        StorageError: One of them is damaged; names the file.
    """
    ledger = DatasetPaths(dataset).ledger
    return [_read(storage, f"{ledger}/{sequence:020d}.json") for sequence in _sequences(storage, dataset)]


def live_release(events: Sequence[Event]) -> int | None:
    """Number of the release that readers are on, `None` before the first."""
    moves = [event.release for event in events if event.kind in ("published", "rolled_back")]
    return moves[-1] if moves else None


def interrupted_release(events: Sequence[Event]) -> int | None:
    """Number of a release whose publishing began and neither ended nor was given up."""
    return events[-1].release if events and events[-1].kind == "publishing" else None


def _sequences(storage: Storage, dataset: str) -> list[int]:
    matches = (_NAME.fullmatch(name) for name in storage.list(DatasetPaths(dataset).ledger))
    return [int(match[1]) for match in matches if match]


def _read(storage: Storage, path: str) -> Event:
    try:
        return Event(**json.loads(storage.read(path)))
    except (ValueError, TypeError) as problem:
        raise StorageError(f"{path} is not a ledger event: {problem}") from problem
