"""Runs the checks in order, each with a deadline."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from doctor.checks import CHECKS, Check
from warehouse.errors import NotCheckedError, StackhouseError, one_line
from warehouse.finding import Finding, Severity
from warehouse.settings import Settings

State = Literal["ok", "warning", "error", "not checked"]


@dataclass(frozen=True)
class Outcome:
    """What came of one check.

    Attributes:
        name: Name of the check.
        state: The worst of its findings.
        reason: Why it was not checked.
        findings: What is wrong, and notes.
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
    state: State = "error" if "error" in severities else "warning" if "warning" in severities else "ok"
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
    if isinstance(found, NotCheckedError):
        raise found
    if isinstance(found, StackhouseError):
        remedy = found.remedy or "./stackhouse status shows what does not answer"
        return [Finding(check.name, one_line(found.problem), remedy)]
    if isinstance(found, BaseException):
        problem = one_line(f"unexpected {type(found).__name__}: {found}")
        return [Finding(check.name, problem, "see whether what answers there is what the settings say")]
    return found
