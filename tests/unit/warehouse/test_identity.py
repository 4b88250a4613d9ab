"""Which state is that of a secured stack, and what a client needs to know of it."""

from dataclasses import replace
from pathlib import Path

import pytest

from warehouse.errors import SettingsError
from warehouse.identity import is_secured
from warehouse.profile import Profile
from warehouse.settings import load_settings


def test_state_says_whether_the_stack_is_secured(tmp_path):
    settings = replace(load_settings(), home=tmp_path, user="ann", secure=True)
    assert settings.identity is None
    assert settings.endpoints.identity is None
    (tmp_path / "secure").mkdir()
    (tmp_path / "secure" / "realm").touch()
    assert settings.identity.user == "ann"
    assert settings.endpoints.identity == settings.identity
    # The same directory says nothing of a stack that runs elsewhere.
    assert replace(settings, profile=Profile.EXTERNAL).identity is None
    assert settings.identity.keytab == tmp_path / "secure" / "keytabs" / "owner.keytab"


def test_state_of_another_account_is_taken_for_a_plain_one(tmp_path, monkeypatch):
    def closed(_):
        raise PermissionError

    monkeypatch.setattr(Path, "is_file", closed)
    assert not is_secured(tmp_path)


@pytest.mark.parametrize(("text", "wanted"), [("true", True), ("false", False), ("", None)])
def test_setting_is_true_false_or_nothing(text, wanted):
    assert load_settings({"STACKHOUSE_SECURE": text}).secure is wanted


def test_other_words_are_refused():
    with pytest.raises(SettingsError, match="STACKHOUSE_SECURE is 'on', expected true, false or nothing"):
        load_settings({"STACKHOUSE_SECURE": "on"})
