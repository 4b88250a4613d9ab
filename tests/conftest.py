"""Every test runs against the test cluster's settings; tests that need the cluster come last."""

import os
import time
from collections import Counter

import pytest

from cli.suite import ENVIRONMENT
from warehouse.settings import load_settings

# Also for a bare `pytest`, which then can never touch the user's stack.
os.environ.update(ENVIRONMENT)
time.tzset()

pytest_plugins = ["tests.jars", "tests.spark_session", "tests.stack"]


LEFT_OUT = pytest.StashKey[Counter]()

_SLOWEST_FILES = 25

LAST = ("test_jdbc.py", "test_consumers.py", "test_documents.py", "test_forecast.py", "test_lifecycle.py")
"""Files of tests/integration that come after the others, in this order: they pin releases, publish forecasts, or stop
the stack."""


LONG_FILES = (
    "tests/answers/test_battery.py",
    "tests/answers/test_compile_limit.py",
    "tests/answers/test_metamorphic.py",
    "tests/answers/test_random_queries.py",
    "tests/answers/test_refusals.py",
    "tests/faults/",
    "tests/integration/test_audit.py",
    "tests/integration/test_audit_facts.py",
    "tests/integration/test_awkward.py",
    "tests/integration/test_changes.py",
    "tests/integration/test_consumers.py",
    "tests/integration/test_documents.py",
    "tests/integration/test_flights.py",
    "tests/integration/test_forecast.py",
    "tests/integration/test_gc.py::test_gc_that_is_killed",
    "tests/integration/test_hostile.py",
    "tests/integration/test_jdbc.py",
    "tests/integration/test_lifecycle.py",
    "tests/integration/test_proofs.py",
    "tests/integration/test_trips.py",
    "tests/unit/drafting/test_forms_in_spark.py",
    "tests/unit/spark/",
)
"""Files and single tests that `./stackhouse test` leaves out, so that it ends within 20 minutes. Whoever names files or
directories runs all that is in them."""


def pytest_addoption(parser):
    parser.addoption("--faults", action="store_true", help="the fault suite in its long form, and nothing else")
    parser.addoption("--full", action="store_true", help="all flights, 10,000 random queries, a million trips ...")
    parser.addoption("--secure", action="store_true", help="on a secured stack, tests/secure too")
    parser.addoption("--seed", type=int, help="of the random faults, queries and histories; else a new one, printed")


def pytest_configure(config):
    if config.getoption("--secure"):
        # So every `up` secures its stack.
        os.environ["STACKHOUSE_SECURE"] = "true"


def pytest_collection_modifyitems(config, items):
    if config.args_source is pytest.Config.ArgsSource.TESTPATHS and not config.getoption("--faults"):
        left_out = [item for item in items if item.nodeid.startswith(LONG_FILES)]
        items[:] = [item for item in items if not item.nodeid.startswith(LONG_FILES)]
        config.hook.pytest_deselected(items=left_out)
        config.stash[LEFT_OUT] = Counter(item.nodeid.partition("::")[0] for item in left_out)
    # The cluster is started by the first test that needs it: local Spark sessions are gone by then.
    # The containers come after it.
    later = {"faults": 1, "integration": 1, "answers": 1, "secure": 2, "cluster": 2}
    items.sort(key=lambda item: (max((later.get(part, 0) for part in item.path.parts), default=0), _place(item.path)))
    long = pytest.mark.skip(reason="long form only: ./stackhouse test --faults")
    full = pytest.mark.skip(reason="long form only: ./stackhouse test --full and the name of the file")
    local = pytest.mark.skip(reason="of the processes or addresses of this machine: profile local only")
    secure = pytest.mark.skip(reason="a secured stack of its own: ./stackhouse test --secure tests/secure")
    elsewhere = not load_settings().profile.runs_here
    for item in items:
        if "spark" in item.fixturenames or item.path.parent.name == "spark":
            item.add_marker("spark")
        if {"faults", "integration"} & {*item.path.parts} or (
            "answers" in item.path.parts and "settings" in item.fixturenames
        ):
            item.add_marker("stack")
        if item.get_closest_marker("long") and not config.getoption("--faults"):
            item.add_marker(long)
        if item.nodeid.startswith("tests/secure/") and not config.getoption("--secure"):
            item.add_marker(secure)
        if item.get_closest_marker("full") and not config.getoption("--full"):
            item.add_marker(full)
        if item.get_closest_marker("local") and elsewhere:
            item.add_marker(local)


def _place(path):
    integration = path.parent.name == "integration"
    return LAST.index(path.name) + 1 if integration and path.name in LAST else 0


def pytest_terminal_summary(terminalreporter):
    """Where the time went, by file: what a file sets up for all its tests is in it. And what was left out."""
    seconds = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                seconds[report.nodeid.partition("::")[0]] += report.duration
    terminalreporter.section("seconds by file")
    for name, taken in seconds.most_common(_SLOWEST_FILES):
        terminalreporter.write_line(f"{taken:8.1f}  {name}")
    if left_out := terminalreporter.config.stash.get(LEFT_OUT, None):
        terminalreporter.section(f"short form: {left_out.total()} tests left out; ./stackhouse test tests has them all")
        for name, tests in sorted(left_out.items()):
            terminalreporter.write_line(f"{tests:8}  {name}")
