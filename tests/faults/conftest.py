"""The fault suite: short with `./stackhouse test`, all of it with `./stackhouse test --faults`."""

import secrets

import pytest

from tests.faults.matrix import Matrix
from tests.faults.readers import Readers
from tests.faults.workers import Workers, with_one_release

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
def workers(settings, tmp_path, readers):
    """Work on datasets of their own, which readers read."""
    return Workers(settings, tmp_path, readers)


@pytest.fixture
def world_alone(settings, tmp_path):
    """A dataset with one release and no readers, whose errors are expected when a service dies."""
    return with_one_release(settings, tmp_path)


def pytest_terminal_summary(terminalreporter):
    if _MATRIX.cells:
        _MATRIX.print()
