"""Which column of a file is which column of the contract: by name, whatever the case and the order."""

from collections import Counter
from collections.abc import Iterator, Sequence, Set

from warehouse.contract.model import Column, Contract
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
        column.name: by_name[name.lower()]
        for column in contract.columns
        for name in column.source_names
        if name.lower() in by_name
    }


def check_columns(contract: Contract, found: Sequence[str]) -> None:
    """Refuse a file whose columns cannot be those of the contract.

    Raises:
        ContractError: It has a column twice, under one name or two, lacks a required one, or has one that the contract
            does not know.
    """
    doubled = [name for name, times in Counter(name.lower() for name in found).items() if times > 1]
    if doubled:
        raise ContractError(f"a column appears twice: {_listed(doubled)}")
    known = {name.lower() for column in contract.columns for name in column.source_names}
    unknown = [name for name in found if name.lower() not in known]
    wrong = [*_wrong_counts(contract.columns, {name.lower() for name in found})]
    if unknown and not contract.input_format.ignore_unknown:
        wrong.append(f"unknown {_listed(unknown)} (unknownColumns: ignore in the contract leaves such columns out)")
    if wrong:
        raise ContractError(", ".join(wrong))


def _wrong_counts(columns: Sequence[Column], found: Set[str]) -> Iterator[str]:
    """What to say of columns that a file has under two names, or required ones that it does not have."""
    missing = list[str]()
    for column in columns:
        names = [name for name in column.source_names if name.lower() in found]
        if len(names) > 1:
            yield f"{_listed(names)} are names of one column, {column.name}"
        elif not names and column.required:
            missing.append(" or ".join(column.source_names))
    if missing:
        yield f"missing {_listed(missing)}"


def _listed(names: Sequence[str]) -> str:
    # A binary file has a first line too, and it may be long.
    text = ", ".join(names)
    return repr(text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "…")
