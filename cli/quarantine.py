"""`quarantine`: the rejected rows of the live release, counted by rule and shown."""

from collections import Counter

from rich.table import Table

from cli.output import standard_output
from cli.querying import PRINTERS, check_format
from hive.connection import connect
from hive.ddl import select_quarantine
from hive.rows import Rows
from ingestion.webhdfs import WebHdfs
from warehouse import ledger
from warehouse.contract_file import load_contract
from warehouse.release import Release, load_release
from warehouse.settings import Settings

_SHOWN = 20


def print_quarantine(settings: Settings, dataset: str, output: str) -> None:
    """Print counts by rule and the first rejected rows, or as `csv` and `json` all rejected rows.

    Raises:
        UsageError: Unknown format.
        ContractError: Unknown dataset.
    """
    check_format(output)
    load_contract(dataset)
    storage = WebHdfs(settings)
    number = ledger.live_release(ledger.events(storage, dataset))
    if number is None:
        print(f"{dataset} has no release yet: ./stackhouse run {dataset}")
        return
    with connect(settings) as server:
        rows = server.fetch(select_quarantine(dataset, _SHOWN if output == "table" else None))
    if output == "table":
        _print(load_release(storage, dataset, number), rows)
    else:
        PRINTERS[output](rows)


def _print(release: Release, rows: Rows) -> None:
    rejected = sum(batch["quarantined"] for batch in release.batches.values())
    raw = sum(batch["raw"] for batch in release.batches.values())
    print(f"{rejected:,} of {raw:,} rows of {release.dataset} are rejected in release {release.number}")
    if not rejected:
        return
    table = Table(box=None, pad_edge=False)
    table.add_column("rule")
    table.add_column("rows", justify="right")
    for rule, count in _by_rule(release).most_common():
        table.add_row(rule, f"{count:,}")
    standard_output().print(table)
    PRINTERS["table"](rows)
    if rejected > len(rows.rows):
        print(
            f"the first {len(rows.rows)} of {rejected:,}; all: ./stackhouse quarantine {release.dataset} --format csv"
        )


def _by_rule(release: Release) -> Counter[str]:
    found: Counter[str] = Counter()
    for batch in release.batches.values():
        found.update(batch["rules"])
    return found
