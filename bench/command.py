"""A command that is timed."""

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import monotonic

from warehouse.errors import StackhouseError
from warehouse.settings import REPOSITORY


class MeasurementError(StackhouseError):
    """Something could not be measured, or gave a wrong result."""


@dataclass(frozen=True)
class Done:
    """What a command did.

    Attributes:
        seconds: From its start to its end.
        output: Its standard output.
    """

    seconds: float
    output: str


def run_timed(command: Sequence[str], environment: Mapping[str, str], limit: float) -> Done:
    """Run a command in the checkout and time it.

    Args:
        command: Program and arguments.
        environment: All of its environment.
        limit: Seconds after which it is killed.

    Raises:
        MeasurementError: It failed, or was killed.
    """
    began = monotonic()
    try:
        done = subprocess.run(
            command, env=environment, cwd=REPOSITORY, capture_output=True, text=True, timeout=limit, check=False
        )
    except subprocess.TimeoutExpired as problem:
        raise MeasurementError(
            f"not finished after {limit:.0f} s, when the time of the benchmark was over"
        ) from problem
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["no word"]
        raise MeasurementError(f"ended with code {done.returncode}: {said[-1]}")
    return Done(monotonic() - began, done.stdout)
