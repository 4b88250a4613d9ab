"""Where and of what something was measured."""

import os
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import psutil

from warehouse.settings import REPOSITORY


def describe_machine() -> str:
    """Day, commit, processor, memory, and how busy the machine is with other work."""
    gigabytes = psutil.virtual_memory().total / 2**30
    load = os.getloadavg()[0]
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, commit {_commit()}, {os.cpu_count()} cores ({_processor()}), "
        f"{gigabytes:.0f} GiB, load {load:.1f} before it began"
    )


def _commit() -> str:
    commit = _git("rev-parse", "--short=12", "HEAD")
    return f"{commit} with changes" if _git("status", "--porcelain") else commit


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def _processor() -> str:
    found = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1] if found else "unknown processor"
