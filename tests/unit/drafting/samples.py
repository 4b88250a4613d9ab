"""Drafts of small files, each of which is checked: the file stays as it is, and the contract can be read."""

import csv
import io
from pathlib import Path

import pytest

from drafting.draft import Draft, draft
from warehouse.contract.file import load_contract
from warehouse.contract.model import Column, Contract
from warehouse.contract.sql import load_mart_sql
from warehouse.errors import ContractError

DAYS = [f"2021-0{1 + number // 28}-{1 + number % 28:02}" for number in range(40)]


def drafted_from(root: Path, content: bytes | str, name: str = "sample.csv") -> tuple[Draft, Contract]:
    file = root / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    before = file.read_bytes()
    drafted = draft("things", file, root)
    assert file.read_bytes() == before
    contract = load_contract("things", root)
    assert [sql.name for sql in load_mart_sql(contract)] == ["things_by_quarter"]
    return drafted, contract


def read_or_ask(root: Path, content: bytes | str) -> Draft:
    """A draft that can be used, or one that only lacks the event time."""
    (root / "sample.csv").write_bytes(content.encode() if isinstance(content, str) else content)
    drafted = draft("things", root / "sample.csv", root)
    if drafted.event_time:
        load_contract("things", root)
    else:
        with pytest.raises(ContractError, match="eventTime is missing: name the DATE or TIMESTAMP"):
            load_contract("things", root)
    return drafted


def typed(root: Path, values: list[str], name: str = "value") -> tuple[Draft, Column]:
    """The column that values give, in a file of 40 days."""
    cells = (values * 40)[:40]
    content = io.StringIO()
    csv.writer(content).writerows([["day", name], *zip(DAYS, cells, strict=True)])
    drafted, contract = drafted_from(root, content.getvalue())
    return drafted, contract.columns[1]


def says(drafted: Draft, part: str) -> bool:
    return any(part in sentence for sentence in drafted.unsure)


def figures_of(contract: Contract) -> dict[str, str]:
    return {column.name: column.type for column in contract.mart("things_by_quarter").columns}
