"""Strings the stages together: stage, clean, marts, audit, publish, under the lock of the dataset."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from time import monotonic

from hive.connection import connect
from pipeline.dataset import contract_of
from pipeline.plan import Inputs, make_plan, refuse_unknown_quarters
from pipeline.publish import BuiltRelease, publish_release
from pipeline.recovery import remove_run
from pipeline.release import build_release, staged_batches
from pipeline.rollback import refuse_undoing
from pipeline.step_clock import StepClock
from pipeline.writer import Writer, writing
from spark.events.task_times import StepTimes, step_times
from spark.launch import run_job
from stack.spark_driver import place_driver, run_logs
from stack.yarn_watch import YarnWatch
from warehouse.batch import Batch, loaded_batches
from warehouse.contract.change import check_change, check_counts
from warehouse.contract.model import Contract
from warehouse.contract.sql import load_clean_check, load_mart_sql
from warehouse.document import write
from warehouse.errors import StackhouseError, UsageError
from warehouse.job import JobPlan, JobProgress, JobResult, JobStarted
from warehouse.observer import Observer
from warehouse.paths import DatasetPaths
from warehouse.quarter import Quarter
from warehouse.release.check import Check
from warehouse.release.conservation import Law, law_of
from warehouse.release.manifest import Release, load_live, load_release, release_numbers
from warehouse.release.outline import bundle_outlines
from warehouse.settings import Settings
from warehouse.staged import StagedBatch, commit_staged, find_staged
from warehouse.steps import Step, reached

_JOB_STEPS = {
    "stage": Step.JOB_STAGES,
    "clean": Step.JOB_CLEANS,
    "mart": Step.JOB_BUILDS,
}


@dataclass(frozen=True)
class RunRequest:
    """What a run is asked for besides what is new.

    Attributes:
        quarters: Quarters to build again although nothing changed for them.
        accept: Why its release may be published although its checks refuse it, `None`: it may not.
        reprocess: Rows may be read by a contract that is not compatible with the published one.
        wait: Wait for another writer to end.
        task_times: Report where the tasks of Spark spent their time.
    """

    quarters: Sequence[Quarter] = ()
    accept: str | None = None
    reprocess: bool = False
    wait: bool = False
    task_times: bool = False

    @property
    def parameters(self) -> dict[str, str]:
        """For the ledger."""
        given = {"quarters": " ".join(map(str, self.quarters)), "accept": self.accept or ""}
        return {name: value for name, value in given.items() if value}


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
        seconds: Seconds by step.
        checks: Checks of the release, when this run made it.
        tasks: Where Spark's tasks spent their time, by step; empty unless it was asked for.
    """

    dataset: str
    run: str
    application: str
    release: Release
    law: Law
    new_batches: list[StagedBatch]
    seconds: dict[str, float]
    checks: Sequence[Check] = field(default_factory=tuple)
    tasks: Sequence[StepTimes] = field(default_factory=tuple)


def run_pipeline(settings: Settings, dataset: str, request: RunRequest, observer: Observer) -> RunReport:
    """Bring the published tables up to date with the loaded batches.

    Args:
        settings: Settings of the stack.
        dataset: Name in the contract.
        request: What the run is asked for.
        observer: Told of every step.

    Raises:
        UsageError: Nothing is loaded, or a quarter that was asked for has no rows: nothing is published.
        ContractError: The contract changed so that published rows may change, and that was not asked for.
        HeldError: A check failed; readers keep the old release.
        JobError: The Spark job failed; readers keep the old release.
        LockedError: Another writer works on the dataset.
        StackDownError: A service does not answer.
    """
    contract = contract_of(settings, dataset)
    command = "reprocess" if request.reprocess else "run"
    with writing(settings, dataset, command, request.parameters, request.wait) as writer:
        writer.note(contract=contract.fingerprint)
        return _Run(writer, contract, request, StepClock(observer)).go()


class _Run:
    """One run, holding the lock."""

    def __init__(self, writer: Writer, contract: Contract, request: RunRequest, clock: StepClock) -> None:
        self._writer = writer
        self._settings = writer.settings
        self._storage = writer.storage
        self._contract = contract
        self._paths = DatasetPaths(contract.dataset, writer.storage.root)
        self._request = request
        self._clock = clock
        self._id = writer.run

    def go(self) -> RunReport:
        began = monotonic()
        inputs = self._read_inputs()
        plan = make_plan(inputs, self._id)
        if plan is None:
            assert inputs.live is not None  # noqa: S101 - without one there is always something to do
            return self._report(inputs.batches, inputs.live, None, [], monotonic() - began)
        if self._request.accept is None:
            refuse_undoing(self._writer, inputs)
        try:
            result = self._run_job(plan)
            tasks = self._read_events(plan)
            made = self._commit_staged(inputs, result)
            inputs = replace(inputs, staged={**inputs.staged, **{staged.batch: staged for staged in made}})
            refuse_unknown_quarters(inputs)
            release = self._write_release(inputs, plan, result)
        except BaseException:
            self._remove_unless_released()
            raise
        self._note(inputs, release)
        made_release = BuiltRelease(inputs, result, release, began)
        checks = publish_release(self._writer, self._clock, made_release, self._request.accept)
        report = self._report(inputs.batches, release, result, made, monotonic() - began)
        report = replace(report, checks=checks, tasks=tasks)
        self._writer.note(steps=report.seconds)
        return report

    def _write_release(self, inputs: Inputs, plan: JobPlan, result: JobResult) -> Release:
        number = max(release_numbers(self._storage, self._contract.dataset), default=0) + 1
        release = build_release(inputs, plan, result, number, self._settings.user)
        self._storage.publish(self._paths.release(number), write(release))
        reached(Step.RELEASE_WRITTEN)
        bundle_outlines(self._storage, self._contract.dataset, number)
        return release

    def _remove_unless_released(self) -> None:
        """Nothing refers to what this run wrote; if HDFS is gone too, gc finds it. What is staged for good stays."""
        dataset = self._contract.dataset
        with suppress(StackhouseError):
            # A manifest may have arrived although its writing failed.
            newest = max(release_numbers(self._storage, dataset), default=0)
            if not newest or load_release(self._storage, dataset, newest).run != self._id:
                remove_run(self._storage, dataset, self._id)

    def _commit_staged(self, inputs: Inputs, result: JobResult) -> list[StagedBatch]:
        made = staged_batches(inputs.batches, result)
        for staged in made:
            commit_staged(self._storage, self._paths, staged, self._id, self._contract.fingerprint)
        self._storage.delete(self._paths.staging(self._id))
        return made

    def _note(self, inputs: Inputs, release: Release) -> None:
        total = law_of(inputs.batches, release).total
        self._writer.note(
            release=release.number,
            raw=total.raw,
            clean=total.clean,
            quarantined=total.quarantined,
            superseded=total.superseded,
        )

    def _read_inputs(self) -> Inputs:
        contract, storage = self._contract, self._storage
        batches = loaded_batches(storage, contract.dataset)
        if not batches:
            raise UsageError("nothing is loaded", f"run ./stackhouse load {contract.dataset} FILE...")
        live = load_live(storage, contract.dataset)
        if live:
            check_change(contract, live, self._request.reprocess)
        check_counts(contract, batches)
        kept = live.batches if live and live.contract == contract.fingerprint else {}
        ids = [batch.id for batch in batches]
        return Inputs(
            contract=contract,
            paths=self._paths,
            marts=load_mart_sql(contract),
            batches=batches,
            staged=find_staged(storage, self._paths, ids, contract.fingerprint, kept),
            live=live,
            quarters=self._request.quarters,
            clean_check=load_clean_check(contract),
            task_times=self._request.task_times,
        )

    def _run_job(self, plan: JobPlan) -> JobResult:
        # Better known now than after a minute of Spark.
        with connect(self._settings.endpoints):
            pass
        self._clock.begin("session", "starting Spark on YARN")
        driver = place_driver(self._settings)
        log = run_logs(self._settings) / f"{plan.run}.log"
        result = run_job(plan, driver, log, self._on_step, YarnWatch(self._settings).look)
        self._clock.end()
        reached(Step.JOB_DONE)
        return result

    def _read_events(self, plan: JobPlan) -> list[StepTimes]:
        if plan.events is None:
            return []
        (log,) = self._storage.list(plan.events)
        return step_times(self._storage.read(f"{plan.events}/{log}").splitlines())

    def _on_step(self, event: JobProgress) -> None:
        if isinstance(event, JobStarted):
            reached(Step.JOB_STARTED)
            return
        self._clock.begin(event.name, event.detail)
        reached(_JOB_STEPS[event.name])

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
            seconds={**self._clock.seconds, "total": round(total, 1)},
        )
