"""What `contract check` prints of a contract."""

from pathlib import Path

import pytest

from cli.views.contract import _print, _report
from warehouse.contract.model import Column, Contract, InputFormat


def test_a_computed_column_is_shown_with_its_expression(capsys: pytest.CaptureFixture[str]) -> None:
    day = Column("day", "Day", "DATE", "d", required=True)
    cents = Column("cents", "cents", "BIGINT", "d", transform="CAST(fare AS DECIMAL(9,2))\n* 100", reads=("fare",))
    contract = Contract("sales", "d", (day, cents), "day", InputFormat(), (), 1.0, (), Path("dataset.yaml"))
    _print(contract, _report(contract, None, None, True) | {"not_proved": {}})
    shown = capsys.readouterr().out
    assert r"= CAST(fare AS DECIMAL(9,2))\n* 100" in shown
    assert "dataset.yaml is valid" in shown
