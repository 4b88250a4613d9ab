"""Runs the tests on a cluster of their own."""

import os
import subprocess
import sys
from collections.abc import Sequence

from warehouse.settings import REPOSITORY

ENVIRONMENT = {
    # Beside the state of a running demo, and on ports of its own.
    "STACKHOUSE_HOME": ".stackhouse/test",
    "STACKHOUSE_PORT_OFFSET": "10000",
    "COMPOSE_PROJECT_NAME": "stackhouse-test",
    # A shell in UTC would hide where UTC was forgotten; this zone is 5:45 h ahead.
    "TZ": "Asia/Kathmandu",
}
"""What makes a process use the test cluster."""


def run_suite(arguments: Sequence[str]) -> int:
    """Run pytest in the repository; its exit code."""
    places = ["tests/faults"] if "--faults" in arguments else []
    command = [sys.executable, "-m", "pytest", *arguments, *places]
    return subprocess.run(command, cwd=REPOSITORY, env={**os.environ, **ENVIRONMENT}, check=False).returncode
