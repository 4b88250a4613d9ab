"""`list`: all datasets, and where each stands."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.table import Table

from cli.output import print_json, standard_output
from hadoop.webhdfs import WebHdfs
from warehouse.contract.file import contract_path, contracts_in
from warehouse.contract.model import is_identifier
from warehouse.errors import StorageError
from warehouse.quarter import Quarter, span
from warehouse.release.catalog import Standing, datasets_in, read_standing
from warehouse.release.manifest import CLEAN, ReleasedTable
from warehouse.run import parse_utc
from warehouse.settings import Settings
from warehouse.storage import Storage

_COLUMNS = ("dataset", "contract", "rows", "quarters", "live", "age", "held", "unpublished")
_NUMBERS = ("rows", "live", "age", "held", "unpublished")
_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
_SHORTEST = 2
"""Units from which an age is shown in the next larger one: 30 h, not 1 d."""


@dataclass(frozen=True)
class Listed:
    """One dataset.

    Attributes:
        name: Name in the contract.
        contract: Where it is, `None`: not where contracts are looked for.
        standing: State in HDFS.
        problem: Why the state is unknown; empty when it is known.
    """

    name: str
    contract: Path | None
    standing: Standing
    problem: str = ""


def print_list(settings: Settings, as_json: bool, now: datetime) -> None:
    """Print all datasets that have a contract here or rows in the warehouse.

    Args:
        settings: Settings of the stack.
        as_json: Print JSON instead of a table.
        now: The current time.

    Raises:
        StackDownError: HDFS does not answer.
        StorageError: What HDFS has of a dataset is damaged; all others are printed before.
    """
    found = find_datasets(WebHdfs(settings.endpoints), settings.datasets)
    if as_json:
        print_json([_document(dataset) for dataset in found])
    elif found:
        _print(found, settings.datasets, now)
    else:
        print("there are no datasets yet: ./stackhouse new NAME FILE drafts a contract")
    if problems := [dataset.problem for dataset in found if dataset.problem]:
        raise StorageError("; ".join(problems))


def find_datasets(storage: Storage, root: Path) -> list[Listed]:
    """All datasets, by name.

    Args:
        storage: HDFS.
        root: Directory of the contracts.
    """
    here = {name: contract_path(name, root) for name in contracts_in(root) if is_identifier(name)}
    names = sorted({*here, *datasets_in(storage)})
    listed = [_look(storage, name, here.get(name)) for name in names]
    return [dataset for dataset in listed if dataset.contract or dataset.problem or not dataset.standing.is_empty]


def _look(storage: Storage, name: str, contract: Path | None) -> Listed:
    try:
        return Listed(name, contract, read_standing(storage, name))
    except StorageError as problem:
        return Listed(name, contract, Standing(), str(problem))


def age(since: datetime, now: datetime) -> str:
    """How long ago something was, in the largest unit of which that is two or more: `3 h`."""
    seconds = max(0, int((now - since).total_seconds()))
    unit, size = next((each for each in _UNITS if seconds >= _SHORTEST * each[1]), _UNITS[-1])
    return f"{seconds // size} {unit}"


def _document(dataset: Listed) -> dict[str, Any]:
    standing = dataset.standing
    clean = _clean(standing)
    return {
        "dataset": dataset.name,
        "contract": dataset.contract,
        "rows": clean.rows if clean else None,
        "quarters": [str(Quarter.from_partition(value)) for value in sorted(clean.partitions)] if clean else [],
        "live": standing.live.number if standing.live else None,
        "published_at": standing.published_at or None,
        "held": standing.held,
        "unpublished": sorted(standing.unpublished),
        "problem": dataset.problem or None,
    }


def _clean(standing: Standing) -> ReleasedTable | None:
    return standing.live.tables[CLEAN] if standing.live else None


def _print(found: Sequence[Listed], root: Path, now: datetime) -> None:
    table = Table(box=None, pad_edge=False)
    for name in _COLUMNS:
        table.add_column(name, justify="right" if name in _NUMBERS else "left", no_wrap=True)
    for dataset in found:
        table.add_row(*_cells(dataset, now))
    standard_output().print(table)
    print(f"contracts here: {root / 'data'}")
    if any(dataset.contract is None for dataset in found):
        print("elsewhere: set STACKHOUSE_DATASETS to the directory with the contract")


def _cells(dataset: Listed, now: datetime) -> Iterator[str]:
    standing, clean = dataset.standing, _clean(dataset.standing)
    quarters = clean.partitions if clean else {}
    yield dataset.name
    yield "here" if dataset.contract else "[yellow]elsewhere[/]"
    yield f"{clean.rows:,}" if clean else ""
    yield f"{span(quarters)} ({len(quarters):,})" if quarters else ""
    yield f"[green]{standing.live.number}[/]" if standing.live else ""
    yield age(parse_utc(standing.published_at), now) if standing.published_at else ""
    yield f"[red]{standing.held}[/]" if standing.held else ""
    yield f"{len(standing.unpublished):,}" if standing.unpublished else ""
