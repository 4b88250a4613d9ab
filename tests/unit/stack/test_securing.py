"""What `up` does to a state before anything is started."""

import stat
from dataclasses import replace

import pytest

from hadoop.supervisor import Supervisor
from stack.lifecycle import start_stack
from stack.securing import forget_secrets, secure_state
from tests.unit.secure.tls_files import make_authority, sign
from warehouse.errors import SetupError, UsageError
from warehouse.identity import SECURE, OwnCertificate
from warehouse.profile import Profile
from warehouse.settings import load_settings


@pytest.fixture
def settings(tmp_path):
    return replace(load_settings(), home=tmp_path, user="ann", secure=None)


@pytest.mark.parametrize("wish", [None, False])
def test_plain_state_stays_plain_unasked(settings, wish):
    secure_state(replace(settings, secure=wish))
    assert list(settings.home.iterdir()) == []


def test_state_is_secured_once_and_stays_so(settings):
    remembered = settings.home / "yarn" / "resourcemanager"
    remembered.mkdir(parents=True)
    secure_state(replace(settings, secure=True))
    assert settings.identity is not None
    assert not remembered.exists()
    base = settings.home / SECURE
    assert stat.S_IMODE(base.stat().st_mode) == 0o700
    password = (base / "tls" / "password").read_text()
    holders = [path for path in base.rglob("*.xml") if password in path.read_text()]
    assert sorted(path.name for path in holders) == ["hiveserver2-site.xml", "ssl-server.xml"]
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in holders)
    kept = {path: path.read_bytes() for path in base.rglob("*") if path.is_file()}
    secure_state(settings)
    assert {path: path.read_bytes() for path in base.rglob("*") if path.is_file()} == kept
    with pytest.raises(UsageError, match="holds a secured stack, which stays secured; leave STACKHOUSE_SECURE"):
        secure_state(replace(settings, secure=False))


def test_plain_stack_that_runs_is_not_secured(settings, monkeypatch):
    monkeypatch.setattr(Supervisor, "is_running", lambda _: True)
    with pytest.raises(UsageError, match=r"a plain stack is running; ./stackhouse down, then ./stackhouse up --secure"):
        secure_state(replace(settings, secure=True))
    assert settings.identity is None


def test_account_with_a_services_name_would_have_its_rights(settings):
    with pytest.raises(SetupError, match="hdfs is a service of a secured stack"):
        secure_state(replace(settings, user="hdfs", secure=True))
    assert settings.identity is None


@pytest.mark.parametrize("profile", [Profile.COMPOSE, Profile.EXTERNAL])
def test_only_the_local_profile_can_be_secured(settings, profile):
    with pytest.raises(UsageError, match=f"only a stack of the profile local can be secured, this one is {profile}"):
        start_stack(replace(settings, profile=profile, secure=True), None)


def test_forgotten_secrets_are_made_anew_and_what_users_have_stays(settings):
    secure_state(replace(settings, secure=True))
    settings.logins.make_own_password("ann")
    settings.logins.add("bob")
    reader = settings.home / SECURE / "keytabs" / "reader.keytab"
    reader.write_bytes(b"of a principal by hand")
    kept = {path for path in settings.home.rglob("*") if path.is_file()} - {reader}
    before = {path: path.read_bytes() for path in kept}
    forget_secrets(settings)
    assert settings.logins.names() == ["bob"]
    assert settings.logins.own_password("ann") == ""
    assert settings.identity is not None
    secure_state(settings)
    settings.logins.make_own_password("ann")
    same = {path.name for path in kept if path.read_bytes() == before[path]}
    assert same == {"realm", "krb5.conf", "bob.login"}
    assert reader.exists()


def test_certificate_that_was_given_outlives_its_copy(settings, tmp_path_factory):
    files = tmp_path_factory.mktemp("given")
    make_authority(files)
    given = replace(settings, tls=OwnCertificate(*sign(files, "stack", "localhost")), secure=True)
    kept = {path: path.read_bytes() for path in files.iterdir()}
    secure_state(given)
    shown = (settings.home / SECURE / "tls" / "ca.pem").read_bytes()
    forget_secrets(given)
    assert not (settings.home / SECURE / "tls").exists()
    assert {path: path.read_bytes() for path in files.iterdir()} == kept
    secure_state(given)
    assert (settings.home / SECURE / "tls" / "ca.pem").read_bytes() == shown


def test_secrets_of_a_stack_that_runs_are_not_forgotten(settings, monkeypatch):
    secure_state(replace(settings, secure=True))
    monkeypatch.setattr(Supervisor, "is_running", lambda _: True)
    with pytest.raises(UsageError, match=r"the stack is running; ./stackhouse down, then ./stackhouse rotate"):
        forget_secrets(settings)
    assert (settings.home / SECURE / "http-secret").exists()


def test_profile_without_secrets_here_is_refused(settings):
    with pytest.raises(UsageError, match="has no secrets here"):
        forget_secrets(replace(settings, profile=Profile.EXTERNAL))
