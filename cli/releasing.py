"""Puts a release together from what is kept of the live one and what a run made."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from cli.planning import Inputs
from warehouse.batch import Batch
from warehouse.job import JobPlan, JobResult
from warehouse.paths import DatasetPaths
from warehouse.quarter import PARTITION_COLUMN
from warehouse.release import CLEAN, QUARANTINE, Partition, Release, ReleasedTable
from warehouse.run import Conservation
from warehouse.staged import StagedBatch


def staged_batches(batches: Sequence[Batch], result: JobResult) -> list[StagedBatch]:
    """What the job made of each batch it staged."""
    return [
        StagedBatch(batch=batch.id, sequence=batch.sequence, raw=batch.rows, **result.staged[batch.id])
        for batch in batches
        if batch.id in result.staged
    ]


def build_release(inputs: Inputs, plan: JobPlan, result: JobResult, number: int, user: str) -> Release:
    """Manifest of the release that a run leads to.

    Args:
        inputs: What the run began with, `staged` brought up to date with the result.
        plan: Of the run.
        result: Of its job.
        number: Of the release.
        user: Who runs.
    """
    contract = inputs.contract
    clean = _merge(inputs, CLEAN, plan.clean_target, result.clean)
    kept = inputs.kept.superseded if inputs.kept else {}
    return Release(
        dataset=contract.dataset,
        number=number,
        run=plan.run,
        contract=contract.fingerprint,
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        created_by=user,
        batches={batch: asdict(staged) for batch, staged in inputs.staged.items()},
        superseded={quarter: rows for quarter, rows in {**kept, **result.superseded}.items() if rows},
        tables={
            CLEAN: ReleasedTable(contract.fingerprint, clean),
            QUARANTINE: ReleasedTable(contract.fingerprint, _quarantine(inputs)),
            **_marts(inputs, plan, result),
        },
    )


def conservation(batches: Sequence[Batch], release: Release) -> Conservation:
    """The law for all batches of a release; raw rows are the loader's count, the others Spark's."""
    return Conservation(
        raw=sum(batch.rows for batch in batches),
        clean=release.tables[CLEAN].rows,
        quarantined=release.tables[QUARANTINE].rows,
        superseded=sum(release.superseded.values()),
    )


def _quarantine(inputs: Inputs) -> dict[str, Partition]:
    paths = DatasetPaths(inputs.contract.dataset)
    return {
        batch: Partition(paths.quarantine(batch, inputs.contract.fingerprint), staged.quarantined)
        for batch, staged in inputs.staged.items()
        if staged.quarantined
    }


def _marts(inputs: Inputs, plan: JobPlan, result: JobResult) -> dict[str, ReleasedTable]:
    targets = {task.name: task.target for task in plan.marts}
    return {
        mart.name: ReleasedTable(
            mart.definition, _merge(inputs, mart.name, targets[mart.name], result.marts[mart.name])
        )
        for mart in inputs.marts
    }


def _merge(inputs: Inputs, table: str, target: str, written: dict[str, int]) -> dict[str, Partition]:
    """Partitions kept of the live release, and those written; a written quarter without rows has none."""
    live = inputs.kept.tables.get(table) if inputs.kept else None
    kept = {quarter: part for quarter, part in (live.partitions if live else {}).items() if quarter not in written}
    made = {
        quarter: Partition(f"{target}/{PARTITION_COLUMN}={quarter}", rows) for quarter, rows in written.items() if rows
    }
    return dict(sorted({**kept, **made}.items()))
