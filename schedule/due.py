"""Which quarters are due: complete by the contract's clock, with loaded rows, and not run since they are complete."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from warehouse.batch import loaded_ids
from warehouse.contract.model import Contract
from warehouse.paths import DatasetPaths, run_of
from warehouse.quarter import Quarter
from warehouse.release import ledger
from warehouse.release.history import read_history
from warehouse.release.manifest import CLEAN, Release, load_release
from warehouse.run import began_at
from warehouse.staged import find_staged
from warehouse.storage import Storage

EVERYTHING: tuple[Quarter, ...] = ()
"""Step that builds whatever loaded rows touch."""


@dataclass(frozen=True)
class Calendar:
    """When a quarter is complete.

    Attributes:
        lateness: How long after the end of a quarter its rows may arrive; a day has 24 hours.
        zone: Time zone whose wall clock ends a quarter; `None`: that of this machine.
    """

    lateness: timedelta
    zone: tzinfo | None

    @classmethod
    def of(cls, contract: Contract) -> "Calendar":
        """The calendar of a dataset."""
        return cls(contract.lateness, ZoneInfo(contract.time_zone) if contract.time_zone else None)

    def last_complete(self, moment: datetime) -> Quarter:
        """The newest quarter that is complete at a given time; so are all before it."""
        # In UTC, because Python's sums within a zone pass over the hours that clocks skip.
        expected = (moment.astimezone(UTC) - self.lateness).astimezone(self.zone)
        return Quarter.of(expected.date()).previous


@dataclass(frozen=True)
class Progress:
    """What was done for a dataset.

    Attributes:
        rows: Quarters with loaded rows, as far as batches are staged.
        begun: When the last good run of a quarter began.
        unstaged: Loaded batches whose quarters are not known yet.
    """

    rows: frozenset[Quarter] = frozenset()
    begun: Mapping[Quarter, datetime] = field(default_factory=dict)
    unstaged: int = 0

    def is_done(self, quarter: Quarter, calendar: Calendar) -> bool:
        """Whether a quarter was run when it was complete; a run before that saw only a part of it."""
        began = self.begun.get(quarter)
        return began is not None and quarter <= calendar.last_complete(began)

    def with_runs(self, begun: Mapping[Quarter, datetime]) -> "Progress":
        """The same with what else is known of runs."""
        newest = {
            quarter: max(known[quarter] for known in (self.begun, begun) if quarter in known)
            for quarter in self.begun.keys() | begun.keys()
        }
        return replace(self, begun=newest)


def quarters_due(progress: Progress, calendar: Calendar, now: datetime) -> list[Quarter]:
    """Quarters with rows that are complete and not done, oldest first.

    Args:
        progress: Progress of the dataset.
        calendar: Calendar of the dataset.
        now: The current time.
    """
    last = calendar.last_complete(now)
    return sorted(quarter for quarter in progress.rows if quarter <= last and not progress.is_done(quarter, calendar))


def next_step(
    progress: Progress, calendar: Calendar, now: datetime, taken: Collection[tuple[Quarter, ...]] = ()
) -> tuple[Quarter, ...] | None:
    """What to run next: a quarter, `EVERYTHING`, or `None` for nothing.

    Args:
        progress: Progress as the ledger has it now.
        calendar: Calendar of the dataset.
        now: The current time.
        taken: Steps that were run already; none is taken twice, whatever became of it.
    """
    for quarter in quarters_due(progress, calendar, now):
        if (quarter,) not in taken:
            return (quarter,)
    may_be_due = progress.unstaged and not progress.is_done(calendar.last_complete(now), calendar)
    return EVERYTHING if may_be_due and EVERYTHING not in taken else None


def read_progress(storage: Storage, contract: Contract, now: datetime) -> Progress:
    """What the ledger and the live release say of the quarters of a dataset.

    Args:
        storage: HDFS.
        contract: Contract of the dataset.
        now: The current time.

    Raises:
        StorageError: A file of them is damaged.
    """
    found = _released(storage, contract)
    # Read when it matters only: of a dataset that is loaded daily there are thousands.
    if found.unstaged or quarters_due(found, Calendar.of(contract), now):
        return found.with_runs(ledger.quarters_run(ledger.runs(storage, contract.dataset)))
    return found


def _released(storage: Storage, contract: Contract) -> Progress:
    """What is known without the commands in the ledger: by which runs the quarters that readers see were built."""
    dataset, paths = contract.dataset, DatasetPaths(contract.dataset, storage.root)
    history = read_history(storage, dataset)
    number, left = history.live, history.rolled_back_from
    live = load_release(storage, dataset, number) if number else None
    new = sorted(loaded_ids(storage, dataset) - (live.batches.keys() if live else set()))
    staged = find_staged(storage, paths, new, contract.fingerprint, {})
    touched = {Quarter.from_partition(value) for batch in staged.values() for value in batch.quarters}
    built = _built(live) if live else {}
    # What a rollback took away was built nevertheless: it must not be built again unasked.
    if left is not None:
        taken = _built(load_release(storage, dataset, left))
        built |= {quarter: max(began, built.get(quarter, began)) for quarter, began in taken.items()}
    return Progress(frozenset(touched | built.keys()), built, len(new) - len(staged))


def _built(live: Release) -> dict[Quarter, datetime]:
    partitions = live.tables[CLEAN].partitions
    return {Quarter.from_partition(value): began_at(run_of(part.path)) for value, part in partitions.items()}
