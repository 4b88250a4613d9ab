"""Daemons die and come back; the stack stops and starts; rows stay. Runs last: it disturbs everything else."""

import os
import re
import signal
import socket
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from cli.progress import StepBoard
from hadoop.processes import containers, daemons
from hadoop.services import SERVICES, port_numbers
from hadoop.supervisor import Supervisor
from hive.connection import connect
from stack.lifecycle import start_stack, stop_stack
from stack.readiness import PROBES
from stack.spark_driver import run_logs
from tests.waiting import until

pytestmark = pytest.mark.local

SECONDS = 120


@pytest.fixture(scope="module")
def restarted(settings, request):
    """Settings for the second start and those after it.

    The second start and the end of a stack take two minutes more where they write archives of classes, so that is of
    the long form: `./stackhouse test --full tests/integration/test_lifecycle.py`.
    """
    return settings if request.config.getoption("--full") else replace(settings, class_archives=False)


def answers(settings):
    """Through every daemon: HDFS, the metastore, and a Tez job on YARN."""
    with connect(settings.endpoints) as server:
        return server.fetch("SELECT count(*) FROM flights.clean WHERE quarter_start = DATE '2001-07-01'").rows == (
            (6,),
        )


# Two, for the sake of time: HiveServer2 dies under a query in test_consumers.py, all six under a run in
# tests/faults/test_services.py.
@pytest.mark.parametrize("service", ["namenode", "nodemanager"])
def test_killed_daemon_comes_back_and_answers(flights, settings, service):
    before = Supervisor(settings).processes()[service].pid
    os.kill(before, signal.SIGKILL)

    def back():
        now = Supervisor(settings).processes()[service]
        # The others too: a NameNode that is back waits in safe mode until the DataNode has seen it.
        return now.state == "RUNNING" and now.pid != before and not any(probe(settings) for probe in PROBES.values())

    until(back, SECONDS)
    assert answers(settings)


def test_run_without_hiveserver2_is_refused_before_spark_starts(flights, settings, stackhouse):
    logs = run_logs(settings)
    before = sorted(logs.iterdir())
    Supervisor(settings).stop_service("hiveserver2")
    for command in (("run", "flights", "--quarter", "2001Q3"), ("query", "SELECT 1")):
        answer = stackhouse(*command)
        assert answer.code == 4
        assert f"HiveServer2 does not answer at localhost:{settings.ports.hiveserver2}" in answer.err
    assert sorted(logs.iterdir()) == before
    with StepBoard() as board:
        start_stack(settings, board)
    assert answers(settings)


def test_daemons_listen_on_loopback_only(flights, settings):
    """Tez's application master, which knows no address to bind to, is no daemon."""
    pids = {process.pid for process in daemons(settings)}
    assert len(pids) == len(SERVICES) + 1  # and the supervisor, which has a Unix socket
    listening = {
        (c.laddr.ip.removeprefix("::ffff:"), c.laddr.port)
        for c in psutil.net_connections("tcp")
        if c.status == psutil.CONN_LISTEN and c.pid in pids
    }
    assert {port for ip, port in listening if not ip.startswith("127.")} == set()
    expected = {port for service in SERVICES for port in port_numbers(settings, service).values()}
    assert expected <= {port for _, port in listening}


def test_stack_without_its_supervisor_is_taken_over(flights, settings, restarted):
    with StepBoard() as board:
        supervisor = Supervisor(settings)
        pid = int((settings.home / "supervisor" / "supervisord.pid").read_text())
        os.kill(pid, signal.SIGKILL)
        psutil.Process(pid).wait(10) if psutil.pid_exists(pid) else None
        assert not supervisor.is_running()
        start_stack(restarted, board)
    assert answers(settings)


def test_down_leaves_nothing_and_a_stopped_stack_is_named_and_a_taken_port_too(flights, settings, stackhouse):
    """In the long form the daemons, started for the second time by the test above, write what classes they loaded."""
    with StepBoard() as board:
        assert stop_stack(settings, board)
        assert daemons(settings) + containers(settings) == []
        assert not stop_stack(settings, board)
    for command in (("query", "SELECT 1"), ("run", "flights"), ("history", "flights"), ("status",)):
        answer = stackhouse(*command)
        assert answer.code == 4, command
        assert "Traceback" not in answer.err
    with socket.create_server((settings.hosts.hiveserver2, settings.ports.hiveserver2)):
        answer = stackhouse("up")
        assert answer.code == 4
        assert f"port {settings.ports.hiveserver2} is taken by python" in answer.err


def test_up_brings_every_row_back_and_maps_the_classes_that_were_loaded_before(flights, settings, restarted):
    with StepBoard() as board:
        start_stack(restarted, board)
    with connect(settings.endpoints) as server:
        rows = server.fetch("SELECT sum(flights) FROM flights.delays_by_quarter WHERE quarter = '2001Q1'").rows
    assert rows == ((flights["truth"]["2001Q1"][0],),)
    for name, process in Supervisor(settings).processes().items():
        maps = Path(f"/proc/{process.pid}/maps").read_text()
        is_mapped = re.search(rf"/archives/{name}-\w+\.jsa$", maps, re.MULTILINE) is not None
        assert is_mapped is restarted.class_archives, name
