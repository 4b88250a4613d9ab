"""Jobs of consumers/shell/run-quarter.sh: what is called, tried again, locked and logged."""

import fcntl
import os
import re
import subprocess

import pytest

from tests.unit.schedule.checkout import SCRIPT
from warehouse.settings import REPOSITORY


@pytest.mark.parametrize(
    ("arguments", "called"),
    [
        (("flights",), "run flights"),
        (("flights", "2001Q2"), "run flights --quarter 2001Q2"),
        (("flights", "due"), "schedule run flights"),
    ],
)
def test_success_is_silent_and_logged(checkout, arguments, called):
    done = checkout.run(*arguments)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert checkout.calls == [called]
    (log,) = checkout.logs
    assert {"on stdout", "stackhouse: why"} <= set(log.read_text().splitlines())
    assert log.name.startswith("flights.20")


@pytest.mark.parametrize(
    ("code", "outcome"),
    [(1, "failed"), (2, "refused"), (3, "held"), (130, "interrupted"), (137, "interrupted"), (42, "failed")],
)
def test_what_is_not_transient_is_tried_once_and_told_in_one_line(checkout, code, outcome):
    checkout.ends_with(code)
    done = checkout.run("flights")
    assert done.returncode == code
    assert checkout.calls == ["run flights"]
    (log,) = checkout.logs
    assert done.stderr == f"run-quarter: flights: {outcome}, exit code {code}: stackhouse: why; log: {log}\n"


def test_stack_that_comes_up_meanwhile_is_a_success(checkout):
    checkout.ends_with(4, 4, 0)
    done = checkout.run("flights", "2001Q2")
    assert (done.returncode, done.stderr) == (0, "")
    assert checkout.calls == ["run flights --quarter 2001Q2"] * 3


def test_stack_that_stays_down_is_tried_as_often_as_there_are_waits(checkout):
    checkout.ends_with(*[4] * 9)
    done = checkout.run("flights")
    assert done.returncode == 4
    assert len(checkout.calls) == 4
    assert done.stderr.count("\n") == 1
    assert "down" in done.stderr


def test_what_fails_after_the_stack_came_up_is_not_tried_again(checkout):
    checkout.ends_with(4, 3, 0)
    assert checkout.run("flights").returncode == 3
    assert len(checkout.calls) == 2


def test_waits_are_those_given_and_grow_by_default(checkout):
    waited = checkout.root / "waited"
    checkout.program("sleep", f'#!/bin/sh\necho "$1" >>{waited}\n')
    path = f"{checkout.root}:/usr/bin:/bin"
    checkout.ends_with(*[4] * 9)
    checkout.run("flights", PATH=path, STACKHOUSE_JOB_WAITS="7 8")
    assert waited.read_text().split() == ["7", "8"]
    waited.unlink()
    subprocess.run([checkout.root / SCRIPT, "flights"], env={"PATH": path}, check=False, capture_output=True)
    assert waited.read_text().split() == ["60", "300", "900"]


def test_no_waits_are_one_attempt(checkout):
    checkout.ends_with(4, 0)
    assert checkout.run("flights", STACKHOUSE_JOB_WAITS="").returncode == 4


def test_two_jobs_of_one_dataset_never_overlap(checkout):
    # The stand-in is at work meanwhile: it starts the second job itself.
    inner = f'[ "$1 $2" != "run flights" ] || {checkout.root / SCRIPT} flights due 2>said; echo $? >said.code'
    checkout.ends_with(0, then=inner)
    assert checkout.run("flights").returncode == 0
    assert checkout.calls == ["run flights"]
    assert checkout.lines("said.code") == ["75"]
    assert checkout.lines("said") == ["run-quarter: a job of flights is still at work: nothing was started"]
    assert len(checkout.logs) == 1


def test_lock_is_one_that_others_see_and_is_of_the_dataset(checkout):
    jobs = checkout.root / ".stackhouse/jobs"
    jobs.mkdir(parents=True)
    with (jobs / "flights.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert checkout.run("flights").returncode == 75
        assert checkout.run("flights_eu").returncode == 0
    assert checkout.run("flights").returncode == 0


def test_command_holds_the_lock_when_the_script_is_killed(checkout):
    checkout.ends_with(0, then=f"kill -9 $PPID; {checkout.root / SCRIPT} flights; echo $? >code; exit")
    assert checkout.run("flights").returncode == -9
    # The stand-in lives on; its end is waited for by the lock itself.
    with (checkout.root / ".stackhouse/jobs/flights.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
    assert checkout.lines("code") == ["75"]


def test_as_many_logs_are_kept_as_asked_for_and_none_of_others(checkout):
    logs = checkout.root / ".stackhouse/jobs/logs"
    logs.mkdir(parents=True)
    for name in ("flights.20010101T000000Z.1.log", "flights.20020101T000000Z.1.log", "flights_eu.2001.1.log"):
        (logs / name).touch()
    checkout.run("flights", STACKHOUSE_JOB_LOGS="2")
    names = [path.name for path in checkout.logs]
    assert len(names) == 3
    assert "flights.20010101T000000Z.1.log" not in names
    assert {"flights.20020101T000000Z.1.log", "flights_eu.2001.1.log"} < set(names)


@pytest.mark.parametrize(
    ("arguments", "environment", "words"),
    [
        ((), {}, "usage"),
        (("flights", "2001Q2", "more"), {}, "usage"),
        (("../etc",), {}, "not the name of a dataset"),
        (("--help",), {}, "not the name of a dataset"),
        (("flights", "2001Q5"), {}, "not a quarter"),
        (("flights", "--accept"), {}, "not a quarter"),
        (("flights",), {"STACKHOUSE_JOB_LOGS": "0"}, "STACKHOUSE_JOB_LOGS"),
        (("flights",), {"STACKHOUSE_JOB_WAITS": "60 soon"}, "'soon'"),
        (("flights",), {"STACKHOUSE_ON_FAILURE": "/no/such/program"}, "STACKHOUSE_ON_FAILURE"),
        (("flights",), {"STACKHOUSE_ON_SUCCESS": "/etc/passwd"}, "STACKHOUSE_ON_SUCCESS"),
    ],
)
def test_mistake_is_one_line_and_runs_nothing(checkout, arguments, environment, words):
    done = checkout.run(*arguments, **environment)
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert checkout.calls == []


def test_directory_that_cannot_be_written_to_is_named(checkout):
    (checkout.root / "file").touch()
    done = checkout.run("flights", STACKHOUSE_JOBS="file")
    assert done.returncode == 1
    assert done.stderr == f"run-quarter: cannot write to {checkout.root}/file\n"


def test_works_without_any_environment_from_a_link(checkout, tmp_path):
    link = tmp_path / "link.sh"
    link.symlink_to(checkout.root / SCRIPT)
    done = subprocess.run([link, "flights"], cwd="/", env={}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert any(line.startswith("PATH=/") for line in checkout.lines("environment"))
    assert os.access(checkout.root / SCRIPT, os.X_OK)


def test_page_has_every_variable_and_every_outcome():
    script, page = ((REPOSITORY / path).read_text() for path in (SCRIPT, "docs/schedule.md"))
    names = set(re.findall(r"STACKHOUSE_[A-Z_]+[A-Z]", script))
    assert names == set(re.findall(r"STACKHOUSE_(?!CHECKOUT|DAG)[A-Z_]+[A-Z]", page))
    outcomes = set(re.findall(r'echo "?([a-z]+)"? ;;', script))
    assert len(outcomes) == 6
    assert all(f"`{outcome}`" in page for outcome in outcomes)
