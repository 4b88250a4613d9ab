"""A stack of the benchmark's own, beside any other: started from nothing, removed at the end."""

import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from bench.command import Done, MeasurementError, run_timed
from bench.prices import write_contract
from hadoop.environment import stack_environment
from hadoop.webhdfs import WebHdfs
from spark.engine.idle import end_engines
from stack.spark_driver import engine_directory
from warehouse.settings import Settings, load_settings

_PORT_OFFSET = "16000"
_START_SECONDS = 300.0
_ENGINE_SECONDS = "300"


class OwnStack:
    """Context manager: the stack is up within it.

    Attributes:
        settings: Its settings.
        storage: Its HDFS.
    """

    def __init__(self, scratch: Path) -> None:
        """Name the stack.

        Args:
            scratch: Directory for its state and contracts; removed once the stack is down.
        """
        self._scratch = scratch
        self._environment = {
            **os.environ,
            "STACKHOUSE_PROFILE": "local",
            "STACKHOUSE_HOME": str(scratch / "state"),
            "STACKHOUSE_DATASETS": str(scratch / "datasets"),
            "STACKHOUSE_PORT_OFFSET": _PORT_OFFSET,
            # Every run starts Spark, but those that are to show what it costs when it is there.
            "STACKHOUSE_ENGINE_IDLE": "0",
        }
        self.settings: Settings = load_settings(self._environment)
        self.storage = WebHdfs(self.settings.endpoints)

    def __enter__(self) -> "OwnStack":
        try:
            self.command("up", limit=_START_SECONDS)
        except BaseException:
            # Why it did not start is what the user has to know.
            with suppress(MeasurementError):
                self._remove()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._remove()

    @contextmanager
    def keeping_engine(self) -> Iterator[None]:
        """Runs within it leave Spark to the next one."""
        before = self._environment["STACKHOUSE_ENGINE_IDLE"]
        self._environment["STACKHOUSE_ENGINE_IDLE"] = _ENGINE_SECONDS
        try:
            yield
        finally:
            self._environment["STACKHOUSE_ENGINE_IDLE"] = before
            end_engines(engine_directory(self.settings))

    def command(self, *arguments: str, limit: float) -> Done:
        """Run `./stackhouse` with some arguments; see `bench.command.run_timed`."""
        return run_timed([sys.executable, "-m", "cli", *arguments], self._environment, limit)

    def document(self, *arguments: str, limit: float) -> tuple[float, Any]:
        """The same with `--json`: its seconds and what it printed."""
        done = self.command(*arguments, "--json", limit=limit)
        return done.seconds, json.loads(done.output)

    def hdfs(self, *arguments: str, limit: float) -> Done:
        """Run `hdfs dfs` with some arguments."""
        environment = stack_environment(self.settings)
        command = [environment["STACKHOUSE_JAVA"], "-cp", environment["STACKHOUSE_HADOOP_CLASS_PATH"]]
        return run_timed([*command, "org.apache.hadoop.fs.FsShell", *arguments], environment, limit)

    def add_dataset(self, name: str) -> str:
        """Give prices one more name; returns it."""
        write_contract(self._scratch / "datasets", name)
        return name

    def _remove(self) -> None:
        try:
            self.command("down", limit=_START_SECONDS)
        except MeasurementError as problem:
            raise MeasurementError(
                f"it does not stop: {problem}",
                f"STACKHOUSE_HOME={self.settings.home} STACKHOUSE_PORT_OFFSET={_PORT_OFFSET} ./stackhouse down",
            ) from problem
        shutil.rmtree(self._scratch, ignore_errors=True)
