"""Works on several datasets at once, one for each core."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.faults.cases import go_forward
from tests.faults.readers import Readers
from tests.faults.world import World
from warehouse.settings import Settings

Job = Callable[[World], list[str]]
"""Does something to a dataset; what was wrong."""

_WORKERS = 2
_JOBS_A_WORLD = 8
"""With every batch a run takes longer: after so many jobs the next ones get a new dataset."""


class Workers:
    """Takes jobs; each is done on the same dataset after the same jobs every time."""

    def __init__(self, settings: Settings, home: Path, readers: Readers) -> None:
        """Prepare only; `kills` counts the commands that were killed.

        Args:
            settings: Of the stack.
            home: Directory for the datasets.
            readers: They read every dataset while it is worked on.
        """
        self._settings = settings
        self._home = home
        self._readers = readers
        self._ended = threading.Event()
        self.kills = 0

    def do(self, jobs: Sequence[Job]) -> list[str]:
        """Do jobs; what was wrong with any."""
        with ThreadPoolExecutor(_WORKERS) as pool:
            found = pool.map(lambda worker: self._work(worker, jobs[worker::_WORKERS]), range(_WORKERS))
            try:
                return [problem for problems in found for problem in problems]
            except BaseException:
                # Ctrl-C, or a job that failed: the other worker ends with the job it is at.
                self._ended.set()
                raise

    def _work(self, worker: int, jobs: Sequence[Job]) -> list[str]:
        found = list[str]()
        for first in range(0, len(jobs), _JOBS_A_WORLD):
            world = with_one_release(self._settings, self._home / f"{worker}.{first}")
            with self._readers.watching(world):
                for job in jobs[first : first + _JOBS_A_WORLD]:
                    if self._ended.is_set():
                        return found
                    found += job(world)
                found += go_forward(world)
            self.kills += world.kills
        return found


def with_one_release(settings: Settings, home: Path) -> World:
    """A new dataset with one batch, published."""
    home.mkdir(exist_ok=True)
    world = World(settings, home)
    world.load()
    world.publish()
    return world
