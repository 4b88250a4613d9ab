"""`doctor`: asks one question after the other, none of them for ever, and prints what is wrong and what helps."""

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Literal

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.checks import CHECKS, Check
from cli.output import print_json, standard_output
from warehouse.errors import StackhouseError, one_line
from warehouse.finding import Finding, NotCheckedError, Severity
from warehouse.settings import Settings

State = Literal["ok", "warning", "error", "not checked"]

Tell = Callable[[int], None]
"""Is told how many checks are made."""

_COLOURS: dict[State, str] = {"ok": "green", "warning": "yellow", "error": "red", "not checked": "dim"}


@dataclass(frozen=True)
class Outcome:
    """What came of one check.

    Attributes:
        name: Of the check.
        state: The worst of its findings.
        reason: Why it was not checked.
        findings: What is wrong.
    """

    name: str
    state: State
    reason: str = ""
    findings: tuple[Finding, ...] = ()


def examine(settings: Settings, checks: Sequence[Check] = CHECKS) -> Iterator[Outcome]:
    """Make the checks, in order; what builds on something broken is left out."""
    broken = dict[str, str]()
    for check in checks:
        outcome = _outcome(settings, check, broken)
        if outcome.state == "error":
            broken[check.name] = outcome.findings[0].problem
        yield outcome


def _outcome(settings: Settings, check: Check, broken: dict[str, str]) -> Outcome:
    if settings.profile not in check.profiles:
        return Outcome(check.name, "not checked", f"profile {settings.profile}: {check.elsewhere}")
    for need in check.needs:
        if need in broken:
            # Whatever builds on this one has the same reason.
            broken[check.name] = broken[need]
            return Outcome(check.name, "not checked", broken[need])
    try:
        findings = tuple(_in_time(settings, check))
    except NotCheckedError as reason:
        return Outcome(check.name, "not checked", str(reason))
    severities: set[Severity] = {finding.severity for finding in findings}
    state: State = "error" if "error" in severities else "warning" if severities else "ok"
    return Outcome(check.name, state, "", findings)


def _in_time(settings: Settings, check: Check) -> list[Finding]:
    """Findings of a check; one that breaks, or does not end, is a finding too."""
    answer = list[list[Finding] | BaseException]()

    def ask() -> None:
        try:
            answer.append(check.ask(settings))
        # Whatever it is, the other checks go on.
        except BaseException as problem:
            answer.append(problem)

    thread = threading.Thread(target=ask, name=check.name, daemon=True)
    thread.start()
    thread.join(check.seconds)
    if not answer:
        problem = f"no answer within {check.seconds:.0f} s"
        return [Finding(check.name, problem, "something hangs: ./stackhouse status, and the logs of what it names")]
    found = answer[0]
    if isinstance(found, StackhouseError):
        return [Finding(check.name, one_line(str(found)), "./stackhouse status shows what does not answer")]
    if isinstance(found, NotCheckedError):
        raise found
    if isinstance(found, BaseException):
        problem = one_line(f"unexpected {type(found).__name__}: {found}")
        return [Finding(check.name, problem, "see whether what answers there is what the settings say")]
    return found


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
            colour = _COLOURS[finding.severity]
            table.add_row(name, f"[{colour}]{finding.severity}[/]", escape(finding.problem), escape(finding.remedy))
            name = ""
    standard_output().print(table)
    standard_output().print(f"{_count(outcomes, 'error')}, {_count(outcomes, 'warning')}")


def _count(outcomes: Sequence[Outcome], severity: Severity) -> str:
    number = sum(finding.severity == severity for outcome in outcomes for finding in outcome.findings)
    return f"{number} {severity}{'' if number == 1 else 's'}"
