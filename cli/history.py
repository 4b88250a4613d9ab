"""`history`: the releases of a dataset."""

from typing import Any

from rich.table import Table

from cli.output import print_json, standard_output
from ingestion.webhdfs import WebHdfs
from warehouse import ledger
from warehouse.contract_file import load_contract
from warehouse.quarter import Quarter
from warehouse.release import CLEAN, QUARANTINE, Release, load_release, release_numbers
from warehouse.settings import Settings


def print_history(settings: Settings, dataset: str, as_json: bool) -> None:
    """Print all releases, oldest first."""
    load_contract(dataset, settings.datasets)
    storage = WebHdfs(settings)
    events = ledger.events(storage, dataset)
    releases = [load_release(storage, dataset, number) for number in release_numbers(storage, dataset)]
    rows = [_row(release, events) for release in releases]
    if as_json:
        print_json(rows)
    elif rows:
        _print(rows)
    else:
        print(f"{dataset} has no release yet: ./stackhouse run {dataset}")


def _row(release: Release, events: list[ledger.Event]) -> dict[str, Any]:
    mine = [event for event in events if event.release == release.number]
    return {
        "release": release.number,
        "state": _state(release.number, mine, ledger.live_release(events)),
        "at": mine[-1].at if mine else release.created_at,
        "by": release.created_by,
        "run": release.run,
        "batches": len(release.batches),
        "clean": release.tables[CLEAN].rows,
        "quarantined": release.tables[QUARANTINE].rows,
        "quarters": {value: part.rows for value, part in release.tables[CLEAN].partitions.items()},
        "reason": next((event.reason for event in reversed(mine) if event.reason), ""),
    }


def _state(number: int, events: list[ledger.Event], live: int | None) -> str:
    if number == live:
        return "live"
    if any(event.kind in ("published", "rolled_back") for event in events):
        return "previous"
    return events[-1].kind if events else "unfinished"


def _print(rows: list[dict[str, Any]]) -> None:
    table = Table(box=None, pad_edge=False)
    for name in ("release", "state", "when (UTC)", "batches", "clean", "rejected", "quarters"):
        number = name in ("release", "batches", "clean", "rejected")
        table.add_column(name, justify="right" if number else "left", no_wrap=True)
    for row in rows:
        style = {"live": "green", "held": "red"}.get(row["state"], "dim")
        quarters = [str(Quarter.from_partition(value)) for value in row["quarters"]]
        table.add_row(
            str(row["release"]),
            f"[{style}]{row['state']}[/]",
            row["at"][:16],
            f"{row['batches']:,}",
            f"{row['clean']:,}",
            f"{row['quarantined']:,}",
            "–".join(dict.fromkeys([quarters[0], quarters[-1]])) if quarters else "",
        )
    standard_output().print(table)
    for row in rows:
        if row["reason"]:
            print(f"release {row['release']}, {row['state']}: {row['reason']}")
