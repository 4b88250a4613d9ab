"""From `up` to the first right answer over SQL: processes against containers, from nothing and over existing state.

Usage: .venv/bin/python -m bench.start_time [ROUNDS]      jars and images present; both stacks are made and removed here
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from stack.compose import compose_command
from warehouse.settings import REPOSITORY

_QUESTION = ["query", "SELECT 41 + 1", "--format", "csv"]
_CONTAINERS = {"COMPOSE_PROJECT_NAME": "stackhouse-bench", "STACKHOUSE_DATANODES": "1", "STACKHOUSE_NODEMANAGERS": "1"}


def main() -> None:
    """Print seconds of every round and the ratio of the medians."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with tempfile.TemporaryDirectory() as directory:
        place = {
            "STACKHOUSE_HOME": str(Path(directory) / "state"),
            "STACKHOUSE_JARS": str(REPOSITORY / ".stackhouse/jars"),
        }
        common = {**os.environ, **place, "STACKHOUSE_PORT_OFFSET": "14000"}
        profiles = {
            "local": {**common, "STACKHOUSE_PROFILE": "local"},
            "compose": {**common, **_CONTAINERS, "STACKHOUSE_PROFILE": "compose"},
        }
        cold: dict[str, list[float]] = {name: [] for name in profiles}
        warm: dict[str, list[float]] = {name: [] for name in profiles}
        for number in range(rounds):
            for name, environment in profiles.items():
                _remove(environment)
                cold[name].append(_start(environment))
                _stackhouse(environment, "down")
                warm[name].append(_start(environment))
                _remove(environment)
                print(f"round {number + 1} {name:8} cold {cold[name][-1]:6.1f} s  warm {warm[name][-1]:6.1f} s")
    for title, times in (("cold", cold), ("warm", warm)):
        medians = {name: statistics.median(found) for name, found in times.items()}
        print(
            f"{title}: local {medians['local']:.1f} s, compose {medians['compose']:.1f} s, "
            f"ratio {medians['compose'] / medians['local']:.2f}"
        )


def _start(environment: Mapping[str, str]) -> float:
    began = time.perf_counter()
    _stackhouse(environment, "up")
    answer = _stackhouse(environment, *_QUESTION)
    if answer.splitlines()[-1] != "42":
        raise SystemExit(f"a wrong answer: {answer}")
    return time.perf_counter() - began


def _remove(environment: Mapping[str, str]) -> None:
    """Stop the stack and all its state."""
    if environment["STACKHOUSE_PROFILE"] == "compose":
        down = compose_command("down", "--volumes", "--timeout", "10")
        subprocess.run(down, env=environment, check=True, capture_output=True)
    else:
        _stackhouse(environment, "down")
        shutil.rmtree(environment["STACKHOUSE_HOME"], ignore_errors=True)


def _stackhouse(environment: Mapping[str, str], *arguments: str) -> str:
    command = [sys.executable, "-m", "cli", *arguments]
    done = subprocess.run(command, env=environment, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr.splitlines()[-1])
    return done.stdout


if __name__ == "__main__":
    main()
