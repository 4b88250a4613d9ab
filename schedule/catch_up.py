"""Brings a dataset up to its last complete quarter."""

from collections.abc import Callable
from datetime import datetime

from schedule.due import Calendar, Progress, next_step, read_progress
from warehouse.contract.model import Contract
from warehouse.quarter import Quarter
from warehouse.storage import Storage

Run = Callable[[tuple[Quarter, ...]], None]
"""Does what `./stackhouse run` does for these quarters and raises what it raises."""


def catch_up(storage: Storage, contract: Contract, now: datetime, run: Run, tell: Callable[[str], None]) -> None:
    """Take one step after the other until none is due.

    Args:
        storage: HDFS.
        contract: Contract of the dataset.
        now: The current time.
        run: Does a step.
        tell: Called with what is done next, and with what is not.
    """
    calendar = Calendar.of(contract)
    taken: list[tuple[Quarter, ...]] = []
    while True:
        # Read again each time: a run builds other quarters too, if rows of them are new.
        progress = read_progress(storage, contract, now)
        step = next_step(progress, calendar, now, taken)
        if step is None:
            break
        tell(_why(step, contract, progress))
        run(step)
        taken.append(step)
    if not taken:
        tell(_nothing_due(contract.dataset, progress, calendar.last_complete(now)))


def _why(step: tuple[Quarter, ...], contract: Contract, progress: Progress) -> str:
    if step:
        return f"{step[0]} is complete and has not been run since: run {contract.dataset} --quarter {step[0]}"
    batches = f"{progress.unstaged} batch{'es' if progress.unstaged > 1 else ''}"
    return f"{batches} may hold rows of the last complete quarter: run {contract.dataset}"


def _nothing_due(dataset: str, progress: Progress, last: Quarter) -> str:
    if last not in progress.rows | progress.begun.keys():
        return f"nothing due: no rows of {dataset} are loaded for {last}, the last complete quarter"
    text = f"nothing due: {last}, the last complete quarter of {dataset}, has been run"
    waiting = f"; new batches wait for the next quarter, or for ./stackhouse run {dataset}" if progress.unstaged else ""
    return text + waiting
