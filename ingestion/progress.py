"""How far a load is, told from several threads."""

import threading
from collections.abc import Callable
from typing import Literal

Progress = Callable[[Literal["check", "send", "resume"], int], None]
"""Told after each piece of a file: the phase, and the bytes (as stored, compressed or not) that the piece had; less
than 0 when that much will be sent again. `resume` is of bytes that HDFS has from a load that was killed."""


def in_turn(progress: Progress, check: Callable[[], None]) -> Progress:
    """The same for several threads, which call it one at a time.

    Args:
        progress: What is told.
        check: Called before; raises in a thread whose work is no longer wanted.
    """
    lock = threading.Lock()

    def tell(phase: Literal["check", "send", "resume"], size: int) -> None:
        check()
        with lock:
            progress(phase, size)

    return tell
