"""Threads that do the same to many things."""

import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_PATIENCE_SECONDS = 5.0
"""How long to wait for work that is no longer wanted. What a dead server keeps waiting ends with the process."""


class StoppedError(Exception):
    """The work was given up because other work failed; no user meets it."""


class Workers(Generic[Item, Result]):
    """Does one kind of work to many things, several at a time."""

    def __init__(self, work: Callable[[Item], Result], jobs: int) -> None:
        """Nothing is done yet.

        Args:
            work: Called in several threads at once; it calls `check` from time to time.
            jobs: How many threads at most.
        """
        self._work = work
        self._jobs = jobs
        self._failed = False
        self._stopped = threading.Event()

    def check(self) -> None:
        """Raise `StoppedError` in work that is no longer wanted."""
        if self._stopped.is_set():
            raise StoppedError

    def sleep(self, seconds: float) -> None:
        """Wait, but no longer than the work is wanted."""
        self._stopped.wait(seconds)

    def do(self, items: Sequence[Item], done: Callable[[Result], None] = lambda _: None) -> list[Result]:
        """Do the work and wait for all of it.

        Args:
            items: To what.
            done: Called in this thread with each result, in the order of the items.

        Raises:
            Exception: The first one by the order of the items, whichever came first; the rest is given up.
        """
        tasks: queue.SimpleQueue[tuple[Item, Future[Result]]] = queue.SimpleQueue()
        futures = [Future[Result]() for _ in items]
        for task in zip(items, futures, strict=True):
            tasks.put(task)
        count = min(self._jobs, len(items))
        # Daemons: a thread that a dead server keeps waiting must not keep the process.
        threads = [threading.Thread(target=self._take, args=(tasks,), daemon=True) for _ in range(count)]
        for thread in threads:
            thread.start()
        try:
            return [_told(future.result(), done) for future in futures]
        except BaseException:
            self._stopped.set()
            _join(threads)
            raise

    def _take(self, tasks: "queue.SimpleQueue[tuple[Item, Future[Result]]]") -> None:
        # What was not begun yet comes after what failed.
        while not self._failed and not self._stopped.is_set():
            try:
                item, future = tasks.get_nowait()
            except queue.Empty:
                return
            try:
                future.set_result(self._work(item))
            except BaseException as problem:
                self._failed = True
                future.set_exception(problem)


def _told(result: Any, done: Callable[[Any], None]) -> Any:
    done(result)
    return result


def _join(threads: Sequence[threading.Thread]) -> None:
    end = time.monotonic() + _PATIENCE_SECONDS
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
