"""`schedule run`: brings a dataset up to its last complete quarter."""

from datetime import datetime

from cli.progress import StepBoard
from cli.views.run import print_run
from hadoop.webhdfs import WebHdfs
from pipeline.warehouse import Warehouse
from schedule.catch_up import catch_up
from warehouse.quarter import Quarter
from warehouse.settings import Settings


def run_due(settings: Settings, dataset: str, now: datetime, wait: bool) -> None:
    """Run the quarters of a dataset that are due, one after the other.

    Args:
        settings: Settings of the stack.
        dataset: Name in the contract.
        now: The current time.
        wait: Wait for another writer to end.

    Raises:
        StackhouseError: A run failed or is held, see `pipeline.warehouse.Dataset.run`; later quarters were not run.
    """
    contract = Warehouse(settings).dataset(dataset).contract

    def run(step: tuple[Quarter, ...]) -> None:
        with StepBoard() as board:
            report = Warehouse(settings, board).dataset(dataset).run(step, wait=wait)
        print_run(report, as_json=False)

    catch_up(WebHdfs(settings.endpoints), contract, now, run, lambda text: print(text, flush=True))
