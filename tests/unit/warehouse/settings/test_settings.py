import os
import pwd
from pathlib import Path

import pytest

from warehouse.errors import SettingsError
from warehouse.settings import REPOSITORY, Endpoints, load_settings

COMMITTED = REPOSITORY / ".env"


@pytest.fixture
def env_file(tmp_path):
    """A copy of the committed file that a test may change."""

    def make(**changes):
        lines = COMMITTED.read_text().splitlines()
        kept = [line for line in lines if line.partition("=")[0] not in changes]
        added = [f"{name}={value}" for name, value in changes.items() if value is not None]
        path = tmp_path / ".env"
        path.write_text("\n".join([*kept, *added]))
        return path

    return make


def test_committed_file_is_complete():
    settings = load_settings({})
    assert settings.home == REPOSITORY / ".stackhouse"
    assert (settings.profile, settings.memory_mb, settings.cores) == ("local", None, None)
    assert settings.ports.namenode_http == 9870
    assert settings.class_archives


def test_environment_wins_over_the_file(env_file):
    file = env_file(STACKHOUSE_CORES="2")
    assert load_settings({}, file).cores == 2
    assert load_settings({"STACKHOUSE_CORES": "3"}, file).cores == 3


def test_empty_variable_in_the_environment_unsets_that_of_the_file(env_file):
    assert load_settings({"STACKHOUSE_MEMORY_MB": ""}, env_file(STACKHOUSE_MEMORY_MB="4096")).memory_mb is None


def test_offset_moves_every_port():
    base, moved = load_settings({}).ports, load_settings({"STACKHOUSE_PORT_OFFSET": "20000"}).ports
    for name in base.__dataclass_fields__:
        assert getattr(moved, name) == getattr(base, name) + 20000


def test_relative_directory_starts_at_the_file_wherever_the_command_was_typed(env_file, tmp_path, monkeypatch):
    file = env_file(STACKHOUSE_HOME="state")
    monkeypatch.chdir("/")
    assert load_settings({}, file).home == tmp_path / "state"
    assert load_settings({"STACKHOUSE_HOME": "/else/where"}, file).home == Path("/else/where")


def test_home_directory_is_expanded(env_file, monkeypatch):
    monkeypatch.setenv("HOME", "/home/ann")
    assert load_settings({}, env_file(STACKHOUSE_HOME="~/state")).home == Path("/home/ann/state")


@pytest.mark.parametrize("variable", ["LOGNAME", "USER", "HADOOP_USER_NAME"])
def test_user_is_the_account_whatever_the_environment_says(variable):
    assert load_settings({variable: "somebody"}).user == pwd.getpwuid(os.geteuid()).pw_name


@pytest.mark.parametrize("name", ["HOME", "JARS", "PROFILE", "PORT_OFFSET", "NAMENODE_RPC_PORT", "HIVESERVER2_PORT"])
def test_missing_variable_is_told_with_the_places_looked_in(env_file, name):
    file = env_file(**{f"STACKHOUSE_{name}": None})
    with pytest.raises(SettingsError, match=rf"STACKHOUSE_{name} is not set; looked in the environment and in {file}"):
        load_settings({}, file)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PROFILE", "cloud"),
        ("PORT_OFFSET", "-1"),
        ("PORT_OFFSET", "²"),
        ("NAMENODE_HTTP_PORT", "http"),
        ("NAMENODE_HTTP_PORT", "0"),
        ("NAMENODE_HTTP_PORT", "65536"),
        ("NAMENODE_HTTP_PORT", "8020"),
        ("MEMORY_MB", "4G"),
        ("MEMORY_MB", "0"),
        ("CORES", "1.5"),
        ("CORES", "0"),
        ("CLASS_ARCHIVES", "yes"),
    ],
)
def test_wrong_value_is_told_with_variable_and_place(env_file, name, value):
    variable = f"STACKHOUSE_{name}"
    with pytest.raises(SettingsError, match=r"STACKHOUSE_.*it was read from the environment"):
        load_settings({variable: value}, COMMITTED)
    file = env_file(**{variable: value})
    with pytest.raises(SettingsError) as problem:
        load_settings({}, file)
    assert "\n" not in str(problem.value)
    assert str(file) in str(problem.value)


def test_offset_that_leaves_no_port_is_told_with_the_port_it_breaks():
    with pytest.raises(SettingsError, match=r"STACKHOUSE_\w+_PORT with STACKHOUSE_PORT_OFFSET 60000 gives port \d+"):
        load_settings({"STACKHOUSE_PORT_OFFSET": "60000"})


def test_file_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(SettingsError, match=str(tmp_path / "no.env")):
        load_settings({}, tmp_path / "no.env")


def test_clients_of_containers_go_through_the_gateway_and_are_their_user():
    here, containers = load_settings({}), load_settings({"STACKHOUSE_PROFILE": "compose"})
    assert (here.gateway, here.user) == ("", pwd.getpwuid(os.geteuid()).pw_name)
    assert (containers.gateway, containers.user) == (f"http://localhost:{here.ports.gateway}", "stackhouse")


def test_profile_that_there_is_not_is_told_with_those_that_there_are():
    message = "STACKHOUSE_PROFILE is 'cloud', expected one of: local, compose, external; it was read from"
    with pytest.raises(SettingsError, match=message):
        load_settings({"STACKHOUSE_PROFILE": "cloud"})


def test_host_that_is_no_name_is_refused():
    with pytest.raises(SettingsError, match="STACKHOUSE_NAMENODE_HOST is 'http://nn', expected a host name"):
        load_settings({"STACKHOUSE_NAMENODE_HOST": "http://nn"})


def test_root_is_the_default_unless_one_is_named(env_file):
    assert load_settings({}).root == "/stackhouse"
    named = load_settings({}, env_file(STACKHOUSE_ROOT="/user/ann/stackhouse-2"))
    assert (named.root, named.endpoints.root) == ("/user/ann/stackhouse-2", "/user/ann/stackhouse-2")
    assert load_settings({"STACKHOUSE_ROOT": "/user/bob"}).root == "/user/bob"


def test_client_of_a_warehouse_elsewhere_may_name_its_root():
    assert Endpoints.of("host:1", "host:2").root == "/stackhouse"
    assert Endpoints.of("host:1", "host:2", root="/user/ann/stackhouse-2").root == "/user/ann/stackhouse-2"


@pytest.mark.parametrize("text", ["stackhouse", "/", "/a/", "/a//b", "/a/../b", "/a b", "hdfs://nn/a", "/a\n", "/.a"])
def test_root_that_is_no_plain_absolute_path_is_refused(text):
    expected = "expected an absolute path in HDFS like /user/ann/stackhouse"
    with pytest.raises(SettingsError, match=f"STACKHOUSE_ROOT is .*{expected}; it was read from the environment"):
        load_settings({"STACKHOUSE_ROOT": text})
    with pytest.raises(SettingsError, match=f"root is .*{expected}"):
        Endpoints.of("host:1", "host:2", root=text)


@pytest.mark.parametrize("minutes", ["0", "1441", "10h"])
def test_tickets_last_a_day_at_most(minutes):
    with pytest.raises(SettingsError, match="STACKHOUSE_TICKET_MINUTES is"):
        load_settings({"STACKHOUSE_TICKET_MINUTES": minutes})
    assert load_settings({"STACKHOUSE_TICKET_MINUTES": "1440"}).ticket_minutes == 1440
