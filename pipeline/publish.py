"""Checks a release that readers do not see yet, and shows it to them or holds it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic

from hive.audit.audit import Audit, audit_release
from hive.audit.facts import Known
from hive.connection import HiveServer, connect
from hive.ledger_tables import create_ops_tables
from hive.publish import create_release_tables, move_views, plan_views
from pipeline.plan import Inputs
from pipeline.step_clock import StepClock
from pipeline.thresholds import rejected_check, superseded_checks
from pipeline.writer import Writer
from warehouse.errors import HeldError
from warehouse.job import JobResult
from warehouse.release import ledger
from warehouse.release.check import Check
from warehouse.release.conservation import law_of
from warehouse.release.facts import ReleaseFacts, directory_states, load_facts, write_facts
from warehouse.release.manifest import CLEAN, Release
from warehouse.run import utc_now
from warehouse.steps import Step, reached
from warehouse.storage import Storage

_PROOF_SHARE = 0.1
"""Share of a run's time until then that computing its marts again may take."""


@dataclass(frozen=True)
class BuiltRelease:
    """A release and how it came about.

    Attributes:
        inputs: What the run worked from.
        result: Result of the job that made it.
        release: Its manifest.
        began: When the run did, by the monotonic clock.
    """

    inputs: Inputs
    result: JobResult
    release: Release
    began: float


def publish_release(writer: Writer, clock: StepClock, made: BuiltRelease, accept: str | None) -> list[Check]:
    """Check a release and move readers to it.

    Args:
        writer: The command.
        clock: Told of the steps.
        made: The release, written already.
        accept: Why it may be published although checks refuse it; `None`: it may not.

    Returns:
        What was checked: failures among it are warnings, or accepted.

    Raises:
        HeldError: A check holds it; readers keep the one before.
    """
    release = made.release
    with connect(writer.settings.endpoints) as server:
        clock.begin("audit", "Hive reads what Spark wrote")
        # Here too: containers may have been started without ./stackhouse up.
        create_ops_tables(server, writer.storage.root)
        # In a secured stack the metastore, which would make it, may not.
        writer.storage.make_directory(made.inputs.paths.release_tables, "755")
        # Before any check: of a release that is held people want to see the rows.
        create_release_tables(server, made.inputs.contract, release, made.inputs.paths.release_tables)
        checks, facts = _all_checks(server, writer.storage, made)
        # Before the checks are recorded: a release that was checked has them.
        write_facts(writer.storage, facts)
        _record(writer, release, checks)
        _hold_or_accept(writer, release, [check for check in checks if check.holds], accept)
        clock.begin("publish", f"release {release.number}")
        statements = plan_views(server, release, made.inputs.contract)
        writer.event("publishing", release.number)
        reached(Step.PUBLISH_BEGUN)
        move_views(server, statements)
        writer.event("published", release.number)
        reached(Step.PUBLISHED)
        clock.end()
    return checks


def _all_checks(server: HiveServer, storage: Storage, made: BuiltRelease) -> tuple[list[Check], ReleaseFacts]:
    inputs, release = made.inputs, made.release
    checks = [
        Check("law", tuple(law_of(inputs.batches, release).broken), may_be_accepted=False),
        rejected_check(inputs, release),
        *superseded_checks(inputs, release, made.result.superseded_examples),
        *_sql_checks(inputs, made.result.failed_checks),
    ]
    began = monotonic()
    audit = audit_release(server, inputs.contract, release, inputs.live, _known(storage, inputs, release))
    return [*checks, *audit.checks, *_proofs(server, made, audit, began)], audit.facts


def _known(storage: Storage, inputs: Inputs, release: Release) -> Known:
    """What the audit of the live release read; nothing for a run that was asked for a quarter, which reads all."""
    states = directory_states(storage, release)
    return Known(states, load_facts(storage, inputs.live) if inputs.live and not inputs.quarters else None)


def _proofs(server: HiveServer, made: BuiltRelease, audit: Audit, began: float) -> list[Check]:
    # Not at the top: the parser of SQL takes an eighth of a second, and a run with nothing new proves nothing.
    from hive.proof.proof import Budget, ReleaseToProve, prove_marts

    inputs = made.inputs
    budget = Budget(*_time_for_proofs(made, audit, began))
    return prove_marts(server, ReleaseToProve(inputs.contract, made.release, inputs.live, inputs.marts), budget)


def _time_for_proofs(made: BuiltRelease, audit: Audit, began: float) -> tuple[float, float]:
    """Seconds for all of them, and seconds that Hive took to read a row."""
    ended = monotonic()
    # Without rows that were read now it is not known how long one takes.
    rate = (ended - began) / audit.rows if audit.rows else 0.0
    return _PROOF_SHARE * (ended - made.began), rate


def _sql_checks(inputs: Inputs, failed: Mapping[str, Sequence[str]]) -> Iterator[Check]:
    """The checks that users wrote."""
    if inputs.clean_check:
        yield Check(CLEAN, tuple(failed.get(CLEAN, ())), inputs.clean_check.severity)
    for mart in inputs.marts:
        if mart.check is not None:
            yield Check(f"mart {mart.name}", tuple(failed.get(mart.name, ())), mart.severity)


def _record(writer: Writer, release: Release, checks: Sequence[Check]) -> None:
    at = utc_now()
    records = [
        ledger.CheckRecord(
            dataset=release.dataset,
            release=release.number,
            run=release.run,
            at=at,
            name=check.name,
            severity=check.severity,
            passed=not check.failures,
            failures=len(check.failures),
            first_failure=check.failures[0] if check.failures else "",
            note=check.note,
        )
        for check in checks
    ]
    ledger.record_checks(writer.storage, records)
    reached(Step.CHECKS_RECORDED)


def _hold_or_accept(writer: Writer, release: Release, failed: Sequence[Check], accept: str | None) -> None:
    if not failed:
        return
    # What cannot be accepted comes first.
    failed = sorted(failed, key=lambda check: check.may_be_accepted)
    failures = [f"{check.name}: {failure}" for check in failed for failure in check.failures]
    if accept is not None and all(check.may_be_accepted for check in failed):
        writer.event("accepted", release.number, f"{accept} (overruled: {'; '.join(failures)})")
        reached(Step.ACCEPTED)
        return
    writer.event("held", release.number, "; ".join(failures))
    reached(Step.HELD)
    more = f" (and {len(failures) - 1} more)" if len(failures) > 1 else ""
    if all(check.may_be_accepted for check in failed):
        way = f"publish anyway with ./stackhouse {writer.command} {release.dataset} --accept --reason TEXT"
    else:
        way = "--accept cannot overrule this"
    raise HeldError(f"release {release.number} is held, readers stay on the previous one: {failures[0]}{more}", way)
