"""No room left in HDFS: named, nothing published, and the next run converges when there is room again."""

import pytest
import requests

from tests.faults.cases import prepare

NAMES, RESET = 2, -1


def set_quota(settings, storage, path: str, names: int) -> None:
    storage.make_directory(path, "750")
    url = f"http://{settings.hosts.namenode}:{settings.ports.namenode_http}/webhdfs/v1{path}"
    parameters = {"op": "SETQUOTA", "user.name": settings.user, "namespacequota": names}
    answer = requests.put(url, params=parameters, timeout=30)
    answer.raise_for_status()


@pytest.mark.long
@pytest.mark.parametrize("place", ["raw", "staged", "clean", "releases"])
def test_quota_hit_is_named_and_nothing_is_published(world, settings, storage, matrix, place):
    case = prepare(world, "run") if place != "raw" else prepare(world, "load")
    path = f"/stackhouse/{place}/{world.dataset}"
    set_quota(settings, storage, path, NAMES)
    ended = world.do(*case.arguments)
    problems = []
    if ended.code != 1 or "quota" not in ended.err or len(ended.err.strip().splitlines()[-1]) > 1000:
        problems.append(f"ended with {ended.code}: {ended.err}")
    problems += world.problems([case.before], settled=False)
    set_quota(settings, storage, path, RESET)
    again = world.do(*case.arguments)
    if again.code != 0:
        problems.append(f"with room again it ended with {again.code}: {again.err}")
    problems += world.problems([case.after], settled=True)
    matrix.note(case.arguments[0], f"quota of {place} used up", problems)
    assert problems == []
