"""`contract check`: is a contract right, and what would its changes do to published rows?"""

from typing import Any

from rich.table import Table
from rich.text import Text

from cli.output import print_json, standard_output
from hadoop.webhdfs import WebHdfs
from hive.proof.mart_query import refusal
from pipeline.dataset import contract_of
from warehouse.contract.change import changes
from warehouse.contract.model import Contract
from warehouse.contract.sql import load_clean_check, load_mart_sql
from warehouse.errors import StackDownError, one_line
from warehouse.release.manifest import load_live
from warehouse.settings import Settings

_STYLES = {"compatible": "green", "incompatible": "red", "impossible": "red"}


def print_check(settings: Settings, dataset: str, as_json: bool) -> None:
    """Print the columns of a contract and its changes since the live release.

    Args:
        settings: Settings of the stack.
        dataset: Name in the contract.
        as_json: Print JSON instead of a table.

    Raises:
        ContractError: It is wrong, or a file of its marts is missing or wrong.
    """
    contract = contract_of(settings, dataset)
    marts = load_mart_sql(contract)
    load_clean_check(contract)
    refused = {mart.name: refusal(contract, mart.sql) for mart in marts}
    report = _report(contract, *_live_meaning(settings, dataset)) | {"not_proved": _told(refused)}
    if as_json:
        print_json(report)
    else:
        _print(contract, report)


def _told(refused: dict[str, str | None]) -> dict[str, str]:
    return {mart: why for mart, why in refused.items() if why}


def _live_meaning(settings: Settings, dataset: str) -> tuple[int | None, dict[str, Any] | None, bool]:
    """Number and contract of the live release, and whether HDFS could be asked."""
    storage = WebHdfs(settings.endpoints)
    try:
        live = load_live(storage, dataset)
    except StackDownError:
        return None, None, False
    return (live.number, live.meaning, True) if live else (None, None, True)


def _report(contract: Contract, release: int | None, meaning: dict[str, Any] | None, compared: bool) -> dict[str, Any]:
    return {
        "dataset": contract.dataset,
        "file": str(contract.path),
        "fingerprint": contract.fingerprint,
        "columns": len(contract.columns),
        "key": list(contract.key),
        "event_time": contract.event_time,
        "marts": [mart.name for mart in contract.marts],
        "compared": compared,
        "release": release,
        "changes": [vars(change) for change in changes(meaning, contract.meaning)] if meaning else [],
    }


def _print(contract: Contract, report: dict[str, Any]) -> None:
    console = standard_output()
    table = Table(box=None, pad_edge=False)
    for name in ("column", "in the files", "type", "rules"):
        table.add_column(name)
    for column in contract.columns:
        rules = ["required"] if column.required else []
        rules += ["key"] if column.key else []
        rules += [
            name for name in ("minimum", "maximum", "pattern", "values") if getattr(column, name) not in (None, ())
        ]
        named = " or ".join(column.source_names)
        written = named if column.transform is None else f"= {one_line(column.transform)}"
        table.add_row(*map(Text, (column.name, written, column.type, ", ".join(rules))))
    console.print(table)
    print(f"{contract.path} is valid")
    for change in report["changes"]:
        console.print(Text(change["kind"], _STYLES[change["kind"]]), Text(f": {change['text']}"), sep="")
    for mart in report["marts"]:
        why = report["not_proved"].get(mart)
        print(f"mart {mart}: {f'Hive cannot prove it: {why}' if why else 'Hive recomputes it in every run'}")
    print(_verdict(report))


def _verdict(report: dict[str, Any]) -> str:
    kinds = {change["kind"] for change in report["changes"]}
    if not report["compared"]:
        return "the stack is down, so it was not compared with the live release"
    if report["release"] is None:
        return "nothing is published yet"
    if "impossible" in kinds:
        return (
            "the loaded files would no longer give the rows that were counted: undo the change, or use "
            "another dataset name"
        )
    if "incompatible" in kinds:
        return f"published rows may change: ./stackhouse reprocess {report['dataset']} reads all rows again"
    if kinds:
        return "the next run reads all rows again; no published row is lost or changed"
    return f"as in release {report['release']}"
