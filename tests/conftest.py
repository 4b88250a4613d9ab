"""Every test runs against the test cluster's settings; tests that need the cluster come last."""

import os
import time

from cli.suite import ENVIRONMENT

# Also for a bare `pytest`, which then can never touch the user's stack.
os.environ.update(ENVIRONMENT)
time.tzset()

pytest_plugins = ["tests.unit.conftest_spark"]


def pytest_collection_modifyitems(items):
    # The cluster is started by the first test that needs it: local Spark sessions are gone by then.
    items.sort(key=lambda item: "integration" in item.path.parts)
