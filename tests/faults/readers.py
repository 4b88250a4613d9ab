"""Sessions that read the datasets under test all the time."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from hive.connection import HiveServer, connect
from tests.faults.world import World, read_view
from warehouse.errors import StackhouseError
from warehouse.settings import Settings

PAUSE_SECONDS = 5.0
"""Between two reads of a session: reading all the time would leave no core to what is tested."""


_ENDED = "a session ended"


class Readers:
    """Reads in threads of its own.

    Attributes:
        problems: Answers that are no release, and errors.
        reads: How many answers there were, by view.
        pause: Seconds between two reads of a session.
    """

    def __init__(self, settings: Settings, sessions: int) -> None:
        self.problems: list[str] = []
        self.reads: Counter[str] = Counter()
        self.pause = PAUSE_SECONDS
        self._settings = settings
        self._worlds: list[World] = []
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._read_all, daemon=True) for _ in range(sessions)]

    def __enter__(self) -> "Readers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    @contextmanager
    def watching(self, world: World) -> Iterator[None]:
        """Read this dataset meanwhile; each answer must be what one of its releases holds."""
        self._worlds.append(world)
        try:
            yield
        finally:
            with self._lock:
                self._worlds.remove(world)
        assert [problem for problem in self.problems if problem.startswith((world.dataset, _ENDED))] == []

    def wait(self) -> None:
        """Let the sessions read for a moment."""
        self._ended.wait(self.pause)

    def _read_all(self) -> None:
        try:
            with connect(self._settings.endpoints) as server:
                while not self._ended.wait(self.pause):
                    for world in [*self._worlds]:
                        self._read(server, world)
        except BaseException as problem:
            # Nobody else would hear of it: the session has ended, and no read is no wrong read.
            self.problems.append(f"{_ENDED}: {problem!r}")
            raise

    def _read(self, server: HiveServer, world: World) -> None:
        for view in ("clean", "totals"):
            try:
                seen = read_view(server, world.dataset, view)
            except StackhouseError as problem:
                self.problems.append(f"{world.dataset}.{view}: {problem}")
                continue
            self.reads[view] += 1
            if seen not in [getattr(contents, view) for contents in world.published]:
                self.problems.append(f"{world.dataset}.{view} showed what is no release: {seen}")
