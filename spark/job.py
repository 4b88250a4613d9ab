"""The process that does the Spark work of one run: `python -m spark.job --events-fd N`.

It reads one line of JSON from stdin, a `JobPlan`, and writes each `JobEvent` as one to the file descriptor N:

    {"event": {"application": "application_..."}}       `JobStarted`
    {"event": {"name": "stage", "detail": "..."}}       `JobStep`, before each
    {"event": {"application": "...", ...}}              `JobResult`
    {"event": {"error": "one line"}}                    `JobFailed`, instead of a result; then exit code 1

When stdin ends after that line, the caller is gone and the process exits at once. Logs go to stderr.
"""

import argparse
import os
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO

from pyspark.sql import SparkSession

from spark.batch_groups import group_batches
from spark.clean import CleanCounts, CleanTask, clean
from spark.events.event_log import events_logged
from spark.failure import reason
from spark.hdfs import exists
from spark.marts import build_mart, check_failures, register_clean
from spark.session import start_session
from spark.stage import stage_together
from warehouse.contract.file import parse_contract
from warehouse.contract.model import Contract
from warehouse.document import read, write_line
from warehouse.errors import AlreadyExistsError, JobError
from warehouse.job import (
    FileRows,
    JobEvent,
    JobFailed,
    JobPlan,
    JobProgress,
    JobResult,
    JobStarted,
    JobStep,
    StagedCounts,
    StagedSource,
    StageTask,
)
from warehouse.paths import partition_name
from warehouse.release.manifest import CLEAN

Report = Callable[[JobProgress | JobResult | JobFailed], None]
"""Reports to the process that started this one."""


def main(arguments: list[str]) -> int:
    """Run the plan on stdin; returns the exit code."""
    parser = argparse.ArgumentParser(prog="spark.job")
    parser.add_argument("--events-fd", type=int, required=True, help="open file descriptor for events")
    with os.fdopen(parser.parse_args(arguments).events_fd, "wb") as events:
        report = _reporter(events)
        try:
            plan = read(JobPlan, sys.stdin.buffer.readline(), "the plan of the job")
            threading.Thread(target=_exit_with_parent, args=(sys.stdin.fileno(),), daemon=True).start()
            _run(plan, report)
        except Exception as problem:
            # The one place where every failure becomes one line; the log has the rest.
            traceback.print_exc()
            report(JobFailed(reason(problem)))
            return 1
    return 0


def run_plan(spark: SparkSession, contract: Contract, plan: JobPlan, report: Report) -> JobResult:
    """Stage, clean, build the marts and check them, as planned; with a log of Spark's events if the plan names one.

    Args:
        spark: Session.
        contract: Contract of the plan's dataset.
        plan: What to do.
        report: Told of every step before it begins.

    Raises:
        StackhouseError: The plan or the SQL of a mart cannot be carried out.
        PySparkException: Spark failed.
    """
    _refuse_existing(spark, plan)
    with events_logged(spark, plan.events):
        return _do_steps(spark, contract, plan, report)


def _do_steps(spark: SparkSession, contract: Contract, plan: JobPlan, report: Report) -> JobResult:
    staged: dict[str, StagedCounts] = {}
    for group in group_batches(plan.stage, contract.input_format):
        _begin(spark, JobStep("stage", _detail(group)), report)
        staged |= stage_together(spark, group, contract)
    sources = [*plan.sources, *_new_sources(plan, staged)]
    quarters = {*plan.clean_quarters, *(quarter for counts in staged.values() for quarter in counts.quarters)}
    _begin(spark, JobStep("clean", ", ".join(sorted(quarters))), report)
    live = None if plan.rebuild else plan.clean_existing
    todo = CleanTask(sources, plan.released, quarters, plan.clean_target, plan.target_file_bytes, live)
    cleaned = clean(spark, contract, todo)
    failed = _check_clean(spark, contract, plan, cleaned)
    result = JobResult(
        spark.sparkContext.applicationId, staged, cleaned.clean, cleaned.superseded, {}, failed, cleaned.examples
    )
    return _build_marts(spark, contract, plan, result, report)


def _run(plan: JobPlan, report: Report) -> None:
    contract = parse_contract(plan.dataset, Path(plan.contract_path), plan.contract)
    spark = start_session(f"stackhouse {plan.dataset} {plan.run}")
    try:
        report(JobStarted(spark.sparkContext.applicationId))
        report(run_plan(spark, contract, plan, report))
    finally:
        spark.stop()


def _refuse_existing(spark: SparkSession, plan: JobPlan) -> None:
    targets = [path for task in plan.stage for path in (task.staged, task.quarantine)]
    for path in [*targets, plan.clean_target, *(task.target for task in plan.marts)]:
        if exists(spark, path):
            raise AlreadyExistsError(f"{path} exists; a run writes only to new directories, start another run")


def _begin(spark: SparkSession, step: JobStep, report: Report) -> None:
    # By this the event log says which step a job is of.
    spark.sparkContext.setJobDescription(step.name)
    report(step)


def _detail(group: Sequence[StageTask]) -> str:
    return group[0].batch if len(group) == 1 else f"{group[0].batch} and {len(group) - 1:,} more"


def _new_sources(plan: JobPlan, staged: dict[str, StagedCounts]) -> list[StagedSource]:
    return [StagedSource(task.batch, task.sequence, task.staged, staged[task.batch].quarters) for task in plan.stage]


def _check_clean(spark: SparkSession, contract: Contract, plan: JobPlan, cleaned: CleanCounts) -> dict[str, list[str]]:
    if plan.clean_check is None:
        return {}
    register_clean(spark, contract, list(_written(plan, cleaned.clean).values()))
    failures = check_failures(spark, plan.clean_check)
    return {CLEAN: failures} if failures else {}


def _written(plan: JobPlan, clean: dict[str, FileRows]) -> dict[str, str]:
    """Directories of the quarters that the run wrote."""
    return {quarter: f"{plan.clean_target}/{partition_name(quarter)}" for quarter, rows in clean.items() if rows}


def _build_marts(
    spark: SparkSession, contract: Contract, plan: JobPlan, result: JobResult, report: Report
) -> JobResult:
    written = _written(plan, result.clean)
    kept = {q: path for q, path in plan.clean_existing.items() if q not in result.clean}
    marts, failed = dict[str, dict[str, int]](), dict(result.failed_checks)
    for task in plan.marts:
        _begin(spark, JobStep("mart", task.name), report)
        quarters = sorted({*task.quarters, *result.clean})
        unknown = [q for q in quarters if q not in kept and q not in result.clean]
        if unknown:
            raise JobError(
                f"mart {task.name}: no directory of clean rows for {', '.join(unknown)}; the plan must name one"
            )
        built = build_mart(spark, contract, replace(task, quarters=quarters), {**kept, **written})
        marts[task.name] = built.rows
        if built.failures:
            failed[task.name] = built.failures
    return replace(result, marts=marts, failed_checks=failed)


def _reporter(events: IO[bytes]) -> Report:
    def report(event: JobProgress | JobResult | JobFailed) -> None:
        events.write(write_line(JobEvent(event)))
        events.flush()

    return report


def _exit_with_parent(stdin: int) -> None:
    # Not through sys.stdin: its lock, held here, would abort the interpreter's own exit.
    while os.read(stdin, 1):
        pass
    # No clean-up: Spark's JVM ends with this process, and the result would not be read.
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
