"""The fault suite: short with `./stackhouse test`, all of it with `./stackhouse test --faults`."""

import secrets
from contextlib import ExitStack

import pytest

from tests.faults.matrix import Matrix
from tests.faults.readers import Readers
from tests.faults.world import World

_MATRIX = Matrix()


@pytest.fixture(scope="session")
def matrix():
    return _MATRIX


@pytest.fixture(scope="session")
def seed(pytestconfig):
    """Given with --seed, else new; printed, so that a failure can be seen again."""
    return pytestconfig.getoption("--seed") or secrets.randbits(32)


@pytest.fixture(scope="session")
def readers(settings):
    """Four sessions that read all the time and never may see anything but a release."""
    with Readers(settings, sessions=4) as readers:
        yield readers


@pytest.fixture
def world(settings, tmp_path, readers):
    """A dataset with one release, which readers read."""
    world = with_one_release(settings, tmp_path)
    with readers.watching(world):
        yield world


@pytest.fixture
def worlds(settings, tmp_path, readers):
    """One such dataset for each core, to work on at the same time."""
    worlds = [with_one_release(settings, tmp_path / name) for name in ("left", "right")]
    with ExitStack() as watched:
        for world in worlds:
            watched.enter_context(readers.watching(world))
        yield worlds


@pytest.fixture
def world_alone(settings, tmp_path):
    """A dataset with one release and no readers, whose errors are expected when a service dies."""
    return with_one_release(settings, tmp_path)


def with_one_release(settings, home):
    home.mkdir(exist_ok=True)
    world = World(settings, home)
    world.load()
    world.publish()
    return world


def pytest_terminal_summary(terminalreporter):
    if _MATRIX.cells:
        _MATRIX.print()
