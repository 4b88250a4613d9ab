"""What lies in HDFS of a dataset besides its raw batches and manifests: what gc chooses from."""

from collections.abc import Iterator
from dataclasses import dataclass

from warehouse.lock.lock import traces
from warehouse.paths import DatasetPaths
from warehouse.release import ledger
from warehouse.storage import Storage

_TEMPORARY = "_temporary"
"""Where Hadoop's committer keeps files of a task until it is done; one that was killed leaves it."""


@dataclass(frozen=True)
class Inventory:
    """Directories and files by what they are.

    Attributes:
        runs: Directories of runs, `run=...`, of clean and the marts, with the partitions in each.
        staged: Directories of staged rows, `batch=.../contract=...`.
        quarantine: The same of rejected rows.
        leftovers: What only a command at work needs: `_run=...`, `_incoming=...`.
        temporary: Directories named `_temporary`, with their modification time in milliseconds.
        traces: Files that dead owners of the lock left, of commands noted in the ledger, with the same.
    """

    runs: dict[str, tuple[str, ...]]
    staged: tuple[str, ...]
    quarantine: tuple[str, ...]
    leftovers: tuple[str, ...]
    temporary: dict[str, int]
    traces: dict[str, int]


def take_inventory(storage: Storage, dataset: str) -> Inventory:
    """Look at everything of a dataset; one call a directory."""
    paths = DatasetPaths(dataset, storage.root)
    tables = (paths.clean_runs, *(f"{paths.marts}/{mart}" for mart in storage.list(paths.marts)))
    roots = (*tables, paths.staged_batches, paths.quarantine_batches)
    temporary = [path for root in roots for path in _temporary(storage, root)]
    return Inventory(
        runs={run: tuple(_named(storage, run, "")) for table in tables for run in _named(storage, table, "run")},
        staged=tuple(_contracts(storage, paths.staged_batches)),
        quarantine=tuple(_contracts(storage, paths.quarantine_batches)),
        leftovers=(*_named(storage, paths.staged_batches, "_run"), *_named(storage, paths.raw, "_incoming")),
        temporary={path: storage.modified(path) for path in temporary},
        traces={path: storage.modified(path) for path in _noted_traces(storage, dataset)},
    )


def _named(storage: Storage, directory: str, key: str) -> Iterator[str]:
    """Directories named `<key>=...`; of any key but those that begin with `_` when it is empty."""
    for name in storage.list(directory):
        found, equals, _ = name.partition("=")
        if equals and (found == key if key else not found.startswith("_")):
            yield f"{directory}/{name}"


def _contracts(storage: Storage, directory: str) -> Iterator[str]:
    for batch in _named(storage, directory, "batch"):
        yield from _named(storage, batch, "contract")


def _temporary(storage: Storage, directory: str) -> Iterator[str]:
    for name in storage.list(directory):
        if name == _TEMPORARY:
            yield f"{directory}/{name}"
        elif "=" in name:
            yield from _temporary(storage, f"{directory}/{name}")


def _noted_traces(storage: Storage, dataset: str) -> list[str]:
    # The others still tell the next command what to clean up.
    noted = ledger.recorded_runs(storage, dataset)
    return [path for token, path in traces(storage, dataset).items() if token in noted]
