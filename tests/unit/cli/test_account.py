"""Places that belong to another account."""

import os
import pwd
from dataclasses import replace

import pytest

from cli import account, main
from cli.account import check_state, denial
from warehouse.errors import UsageError
from warehouse.profile import Profile
from warehouse.settings import load_settings

ME = pwd.getpwuid(os.geteuid()).pw_name


@pytest.fixture
def closed(monkeypatch, tmp_path):
    """Settings of a stack whose state is of another account."""
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)
    monkeypatch.setattr(account, "_owner", lambda place: "alice" if place == tmp_path else "")
    return replace(load_settings(), home=tmp_path, profile=Profile.LOCAL)


def test_stack_of_another_account_is_not_told_to_be_down(closed):
    with pytest.raises(UsageError, match=f"{ME} may not use {closed.home}: it belongs to alice, so run this as alice"):
        check_state(closed)


@pytest.mark.parametrize("change", [{"profile": Profile.EXTERNAL}, {"home": "gone"}])
def test_state_that_is_not_needed_or_not_there_is_no_mistake(closed, change):
    home = closed.home / change.get("home", "")
    check_state(replace(closed, home=home, profile=change.get("profile", Profile.LOCAL)))


@pytest.mark.parametrize("command", [["status"], ["doctor"], ["up"], ["down"], ["logs", "namenode"]])
def test_command_that_needs_the_state_says_so(closed, command, monkeypatch, capsys):
    monkeypatch.setattr(main, "load_settings", lambda: closed)
    with pytest.raises(SystemExit) as end:
        main.main(command)
    assert end.value.code == 2
    assert "`query` and `beeline` do not need it" in capsys.readouterr().err


def test_closed_directory_above_is_named(closed):
    assert f"{closed.home / 'a' / 'b'}: {closed.home} belongs to alice" in denial(closed.home / "a" / "b")


def test_own_place_needs_another_mode(tmp_path):
    assert denial(tmp_path) == f"{ME} may not use {tmp_path}: it belongs to {ME}, so change its mode"


def test_any_file_that_is_refused_is_told_in_one_line(tmp_path, monkeypatch, capsys):
    def refuse():
        raise PermissionError(13, "Permission denied", str(tmp_path))

    monkeypatch.setattr(main, "load_settings", refuse)
    with pytest.raises(SystemExit) as end:
        main.main(["query", "SELECT 1"])
    assert (end.value.code, capsys.readouterr().err) == (1, f"stackhouse: {denial(tmp_path)}\n")
