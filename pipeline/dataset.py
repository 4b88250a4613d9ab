"""The dataset that a command is given: by its contract, or by what the warehouse has of it."""

from contextlib import suppress

from hadoop.webhdfs import WebHdfs
from warehouse.contract.file import contract_path, find_contract, load_contract
from warehouse.contract.model import Contract
from warehouse.errors import ContractError, NoContractError, StackDownError
from warehouse.release.catalog import Standing, read_standing
from warehouse.settings import Settings


def contract_of(settings: Settings, dataset: str) -> Contract:
    """The contract of a dataset, for commands that work by it.

    Raises:
        ContractError: It is missing or wrong. Of a dataset that the warehouse has, it says where contracts are looked
            for, and of another one how to draft it.
    """
    try:
        return load_contract(dataset, settings.datasets)
    except NoContractError as problem:
        if what := _known_as(settings, dataset):
            raise ContractError(
                f"{dataset} is {what}, but {contract_path(dataset, settings.datasets)} does not exist",
                "STACKHOUSE_DATASETS names the directory with its contract",
            ) from problem
        raise


def check_known(settings: Settings, dataset: str) -> None:
    """Refuse a name that is of no dataset, for commands that work by releases alone, whatever became of the contract.

    Raises:
        ContractError: Neither is there a contract of this name, nor does the warehouse have such a dataset.
    """
    try:
        find_contract(dataset, settings.datasets)
    except NoContractError:
        if not _known_as(settings, dataset):
            raise


def _known_as(settings: Settings, dataset: str) -> str:
    """What the warehouse has of a dataset, `published` or `loaded`; empty for nothing, or when it cannot be asked."""
    # Whoever asks has a mistake of the user to tell: that the stack is down as well would hide it.
    with suppress(StackDownError):
        return _word(read_standing(WebHdfs(settings.endpoints), dataset))
    return ""


def _word(standing: Standing) -> str:
    if standing.live:
        return "published"
    return "" if standing.is_empty else "loaded"
