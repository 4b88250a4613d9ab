"""`schedule install`, `remove` and `show`: the timers of this user."""

from dataclasses import asdict
from datetime import time

from rich.table import Table

from cli.output import print_json, standard_output
from pipeline.dataset import contract_of
from schedule import systemd, timers
from schedule.crontab import line_of
from schedule.timers import Installed
from warehouse.settings import Settings

_LINGER = "it runs only while you are logged in; to run it always: loginctl enable-linger"


def install_timer(settings: Settings, dataset: str, at: time, dry_run: bool) -> None:
    """Have the quarters of a dataset run when they are due, and print what was written.

    Args:
        settings: Settings of the stack.
        dataset: Name in the contract.
        at: Time of day to check, by the clock of this machine.
        dry_run: Only print what would be written.

    Raises:
        ContractError: There is no such dataset.
        SetupError: See `schedule.timers.install_timer`.
    """
    contract_of(settings, dataset)
    _print_written(timers.install_timer(settings, dataset, at, dry_run), dry_run)


def remove_timer(dataset: str) -> None:
    """Take the timer of a dataset away and print where it was; see `schedule.timers.remove_timer`."""
    for entry in timers.remove_timer(dataset):
        print(f"removed from {entry.timer}: {entry.written}")


def print_timers(as_json: bool) -> None:
    """Print all timers of this user."""
    found = timers.find_timers()
    if as_json:
        print_json([asdict(entry) for entry in found])
    elif found:
        table = Table("dataset", "every day at", "by", "written", box=None, pad_edge=False)
        for entry in found:
            table.add_row(entry.dataset, entry.at, entry.timer, entry.written)
        standard_output().print(table)
    else:
        print("no timers; to install one: ./stackhouse schedule install DATASET --every quarter")


def _print_written(installed: Installed, dry_run: bool) -> None:
    verb = "would write" if dry_run else "wrote"
    if not installed.by_systemd:
        print(f"{verb} to the crontab:\n{line_of(installed.job)}")
        return
    for path, text in systemd.units_of(installed.job).items():
        print(f"{verb} {path}:\n{text}")
    if not systemd.lingers():
        print(_LINGER)
