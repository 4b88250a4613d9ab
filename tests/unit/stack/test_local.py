"""A start that cannot succeed ends with the reason, not with the time limit; the supervisor here is a fake."""

import itertools

import pytest

from cli.progress import StepBoard
from hadoop.services import SERVICES, log_path
from hadoop.supervisor import ProcessState
from stack.local import _Start
from stack.readiness import PROBES
from warehouse.errors import ServiceFailedError
from warehouse.settings import load_settings


class CrashingSupervisor:
    """Takes every service for running; the metastore is a new process each time somebody looks."""

    def __init__(self, log):
        self.log = log
        self.pids = itertools.count(100)

    def processes(self):
        self.log.write_text(self.log.read_text() + "ERROR XSDB6: Another instance of Derby may have already booted\n")
        pids = {one.name: next(self.pids) if one.name == "metastore" else 1 for one in SERVICES}
        return {name: ProcessState(name, "RUNNING", pid, "") for name, pid in pids.items()}


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.setenv("STACKHOUSE_HOME", str(tmp_path))
    for service in SERVICES:
        monkeypatch.setitem(PROBES, service.name, lambda _: "does not answer yet")
    for service in SERVICES:
        if service.name not in ("metastore", "hiveserver2"):
            monkeypatch.setitem(PROBES, service.name, lambda _: "")
    return load_settings()


def test_service_that_dies_again_and_again_is_named_with_reason_and_log(settings):
    log = log_path(settings, "metastore")
    log.parent.mkdir()
    log.write_text("")
    with pytest.raises(ServiceFailedError) as problem, StepBoard() as board:
        _Start(settings, {}, CrashingSupervisor(log), board).run()
    assert "Hive metastore did not start: the metastore database cannot be opened: ERROR XSDB6" in str(problem.value)
    assert str(log) in str(problem.value)
