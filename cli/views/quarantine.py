"""`quarantine`: the rejected rows of a release, counted by rule, shown, and exported to be fixed."""

from collections import Counter
from pathlib import Path

from rich.table import Table

from cli.output import standard_output
from cli.views.query import PRINTERS, check_format
from hadoop.webhdfs import WebHdfs
from hive.connection import connect
from hive.ddl import select_quarantine, select_rejected_records
from hive.rows import Rows
from pipeline.dataset import check_known, contract_of
from pipeline.export import write_export
from warehouse.batch import loaded_batches
from warehouse.errors import UsageError
from warehouse.release.history import read_history
from warehouse.release.manifest import Release, load_kept
from warehouse.settings import Settings
from warehouse.storage import Storage

_SHOWN = 20


def print_quarantine(settings: Settings, dataset: str, output: str, number: int | None) -> None:
    """Print counts by rule and the first rejected rows, or as `csv` and `json` all rejected rows.

    Args:
        settings: Settings of the stack.
        dataset: Name in the contract.
        output: `table`, `csv` or `json`.
        number: Number of a release, `None` for the live one.

    Raises:
        UsageError: Unknown format or release, or no release yet.
        ContractError: Unknown dataset.
    """
    check_format(output)
    check_known(settings, dataset)
    release = _release(WebHdfs(settings.endpoints), dataset, number)
    with connect(settings.endpoints) as server:
        rows = server.fetch(select_quarantine(dataset, release.number, _SHOWN if output == "table" else None))
    if output == "table":
        _print(release, rows)
    else:
        PRINTERS[output](rows)


def export_quarantine(settings: Settings, dataset: str, directory: Path, number: int | None) -> None:
    """Write the rejected records as they were received to files that `load` takes once they are fixed.

    Args:
        settings: Settings of the stack.
        dataset: Name in the contract.
        directory: New directory for the files.
        number: Number of a release; `None`: the live one.

    Raises:
        UsageError: The directory exists, or there is no such release.
    """
    contract = contract_of(settings, dataset)
    if directory.exists():
        raise UsageError(f"{directory} exists already", "name a new directory")
    storage = WebHdfs(settings.endpoints)
    release = _release(storage, dataset, number)
    with connect(settings.endpoints) as server:
        rows = server.fetch(select_rejected_records(dataset, release.number)).rows
    if not rows:
        print(f"release {release.number} of {dataset} has no rejected rows: nothing to export")
        return
    written = write_export(contract, loaded_batches(storage, dataset), rows, directory)
    print(f"{len(rows):,} records in {', '.join(str(path) for path in written)}")
    print(f"fix them, then: ./stackhouse reprocess {dataset} {' '.join(str(path) for path in written)}")


def _release(storage: Storage, dataset: str, number: int | None) -> Release:
    chosen = number or read_history(storage, dataset).live
    if chosen is None:
        raise UsageError(f"{dataset} has no release yet", f"run ./stackhouse run {dataset}")
    (release,) = load_kept(storage, dataset, (chosen,))
    return release


def _print(release: Release, rows: Rows) -> None:
    rejected = sum(batch.quarantined for batch in release.batches.values())
    raw = sum(batch.raw for batch in release.batches.values())
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
    print(f"to fix them: ./stackhouse quarantine {release.dataset} --export DIR")


def _by_rule(release: Release) -> Counter[str]:
    found: Counter[str] = Counter()
    for batch in release.batches.values():
        found.update(batch.rules)
    return found
