"""`history`: the releases of a dataset, or of all."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.table import Table

from cli.output import print_json, standard_output
from hadoop.webhdfs import WebHdfs
from pipeline.dataset import check_known
from warehouse.errors import StorageError
from warehouse.quarter import span
from warehouse.release import ledger
from warehouse.release.catalog import datasets_in
from warehouse.release.history import History, read_history
from warehouse.release.manifest import CLEAN, QUARANTINE, release_numbers
from warehouse.release.outline import Outline, read_outlines
from warehouse.settings import Settings
from warehouse.storage import Storage

_COLUMNS = ("release", "state", "when (UTC)", "by", "batches", "clean", "rejected", "checks", "quarters")
_NOTED = ("live", "held")
"""Only of these it is said how far each check went; `--json` has it of all."""

_NUMBERS = ("release", "batches", "clean", "rejected")
_NOTHING = "no dataset has a release yet: ./stackhouse list"


def print_history(settings: Settings, dataset: str | None, as_json: bool) -> None:
    """Print all releases of a dataset, oldest first; with `None` of every dataset, one after the other.

    Args:
        settings: Settings of the stack.
        dataset: Name in the contract, or `None`.
        as_json: Print JSON instead of a table.

    Raises:
        StorageError: What HDFS has of a dataset is damaged; all others are printed before.
    """
    if dataset is not None:
        check_known(settings, dataset)
    storage = WebHdfs(settings.endpoints)
    rows, problems = _read(storage, [dataset] if dataset else datasets_in(storage))
    if as_json:
        print_json(rows)
    elif rows:
        _print(rows, several=dataset is None)
    elif not problems:
        print(f"{dataset} has no release yet: ./stackhouse run {dataset}" if dataset else _NOTHING)
    if problems:
        raise StorageError("; ".join(problems))


def _read(storage: Storage, datasets: Sequence[str]) -> tuple[list[dict[str, Any]], list[str]]:
    """Releases of all datasets that can be read, and what is wrong with the others."""
    rows, problems = list[dict[str, Any]](), list[str]()
    for dataset in datasets:
        try:
            rows += describe_releases(storage, dataset)
        except StorageError as problem:
            problems.append(str(problem))
    return rows, problems


def describe_releases(storage: Storage, dataset: str) -> list[dict[str, Any]]:
    """Everything that is known of the releases of a dataset, oldest first."""
    history = read_history(storage, dataset)
    checks = ledger.checks_by_release(storage, dataset)
    releases = read_outlines(storage, dataset, release_numbers(storage, dataset))
    return [describe(release, history, checks.get(release.number, [])) for release in releases]


def describe(release: Outline, history: History, checks: Sequence[ledger.CheckRecord]) -> dict[str, Any]:
    """Everything that is known of a release.

    Args:
        release: The release.
        history: History of its dataset.
        checks: Checks of this release.
    """
    mine = history.of(release.number)
    happened = [event for event in mine if event.kind not in ("pinned", "unpinned")]
    return {
        "dataset": release.dataset,
        "release": release.number,
        "state": _state(release.number, history),
        "pinned": release.number in history.pinned,
        "at": happened[-1].at if happened else release.created_at,
        "by": release.created_by,
        "run": release.run,
        "batches": release.batches,
        "clean": release.tables[CLEAN].rows,
        "quarantined": release.tables[QUARANTINE].rows,
        "tables": {
            name: {value: part.rows for value, part in table.partitions.items()}
            for name, table in release.tables.items()
        },
        "checks": [asdict(check) for check in checks],
        "events": [{name: getattr(event, name) for name in ("kind", "at", "by", "reason")} for event in mine],
        "reason": next((event.reason for event in reversed(mine) if event.reason), ""),
    }


def _state(number: int, history: History) -> str:
    if number == history.live:
        return "live"
    if number in history.dropped:
        return "dropped"
    if number in history.readable:
        return "previous"
    kinds = {event.kind for event in history.of(number)}
    # A crash after `accepted` or `publishing` leaves a release that the next command finishes or discards.
    return next((kind for kind in ("discarded", "held") if kind in kinds), "unfinished")


def _print(rows: list[dict[str, Any]], several: bool) -> None:
    table = Table(box=None, pad_edge=False)
    for name in ("dataset", *_COLUMNS) if several else _COLUMNS:
        table.add_column(name, justify="right" if name in _NUMBERS else "left", no_wrap=True)
    for row in rows:
        style = {"live": "green", "held": "red"}.get(row["state"], "dim")
        table.add_row(
            *([row["dataset"]] if several else []),
            str(row["release"]),
            f"[{style}]{row['state']}[/]{', pinned' if row['pinned'] else ''}",
            row["at"][:16],
            row["by"],
            f"{len(row['batches']):,}",
            f"{row['clean']:,}",
            f"{row['quarantined']:,}",
            _checks(row["checks"]),
            span(row["tables"][CLEAN]),
        )
    standard_output().print(table)
    for row in rows:
        if row["reason"]:
            print(f"{_name(row, several)}release {row['release']}, {row['state']}: {row['reason']}")
        for check in row["checks"] if row["state"] in _NOTED else ():
            if check["note"]:
                print(f"{_name(row, several)}release {row['release']}, {check['name']}: {check['note']}")


def _name(row: dict[str, Any], several: bool) -> str:
    """The dataset where the table has more than one."""
    return f"{row['dataset']}, " if several else ""


def _checks(checks: Sequence[dict[str, Any]]) -> str:
    """`9 passed`, `1 of 9 failed`, nothing for a release that was not checked."""
    failed = sum(not check["passed"] for check in checks)
    if failed:
        return f"{failed} of {len(checks)} failed"
    return f"{len(checks)} passed" if checks else ""
