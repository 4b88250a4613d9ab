"""The commands that begin a dataset: its draft, its contract, generated data."""

from pathlib import Path
from typing import Annotated

import typer

from cli.arguments import AsJson, Dataset
from warehouse.settings import load_settings

draft_commands = typer.Typer()
contract_commands = typer.Typer(help="Check contracts, data/<dataset>/dataset.yaml.", no_args_is_help=True)


@draft_commands.command()
def new(
    dataset: Annotated[str, typer.Argument(help="Name of the new dataset: lower-case letters, digits and _.")],
    files: Annotated[
        list[Path], typer.Argument(help="CSV, JSON lines, logs or Parquet; a directory stands for its files.")
    ],
    as_json: AsJson = False,
) -> None:
    """Draft a contract and a first mart from sample files."""
    from cli.views.draft import draft_dataset

    draft_dataset(load_settings(), dataset, files, as_json)


@draft_commands.command()
def generate(
    dataset: Annotated[str, typer.Argument(help="trips.")],
    rows: Annotated[int, typer.Option(help="Total number of rows.")],
    out: Annotated[Path, typer.Option(help="New directory for the files and the expected results.")],
    seed: Annotated[int, typer.Option(help="Seed; the same seed gives the same bytes.")],
    dirt: Annotated[float, typer.Option(help="Share of rows with something wrong, 0 to 0.5.")] = 0.02,
) -> None:
    """Write synthetic test data: files to load, and the results to expect."""
    from cli.views.generate import generate_files

    generate_files(dataset, rows, seed, out, dirt)


@contract_commands.command("check")
def check_contract(dataset: Dataset, as_json: AsJson = False) -> None:
    """Check the contract and SQL of a dataset, and what its changes mean for published rows."""
    from cli.views.contract import print_check

    print_check(load_settings(), dataset, as_json)
