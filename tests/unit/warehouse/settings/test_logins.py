"""Who may log in: files for their owner only, passwords that are kept as hashes, names that are no paths."""

import hashlib
import os

import pytest

from warehouse.errors import UsageError
from warehouse.settings.logins import Logins


@pytest.fixture
def logins(tmp_path):
    found = Logins(tmp_path / "users")
    found.make_own_password("root")
    return found


def mode(path):
    return f"{path.stat().st_mode & 0o777:o}"


def test_owners_password_is_made_once_and_for_the_owner_only(logins, tmp_path):
    password = logins.own_password("root")
    assert len(password) >= 32
    logins.make_own_password("root")
    assert logins.own_password("root") == password
    assert logins.password_file("root").read_text().strip() == password
    assert (mode(tmp_path / "users"), mode(logins.password_file("root"))) == ("700", "600")
    assert Logins(tmp_path / "elsewhere").own_password("root") == ""
    assert Logins(tmp_path / "elsewhere").password_file("root") is None


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_files_are_closed_whatever_the_umask(logins, tmp_path, umask):
    before = os.umask(umask)
    try:
        logins.add("ann")
    finally:
        os.umask(before)
    assert [mode(file) for file in (tmp_path / "users").iterdir()] == ["600", "600"]


def test_password_of_a_user_is_kept_as_a_hash_only(logins, tmp_path):
    password = logins.add("ann")
    line = (tmp_path / "users" / "ann.login").read_text()
    assert password not in line
    rounds, salt, hashed = line.split()
    assert hashlib.pbkdf2_hmac("sha256", password.encode(), bytes.fromhex(salt), int(rounds)).hex() == hashed


def test_same_user_again_has_another_password_and_none_after_removal(logins, tmp_path):
    assert logins.add("ann") != logins.add("ann")
    logins.add("bob")
    assert logins.names() == ["ann", "bob"]
    logins.remove("ann")
    assert (logins.names(), (tmp_path / "users" / "ann.login").exists()) == (["bob"], False)


@pytest.mark.parametrize(
    ("user", "problem"),
    [
        ("root", "root is the owner of this stack"),
        ("../root", "'../root' cannot be the name of a user"),
        ("", "'' cannot be the name of a user"),
        ("Ann", "'Ann' cannot be the name of a user"),
        ("a" * 33, "cannot be the name of a user"),
        ("ann\n", "cannot be the name of a user"),
    ],
)
def test_names_that_cannot_be_are_refused(logins, tmp_path, user, problem):
    with pytest.raises(UsageError, match=problem):
        logins.add(user)
    with pytest.raises(UsageError, match=problem):
        logins.remove(user)
    assert [file.name for file in (tmp_path / "users").iterdir()] == ["root.password"]


def test_removing_nobody_is_refused(logins):
    with pytest.raises(UsageError, match="there is no user carl"):
        logins.remove("carl")
