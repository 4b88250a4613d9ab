"""Progress of a load, reported by several threads."""

import threading
from collections.abc import Callable
from typing import Literal

Progress = Callable[[Literal["check", "send", "resume"], int], None]
"""Called after each piece of a file with the phase and the bytes of the piece, as stored; below 0 when that much will
be sent again. The phase `resume` is for bytes that HDFS has from a load that was killed."""


def in_turn(progress: Progress, check: Callable[[], None]) -> Progress:
    """The same for several threads, which call it one at a time.

    Args:
        progress: Function to call.
        check: Called before; raises in a thread whose work is no longer wanted.
    """
    lock = threading.Lock()

    def tell(phase: Literal["check", "send", "resume"], size: int) -> None:
        check()
        with lock:
            progress(phase, size)

    return tell
