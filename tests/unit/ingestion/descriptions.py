"""What the tests of `describe_file` hand to it, and the refusals that they expect."""

from pathlib import Path

import pytest

from warehouse.contract.model import Column, Contract, InputFormat
from warehouse.errors import InputFileError

ROWS = b"2001-01-01,1\n2001-01-02,2\n"


def a_contract(names=("day", "amount"), **form):
    columns = [Column(f"c{number}", name, "STRING", "A column.", required=True) for number, name in enumerate(names)]
    columns.append(Column("note", "Note", "STRING", "May be missing."))
    return Contract("sales", "Sales.", tuple(columns), "c0", InputFormat(**form), (), 0.0, (), Path("dataset.yaml"))


def no_progress(_phase, _count):
    """Nobody looks."""


def refusal(call, *args, **kwargs):
    with pytest.raises(InputFileError) as problem:
        call(*args, **kwargs)
    assert "\n" not in str(problem.value)
    return str(problem.value)
