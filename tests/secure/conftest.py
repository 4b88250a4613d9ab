"""A secured stack of its own, with a state and ports of its own, that was a plain one with rows before."""

import gzip
import os
import shutil
import subprocess
import sys

import pytest

from warehouse.settings import REPOSITORY, load_settings

ENVIRONMENT = {"STACKHOUSE_HOME": ".stackhouse/secured", "STACKHOUSE_PORT_OFFSET": "12500", "STACKHOUSE_SECURE": ""}
ROWS = 3000
COUNT = "SELECT sum(flights) FROM flights.delays_by_quarter"


def command(*arguments, **variables):
    """Run a command of `./stackhouse` on this stack."""
    return subprocess.run(
        [sys.executable, "-m", "cli", *arguments],
        cwd=REPOSITORY,
        env={**os.environ, **ENVIRONMENT, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def must(done):
    assert done.returncode == 0, done.stderr
    return done.stdout


def some_flights(month, target):
    """Write the first rows of a month."""
    with gzip.open(REPOSITORY / "data" / "flights" / f"flights_{month}.csv.gz", "rt") as lines:
        target.write_text("".join(line for line, _ in zip(lines, range(ROWS + 1), strict=False)))
    return target


@pytest.fixture(scope="session")
def secured_settings():
    return load_settings({**os.environ, **ENVIRONMENT})


@pytest.fixture(scope="session")
def plain_rows(secured_settings, tmp_path_factory):
    """Rows that a plain stack published before it was secured."""
    command("down")
    shutil.rmtree(secured_settings.home, ignore_errors=True)
    must(command("up"))
    must(command("load", "flights", str(some_flights("2001-01", tmp_path_factory.mktemp("files") / "some.csv"))))
    must(command("run", "flights"))
    return must(command("query", COUNT, "--format", "csv"))


@pytest.fixture(scope="session")
def secured(secured_settings, plain_rows):
    """The stack, secured."""
    refused = command("up", "--secure")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "a plain stack is running; ./stackhouse down, then ./stackhouse up --secure" in refused.stderr
    must(command("down"))
    must(command("up", "--secure"))
    yield secured_settings
    must(command("down"))
