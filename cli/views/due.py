"""`schedule run`: brings a dataset up to its last complete quarter."""

from datetime import datetime

from cli.views.run import run_dataset
from hadoop.webhdfs import WebHdfs
from pipeline.dataset import contract_of
from pipeline.run import RunRequest
from schedule.catch_up import catch_up
from warehouse.quarter import Quarter
from warehouse.settings import Settings


def run_due(settings: Settings, dataset: str, now: datetime, wait: bool) -> None:
    """Run the quarters of a dataset that are due, one after the other.

    Args:
        settings: Of the stack.
        dataset: Name in the contract.
        now: This moment.
        wait: For another writer to end.

    Raises:
        StackhouseError: A run failed or is held, see `pipeline.run.run_pipeline`; later quarters were not run.
    """
    contract = contract_of(settings, dataset)

    def run(step: tuple[Quarter, ...]) -> None:
        run_dataset(settings, dataset, RunRequest(step, wait=wait), False)

    catch_up(WebHdfs(settings.endpoints), contract, now, run, lambda text: print(text, flush=True))
