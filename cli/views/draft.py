"""`new`: drafts a contract and a first mart from files, and says what the draft is and what to do next."""

import shlex
from pathlib import Path

from rich.table import Table
from rich.text import Text

from cli.output import print_json, standard_output
from drafting.contract_text import evidence
from drafting.draft import Draft, draft, named
from warehouse.input.batch_files import listed
from warehouse.settings import Settings


def draft_dataset(settings: Settings, name: str, files: list[Path], as_json: bool) -> None:
    """Draft a dataset beside the others and print what was drafted.

    Args:
        settings: Settings of the stack.
        name: Name of the new dataset.
        files: Files and directories to draft from.
        as_json: Print JSON instead of a table.

    Raises:
        ContractError: The name cannot be used.
        InputFileError: A file cannot be read, the files are not written alike, or none has rows.
        UsageError: The dataset exists.
    """
    print_draft(draft(name, files, settings.datasets), as_json)


def print_draft(drafted: Draft, as_json: bool) -> None:
    """Print the proposals, what is unsure, and the next commands."""
    if as_json:
        print_json(_as_json(drafted))
        return
    print(f"{drafted.dataset}: drafted from {drafted.extent.words(named(drafted.given))}")
    if drafted.skipped:
        print(f"skipped, as they have no rows: {listed(drafted.skipped)}")
    standard_output().print(_table(drafted))
    if drafted.unsure:
        print("\nunsure:")
        for sentence in drafted.unsure:
            print(f"  - {sentence}")
    print("\nwritten:")
    for path in drafted.paths:
        print(f"  {path}")
    print("\nnext:")
    if not drafted.event_time:
        print(f"  write the event time into {drafted.paths[0]}, as its comments say")
    for command in next_commands(drafted):
        print(f"  {command}")
    if drafted.lacking:
        print(f"  load the files that have {' and '.join(drafted.lacking)}, and only these")


def next_commands(drafted: Draft) -> list[str]:
    """What a user does with a draft, in order; `load` only if it takes the files that were given."""
    return [f"./stackhouse contract check {drafted.dataset}", *([] if drafted.lacking else _loading(drafted))]


def _loading(drafted: Draft) -> list[str]:
    renamed = drafted.renamed
    given = drafted.given if renamed is None else (renamed,)
    rename = [] if renamed is None else [f"mv -n {shlex.join([str(drafted.given[0]), str(renamed)])}"]
    return [
        *rename,
        f"./stackhouse load {drafted.dataset} {shlex.join(map(str, given))}",
        f"./stackhouse run {drafted.dataset}",
        f'./stackhouse query "SELECT * FROM {drafted.dataset}.{drafted.mart}"',  # noqa: S608 - validated names
    ]


def _table(drafted: Draft) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("column", "type", "required", "evidence"):
        table.add_column(heading, overflow="fold" if heading == "evidence" else "ellipsis")
    for column in drafted.columns:
        # As Text: a value from the file may look like Rich's markup.
        required = "key" if column.key else "yes" if column.required else ""
        table.add_row(*map(Text, (column.name, column.type, required, evidence(column))))
    return table


def _as_json(drafted: Draft) -> dict[str, object]:
    return {
        "dataset": drafted.dataset,
        "given": [str(path) for path in drafted.given],
        "files": drafted.extent.count,
        "sampled_files": drafted.extent.sampled,
        "skipped": list(drafted.skipped),
        "rows": drafted.rows,
        "all_rows": drafted.whole,
        "rejected_share": drafted.rejected,
        "mart": drafted.mart,
        "event_time": drafted.event_time or None,
        "paths": [str(path) for path in drafted.paths],
        "columns": [
            {
                "name": column.name,
                "source_name": column.source_name,
                "other_source_names": list(column.held.names[1:]) if column.held else [],
                "type": column.type,
                "required": column.required,
                "key": column.key,
                "formats": list(column.formats),
                "evidence": evidence(column),
            }
            for column in drafted.columns
        ],
        "unsure": list(drafted.unsure),
        "next": next_commands(drafted),
    }
