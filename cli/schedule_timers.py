"""`schedule install`, `remove` and `show`: the timer of this user, systemd's where it is usable, else cron."""

import os
import shutil
from contextlib import suppress
from dataclasses import asdict
from datetime import time

from rich.table import Table

from cli import schedule_systemd as systemd
from cli.dataset import contract_of
from cli.output import print_json, standard_output
from cli.schedule_crontab import entries_in, line_of, read_crontab, with_job, without_job, write_crontab
from cli.schedule_job import Entry, Job
from warehouse.errors import SetupError, UsageError
from warehouse.settings import Settings

_LINGER = "it works while you are logged in only; for always: loginctl enable-linger"


def install_timer(settings: Settings, dataset: str, at: time, dry_run: bool) -> None:
    """Have the quarters of a dataset run when they are due, and print what was written.

    Args:
        settings: Of the stack.
        dataset: Name in the contract.
        at: When to look, every day.
        dry_run: Print only.

    Raises:
        ContractError: There is no such dataset.
        SetupError: There is neither systemd nor cron, or it refuses.
    """
    contract_of(settings, dataset)
    job = Job.of(settings, dataset, at, os.environ)
    by_systemd = systemd.is_usable()
    if not by_systemd and shutil.which("crontab") is None:
        raise SetupError(
            "neither systemd of this user nor cron is here: install cron, or have your own scheduler call "
            f"./stackhouse schedule run {dataset} every day"
        )
    if not dry_run:
        _write(job, by_systemd)
    _print_written(job, by_systemd, dry_run)


def remove_timer(dataset: str) -> None:
    """Take the timer of a dataset away, wherever it is.

    Raises:
        UsageError: There is none.
        SetupError: systemd or cron refuses.
    """
    found = [entry for entry in find_timers() if entry.dataset == dataset]
    if not found:
        raise UsageError(f"{dataset} has no timer; ./stackhouse schedule show lists them")
    for entry in found:
        _remove(entry)
        print(f"removed from {entry.timer}: {entry.written}")


def find_timers() -> list[Entry]:
    """All timers of this user, by the name of the dataset."""
    crontab = ""
    if shutil.which("crontab"):
        # Who may not use cron has no timer in it.
        with suppress(SetupError):
            crontab = read_crontab()
    return sorted([*systemd.entries(), *entries_in(crontab)], key=lambda entry: entry.dataset)


def print_timers(as_json: bool) -> None:
    """Print all timers of this user."""
    found = find_timers()
    if as_json:
        print_json([asdict(entry) for entry in found])
    elif found:
        table = Table("dataset", "every day at", "by", "written", box=None, pad_edge=False)
        for entry in found:
            table.add_row(entry.dataset, entry.at, entry.timer, entry.written)
        standard_output().print(table)
    else:
        print("no timer: ./stackhouse schedule install DATASET --every quarter")


def _write(job: Job, by_systemd: bool) -> None:
    # Of an earlier day, when the other timer was there: one job must not be started twice.
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


def _print_written(job: Job, by_systemd: bool, dry_run: bool) -> None:
    verb = "would write" if dry_run else "wrote"
    if not by_systemd:
        print(f"{verb} to the crontab:\n{line_of(job)}")
        return
    for path, text in systemd.units_of(job).items():
        print(f"{verb} {path}:\n{text}")
    if not systemd.lingers():
        print(_LINGER)
