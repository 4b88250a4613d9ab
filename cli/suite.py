"""Runs the tests on a cluster of their own."""

import os
import subprocess
import sys
from collections.abc import Sequence

from warehouse.settings import REPOSITORY

STATE = ".stackhouse/test"
"""State of the test cluster, beside that of a running demo; made anew by every session that needs it."""

PORT_OFFSET = "10000"
"""Moves the test cluster's ports away from a running demo's."""


def run_suite(arguments: Sequence[str]) -> int:
    """Run pytest in the repository; its exit code."""
    environment = {**os.environ, "STACKHOUSE_HOME": STATE, "STACKHOUSE_PORT_OFFSET": PORT_OFFSET, "TZ": "Asia/Kathmandu"}
    # The suite has its own stack: what the user's stack is set to does not reach it.
    return subprocess.run(
        [sys.executable, "-m", "pytest", *arguments], cwd=REPOSITORY, env=environment, check=False
    ).returncode
