"""The key to the inner pages: of its account alone, another one for each start, and shown to our own daemons only."""

import stat
from dataclasses import replace

import pytest

from hadoop.rest import hdfs_health
from hadoop.web.key import key_file, key_header, write_key
from tests.unit.hadoop.daemons import settings_for
from warehouse.errors import StackDownError
from warehouse.profile import Profile
from warehouse.settings import load_settings


@pytest.fixture
def local(tmp_path):
    return replace(load_settings({}), home=tmp_path)


def test_key_is_for_its_account_and_for_one_start(local):
    write_key(local)
    first = key_file(local).read_text()
    assert stat.S_IMODE(key_file(local).stat().st_mode) == 0o600
    assert len(first) == 64
    write_key(local)
    assert key_file(local).read_text() != first


def test_a_key_that_is_there_is_not_written_through_a_link(local, tmp_path):
    (tmp_path / "other").write_text("untouched")
    key_file(local).symlink_to(tmp_path / "other")
    write_key(local)
    assert (tmp_path / "other").read_text() == "untouched"
    assert not key_file(local).is_symlink()


def test_only_daemons_of_this_machine_are_shown_the_key(local):
    assert key_header(local) == {}
    write_key(local)
    assert key_header(local) == {"X-Stackhouse-Key": key_file(local).read_text()}
    assert key_header(replace(local, profile=Profile.COMPOSE)) == {}
    assert key_header(replace(local, profile=Profile.EXTERNAL)) == {}


@pytest.mark.parametrize(
    ("profile", "remedy"),
    [
        (Profile.LOCAL, "run this as the account that started it"),
        (
            Profile.EXTERNAL,
            "its administrator lets only administrators look (hadoop.security.instrumentation.requires.admin)",
        ),
    ],
)
def test_who_has_not_the_key_is_told_so(daemons, tmp_path, profile, remedy):
    daemons.refuses = True
    with pytest.raises(StackDownError) as problem:
        hdfs_health(replace(settings_for(daemons.port), home=tmp_path, profile=profile))
    assert str(problem.value).endswith(f"gives this account no access; {remedy}")
