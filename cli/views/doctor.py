"""`doctor`: what is wrong, and what helps."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.output import print_json, standard_output
from doctor.checks import CHECKS
from doctor.examine import Outcome, State, examine
from warehouse.finding import Severity
from warehouse.settings import Settings
from warehouse.wording import counted

Tell = Callable[[int], None]
"""Called with the number of checks that are done."""

_COLOURS: dict[State, str] = {"ok": "green", "warning": "yellow", "error": "red", "not checked": "dim"}


def print_doctor(settings: Settings, as_json: bool) -> bool:
    """Examine the stack and print it.

    Returns:
        Whether nothing is an error.
    """
    with _progress() as tell:
        outcomes = []
        for outcome in examine(settings):
            outcomes.append(outcome)
            tell(len(outcomes))
    healthy = all(outcome.state != "error" for outcome in outcomes)
    if as_json:
        print_json({"healthy": healthy, "profile": settings.profile, "checks": [asdict(one) for one in outcomes]})
    else:
        _print_table(outcomes)
    return healthy


@contextmanager
def _progress() -> Iterator[Tell]:
    console = Console(stderr=True)
    if not (console.is_terminal and sys.stdout.isatty()):
        yield lambda _: None
        return
    with console.status("examining") as status:
        yield lambda done: status.update(f"examining: {done} of {len(CHECKS)} checks")


def _print_table(outcomes: Sequence[Outcome]) -> None:
    table = Table("check", "state", "finding", "remedy", box=None, pad_edge=False)
    for outcome in outcomes:
        name, state = outcome.name, f"[{_COLOURS[outcome.state]}]{outcome.state}[/]"
        if not outcome.findings:
            table.add_row(name, state, escape(outcome.reason))
        for finding in outcome.findings:
            shown: State = "ok" if finding.severity == "note" else finding.severity
            table.add_row(name, f"[{_COLOURS[shown]}]{shown}[/]", escape(finding.problem), escape(finding.remedy))
            name = ""
    standard_output().print(table)
    standard_output().print(f"{_count(outcomes, 'error')}, {_count(outcomes, 'warning')}")


def _count(outcomes: Sequence[Outcome], severity: Severity) -> str:
    number = sum(finding.severity == severity for outcome in outcomes for finding in outcome.findings)
    return counted(number, severity)
