"""Mistakes that need no stack: one line, the right exit code, never a stack trace."""

import os

import pytest

from cli.main import main
from cli.views import doctor
from tests.processes import run
from warehouse.settings import REPOSITORY

NOWHERE = {"STACKHOUSE_PORT_OFFSET": "9000", "STACKHOUSE_HOME": "/tmp/stackhouse-nowhere"}


def stackhouse(*arguments, **environment):
    return run(arguments, {**os.environ, **NOWHERE, **environment})


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("query", "SELECT 1"), 4, "HiveServer2 does not answer at localhost:19000"),
        (("load", "flights", "README.md"), 4, "./stackhouse up"),
        (("load", "trains", "README.md"), 2, "known datasets: delay_forecast, flights"),
        (("load", "../etc", "README.md"), 2, "not a usable name"),
        (("load", "flights", "x" * 300), 4, "./stackhouse up"),
        (("run", "flights"), 4, "./stackhouse up"),
        (("history", "flights"), 4, "./stackhouse up"),
        (("history",), 4, "./stackhouse up"),
        (("history", "trains"), 2, "known datasets: delay_forecast, flights"),
        (("list",), 4, "./stackhouse up"),
        (("logs", "namenode"), 2, "has never been started here"),
        (("rollback", "flights", "--to", "3"), 4, "./stackhouse up"),
        (("diff", "flights", "1", "2"), 4, "./stackhouse up"),
        (("diff", "trains", "1", "2"), 2, "known datasets: delay_forecast, flights"),
        (("diff", "flights", "1", "2", "--rows", "--format", "csv"), 2, "--format json"),
        (("query", "SELECT 1", "--release", "1"), 2, "reads no dataset"),
        (("query", "-- 1 = 1?\nSELECT 1", "--release", "1"), 2, "reads no dataset"),
        (("run", "flights", "--accept", "--reason=some text"), 4, "./stackhouse up"),
        (("query", "SELECT * FROM flights.clean WHERE (", "--release", "1"), 2, "cannot be read: line 1, column 3"),
        (("query", "SELECT * FROM flights.clean", "--release", "1"), 4, "./stackhouse up"),
        (("reprocess", "flights"), 4, "./stackhouse up"),
        (("schedule", "run", "flights"), 4, "./stackhouse up"),
        (("schedule", "run", "trains"), 2, "known datasets: delay_forecast, flights"),
        (("schedule", "install", "trains", "--every", "quarter"), 2, "known datasets: delay_forecast, flights"),
        (("schedule", "install", "flights", "--every", "month"), 2, "expected quarter"),
        (("schedule", "install", "flights", "--every", "quarter", "--at", "24:00"), 2, "as 04:30"),
    ],
)
def test_mistake_is_one_line(arguments, code, words):
    done = stackhouse(*arguments)
    assert done.code == code, done.err
    assert words in done.err
    assert done.err.strip().count("\n") == 0
    assert done.out == ""


@pytest.mark.parametrize("path", sorted(REPOSITORY.glob("sql/*/queries/*.sql")), ids=lambda path: path.stem)
def test_example_query_is_a_statement_and_no_option(path, monkeypatch):
    asked = []
    monkeypatch.setattr("cli.views.query.run_query", lambda *given: asked.append(given[1:]))
    # As "$(cat ...)" gives it.
    sql = path.read_text().rstrip("\n")
    for arguments in (["query", sql, "--format", "csv"], ["query", "--format=csv", sql]):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 0
    assert asked == [(f"\n{sql}", "csv", None)] * 2


@pytest.mark.parametrize("sql", ["--\nSELECT 1", "--all\tof it\nSELECT 1", "--no-rows = none\nSELECT 1"])
def test_comment_that_looks_like_an_option_is_a_statement(sql, monkeypatch):
    asked = []
    monkeypatch.setattr("cli.views.query.run_query", lambda *given: asked.append(given[1]))
    with pytest.raises(SystemExit):
        main(["query", sql])
    assert asked == [f"\n{sql}"]


def test_misspelt_option_is_an_error_with_a_suggestion():
    done = stackhouse("query", "SELECT 1", "--formt", "csv")
    assert done.code == 2
    assert "No such option: --formt" in done.err
    assert "--format" in done.err


def test_usage_is_exit_code_2():
    done = stackhouse("load", "flights")
    assert done.code == 2
    assert "./stackhouse load" in done.err


def test_debug_shows_the_stack_trace():
    done = stackhouse("--debug", "query", "SELECT 1")
    assert done.code == 4
    assert "Traceback" in done.err


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STACKHOUSE_HIVESERVER2_PORT", "ten"),
        ("STACKHOUSE_HIVESERVER2_PORT", "70000"),
        ("STACKHOUSE_PROFILE", "cloud"),
        ("STACKHOUSE_HOME", "/tmp/with space"),
        ("STACKHOUSE_HOME", "/tmp/" + "x" * 120),
        ("STACKHOUSE_NAMENODE_HTTP_PORT", "9864"),
    ],
)
def test_wrong_setting_is_named_with_its_place(name, value):
    done = stackhouse("status", **{name: value})
    assert done.code == 2
    assert name in done.err
    assert done.err.strip().count("\n") == 0


def test_interruption_is_told_in_one_line(monkeypatch, capsys):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(doctor, "print_doctor", interrupt)
    with pytest.raises(SystemExit) as end:
        main(["doctor"])
    assert end.value.code == 130
    assert capsys.readouterr().err == "stackhouse: interrupted; it is safe to run any command again\n"
