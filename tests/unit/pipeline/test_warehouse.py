"""`Warehouse` and `Dataset`, where they do more than pass on."""

from datetime import UTC, datetime

import pytest

from pipeline import warehouse as library
from pipeline.warehouse import Warehouse
from schedule.due import Calendar
from tests.unit.schedule.test_catch_up import CONTRACT
from tests.unit.schedule.test_catch_up import Warehouse as Ledger
from warehouse.errors import HeldError, StackDownError
from warehouse.settings import load_settings


@pytest.fixture
def ledger(monkeypatch):
    """The ledger that runs leave in memory; the last complete quarter is loaded."""
    found = Ledger()
    found.now = datetime.now(UTC)
    found.load("aa", Calendar.of(CONTRACT).last_complete(found.now))
    monkeypatch.setattr(library, "WebHdfs", lambda _endpoints: found.storage)
    monkeypatch.setattr(library, "contract_of", lambda _settings, _name: CONTRACT)
    return found


def test_what_is_due_is_run_once(ledger, monkeypatch):
    def run(_settings, name, request, _observer):
        ledger.run(tuple(request.quarters))
        return f"{name} {request.wait}"

    monkeypatch.setattr(library, "run_pipeline", run)
    dataset, told = Warehouse().dataset("x"), []
    assert dataset.run_due(wait=True, tell=told.append) == ["x True"]
    assert dataset.run_due(tell=told.append) == []
    assert [text.partition(":")[0] for text in told] == [
        "1 batch may hold rows of the last complete quarter",
        "nothing due",
    ]


def test_run_that_is_held_ends_it(ledger, monkeypatch):
    monkeypatch.setattr(library, "run_pipeline", lambda *_arguments: ledger.hold(()))
    with pytest.raises(HeldError):
        Warehouse().dataset("x").run_due()
    assert ledger.ran == ["all"]


def test_stack_that_is_down_is_named_with_what_helps(tmp_path):
    settings = load_settings({"STACKHOUSE_HOME": str(tmp_path)})
    with pytest.raises(StackDownError, match=r"^not every service is up: namenode \(down\), .*; run ./stackhouse up$"):
        Warehouse(settings).check()
