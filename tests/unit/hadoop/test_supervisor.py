"""The start of supervisord, with a stand-in for the program and for its answers."""

import subprocess

import pytest
import tenacity

from hadoop.supervisor import Supervisor
from warehouse.errors import StackDownError
from warehouse.settings import load_settings


@pytest.fixture
def start(tmp_path, monkeypatch):
    """Start a supervisord that ends with this code and words, and answers by this list and then as its last."""
    monkeypatch.setattr(Supervisor._answers_in_time.retry, "wait", tenacity.wait_none())
    monkeypatch.setattr(Supervisor._answers_in_time.retry, "stop", tenacity.stop_after_attempt(5))
    supervisor = Supervisor(load_settings({"STACKHOUSE_HOME": str(tmp_path)}))

    def started(answers, code=0, said=""):
        rest = list(answers)
        monkeypatch.setattr(
            subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, code, stdout="", stderr=said)
        )
        monkeypatch.setattr(Supervisor, "is_running", lambda _: rest.pop(0) if rest[1:] else rest[0])
        supervisor.start({})
        return rest

    return started


def test_start_waits_until_it_answers(start):
    assert start([False, False, False, True]) == [True]


def test_supervisor_that_never_answers_is_an_error(start):
    with pytest.raises(StackDownError, match="supervisord did not start: it does not answer"):
        start([False])


def test_supervisor_that_failed_is_not_waited_for_and_its_last_line_is_the_reason(start):
    with pytest.raises(StackDownError, match="supervisord did not start: Error: no such directory"):
        # The first answer is to the question whether it runs already, the second to that after the failure.
        start([False, False, True], code=2, said="starting\nError: no such directory\n")


def test_failed_start_beside_one_that_answers_is_no_error(start):
    """Another command may have started it at the same time."""
    start([False, True], code=2, said="Error: Another program is already listening\n")
