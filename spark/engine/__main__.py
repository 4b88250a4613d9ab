"""The process of an engine: `python -m spark.engine --connection-fd N --directory D ...`."""

import argparse
import os
import socket
import sys
import threading
import traceback
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

from spark.engine.idle import IdleEngine, answer_call, take_call, waiting
from spark.failure import reason
from spark.hdfs import java
from spark.job import Report, run_plan
from spark.session import start_session
from warehouse.contract.file import parse_contract
from warehouse.document import read, write_line
from warehouse.job import JobEvent, JobFailed, JobPlan, JobProgress, JobResult, JobStarted


@dataclass(frozen=True)
class _Caller:
    """The process that wants a plan done.

    Attributes:
        connection: To them.
        is_served: Set when they may go.
    """

    connection: socket.socket
    is_served: threading.Event

    def tell(self, event: JobProgress | JobResult | JobFailed) -> None:
        self.connection.sendall(write_line(JobEvent(event)))

    def watch(self) -> None:
        """End the process when they go before they are served."""
        with suppress(OSError):
            while self.connection.recv(1):
                pass
        if not self.is_served.is_set():
            # No clean-up: Spark's JVM ends with this process, and the result would not be read.
            os._exit(1)

    def part(self) -> None:
        with suppress(OSError):
            # Closing alone would not wake the thread that watches.
            self.connection.shutdown(socket.SHUT_RDWR)
        self.connection.close()


class _Engine:
    """One process, one application on YARN."""

    def __init__(self, directory: Path, identity: str, log: str, idle_seconds: float) -> None:
        self._directory = directory
        self._identity = identity
        self._log = log
        self._idle_seconds = idle_seconds
        self._spark: SparkSession | None = None

    def work(self, connection: socket.socket) -> int:
        """Do one plan after the other; the exit code."""
        called: socket.socket | None = connection
        while called is not None:
            line = called.makefile("rb").readline()
            if not line:
                break
            caller = _Caller(called, threading.Event())
            threading.Thread(target=caller.watch, daemon=True).start()
            try:
                result = self._do(read(JobPlan, line, "the plan of the job"), caller.tell)
            except Exception as problem:
                # As in spark.job: every failure becomes one line; the log has the rest.
                traceback.print_exc()
                caller.is_served.set()
                caller.tell(JobFailed(reason(problem)))
                self._stop()
                return 1
            called = self._wait(caller, result)
        self._stop()
        # The last connection is closed when the process ends, for which who is at its other end waits.
        return 0

    def _do(self, plan: JobPlan, report: Report) -> JobResult:
        print(f"=== run {plan.run} of {plan.dataset} ===", file=sys.stderr, flush=True)
        contract = parse_contract(plan.dataset, Path(plan.contract_path), plan.contract)
        if self._spark is None:
            self._spark = start_session("stackhouse")
        # Views, settings and functions of a session are its own; only what is cached is everybody's.
        session = self._spark.newSession()
        java(session).org.apache.spark.sql.classic.SparkSession.setActiveSession(session._jsparkSession)
        report(JobStarted(session.sparkContext.applicationId))
        result = run_plan(session, contract, plan, report)
        session.catalog.clearCache()
        return result

    def _wait(self, caller: _Caller, result: JobResult) -> socket.socket | None:
        """Send the result and wait for the next call."""
        if self._idle_seconds <= 0:
            caller.is_served.set()
            caller.tell(result)
            return None
        me = IdleEngine(os.getpid(), self._identity, result.application, self._log)
        # Before the result is sent, so that a run that starts at once finds it.
        with waiting(self._directory, me) as listener:
            caller.is_served.set()
            caller.tell(result)
            caller.part()
            called = take_call(listener, self._idle_seconds)
        if called is not None and not self._is_stopped():
            answer_call(called)
        return called

    def _is_stopped(self) -> bool:
        """Whether YARN ended the application while it was idle."""
        return self._spark is not None and bool(self._spark.sparkContext._jsc.sc().isStopped())

    def _stop(self) -> None:
        if self._spark is None:
            return
        gateway: Any = self._spark.sparkContext._gateway
        self._spark.stop()
        self._spark = None
        # Its JVM may write a class archive; who waits for the end of this process waits for that too.
        gateway.proc.stdin.close()
        gateway.proc.wait()


def main(arguments: list[str]) -> int:
    """Do the plan of the process that started it, then those of later callers; the exit code."""
    parser = argparse.ArgumentParser(prog="spark.engine")
    parser.add_argument("--connection-fd", type=int, required=True, help="open socket of who started it")
    parser.add_argument("--directory", type=Path, required=True, help="where engines that wait are found")
    parser.add_argument("--identity", required=True, help="what it was started with, in short")
    parser.add_argument("--idle-seconds", type=float, required=True, help="how long it waits for the next plan")
    parser.add_argument("--log", required=True, help="where its standard error goes")
    options = parser.parse_args(arguments)
    engine = _Engine(options.directory, options.identity, options.log, options.idle_seconds)
    return engine.work(socket.socket(fileno=options.connection_fd))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
