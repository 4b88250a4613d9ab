"""What killed or failed commands left of a dataset in HDFS; looked for while no command writes."""

import sys
from collections.abc import Iterator
from datetime import timedelta

from hadoop.webhdfs import WebHdfs
from pipeline.gc import plan_collection
from warehouse.contract.file import contract_path
from warehouse.errors import LockedError
from warehouse.finding import Finding
from warehouse.lock.lock import dead_lock_files, lock_holder
from warehouse.release import ledger
from warehouse.release.catalog import datasets_in
from warehouse.release.history import read_history
from warehouse.release.manifest import release_numbers
from warehouse.release.retention import Policy
from warehouse.settings import Settings
from warehouse.storage import Storage

_KEEP_ALL = Policy(sys.maxsize, timedelta.max)
"""No release is too old: what no release refers to is found, and nothing else."""

_SHOWN = 3


def check_leftovers(settings: Settings) -> list[Finding]:
    """Leftovers of all datasets on which no command works."""
    storage = WebHdfs(settings.endpoints)
    found = list[Finding]()
    for dataset in datasets_in(storage):
        left = (
            [] if _is_at_work(storage, dataset) else [*_unfinished(storage, dataset), *_directories(settings, dataset)]
        )
        # What a command that began meanwhile makes is not left over.
        if left and not _is_at_work(storage, dataset):
            found += left
    return found


def _is_at_work(storage: Storage, dataset: str) -> bool:
    try:
        holder = lock_holder(storage, dataset)
    except LockedError:
        # The check of locks says which command it is.
        return True
    return holder is not None and not holder.is_gone()


def _unfinished(storage: Storage, dataset: str) -> Iterator[Finding]:
    """Changes that a crash broke off."""
    remedy = f"the next command that writes finishes or discards it: ./stackhouse run {dataset}"
    history = read_history(storage, dataset)
    if move := history.moving:
        what = "publishing" if move.kind == "publishing" else "going back to"
        problem = f"{dataset}: {what} release {move.release} was interrupted at {move.at} UTC"
        yield Finding("leftovers", problem, remedy, "warning")
    newest = max(release_numbers(storage, dataset), default=None)
    if newest is not None and not history.of(newest):
        problem = f"{dataset}: release {newest} was written, and the run ended before it was checked"
        yield Finding("leftovers", problem, remedy, "warning")
    if killed := len(dead_lock_files(storage, dataset).keys() - ledger.recorded_runs(storage, dataset)):
        problem = f"{dataset}: {killed} command{'s were' if killed > 1 else ' was'} killed and not cleaned up since"
        yield Finding("leftovers", problem, remedy, "warning")


def _directories(settings: Settings, dataset: str) -> Iterator[Finding]:
    if not contract_path(dataset, settings.datasets).is_file():
        problem = f"{dataset}: there is no contract in {settings.datasets}, so what it left is not looked for"
        remedy = f"STACKHOUSE_DATASETS names the directory that has data/{dataset}/dataset.yaml"
        yield Finding("leftovers", problem, remedy, "warning")
        return
    plan = plan_collection(settings, dataset, _KEEP_ALL)
    if plan.directories:
        paths = [f"{directory.path} ({directory.reason})" for directory, _ in plan.directories]
        more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
        problem = (
            f"{dataset}: {plan.size / 2**20:,.1f} MiB that are no longer needed: {', '.join(paths[:_SHOWN])}{more}"
        )
        remedy = f"./stackhouse gc {dataset} shows them, with --yes it moves them to the trash"
        yield Finding("leftovers", problem, remedy, "warning")
