"""Which column of a file is which column of the contract: by name, whatever the case and the order."""

from collections import Counter
from collections.abc import Iterator, Sequence, Set

from warehouse.contract.model import Column, Contract
from warehouse.errors import ContractError

BLANKS = " \t"
"""What `trim` removes around names and values."""

_SHOWN_CHARACTERS = 200


def fields_of(contract: Contract) -> tuple[Column, ...]:
    """What files have: the columns that are not computed, and a text for every other field that a transform reads.

    They come in the contract's order; fields that are not columns of the contract come last. The name of such a text,
    `_read_0`, is not that of a column.
    """
    plain = [column for column in contract.columns if column.transform is None]
    written = {_matched(contract, name) for column in plain for name in column.source_names}
    read = {_matched(contract, name): name for column in contract.columns for name in column.reads}
    hidden = {
        key: Column(f"_read_{place}", name, "STRING", "")
        for place, (key, name) in enumerate(read.items())
        if key not in written
    }
    found = []
    for column in contract.columns:
        own = column if column.transform is None else hidden.pop(_matched(contract, column.source_name), None)
        found += [own] if own else []
    return (*found, *hidden.values())


def column_positions(contract: Contract, found: Sequence[str]) -> dict[str, int]:
    """Position in the file of each of `fields_of` that the file has, in their order.

    Args:
        contract: Contract of the dataset.
        found: Names in the file, in order.
    """
    by_name = {_matched(contract, name): place for place, name in enumerate(found)}
    return {
        field.name: by_name[_matched(contract, name)]
        for field in fields_of(contract)
        for name in field.source_names
        if _matched(contract, name) in by_name
    }


def check_columns(contract: Contract, found: Sequence[str]) -> None:
    """Refuse a file whose columns cannot be those of the contract.

    Raises:
        ContractError: It has a column twice, under one name or two, lacks a required one, or has one that the contract
            does not know.
    """
    doubled = [name for name, times in Counter(_matched(contract, name) for name in found).items() if times > 1]
    if doubled:
        raise ContractError(f"a column appears twice: {_listed(doubled)}")
    fields = fields_of(contract)
    known = {_matched(contract, name) for field in fields for name in field.source_names}
    unknown = [name for name in found if _matched(contract, name) not in known]
    wrong = [*_wrong_counts(contract, fields, {_matched(contract, name) for name in found})]
    if unknown and not contract.input_format.ignore_unknown:
        wrong.append(f"unknown {_listed(unknown)} (unknownColumns: ignore in the contract leaves such columns out)")
    if wrong:
        raise ContractError(", ".join(wrong))


def _wrong_counts(contract: Contract, fields: Sequence[Column], found: Set[str]) -> Iterator[str]:
    """What to say of fields that a file has under two names, or required ones that it does not have."""
    required, missing = _required(contract), list[str]()
    for field in fields:
        names = {_matched(contract, name): name for name in field.source_names}
        there = [name for key, name in names.items() if key in found]
        if len(there) > 1:
            yield f"{_listed(there)} are all names of the column {field.name}"
        elif not there and not required.isdisjoint(names):
            missing.append(" or ".join(field.source_names))
    if missing:
        yield f"missing {_listed(missing)}"


def _required(contract: Contract) -> set[str]:
    """Names of the fields that required columns are, or are computed from."""
    required = (column for column in contract.columns if column.required)
    return {
        _matched(contract, name)
        for column in required
        for name in (column.source_names if column.transform is None else column.reads)
    }


def _matched(contract: Contract, name: str) -> str:
    """What two names of one column have in common."""
    return (name.strip(BLANKS) if contract.input_format.trim else name).lower()


def _listed(names: Sequence[str]) -> str:
    # A binary file has a first line too, and it may be long.
    text = ", ".join(names)
    return repr(text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "…")
