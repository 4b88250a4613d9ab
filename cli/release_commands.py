"""The commands about releases: what there is, what changed, going back, removing."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.arguments import AsJson, Dataset, Format, Kept, Wait
from warehouse.release.retention import GRACE_HOURS, KEEP, Policy
from warehouse.settings import load_settings

release_commands = typer.Typer()


@release_commands.command("list")
def list_datasets(as_json: AsJson = False) -> None:
    """List the datasets: where each contract is, what readers see, what is held or not yet published."""
    from cli.views.listing import print_list

    print_list(load_settings(), as_json, datetime.now(UTC))


@release_commands.command()
def history(
    dataset: Annotated[str | None, typer.Argument(help="Name of the dataset; default: all of them.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the releases of one dataset or of all, with the live ones marked."""
    from cli.views.history import print_history

    print_history(load_settings(), dataset, as_json)


@release_commands.command()
def diff(
    dataset: Dataset,
    before: Annotated[int, typer.Argument(min=1, help="Release.")],
    after: Annotated[int, typer.Argument(min=1, help="Release to compare it with.")],
    output: Format = "table",
    rows: Annotated[bool, typer.Option("--rows", help="Also show up to 20 changed rows of each mart.")] = False,
) -> None:
    """Show what changed for readers between two releases, by table and quarter."""
    from cli.views.diff import print_diff

    print_diff(load_settings(), dataset, (before, after), output, rows)


@release_commands.command()
def rollback(
    dataset: Dataset,
    to: Annotated[
        int | None, typer.Option(min=1, help="Release to go back to; default: the one before the live one.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Reason, recorded in the ledger.")] = "",
    wait: Wait = False,
    as_json: AsJson = False,
) -> None:
    """Take readers back to an earlier release within seconds; nothing is deleted."""
    from cli.views.rollback import print_rollback
    from pipeline.warehouse import Warehouse

    done = Warehouse(load_settings()).dataset(dataset).rollback(to, reason=reason.strip(), wait=wait)
    print_rollback(done, as_json)


@release_commands.command()
def pin(
    dataset: Dataset,
    release: Annotated[int, typer.Argument(min=1, help="Release.")],
    reason: Annotated[str, typer.Option(help="Who needs it and why; recorded in the ledger.")],
    wait: Wait = False,
) -> None:
    """Protect a release from gc, so that it can be used again later."""
    from pipeline.warehouse import Warehouse

    Warehouse(load_settings()).dataset(dataset).pin(release, reason=reason.strip(), wait=wait)
    print(f"gc keeps release {release} of {dataset} until ./stackhouse unpin {dataset} {release}")


@release_commands.command()
def unpin(
    dataset: Dataset,
    release: Annotated[int, typer.Argument(min=1, help="Release.")],
    wait: Wait = False,
) -> None:
    """Allow gc to remove a pinned release again."""
    from pipeline.warehouse import Warehouse

    Warehouse(load_settings()).dataset(dataset).unpin(release, wait=wait)
    print(f"release {release} of {dataset} is no longer pinned: gc may remove it")


@release_commands.command()
def gc(  # noqa: PLR0913, PLR0917 - the options that users know
    dataset: Dataset,
    keep: Annotated[int, typer.Option(min=1, help="Number of published releases to keep, whatever their age.")] = KEEP,
    grace: Annotated[float, typer.Option(min=0, help="Hours to keep everything after its last use.")] = GRACE_HOURS,
    yes: Annotated[bool, typer.Option("--yes", help="Remove it; without this, it is only shown.")] = False,
    wait: Wait = False,
    as_json: AsJson = False,
) -> None:
    """Show what is no longer needed, or with --yes move it to the trash: old releases and unused directories."""
    from cli.views.gc import print_collection
    from pipeline.warehouse import Warehouse

    found = Warehouse(load_settings()).dataset(dataset).gc(Policy.of(keep, grace), remove=yes, wait=wait)
    print_collection(found, as_json)


@release_commands.command()
def quarantine(
    dataset: Dataset,
    output: Format = "table",
    release: Kept = None,
    export: Annotated[
        Path | None, typer.Option(help="Write the records to files in this new directory, to fix and load again.")
    ] = None,
) -> None:
    """Show rejected rows and why they were rejected; --format csv and json print all of them."""
    from cli.views.quarantine import export_quarantine, print_quarantine

    if export is None:
        print_quarantine(load_settings(), dataset, output, release)
    else:
        export_quarantine(load_settings(), dataset, export, release)
