"""Strings the stages together: stage, clean, marts, audit, publish, under the lock of the dataset."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from cli.board import StepBoard
from cli.planning import Inputs, make_plan
from cli.releasing import build_release, staged_batches
from hadoop.environment import stack_environment
from hadoop.sizing import size_stack
from hive.audit import audit_release
from hive.connection import connect
from hive.publish import create_release_tables, point_views
from ingestion.webhdfs import WebHdfs
from spark.launch import run_job, submit_arguments
from warehouse import ledger
from warehouse.batch import Batch, loaded_batches
from warehouse.conservation import Law, law_of
from warehouse.contract import Contract
from warehouse.contract_change import changes
from warehouse.contract_file import load_contract
from warehouse.errors import ContractError, HeldError, UsageError
from warehouse.job import JobPlan, JobResult
from warehouse.lock import DatasetLock
from warehouse.mart_sql import load_mart_sql
from warehouse.paths import DatasetPaths
from warehouse.quarter import Quarter
from warehouse.release import Release, load_release, release_numbers
from warehouse.run import new_run_id
from warehouse.settings import Settings
from warehouse.staged import StagedBatch, commit_staged, find_staged


@dataclass(frozen=True)
class RunRequest:
    """What a run is asked for besides what is new.

    Attributes:
        quarters: To build anew although nothing changed for them.
        accept: Why its release may be published although its checks refuse it, `None`: it may not.
        reprocess: Rows may be read by a contract that is not compatible with the published one.
    """

    quarters: Sequence[Quarter] = ()
    accept: str | None = None
    reprocess: bool = False


@dataclass(frozen=True)
class RunReport:
    """What a run did.

    Attributes:
        dataset: Name in the contract.
        run: Run id, empty when there was nothing to do.
        application: YARN application id, empty when there was nothing to do.
        release: The release that readers see now.
        law: Conservation over all its batches, by file.
        new_batches: Counts of the batches that this run staged.
        seconds: By step.
    """

    dataset: str
    run: str
    application: str
    release: Release
    law: Law
    new_batches: list[StagedBatch]
    seconds: dict[str, float]


def run_pipeline(settings: Settings, dataset: str, request: RunRequest, board: StepBoard) -> RunReport:
    """Bring the published tables up to date with the loaded batches.

    Raises:
        UsageError: Nothing is loaded, or a quarter has no rows.
        ContractError: The contract changed so that published rows may change, and nobody asked for that.
        HeldError: A check failed; readers keep the old release.
        JobError: The Spark job failed; readers keep the old release.
        LockedError: Another writer works on the dataset.
        StackDownError: A service does not answer.
    """
    contract = load_contract(dataset, settings.datasets)
    storage = WebHdfs(settings)
    with DatasetLock(storage, dataset, settings.user, f"run {dataset}"):
        return _Run(settings, storage, contract, request, board).go()


class _Run:
    """One run, holding the lock."""

    def __init__(
        self, settings: Settings, storage: WebHdfs, contract: Contract, request: RunRequest, board: StepBoard
    ) -> None:
        self._settings = settings
        self._storage = storage
        self._contract = contract
        self._paths = DatasetPaths(contract.dataset)
        self._request = request
        self._board = board
        self._id = new_run_id()

    def go(self) -> RunReport:
        began = monotonic()
        finish_interrupted(self._settings, self._storage, self._contract.dataset)
        inputs = self._read_inputs()
        plan = make_plan(inputs, self._id)
        if plan is None:
            assert inputs.live is not None  # noqa: S101 - without one there is always something to do
            return self._report(inputs.batches, inputs.live, None, [], monotonic() - began)
        result = self._run_job(plan)
        made = staged_batches(inputs.batches, result)
        for staged in made:
            commit_staged(self._storage, self._paths, staged, self._id, self._contract.fingerprint)
        self._storage.delete(self._paths.staging(self._id))
        inputs = replace(inputs, staged={**inputs.staged, **{staged.batch: staged for staged in made}})
        number = max(release_numbers(self._storage, self._contract.dataset), default=0) + 1
        release = build_release(inputs, plan, result, number, self._settings.user)
        self._storage.publish(self._paths.release(number), release.to_json())
        self._publish(inputs, release, result)
        return self._report(inputs.batches, release, result, made, monotonic() - began)

    def _read_inputs(self) -> Inputs:
        contract, storage = self._contract, self._storage
        batches = loaded_batches(storage, contract.dataset)
        if not batches:
            raise UsageError(f"nothing is loaded: ./stackhouse load {contract.dataset} FILE...")
        self._remove_leftovers()
        number = ledger.live_release(ledger.events(storage, contract.dataset))
        live = load_release(storage, contract.dataset, number) if number else None
        if live:
            check_change(contract, live, self._request.reprocess)
        found = {batch.id: find_staged(storage, self._paths, batch.id, contract.fingerprint) for batch in batches}
        return Inputs(
            contract=contract,
            marts=load_mart_sql(contract),
            batches=batches,
            staged={batch: staged for batch, staged in found.items() if staged},
            live=live,
            quarters=self._request.quarters,
        )

    def _remove_leftovers(self) -> None:
        # Under the lock nobody else is staging: these are of runs that died.
        parent = self._paths.staging(self._id).rpartition("/")[0]
        for name in self._storage.list(parent):
            if name.startswith("_run="):
                self._storage.delete(f"{parent}/{name}")

    def _run_job(self, plan: JobPlan) -> JobResult:
        # Better known now than after a minute of Spark.
        with connect(self._settings):
            pass
        sizing = size_stack(self._settings)
        environment = {
            **stack_environment(self._settings),
            "PYSPARK_SUBMIT_ARGS": submit_arguments(
                sizing.executor_mb, sizing.cores, sizing.driver_mb, self._settings.host
            ),
        }
        self._board.begin("session", "starting Spark on YARN")
        log = self._settings.home / "logs" / "runs" / f"{plan.run}.log"
        result = run_job(plan, environment, log, self._on_step)
        self._board.end()
        return result

    def _on_step(self, event: dict[str, Any]) -> None:
        if event["event"] == "step":
            detail = event.get("batch") or event.get("mart") or ", ".join(event.get("quarters", ()))
            self._board.begin(event["name"], detail)

    def _publish(self, inputs: Inputs, release: Release, result: JobResult) -> None:
        with connect(self._settings) as server:
            self._board.begin("audit", "Hive reads what Spark wrote")
            # Before any check: of a release that is held people want to see the rows.
            create_release_tables(server, self._contract, release)
            self._hold_on(release, law_of(inputs.batches, release).broken)
            self._hold_or_accept(release, _rejected_too_many(inputs, release) + _failed_checks(result))
            self._hold_on(release, audit_release(server, self._contract, release))
            self._board.begin("publish", f"release {release.number}")
            self._note("publishing", release)
            point_views(server, release)
            self._note("published", release)
            self._board.end()

    def _hold_or_accept(self, release: Release, failures: list[str]) -> None:
        if failures and self._request.accept is not None:
            self._note("accepted", release, f"{self._request.accept} (overruled: {'; '.join(failures)})")
        elif failures:
            self._hold_on(release, failures)

    def _hold_on(self, release: Release, failures: list[str]) -> None:
        if failures:
            self._note("held", release, "; ".join(failures))
            more = f" (and {len(failures) - 1} more)" if len(failures) > 1 else ""
            raise HeldError(f"release {release.number} is held, readers keep the one before: {failures[0]}{more}")

    def _note(self, kind: ledger.Kind, release: Release, reason: str = "") -> None:
        ledger.append(self._storage, release.dataset, _event(kind, release, self._settings.user, reason))

    def _report(
        self,
        batches: Sequence[Batch],
        release: Release,
        result: JobResult | None,
        made: list[StagedBatch],
        total: float,
    ) -> RunReport:
        return RunReport(
            dataset=release.dataset,
            run=self._id if result else "",
            application=result.application if result else "",
            release=release,
            law=law_of(batches, release),
            new_batches=made,
            seconds={**self._board.seconds, "total": round(total, 1)},
        )


def check_change(contract: Contract, live: Release, reprocess: bool) -> None:
    """Refuse a contract under which published rows may be lost or change, unless that is asked for.

    Raises:
        ContractError: Names what changed.
    """
    found = changes(live.meaning, contract.meaning)
    impossible = [change.text for change in found if change.kind == "impossible"]
    if impossible:
        raise ContractError(
            f"{contract.path}: {'; '.join(impossible)}: loaded files would hold other rows than were counted; "
            "take it back, or load the files into a dataset of another name"
        )
    incompatible = [change.text for change in found if change.kind == "incompatible"]
    if incompatible and not reprocess:
        raise ContractError(
            f"{contract.path}: changed against release {live.number}: {'; '.join(incompatible)}; published rows may "
            f"change: take it back, or read all rows anew with ./stackhouse reprocess {contract.dataset}"
        )


def finish_interrupted(settings: Settings, storage: WebHdfs, dataset: str) -> None:
    """Finish the publishing that a kill interrupted; the caller holds the lock of the dataset.

    Once `publishing` is in the ledger the release has passed its audit, so it is always finished, never undone.
    """
    number = ledger.interrupted_release(ledger.events(storage, dataset))
    if number is None:
        return
    release = load_release(storage, dataset, number)
    with connect(settings) as server:
        point_views(server, release)
    ledger.append(storage, dataset, _event("published", release, settings.user, "finished after an interruption"))


def _event(kind: ledger.Kind, release: Release, user: str, reason: str) -> ledger.Event:
    return ledger.Event(
        kind, release.number, release.run, datetime.now(UTC).isoformat(timespec="seconds"), user, reason
    )


def _rejected_too_many(inputs: Inputs, release: Release) -> list[str]:
    released = inputs.kept.batches if inputs.kept else {}
    limit = inputs.contract.reject_threshold
    failures = []
    for batch, staged in inputs.staged.items():
        share = staged.quarantined / staged.raw if staged.raw else 0
        if batch not in released and share > limit:
            worst = ", ".join(
                f"{rule} {rows:,}" for rule, rows in sorted(staged.rules.items(), key=lambda item: -item[1])[:3]
            )
            failures.append(
                f"batch {batch}: {staged.quarantined:,} of {staged.raw:,} rows are rejected ({share:.2%}), "
                f"the contract accepts {limit:.2%}; by rule: {worst}; "
                f"./stackhouse quarantine {release.dataset} --release {release.number} shows them; "
                f"to publish all the same: ./stackhouse run {release.dataset} --accept --reason TEXT"
            )
    return failures


def _failed_checks(result: JobResult) -> list[str]:
    return [f"check of mart {mart} failed: {rows[0]}" for mart, rows in result.failed_checks.items() if rows]
