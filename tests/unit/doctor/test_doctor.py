"""How `doctor` asks and prints: one cause is told once, nothing hangs, nothing is a stack trace."""

import json
import os
import subprocess
import sys
import threading

import pytest

from cli.views import doctor
from cli.views.doctor import print_doctor
from doctor.checks import CHECKS, Check
from doctor.examine import examine
from doctor.services import of_this_stack
from tests.unit.hadoop.daemons import closed_port, settings_for
from tests.unit.hadoop.test_hdfs_checks import only
from warehouse.errors import NotCheckedError, StackDownError
from warehouse.finding import Finding
from warehouse.profile import Profile
from warehouse.settings import REPOSITORY, load_settings

DOWN = Finding("a", "A does not answer", "start it")
WARNED = Finding("a", "A is slow [red]", "wait", "warning")
NOTED = Finding("a", "A is fast", "", "note")


@pytest.fixture
def settings():
    return settings_for(closed_port())


def raising(problem):
    def ask(_):
        raise problem

    return ask


def states(settings, *checks):
    return {outcome.name: (outcome.state, outcome.reason) for outcome in examine(settings, checks)}


def test_what_builds_on_a_broken_service_is_not_checked_and_says_why(settings):
    asked = []
    found = states(
        settings,
        Check("a", lambda _: [DOWN]),
        Check("b", lambda _: asked.append("b") or [], needs=("a",)),
        Check("c", lambda _: asked.append("c") or [], needs=("b",)),
        Check("d", lambda _: []),
    )
    reason = ("not checked", "A does not answer")
    assert found == {"a": ("error", ""), "b": reason, "c": reason, "d": ("ok", "")}
    assert asked == []


def test_a_warning_and_a_check_that_is_not_made_are_built_on(settings):
    found = states(
        settings,
        Check("a", lambda _: [WARNED]),
        Check("b", raising(NotCheckedError("nobody knows"))),
        Check("c", lambda _: [], profiles=(Profile.LOCAL,), elsewhere="it is elsewhere"),
        Check("d", lambda _: [], needs=("a", "b", "c")),
    )
    assert found == {
        "a": ("warning", ""),
        "b": ("not checked", "nobody knows"),
        "c": ("not checked", "profile external: it is elsewhere"),
        "d": ("ok", ""),
    }


def test_check_that_hangs_is_given_up_and_told(settings):
    for_ever = threading.Event()
    outcomes = list(examine(settings, [Check("a", lambda _: for_ever.wait() and [], seconds=0.1)]))
    for_ever.set()
    assert "no answer within" in only(outcomes[0].findings).problem
    assert outcomes[0].state == "error"


@pytest.mark.parametrize("problem", [StackDownError("it went away"), KeyError("beans"), RecursionError("deep")])
def test_check_that_breaks_is_a_finding_in_one_line(settings, problem):
    (outcome,) = examine(settings, [Check("a", raising(problem))])
    assert problem.args[0] in only(outcome.findings).problem
    assert outcome.state == "error"


@pytest.mark.parametrize(
    ("findings", "healthy"), [([], True), ([NOTED], True), ([WARNED, NOTED], True), ([WARNED, DOWN], False)]
)
def test_report_is_a_table_or_json(settings, monkeypatch, capsys, findings, healthy):
    checks = (Check("a", lambda _: findings), Check("b", lambda _: [], needs=("a",)))
    monkeypatch.setattr(doctor, "examine", lambda settings: examine(settings, checks))
    assert print_doctor(settings, as_json=True) is healthy
    printed = capsys.readouterr()
    report = json.loads(printed.out)
    assert (report["healthy"], report["profile"], printed.err) == (healthy, "external", "")
    assert [check["name"] for check in report["checks"]] == ["a", "b"]
    assert [found["remedy"] for found in report["checks"][0]["findings"]] == [each.remedy for each in findings]
    print_doctor(settings, as_json=False)
    table = capsys.readouterr().out
    assert all(each.problem in table and each.remedy in table for each in findings)
    assert f"{int(not healthy)} error" in table
    assert f"{int(WARNED in findings)} warning" in table
    assert "note" not in table


def test_a_note_is_nothing_wrong(settings):
    assert states(settings, Check("a", lambda _: [NOTED]))["a"] == ("ok", "")
    assert states(settings, Check("a", lambda _: [NOTED, WARNED]))["a"] == ("warning", "")


def test_every_check_is_after_what_it_needs_and_says_where_it_is_not_made():
    seen = set()
    for check in CHECKS:
        assert seen.issuperset(check.needs), check.name
        assert bool(check.elsewhere) == (set(check.profiles) != {"local", "compose", "external"}), check.name
        seen.add(check.name)
    assert len(seen) == len(CHECKS)


def test_daemon_that_is_not_ours_is_not_taken_for_it(tmp_path):
    """Another stack's NameNode on the port would answer all questions well."""
    port = closed_port()
    settings = load_settings({"STACKHOUSE_HOME": str(tmp_path), "STACKHOUSE_NAMENODE_HTTP_PORT": str(port)})
    finding = only(of_this_stack("namenode", lambda _: [])(settings))
    assert finding.remedy
    assert "NameNode is not running" in finding.problem


def test_daemon_that_outlived_its_supervisor_is_no_stranger(tmp_path):
    settings = load_settings({"STACKHOUSE_HOME": str(tmp_path)})
    command = [sys.executable, "-c", "print(flush=True); input()", "-Dstackhouse.service=namenode"]
    environment = {**os.environ, "STACKHOUSE_HOME": str(tmp_path)}
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as orphan:
        orphan.stdout.readline()
        finding = only(of_this_stack("namenode", lambda _: [])(settings))
        assert "runs without its supervisor" in finding.problem
        assert finding.remedy.startswith("./stackhouse up")
        assert "is not running" in only(of_this_stack("metastore", lambda _: [])(settings)).problem
        orphan.stdin.close()


def test_command_says_each_thing_once_when_nothing_runs(tmp_path):
    environment = {"STACKHOUSE_HOME": str(tmp_path / "none"), "STACKHOUSE_PORT_OFFSET": "9000"}
    command = [sys.executable, "-m", "cli", "doctor", "--json"]
    done = subprocess.run(
        command, cwd=REPOSITORY, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (4, "")
    report = json.loads(done.stdout)
    problems = [finding["problem"] for check in report["checks"] for finding in check["findings"]]
    down = [problem for problem in problems if "not running" in problem]
    assert len(down) == 4
    assert all(check["reason"] for check in report["checks"] if check["state"] == "not checked")
