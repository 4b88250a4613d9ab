"""Which column of a file is which column of the contract: by name, whatever the case and the order."""

from collections import Counter
from collections.abc import Sequence

from warehouse.contract.model import Contract
from warehouse.errors import ContractError

_SHOWN_CHARACTERS = 200


def places_of(contract: Contract, found: Sequence[str]) -> dict[str, int]:
    """Position in the file of each column of the contract that the file has, in the contract's order.

    Args:
        contract: Contract of the dataset.
        found: Names in the file, in order.
    """
    by_name = {name.lower(): place for place, name in enumerate(found)}
    return {
        column.name: by_name[column.source_name.lower()]
        for column in contract.columns
        if column.source_name.lower() in by_name
    }


def check_columns(contract: Contract, found: Sequence[str]) -> None:
    """Refuse a file whose columns cannot be those of the contract.

    Raises:
        ContractError: It has a column twice, lacks a required one, or has one that nobody knows.
    """
    doubled = [name for name, times in Counter(name.lower() for name in found).items() if times > 1]
    if doubled:
        raise ContractError(f"a column appears twice: {_listed(doubled)}")
    known = {column.source_name.lower(): column for column in contract.columns}
    names = {name.lower() for name in found}
    missing = [column.source_name for name, column in known.items() if name not in names and column.required]
    unknown = [name for name in found if name.lower() not in known]
    wrong = [f"missing {_listed(missing)}"] if missing else []
    if unknown and not contract.input_format.ignore_unknown:
        wrong.append(f"unknown {_listed(unknown)} (unknownColumns: ignore in the contract leaves such columns out)")
    if wrong:
        raise ContractError(", ".join(wrong))


def _listed(names: Sequence[str]) -> str:
    # A binary file has a first line too, and it may be long.
    text = ", ".join(names)
    return repr(text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "…")
