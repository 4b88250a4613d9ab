"""Which datasets HDFS has, and where each stands."""

from dataclasses import dataclass

from warehouse.batch import loaded_ids
from warehouse.contract.model import is_identifier
from warehouse.release import ledger
from warehouse.release.history import History
from warehouse.release.manifest import Release, load_release
from warehouse.storage import Storage


@dataclass(frozen=True)
class Standing:
    """Where a dataset stands.

    Attributes:
        live: The release that readers see, `None` before the first.
        published_at: When it was published, UTC; empty before the first.
        held: Number of the newest release that a check holds, if it is newer than what readers see.
        unpublished: Ids of the batches that are loaded and not in the live release.
    """

    live: Release | None = None
    published_at: str = ""
    held: int | None = None
    unpublished: frozenset[str] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing but a name: a load that failed leaves no more."""
        return self == Standing()


def datasets_in(storage: Storage) -> list[str]:
    """Names of the datasets that have batches, releases or a lock in HDFS, ascending."""
    names = {name for part in ("raw", "releases", "locks") for name in storage.list(f"{storage.root}/{part}")}
    # The others are temporary names and traces of dead owners.
    return sorted(filter(is_identifier, names))


def read_standing(storage: Storage, dataset: str) -> Standing:
    """Where a dataset stands; of a long ledger only the end is read.

    Raises:
        StorageError: An event or a manifest is damaged; names the file.
    """
    history = _newest_events(storage, dataset)
    number = history.live
    live = load_release(storage, dataset, number) if number else None
    published = [event.at for event in history.events if event.kind == "published" and event.release == number]
    held = history.held
    return Standing(
        live=live,
        published_at=published[-1] if published else "",
        held=held[-1] if held else None,
        unpublished=frozenset(loaded_ids(storage, dataset) - (live.batches.keys() if live else set())),
    )


def _newest_events(storage: Storage, dataset: str) -> History:
    """The end of the ledger from where the live release was published, oldest first: newer releases come after it."""
    found = list[ledger.Event]()
    for event in ledger.newest_events(storage, dataset):
        found.insert(0, event)
        if event.kind == "published" and event.release == History(found).live:
            break
    return History(found)
