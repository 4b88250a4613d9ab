"""What lies in HDFS of a dataset besides its raw batches and manifests: what gc chooses from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from warehouse.batch import uploads
from warehouse.lock.lock import dead_lock_files
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
        dead_lock_files: Files that dead owners of the lock left, of commands noted in the ledger, with the same.
    """

    runs: dict[str, tuple[str, ...]]
    staged: tuple[str, ...]
    quarantine: tuple[str, ...]
    leftovers: tuple[str, ...]
    temporary: dict[str, int]
    dead_lock_files: dict[str, int]


def take_inventory(storage: Storage, dataset: str) -> Inventory:
    """Look at everything of a dataset; one call a directory, several at once."""
    paths = DatasetPaths(dataset, storage.root)
    tables = (paths.clean_runs, *(f"{paths.marts}/{mart}" for mart in storage.list(paths.marts)))
    below = _walk(storage, (*tables, paths.staged_batches, paths.quarantine_batches))
    temporary = [f"{directory}/{_TEMPORARY}" for directory, names in below.items() if _TEMPORARY in names]
    runs = [run for table in tables for run in _named(below, table, "run")]
    return Inventory(
        runs={run: tuple(_named(below, run, "")) for run in runs},
        staged=tuple(_contracts(below, paths.staged_batches)),
        quarantine=tuple(_contracts(below, paths.quarantine_batches)),
        leftovers=(*_named(below, paths.staged_batches, "_run"), *uploads(storage, paths)),
        temporary={path: storage.modified(path) for path in temporary},
        dead_lock_files={path: storage.modified(path) for path in _noted_lock_files(storage, dataset)},
    )


def _walk(storage: Storage, roots: Sequence[str]) -> dict[str, Sequence[str]]:
    """Names in directories and in all named `<key>=...` below them, by directory."""
    found, level = dict[str, Sequence[str]](), list(roots)
    while level:
        names = storage.list_all(level)
        found.update(names)
        level = [f"{directory}/{name}" for directory in level for name in names[directory] if "=" in name]
    return found


def _named(below: Mapping[str, Sequence[str]], directory: str, key: str) -> Iterator[str]:
    """Directories named `<key>=...`; of any key but those that begin with `_` when it is empty."""
    for name in below[directory]:
        found, equals, _ = name.partition("=")
        if equals and (found == key if key else not found.startswith("_")):
            yield f"{directory}/{name}"


def _contracts(below: Mapping[str, Sequence[str]], directory: str) -> Iterator[str]:
    for batch in _named(below, directory, "batch"):
        yield from _named(below, batch, "contract")


def _noted_lock_files(storage: Storage, dataset: str) -> list[str]:
    # The others still tell the next command what to clean up.
    noted = ledger.recorded_runs(storage, dataset)
    return [path for token, path in dead_lock_files(storage, dataset).items() if token in noted]
