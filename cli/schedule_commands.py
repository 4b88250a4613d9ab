"""The commands that run quarters when they are due."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.arguments import AsJson, Dataset, Wait
from warehouse.errors import UsageError
from warehouse.settings import load_settings

schedule_commands = typer.Typer(help="Run each quarter once it is complete.", no_args_is_help=True)


@schedule_commands.command()
def install(
    dataset: Dataset,
    every: Annotated[str, typer.Option(help="quarter.")],
    at: Annotated[str, typer.Option(help="Time of day to check, by the clock of this machine.")] = "04:30",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be written.")] = False,
) -> None:
    """Install a daily timer, by systemd or else cron, that runs the quarters that are due."""
    from cli.views.timers import install_timer
    from schedule.job import parse_clock

    if every != "quarter":
        raise UsageError(f"--every {every}: expected quarter")
    install_timer(load_settings(), dataset, parse_clock(at), dry_run)


@schedule_commands.command()
def remove(dataset: Dataset) -> None:
    """Remove the timer of a dataset."""
    from cli.views.timers import remove_timer

    remove_timer(dataset)


@schedule_commands.command()
def show(as_json: AsJson = False) -> None:
    """List your timers."""
    from cli.views.timers import print_timers

    print_timers(as_json)


@schedule_commands.command()
def run(dataset: Dataset, wait: Wait = False) -> None:
    """Run the quarters that are due, oldest first. The timer calls this."""
    from cli.views.due import run_due

    run_due(load_settings(), dataset, datetime.now(UTC), wait)
