"""`history`: the releases of a dataset."""

from typing import Any

from rich.console import Console
from rich.table import Table

from cli.output import print_json
from ingestion.webhdfs import WebHdfs
from warehouse import ledger
from warehouse.contract_file import load_contract
from warehouse.quarter import Quarter
from warehouse.release import Release, load_release, release_numbers
from warehouse.settings import Settings


def print_history(settings: Settings, dataset: str, as_json: bool) -> None:
    """Print all releases, oldest first."""
    load_contract(dataset)
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
        "clean": release.tables["clean"].rows,
        "quarantined": release.tables["quarantine"].rows,
        "quarters": {value: part.rows for value, part in release.tables["clean"].partitions.items()},
        "reason": mine[-1].reason if mine else "",
    }


def _state(number: int, events: list[ledger.Event], live: int | None) -> str:
    if number == live:
        return "live"
    if any(event.kind in ("published", "rolled_back") for event in events):
        return "previous"
    return events[-1].kind if events else "unfinished"


def _print(rows: list[dict[str, Any]]) -> None:
    table = Table(box=None, pad_edge=False)
    for name in ("release", "state", "when (UTC)", "by", "run", "batches", "clean", "quarantined", "rows by quarter"):
        table.add_column(name, justify="right" if name in ("release", "batches", "clean", "quarantined") else "left")
    for row in rows:
        style = {"live": "green", "held": "red"}.get(row["state"], "dim")
        quarters = "  ".join(f"{Quarter.from_partition(value)} {count:,}" for value, count in row["quarters"].items())
        when = row["at"].partition("+")[0].replace("T", " ")
        cells = (row["release"], f"[{style}]{row['state']}[/]", when, row["by"], row["run"], row["batches"])
        numbers = (f"{row['clean']:,}", f"{row['quarantined']:,}", quarters)
        table.add_row(*(str(cell) for cell in (*cells, *numbers)))
    Console(highlight=False).print(table)
