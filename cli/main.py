"""The commands of `./stackhouse`; each imports what it needs, so that `query` does not wait for Spark."""

import os
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from cli.account import check_state, denial
from cli.arguments import Accept, AsJson, Dataset, Format, Jobs, Kept, Passed, Reason, Secure, Strict, TaskTimes, Wait
from cli.draft_commands import contract_commands, draft_commands
from cli.output import open_output
from cli.release_commands import release_commands
from cli.sbom_commands import sbom_commands
from cli.schedule_commands import schedule_commands
from cli.user_commands import user_commands
from warehouse.errors import StackDownError, StackhouseError, UsageError
from warehouse.settings import Settings, load_settings

app = typer.Typer(
    help="A warehouse on HDFS, YARN, Spark and Hive that starts with one command. Every command takes "
    "--profile local|compose|external and --debug.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.add_typer(contract_commands, name="contract")
app.add_typer(draft_commands)
app.add_typer(release_commands)
app.add_typer(sbom_commands, name="sbom")
app.add_typer(schedule_commands, name="schedule")
app.add_typer(user_commands, name="user")

_PASSES_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
_INTERRUPTED = 130
_PROFILE = "--profile"
_COMMENT = re.compile(r"--[^\s=]*\s")
"""How SQL begins with a comment; no option has white space in its name."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit with its code: see `warehouse.errors` for what the codes mean."""
    open_output()
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in given
    try:
        wanted = [_keep_comment(argument) for argument in given if argument != "--debug"]
        app(_choose_profile(wanted), prog_name="./stackhouse")
    except StackhouseError as problem:
        _fail(str(problem), problem.exit_code, debug)
    except SystemExit as end:
        # Typer makes this of Ctrl-C and prints nothing.
        if end.code == _INTERRUPTED:
            _fail("interrupted; it is safe to run any command again", _INTERRUPTED, debug)
        raise
    # A user never gets a stack trace unasked.
    except Exception as problem:
        # Connections and signals can be refused too: those have no name.
        if isinstance(problem, PermissionError) and problem.filename:
            _fail(denial(Path(os.fsdecode(problem.filename))), 1, debug)
        _fail(f"unexpected {type(problem).__name__}: {problem}; add --debug for the details", 1, debug)


def _keep_comment(argument: str) -> str:
    """Put a line break before SQL that begins with a comment, or it would be taken for an option."""
    return f"\n{argument}" if _COMMENT.match(argument) else argument


def _choose_profile(arguments: list[str]) -> list[str]:
    """Take `--profile NAME`, which every command knows, out of the arguments; it wins over environment and `.env`."""
    for position, argument in enumerate(arguments):
        if argument == _PROFILE and position + 1 < len(arguments):
            os.environ["STACKHOUSE_PROFILE"] = arguments[position + 1]
            return arguments[:position] + arguments[position + 2 :]
        if argument.startswith(f"{_PROFILE}="):
            os.environ["STACKHOUSE_PROFILE"] = argument.partition("=")[2]
            return arguments[:position] + arguments[position + 1 :]
    return arguments


def _own_stack() -> Settings:
    settings = load_settings()
    check_state(settings)
    return settings


def _fail(message: str, code: int, debug: bool) -> NoReturn:
    if debug:
        Console(stderr=True).print_exception()
    print(f"stackhouse: {' '.join(message.split())}", file=sys.stderr)
    sys.exit(code)


@app.command()
def demo() -> None:
    """Start everything, load 3,000,000 real flights, clean them and print quarterly figures."""
    from cli.demo import run_demo

    run_demo(load_settings())


@app.command("test", context_settings=_PASSES_ON)
def run_tests(arguments: Passed = None) -> None:
    """Run the test suite on a cluster of its own; arguments go to pytest."""
    from cli.suite import run_suite

    sys.exit(run_suite(arguments or []))


@app.command()
def up(secure: Secure = False) -> None:
    """Start the stack and wait until it answers."""
    from cli.progress import StepBoard
    from cli.views.up import print_addresses
    from hadoop.web.exposure import exposure
    from stack.lifecycle import start_stack

    settings = replace(_own_stack(), secure=True) if secure else _own_stack()
    with StepBoard() as board:
        start_stack(settings, board)
    print_addresses(settings)
    if not settings.profile.belongs_to_others and (reach := exposure(settings)):
        print(f"warning: {reach}")


@app.command()
def down() -> None:
    """Stop the stack; all data is there again after the next `up`."""
    from cli.progress import StepBoard
    from stack.lifecycle import stop_stack

    settings = _own_stack()
    with StepBoard() as board:
        stopped = stop_stack(settings, board)
    print("down" if stopped else "nothing was running")


@app.command()
def rotate() -> None:
    """Remove all keys, the certificate and your password from a stopped stack; the next `up` makes new ones."""
    from stack.securing import forget_secrets

    forget_secrets(_own_stack())
    print(
        "all keys, the certificate and your password are removed; ./stackhouse up makes new ones. Users keep their "
        "passwords: to change one, ./stackhouse user add"
    )


@app.command()
def status(as_json: AsJson = False) -> None:
    """Show every service, its pid, ports and memory, and the capacity of HDFS and YARN."""
    from cli.views.status import print_status
    from stack.status import read_status

    report = read_status(_own_stack())
    print_status(report, as_json)
    sys.exit(0 if report.healthy else 4)


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Find out what is wrong with the stack and how to fix it."""
    from cli.views.doctor import print_doctor

    sys.exit(0 if print_doctor(_own_stack(), as_json) else StackDownError.exit_code)


@app.command()
def logs(
    service: Annotated[str, typer.Argument(help="Name of the service, as in `status`.")],
    follow: Annotated[bool, typer.Option("-f", "--follow", help="Keep printing as the log grows.")] = False,
) -> None:
    """Show the log of one service."""
    from hadoop.services import log_path, services_of
    from stack.compose import check_engine, compose_command, compose_environment

    settings = _own_stack()
    names = [each.name for each in services_of(settings)]
    if service not in names:
        raise UsageError(f"no service {service!r}; services: {', '.join(names)}")
    if settings.profile.in_containers:
        check_engine()
        command = compose_command("logs", "--tail", "200", *(["--follow"] if follow else []), service)
        os.execvpe(command[0], command, compose_environment(settings))
    if settings.profile.belongs_to_others:
        raise UsageError("this cluster is run by others: its logs are where its services run")
    path = log_path(settings, service)
    if not path.is_file():
        raise UsageError(f"{path} does not exist: {service} has never been started here")
    os.execvp("tail", ["tail", *(["-F"] if follow else []), "-n", "200", str(path)])


@app.command()
def load(  # noqa: PLR0913, PLR0917 - the options that users know
    dataset: Dataset,
    files: Annotated[list[Path], typer.Argument(help="Files of one batch.")],
    wait: Wait = False,
    strict: Strict = False,
    jobs: Jobs = None,
    as_json: AsJson = False,
) -> None:
    """Load files into HDFS as one verified batch; loading the same files again changes nothing."""
    from cli.views.load import load_files
    from pipeline.warehouse import Warehouse

    load_files(Warehouse(load_settings()).dataset(dataset), files, as_json, wait, strict, jobs)


@app.command()
def run(  # noqa: PLR0913, PLR0917 - the options that users know
    dataset: Dataset,
    quarter: Annotated[
        list[str] | None, typer.Option(help="Rebuild this quarter, e.g. 2001Q2, even if nothing in it changed.")
    ] = None,
    accept: Accept = False,
    reason: Reason = "",
    wait: Wait = False,
    task_times: TaskTimes = False,
    as_json: AsJson = False,
) -> None:
    """Stage, clean, aggregate, audit and publish what was loaded since the last release."""
    from cli.progress import StepBoard
    from cli.views.run import print_run
    from pipeline.warehouse import Warehouse

    accepted = _accepted(accept, reason)
    with StepBoard() as board:
        found = Warehouse(load_settings(), board).dataset(dataset)
        report = found.run(quarter or [], accept=accepted, wait=wait, task_times=task_times)
    print_run(report, as_json)


def _accepted(accept: bool, reason: str) -> str | None:
    if accept != bool(reason.strip()):
        raise UsageError(
            "--accept needs --reason TEXT, and --reason needs --accept", "say why the checks are overruled"
        )
    return reason.strip() if accept else None


@app.command()
def reprocess(  # noqa: PLR0913, PLR0917 - the options that users know
    dataset: Dataset,
    files: Annotated[
        list[Path] | None, typer.Argument(help="Files with fixed rows, loaded first as another batch.")
    ] = None,
    accept: Accept = False,
    reason: Reason = "",
    wait: Wait = False,
    task_times: TaskTimes = False,
    as_json: AsJson = False,
) -> None:
    """Read all loaded rows again after a change of the contract, or with fixed rows, and publish them."""
    from cli.progress import StepBoard
    from cli.views.load import load_with_bars, print_load
    from cli.views.run import print_run
    from pipeline.warehouse import Warehouse

    settings, accepted = load_settings(), _accepted(accept, reason)
    loaded = load_with_bars(Warehouse(settings).dataset(dataset), files, wait) if files else None
    if loaded and not as_json:
        print_load(loaded)
    with StepBoard() as board:
        found = Warehouse(settings, board).dataset(dataset)
        report = found.reprocess(accept=accepted, wait=wait, task_times=task_times)
    print_run(report, as_json, loaded)


@app.command()
def query(
    sql: Annotated[str, typer.Argument(help="A single HiveQL statement.")],
    output: Format = "table",
    release: Kept = None,
) -> None:
    """Run a query in HiveServer2 and print the result."""
    from cli.views.query import run_query

    run_query(load_settings(), sql, output, release)


@app.command(context_settings=_PASSES_ON)
def beeline(arguments: Passed = None) -> None:
    """Open beeline on this stack; arguments are beeline's, e.g. -e 'SHOW DATABASES'."""
    from cli.beeline import exec_beeline

    exec_beeline(load_settings(), arguments or [])
