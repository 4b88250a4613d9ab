"""`schedule run`: brings a dataset up to its last complete quarter."""

from collections.abc import Callable
from datetime import datetime

from cli.dataset import contract_of
from cli.pipeline import RunRequest
from cli.running import run_dataset
from hadoop.webhdfs import WebHdfs
from warehouse.contract import Contract
from warehouse.quarter import Quarter
from warehouse.schedule import Calendar, Progress, next_step, read_progress
from warehouse.settings import Settings
from warehouse.storage import Storage

Run = Callable[[tuple[Quarter, ...]], None]
"""Does what `./stackhouse run` does for these quarters and raises what it raises."""


def run_due(settings: Settings, dataset: str, now: datetime, wait: bool) -> None:
    """Run the quarters of a dataset that are due, one after the other.

    Args:
        settings: Of the stack.
        dataset: Name in the contract.
        now: This moment.
        wait: For another writer to end.

    Raises:
        StackhouseError: A run failed or is held, see `cli.pipeline.run_pipeline`; later quarters were not run.
    """
    contract = contract_of(settings, dataset)

    def run(step: tuple[Quarter, ...]) -> None:
        run_dataset(settings, dataset, RunRequest(step, wait=wait), False)

    catch_up(WebHdfs(settings.endpoints), contract, now, run)


def catch_up(storage: Storage, contract: Contract, now: datetime, run: Run) -> None:
    """Take one step after the other until none is due; see `run_due`."""
    calendar = Calendar.of(contract)
    taken: list[tuple[Quarter, ...]] = []
    while True:
        # Read anew each time: a run builds other quarters too, if rows of them are new.
        progress = read_progress(storage, contract, now)
        step = next_step(progress, calendar, now, taken)
        if step is None:
            break
        print(_why(step, contract, progress), flush=True)
        run(step)
        taken.append(step)
    if not taken:
        print(_nothing_due(contract.dataset, progress, calendar.last_complete(now)))


def _why(step: tuple[Quarter, ...], contract: Contract, progress: Progress) -> str:
    if step:
        return f"{step[0]} is complete and was not run since: run {contract.dataset} --quarter {step[0]}"
    batches = f"{progress.unstaged} batch{'es' if progress.unstaged > 1 else ''}"
    return f"{batches} may hold rows of the last complete quarter: run {contract.dataset}"


def _nothing_due(dataset: str, progress: Progress, last: Quarter) -> str:
    if last not in progress.rows | progress.begun.keys():
        return f"nothing due: {last}, the last complete quarter, has no loaded rows of {dataset}"
    text = f"nothing due: {last}, the last complete quarter of {dataset}, was run"
    waiting = f"; new batches wait for the next quarter or ./stackhouse run {dataset}" if progress.unstaged else ""
    return text + waiting
