"""Waits for a condition, never for a time."""

import time
from collections.abc import Callable
from typing import Any

_POLL_SECONDS = 0.2


def until(condition: Callable[[], Any], seconds: float) -> Any:
    """What the condition gives once it is true; the test fails after some seconds."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(_POLL_SECONDS)
    return found
