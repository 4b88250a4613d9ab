"""What beeline is started with; how it answers is in tests/integration/test_beeline.py."""

import io
import os
import sys
from pathlib import Path

import pytest

from cli import beeline
from cli.beeline import exec_beeline, jdbc_url
from warehouse.errors import UsageError
from warehouse.settings import load_settings

# No home, so no password of a stack that the suite left there.
SETTINGS = load_settings({"STACKHOUSE_HOME": "/none"})
OURS = ["-u", jdbc_url(SETTINGS), "-n", SETTINGS.user]


class Started(Exception):
    """Instead of beeline."""


@pytest.fixture
def start(monkeypatch):
    """Gives what beeline would be started with, files of SQL replaced by their content."""

    def note(_program, command, environment):
        raise Started(command, environment)

    def started(*arguments, given=b"", terminal=False):
        stdin = io.TextIOWrapper(io.BytesIO(given))
        monkeypatch.setattr(stdin, "isatty", lambda: terminal)
        monkeypatch.setattr(sys, "stdin", stdin)
        with pytest.raises(Started) as how:
            exec_beeline(SETTINGS, list(arguments))
        command, _ = how.value.args
        assert command[0] == "beeline"
        return [_content(word) for word in command[1:]]

    monkeypatch.setattr(beeline, "find_java_home", lambda: Path("/java"))
    monkeypatch.setattr(os, "execve", note)
    return started


def _content(word):
    _, run, name = word.partition("!run ")
    if not run:
        return word
    assert os.get_inheritable(int(name.removeprefix("/dev/fd/")))
    return Path(name).read_bytes()


@pytest.mark.parametrize(
    "option", [("-e", "SELECT 1"), ("-eSELECT 1",), ("-e=SELECT 1",), ("--e", "SELECT 1"), ("--e=SELECT 1",)]
)
def test_sql_is_read_from_a_file(start, option):
    assert start("--silent=true", *option) == [*OURS, "--silent=true", "-e", b"SELECT 1;\n"]


def test_each_option_is_a_script_and_the_first_one_begins(start, tmp_path):
    first = tmp_path / "first.sql"
    first.write_bytes(b"\xef\xbb\xbfSET a=1;\r\nSET b=2")
    words = start("-e", "SELECT 1", "-i", str(first), "-e", "\n-- x\nSELECT 'Zürich'", "--force=true")
    scripts = [b"SET a=1;\nSET b=2;\n", b"SELECT 1;\n", "SELECT 'Zürich';\n".encode()]
    assert words == [*OURS, "--force=true", *(word for script in scripts for word in ("-e", script))]


def test_file_of_any_bytes_is_read(start, tmp_path):
    (tmp_path / "q.sql").write_bytes(b"SELECT '\xff' -- no line end")
    assert start("-f", str(tmp_path / "q.sql")) == [*OURS, "-e", b"SELECT '\xff';\n"]


def test_standard_input_is_read_whole(start):
    assert start("--silent=true", given=b"SELECT 1;\nSELECT 2") == [
        *OURS,
        "--silent=true",
        "-e",
        b"SELECT 1;\nSELECT 2;\n",
    ]


@pytest.mark.parametrize("arguments", [(), ("--color=true",), ("-i", "/no/such/file")])
def test_terminal_is_left_to_beeline(start, arguments):
    assert start(*arguments, terminal=True) == [*OURS, *arguments]


def test_help_does_not_wait_for_standard_input(start):
    assert start("--help", given=b"SELECT 1") == [*OURS, "--help"]


@pytest.mark.parametrize(
    ("arguments", "added"),
    [
        (("-u", "jdbc:hive2://elsewhere:1/x"), ["-n", SETTINGS.user]),
        (("jdbc:hive2://elsewhere:1/x",), ["-n", SETTINGS.user]),
        (("-r",), ["-n", SETTINGS.user]),
        (("--property-file=x",), ["-n", SETTINGS.user]),
        (("-n", "me"), OURS[:2]),
        (("--nullemptystring=true",), OURS),
    ],
)
def test_connection_of_the_user_wins(start, arguments, added):
    assert start(*arguments, terminal=True) == [*added, *arguments]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("-e", "SELECT 1", "-f", "x"), "takes -e or -f, not both"),
        (("-e",), "-e needs a value"),
        (("-f", "/no/such"), "/no/such cannot be read: No such file or directory"),
        (("-f", "/"), "/ cannot be read: Is a directory"),
    ],
)
def test_mistake_is_told_before_java_starts(arguments, words):
    with pytest.raises(UsageError, match=words):
        exec_beeline(SETTINGS, list(arguments))
