"""The ledger: what happened, in small files of JSON lines that are only ever added.

One directory per table: Hive reads them as `ops.runs`, `ops.batches`, `ops.releases` and `ops.checks`, with the columns
and comments of the classes here. A file is named after its dataset and what it records. So a thing that is recorded
twice, by a command and by one that cleans up after it, is there once.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Literal, TypeVar, get_args

from warehouse.bundle import Digest, keep, read_bundled, verbatim
from warehouse.document import read_lines, write_line
from warehouse.errors import AlreadyExistsError
from warehouse.paths import DatasetPaths, ledger_table
from warehouse.quarter import Quarter
from warehouse.run import began_at
from warehouse.storage import Storage

Kind = Literal[
    "publishing",
    "published",
    "rolling_back",
    "rolled_back",
    "held",
    "accepted",
    "discarded",
    "dropped",
    "pinned",
    "unpinned",
]

_SHOWN = 2000
_BUNDLED = ("releases", "checks", "runs")
"""Tables that are read; of the batches only the names of the files are."""


@dataclass(frozen=True)
class Event:
    """One thing that happened to a release: a row of `ops.releases`.

    `publishing`, `rolling_back`: readers are about to be moved to it. `published`, `rolled_back`: they are on it.
    `held`: a check refused it. `accepted`: a person overruled the checks that refuse it. `discarded`: it was given up
    after a crash. `dropped`: gc gave it up, it can no longer be read. `pinned`: gc leaves it alone,
    until `unpinned`.
    """

    dataset: Annotated[str, "Name in the contract."]
    kind: Annotated[Kind, ", ".join(get_args(Kind))]
    release: Annotated[int, "Number of the release."]
    run: Annotated[str, "Run that made the release."]
    at: Annotated[str, "When, UTC."]
    by: Annotated[str, "User."]
    reason: Annotated[str, "Why, for people."] = ""


@dataclass(frozen=True)
class BatchRecord:
    """A loaded batch: a row of `ops.batches`."""

    dataset: Annotated[str, "Name in the contract."]
    batch: Annotated[str, "Batch id."]
    sequence: Annotated[int, "Of the batch in its dataset; later wins."]
    at: Annotated[str, "When it was loaded, UTC."]
    by: Annotated[str, "User."]
    files: Annotated[int, "Number of files."]
    rows: Annotated[int, "Rows in all files."]
    bytes: Annotated[int, "Size of all files."]


@dataclass(frozen=True)
class RunRecord:
    """A command that wrote, or would have: a row of `ops.runs`."""

    dataset: Annotated[str, "Name in the contract."]
    id: Annotated[str, "Run id."]
    command: Annotated[str, "load, run, reprocess, rollback, gc, pin or unpin."]
    parameters: Annotated[dict[str, str], "What it was asked for."]
    outcome: Annotated[str, "done, failed, held, interrupted, or killed: found by the command after it."]
    message: Annotated[str, "Why it did not end well."]
    at: Annotated[str, "When it ended, UTC; of one that was killed, when it began."]
    seconds: Annotated[float | None, "How long it took; NULL of one that was killed."]
    by: Annotated[str, "User."]
    host: Annotated[str, "Host it ran on."]
    pid: Annotated[int, "Its process there."]
    code: Annotated[str, "Version of the code; empty of one that was killed."]
    contract: Annotated[str, "Fingerprint of the contract it worked by, if it read one."] = ""
    release: Annotated[int | None, "Release that it made or moved readers to."] = None
    raw: Annotated[int | None, "Rows of all batches in that release."] = None
    clean: Annotated[int | None, "Clean rows of that release."] = None
    quarantined: Annotated[int | None, "Rejected rows of that release."] = None
    superseded: Annotated[int | None, "Older versions of a key in that release."] = None
    steps: Annotated[dict[str, float], "Seconds by step."] = field(default_factory=dict)

    @property
    def quarters(self) -> list[Quarter]:
        """Quarters that it was asked to build, whether anything changed for them or not."""
        return [Quarter.parse(text) for text in self.parameters.get("quarters", "").split()]


@dataclass(frozen=True)
class CheckRecord:
    """A check of a release: a row of `ops.checks`."""

    dataset: Annotated[str, "Name in the contract."]
    release: Annotated[int, "Number of the release."]
    run: Annotated[str, "Run that made it."]
    at: Annotated[str, "When, UTC."]
    name: Annotated[str, "What was checked."]
    severity: Annotated[str, "fail: holds the release; warn: is only told."]
    passed: Annotated[bool, "Whether nothing was found wrong."]
    failures: Annotated[int, "Things found wrong, as far as they were listed."]
    first_failure: Annotated[str, "The first of them: where, what was expected, what was found."]
    note: Annotated[str, "How far the check went, where that is not the whole."] = ""


Row = TypeVar("Row", "Event", "RunRecord", "CheckRecord")

Record = Event | BatchRecord | RunRecord | CheckRecord

TABLES: dict[str, type[Record]] = {
    "runs": RunRecord,
    "batches": BatchRecord,
    "releases": Event,
    "checks": CheckRecord,
}
"""Tables of the database `ops`, with the rows that their files hold."""


def append(storage: Storage, event: Event) -> None:
    """Add an event after all others of its dataset; two writers at once both succeed, in some order."""
    sequence = max(_sequences(storage, event.dataset), default=0) + 1
    while not _publish(storage, "releases", f"{event.dataset}.{sequence:020d}", [event]):
        sequence += 1


def record_batch(storage: Storage, batch: BatchRecord) -> None:
    """Note a batch, in the place of what was noted before its rows were counted again."""
    storage.replace(f"{ledger_table(storage.root, 'batches')}/{batch.dataset}.{batch.batch}.json", _lines([batch]))


def record_run(storage: Storage, run: RunRecord) -> None:
    """Note a command that ended, unless it is noted."""
    _publish(storage, "runs", f"{run.dataset}.{run.id}", [run])


def record_checks(storage: Storage, checks: Sequence[CheckRecord]) -> None:
    """Note all checks of one release, unless they are noted."""
    if checks:
        _publish(storage, "checks", f"{checks[0].dataset}.{checks[0].release:06d}", checks)


def recorded_batches(storage: Storage, dataset: str) -> set[str]:
    """Ids of the batches that are noted."""
    return set(_names(storage, "batches", dataset))


def recorded_runs(storage: Storage, dataset: str) -> set[str]:
    """Ids of the commands that are noted."""
    return set(_names(storage, "runs", dataset))


def runs(storage: Storage, dataset: str) -> list[RunRecord]:
    """The commands that ended, in the order in which they began.

    Raises:
        DocumentError: A record is damaged; names the file.
    """
    return [run for rows in _rows(RunRecord, storage, "runs", dataset).values() for run in rows]


def quarters_run(runs: Sequence[RunRecord]) -> dict[Quarter, datetime]:
    """When the last run began that was asked for a quarter and ended well, by quarter.

    Args:
        runs: Runs in the order in which they began.
    """
    return {quarter: began_at(run.id) for run in runs if run.outcome == "done" for quarter in run.quarters}


def events(storage: Storage, dataset: str) -> list[Event]:
    """What happened to the releases of a dataset, oldest first.

    Raises:
        DocumentError: An event is damaged; names the file.
    """
    return [event for rows in _rows(Event, storage, "releases", dataset).values() for event in rows]


def newest_events(storage: Storage, dataset: str) -> Iterator[Event]:
    """The same, newest first; each is read when it is asked for, so few are read for whoever needs few.

    Raises:
        As `events`.
    """
    for sequence in reversed(_sequences(storage, dataset)):
        yield from reversed(_events_in(storage, dataset, sequence))


def checks_by_release(storage: Storage, dataset: str) -> dict[int, list[CheckRecord]]:
    """The checks of all releases that were checked.

    Raises:
        DocumentError: A file is damaged; names it.
    """
    return {int(name): rows for name, rows in _rows(CheckRecord, storage, "checks", dataset).items()}


def bundle(storage: Storage, dataset: str) -> None:
    """Make long tables quick to read; the caller holds the lock of the dataset."""
    for table in _BUNDLED:
        kept = DatasetPaths(dataset, storage.root).bundle(table)
        keep(storage, kept, _paths(storage, table, dataset).values(), _digest(table))


def _publish(storage: Storage, table: str, name: str, rows: Sequence[Record]) -> bool:
    with suppress(AlreadyExistsError):
        storage.publish(f"{ledger_table(storage.root, table)}/{name}.json", _lines(rows))
        return True
    return False


def _lines(rows: Sequence[Record]) -> bytes:
    return b"".join(write_line(_shown(row)) for row in rows)


def _shown(row: Record) -> Record:
    texts: dict[str, Any] = {name: value for name, value in vars(row).items() if isinstance(value, str)}
    return replace(row, **{name: value[:_SHOWN] for name, value in texts.items()})


def _names(storage: Storage, table: str, dataset: str) -> list[str]:
    """What the files of a dataset tell of, in order."""
    parts = (name.split(".") for name in storage.list(ledger_table(storage.root, table)))
    return [part[1] for part in parts if [part[0], *part[2:]] == [dataset, "json"]]


def _sequences(storage: Storage, dataset: str) -> list[int]:
    return [int(name) for name in _names(storage, "releases", dataset)]


def _events_in(storage: Storage, dataset: str, sequence: int) -> list[Event]:
    path = f"{ledger_table(storage.root, 'releases')}/{dataset}.{sequence:020d}.json"
    return read_lines(Event, storage.read(path), path)


def _rows(kind: type[Row], storage: Storage, table: str, dataset: str) -> dict[str, list[Row]]:
    """Rows of a dataset in a table by what its files tell of, in order."""
    paths = _paths(storage, table, dataset)
    kept = DatasetPaths(dataset, storage.root).bundle(table)
    found = read_bundled(storage, kept, paths.values(), _digest(table))
    return {name: read_lines(kind, found[path], path) for name, path in paths.items()}


def _digest(table: str) -> Digest:
    return verbatim(partial(read_lines, TABLES[table]))


def _paths(storage: Storage, table: str, dataset: str) -> dict[str, str]:
    names = _names(storage, table, dataset)
    return {name: f"{ledger_table(storage.root, table)}/{dataset}.{name}.json" for name in names}
