"""`run` and `reprocess`: the pipeline with its progress and its report."""

import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from cli.output import print_json, standard_output
from cli.views.load import load_document
from ingestion.loader import LoadResult
from pipeline.run import RunReport
from warehouse.quarter import Quarter
from warehouse.release.check import Check
from warehouse.release.conservation import Law
from warehouse.release.manifest import CLEAN, QUARANTINE
from warehouse.staged import StagedBatch

_SHOWN_FILES = 20
_TASK_SECONDS = ("busy", "launch", "processor", "garbage", "waiting")
_TASK_BYTES = ("read", "shuffled", "written")


def print_run(report: RunReport, as_json: bool, loaded: LoadResult | None = None) -> None:
    """Print what a run did.

    Args:
        report: What it did.
        as_json: Print one document of JSON.
        loaded: What was loaded before it, for the same document.
    """
    _warn(report.checks)
    if as_json:
        print_json({**({"load": load_document(loaded)} if loaded else {}), **_document(report)})
    else:
        _print(report)


def _warn(checks: Sequence[Check]) -> None:
    for check in checks:
        for failure in check.failures if check.severity == "warn" else ():
            print(f"warning: {check.name}: {failure}", file=sys.stderr)


def _document(report: RunReport) -> dict[str, Any]:
    tables = report.release.tables
    return {
        "dataset": report.dataset,
        "published": bool(report.run),
        "run": report.run,
        "application": report.application,
        "release": report.release.number,
        "law": report.law.to_dict(),
        "rows": {
            name: {value: part.rows for value, part in table.partitions.items()} for name, table in tables.items()
        },
        "new_batches": [asdict(staged) for staged in report.new_batches],
        "checks": [
            {
                "name": check.name,
                "severity": check.severity,
                "passed": not check.failures,
                "failures": list(check.failures),
                "note": check.note,
            }
            for check in report.checks
        ],
        "seconds": report.seconds,
        "tasks": [asdict(times) for times in report.tasks],
    }


def _print(report: RunReport) -> None:
    console = standard_output()
    if not report.run:
        console.print(
            f"nothing new: release {report.release.number} of {report.dataset} stays live, no job was started"
        )
        console.print(str(report.law.total))
        return
    tables = report.release.tables
    table = Table(box=None, pad_edge=False)
    table.add_column("quarter")
    shown = [name for name in tables if name != QUARANTINE]
    for name in shown:
        table.add_column(name, justify="right")
    for value in tables[CLEAN].partitions:
        rows = [tables[name].partitions.get(value) for name in shown]
        table.add_row(str(Quarter.from_partition(value)), *(f"{part.rows:,}" if part else "0" for part in rows))
    console.print(table)
    for staged in report.new_batches:
        _print_batch(staged, report.law, console)
    console.print(f"all batches: {report.law.total}")
    for check in report.checks:
        if check.note:
            console.print(f"{check.name}: {check.note}", markup=False, highlight=False)
    _print_tasks(report, console)
    console.print(f"release {report.release.number} of {report.dataset} is live, {report.seconds['total']:.1f} s")


def _print_tasks(report: RunReport, console: Console) -> None:
    if not report.tasks:
        return
    table = Table(box=None, pad_edge=False, title="Spark's tasks: seconds and MB of all of them", title_justify="left")
    table.add_column("step")
    for name in ("step took", "tasks", *_TASK_SECONDS, *_TASK_BYTES):
        table.add_column(name, justify="right")
    for times in report.tasks:
        seconds = (f"{getattr(times, name):.1f}" for name in _TASK_SECONDS)
        sizes = (f"{getattr(times, name) / 1e6:,.1f}" for name in _TASK_BYTES)
        table.add_row(times.step, f"{report.seconds[times.step]:.1f}", f"{times.tasks:,}", *seconds, *sizes)
    console.print(table)


def _print_batch(staged: StagedBatch, law: Law, console: Console) -> None:
    console.print(f"batch {staged.batch}: {law.of_batch(staged.batch)}")
    if staged.rules:
        rules = sorted(staged.rules.items(), key=lambda item: -item[1])
        console.print("  rejected by: " + ", ".join(f"{rule} {rows:,}" for rule, rows in rules))
    files = list(law.files[staged.batch].items())
    if len(files) > 1:
        for name, of_file in files[:_SHOWN_FILES]:
            console.print(f"  {name}: {of_file}")
    if len(files) > _SHOWN_FILES:
        console.print(f"  and {len(files) - _SHOWN_FILES:,} more files: --json has them all")
