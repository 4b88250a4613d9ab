"""The timers of this user: systemd's where it is usable, else cron."""

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import time

from schedule import systemd
from schedule.crontab import entries_in, read_crontab, with_job, without_job, write_crontab
from schedule.job import Entry, Job
from warehouse.errors import SetupError, UsageError
from warehouse.settings import Settings


@dataclass(frozen=True)
class Installed:
    """A timer.

    Attributes:
        job: What it starts.
        by_systemd: systemd is the timer, else cron.
    """

    job: Job
    by_systemd: bool


def install_timer(settings: Settings, dataset: str, at: time, dry_run: bool) -> Installed:
    """Have the quarters of a dataset run when they are due.

    Args:
        settings: Settings of the stack.
        dataset: Name in the contract.
        at: When to look, every day.
        dry_run: Write nothing.

    Raises:
        SetupError: There is neither systemd nor cron, or it refuses.
    """
    job = Job.of(settings, dataset, at, os.environ)
    by_systemd = systemd.is_usable()
    if not by_systemd and shutil.which("crontab") is None:
        raise SetupError(
            "there is neither a systemd of this user nor cron",
            f"install cron, or have your own scheduler call ./stackhouse schedule run {dataset} every day",
        )
    if not dry_run:
        _write(job, by_systemd)
    return Installed(job, by_systemd)


def remove_timer(dataset: str) -> list[Entry]:
    """Take the timer of a dataset away, wherever it is; what was removed.

    Raises:
        UsageError: There is none.
        SetupError: systemd or cron refuses.
    """
    found = [entry for entry in find_timers() if entry.dataset == dataset]
    if not found:
        raise UsageError(f"{dataset} has no timer", "list the timers with ./stackhouse schedule show")
    for entry in found:
        _remove(entry)
    return found


def find_timers() -> list[Entry]:
    """All timers of this user, by the name of the dataset."""
    crontab = ""
    if shutil.which("crontab"):
        # An account that may not use cron has no timer in it.
        with suppress(SetupError):
            crontab = read_crontab()
    return sorted([*systemd.entries(), *entries_in(crontab)], key=lambda entry: entry.dataset)


def _write(job: Job, by_systemd: bool) -> None:
    # Installed earlier, when the other timer was there: one job must not be started twice.
    for entry in find_timers():
        if entry.dataset == job.dataset and (entry.timer == "systemd") != by_systemd:
            _remove(entry)
    if by_systemd:
        systemd.write_units(job)
    else:
        job.log.parent.mkdir(parents=True, exist_ok=True)
        write_crontab(with_job(read_crontab(), job))


def _remove(entry: Entry) -> None:
    if entry.timer == "systemd":
        systemd.remove_units(entry.dataset)
    else:
        write_crontab(without_job(read_crontab(), entry.dataset))
