"""Every test runs against the test cluster's settings; tests that need the cluster come last."""

import os
import time

import pytest

from cli.suite import ENVIRONMENT
from warehouse.settings import load_settings

# Also for a bare `pytest`, which then can never touch the user's stack.
os.environ.update(ENVIRONMENT)
time.tzset()

pytest_plugins = ["tests.unit.conftest_spark", "tests.stack"]


def pytest_addoption(parser):
    parser.addoption("--faults", action="store_true", help="the fault suite in its long form, and nothing else")
    parser.addoption("--seed", type=int, help="of the random faults; else a new one, printed")


def pytest_collection_modifyitems(config, items):
    # The cluster is started by the first test that needs it: local Spark sessions are gone by then.
    # The containers come after it.
    later = {"faults": 1, "integration": 1, "cluster": 2}
    items.sort(key=lambda item: max((later.get(part, 0) for part in item.path.parts), default=0))
    long = pytest.mark.skip(reason="long form only: ./stackhouse test --faults")
    local = pytest.mark.skip(reason="of the processes or addresses of this machine: profile local only")
    elsewhere = load_settings().profile != "local"
    for item in items:
        if item.get_closest_marker("long") and not config.getoption("--faults"):
            item.add_marker(long)
        if item.get_closest_marker("local") and elsewhere:
            item.add_marker(local)
