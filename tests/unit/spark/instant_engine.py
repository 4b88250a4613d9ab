"""The process of an engine without Spark behind it: `python -m tests.unit.spark.instant_engine ...`.

All that an engine says, waits for and leaves is the real one's; only its session and the work in it are not.
"""

import os
import sys
import threading
from pathlib import Path
from unittest.mock import MagicMock

from spark.engine import __main__ as engine
from spark.job import Report
from warehouse.contract.model import Contract
from warehouse.errors import AlreadyExistsError
from warehouse.job import JobPlan, JobResult, JobStep


def start_session(_name: str) -> MagicMock:
    """A session of another application in every process."""
    session = MagicMock()
    session.newSession.return_value = session
    session.sparkContext.applicationId = f"application_{os.getpid()}"
    session.sparkContext._jsc.sc.return_value.isStopped.return_value = False
    return session


def run_plan(session: MagicMock, _contract: Contract, plan: JobPlan, report: Report) -> JobResult:
    """Fail as a real run does where a directory exists, and write nothing; with a check for clean rows, never end."""
    if Path(plan.clean_target).exists():
        raise AlreadyExistsError(f"{plan.clean_target} exists; a run writes only to new directories")
    report(JobStep("clean", ""))
    if plan.clean_check:
        threading.Event().wait()
    return JobResult(session.sparkContext.applicationId, {}, {}, {}, {}, {})


if __name__ == "__main__":
    engine.start_session, engine.run_plan, engine.java = start_session, run_plan, MagicMock()  # type: ignore[assignment]
    sys.exit(engine.main(sys.argv[1:]))
