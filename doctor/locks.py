"""Locks of datasets whose owner ended, or is silent: seen without waiting for them."""

import time

from hadoop.webhdfs import WebHdfs
from warehouse.errors import LockedError
from warehouse.finding import Finding
from warehouse.lock.lock import LEASE_SECONDS, lock_holder
from warehouse.lock.owner import LockOwner
from warehouse.paths import DatasetPaths
from warehouse.release.catalog import datasets_in
from warehouse.settings import Settings
from warehouse.storage import Storage


def check_locks(settings: Settings) -> list[Finding]:
    """Locks of all datasets."""
    storage = WebHdfs(settings.endpoints)
    return [finding for dataset in datasets_in(storage) for finding in check_lock(storage, dataset)]


def check_lock(storage: Storage, dataset: str) -> list[Finding]:
    """Whether no command works under the lock of a dataset."""
    try:
        holder = lock_holder(storage, dataset)
    except LockedError as unreadable:
        return [Finding("locks", unreadable.problem, unreadable.remedy)]
    if holder is None:
        return []
    who = f"the lock of dataset {dataset} is held by process {holder.pid} on {holder.host} ({holder.command})"
    if holder.is_gone():
        remedy = f"the next command that writes takes it over and finishes its work: ./stackhouse run {dataset}"
        return [Finding("locks", f"{who}, which has ended", remedy, "warning")]
    touched = storage.modified(DatasetPaths(dataset, storage.root).lock)
    silent = time.time() - touched / 1000
    # 0: it was given back meanwhile.
    if not touched or silent <= LEASE_SECONDS:
        return []
    problem = f"{who}, which has shown no sign of life for {silent:,.0f} s by this machine's clock"
    return [Finding("locks", problem, _silent_remedy(holder, dataset), "warning")]


def _silent_remedy(holder: LockOwner, dataset: str) -> str:
    return (
        f"see whether process {holder.pid} still works on {holder.host}; end it if it hangs. From another host "
        f"./stackhouse run {dataset} --wait takes over by itself"
    )
