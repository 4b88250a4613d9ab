"""Puts a release together from what is kept of the live one and what a run made."""

from collections.abc import Sequence

from pipeline.plan import Inputs
from warehouse.batch import Batch
from warehouse.job import FileRows, JobPlan, JobResult, rows_of
from warehouse.paths import partition_name
from warehouse.release.manifest import CLEAN, QUARANTINE, Partition, Release, ReleasedTable
from warehouse.run import utc_now
from warehouse.staged import StagedBatch


def staged_batches(batches: Sequence[Batch], result: JobResult) -> list[StagedBatch]:
    """What the job made of each batch it staged."""
    return [
        StagedBatch(batch=batch.id, sequence=batch.sequence, raw=batch.rows, **vars(result.staged[batch.id]))
        for batch in batches
        if batch.id in result.staged
    ]


def build_release(inputs: Inputs, plan: JobPlan, result: JobResult, number: int, user: str) -> Release:
    """Manifest of the release that a run leads to.

    Args:
        inputs: What the run began with, `staged` brought up to date with the result.
        plan: Plan of the run.
        result: Result of its job.
        number: Number of the release.
        user: Who runs.
    """
    contract = inputs.contract
    written = {
        quarter: Partition(f"{plan.clean_target}/{partition_name(quarter)}", rows_of(origins), origins)
        for quarter, origins in result.clean.items()
    }
    return Release(
        dataset=contract.dataset,
        number=number,
        run=plan.run,
        contract=contract.fingerprint,
        meaning=contract.meaning,
        created_at=utc_now(),
        created_by=user,
        batches=dict(inputs.staged),
        superseded={quarter: origins for quarter, origins in _superseded(inputs, plan, result).items() if origins},
        tables={
            CLEAN: ReleasedTable(contract.fingerprint, _merge(inputs, CLEAN, written)),
            QUARANTINE: ReleasedTable(contract.fingerprint, _quarantine(inputs)),
            **_marts(inputs, plan, result),
        },
    )


def _superseded(inputs: Inputs, plan: JobPlan, result: JobResult) -> dict[str, FileRows]:
    """Superseded rows by quarter; where the job built upon the live release, it found only those that are new."""
    kept = inputs.kept.superseded if inputs.kept else {}
    if plan.rebuild:
        return {**kept, **result.superseded}
    return {**kept, **{q: _sum(kept.get(q, {}), origins) for q, origins in result.superseded.items()}}


def _sum(before: FileRows, more: FileRows) -> FileRows:
    total = {batch: dict(files) for batch, files in before.items()}
    for batch, files in more.items():
        of_batch = total.setdefault(batch, {})
        for name, rows in files.items():
            of_batch[name] = of_batch.get(name, 0) + rows
    return total


def _quarantine(inputs: Inputs) -> dict[str, Partition]:
    return {
        batch: Partition(inputs.paths.quarantine(batch, inputs.contract.fingerprint), staged.quarantined)
        for batch, staged in inputs.staged.items()
        if staged.quarantined
    }


def _marts(inputs: Inputs, plan: JobPlan, result: JobResult) -> dict[str, ReleasedTable]:
    targets = {task.name: task.target for task in plan.marts}
    return {
        mart.name: ReleasedTable(
            mart.definition,
            _merge(
                inputs,
                mart.name,
                {
                    quarter: Partition(f"{targets[mart.name]}/{partition_name(quarter)}", rows)
                    for quarter, rows in result.marts[mart.name].items()
                },
            ),
        )
        for mart in inputs.marts
    }


def _merge(inputs: Inputs, table: str, written: dict[str, Partition]) -> dict[str, Partition]:
    """Partitions kept of the live release, and those written; a written quarter without rows has none."""
    live = inputs.kept.tables.get(table) if inputs.kept else None
    kept = {quarter: part for quarter, part in (live.partitions if live else {}).items() if quarter not in written}
    made = {quarter: part for quarter, part in written.items() if part.rows}
    return dict(sorted({**kept, **made}.items()))
