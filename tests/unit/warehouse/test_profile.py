import json

import pytest

from warehouse.profile import Profile


@pytest.mark.parametrize(
    ("profile", "answers"),
    [
        (Profile.LOCAL, (True, False, False)),
        (Profile.COMPOSE, (False, True, False)),
        (Profile.EXTERNAL, (False, False, True)),
    ],
)
def test_daemons_of_a_profile_are_in_one_place(profile, answers):
    assert (profile.runs_here, profile.in_containers, profile.belongs_to_others) == answers


@pytest.mark.parametrize("profile", Profile)
def test_choice_is_the_one_of_the_profile(profile):
    assert profile.choose(local="local", compose="compose", external="external") == profile.value


def test_choice_without_a_profile_is_refused():
    with pytest.raises(TypeError, match="external"):
        Profile.LOCAL.choose(local="a", compose="b")


@pytest.mark.parametrize("profile", Profile)
def test_profile_is_shown_as_users_write_it(profile):
    assert f"{profile}" == profile.value
    assert json.dumps(profile) == f'"{profile.value}"'
