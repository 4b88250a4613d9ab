"""Decides what a run has to do: which batches to stage, which quarters to clean, which marts to build."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from warehouse.batch import Batch
from warehouse.contract.model import Contract
from warehouse.contract.sql import CheckSql, MartSql
from warehouse.errors import UsageError
from warehouse.job import JobPlan, MartTask, StagedSource, StageTask, rows_of
from warehouse.paths import DatasetPaths
from warehouse.quarter import Quarter
from warehouse.release.manifest import CLEAN, QUARANTINE, Release
from warehouse.staged import StagedBatch, staging_directories


@dataclass(frozen=True)
class Inputs:
    """What there is when a run begins.

    Attributes:
        contract: Contract of the dataset.
        paths: Where its rows are.
        marts: SQL of its marts.
        batches: All loaded batches, in loading order.
        staged: Those staged already under this contract, by batch id.
        live: What readers see, `None` before the first release.
        quarters: Asked to be rebuilt.
        clean_check: Check of the clean rows; `None`: there is none.
        task_times: Spark's event log is wanted.
    """

    contract: Contract
    paths: DatasetPaths
    marts: Sequence[MartSql]
    batches: Sequence[Batch]
    staged: dict[str, StagedBatch]
    live: Release | None
    quarters: Sequence[Quarter] = field(default_factory=tuple)
    clean_check: CheckSql | None = None
    task_times: bool = False

    @property
    def kept(self) -> Release | None:
        """The live release when its rows may be kept; under another contract every row is read again."""
        return self.live if self.live and self.live.contract == self.contract.fingerprint else None


def make_plan(inputs: Inputs, run: str) -> JobPlan | None:
    """Plan a run; `None` when readers would see no difference.

    Raises:
        UsageError: A quarter was asked for that has no rows, as far as that is known before staging.
    """
    to_stage = [batch for batch in inputs.batches if batch.id not in inputs.staged]
    if not to_stage:
        refuse_unknown_quarters(inputs)
    clean_quarters = _clean_quarters(inputs)
    kept = inputs.kept.tables[CLEAN].partitions if inputs.kept else {}
    marts = [_mart_task(inputs, mart, run, sorted(kept)) for mart in inputs.marts]
    if not to_stage and not clean_quarters and not _unpublished(inputs) and not _definitions_differ(inputs):
        return None
    return JobPlan(
        run=run,
        dataset=inputs.contract.dataset,
        contract=inputs.contract.text,
        contract_path=str(inputs.contract.path),
        stage=[_stage_task(batch, inputs.paths, run) for batch in to_stage],
        sources=[_source(staged, inputs.paths, inputs.contract) for staged in inputs.staged.values()],
        released=sorted(inputs.kept.batches) if inputs.kept else [],
        rebuild=_rebuilds(inputs),
        clean_quarters=clean_quarters,
        clean_target=inputs.paths.clean(run),
        clean_existing={value: partition.path for value, partition in kept.items()},
        marts=marts,
        clean_check=inputs.clean_check.sql if inputs.clean_check else None,
        events=inputs.paths.events(run) if inputs.task_times else None,
    )


def _clean_quarters(inputs: Inputs) -> list[str]:
    """Quarters of staged batches that the live release has not, of a changed contract, and those asked for."""
    released = inputs.kept.batches if inputs.kept else {}
    found = {q for staged in inputs.staged.values() if staged.batch not in released for q in staged.quarters}
    return sorted(found | _asked(inputs))


def _rebuilds(inputs: Inputs) -> bool:
    """Whether quarters are cleaned from all staged rows: the clean rows of the live release are not built upon."""
    return inputs.kept is None or bool(inputs.quarters) or not _still_holds(inputs.kept, inputs.staged)


def _still_holds(release: Release, staged: dict[str, StagedBatch]) -> bool:
    """Whether a release is of rows that are still staged as they were, and knows which of them are clean."""
    clean = release.tables[CLEAN].partitions.values()
    same = all(staged.get(batch) == record for batch, record in release.batches.items())
    return same and all(rows_of(partition.origins) == partition.rows for partition in clean)


def _unpublished(inputs: Inputs) -> bool:
    """Whether a staged batch is in no release that readers see: of one that was held no row need be good."""
    return not inputs.staged.keys() <= (inputs.kept.batches if inputs.kept else {}).keys()


def refuse_unknown_quarters(inputs: Inputs) -> None:
    """To be called when every batch is staged: only then is it known which quarters have rows.

    Raises:
        UsageError: A quarter was asked for that has no rows.
    """
    known = _known_quarters(inputs)
    if unknown := [str(quarter) for quarter in inputs.quarters if quarter.start.isoformat() not in known]:
        raise UsageError(f"{inputs.contract.dataset} has no rows of {', '.join(unknown)}")


def _known_quarters(inputs: Inputs) -> set[str]:
    known = {quarter for staged in inputs.staged.values() for quarter in staged.quarters}
    return known | (set(inputs.live.tables[CLEAN].partitions) if inputs.live else set())


def _asked(inputs: Inputs) -> set[str]:
    """Quarters asked for; the job adds those of the batches that it stages by itself."""
    return {quarter.start.isoformat() for quarter in inputs.quarters} & _known_quarters(inputs)


def _definitions_differ(inputs: Inputs) -> bool:
    if inputs.kept is None:
        return True
    wanted = {mart.name: mart.definition for mart in inputs.marts}
    live = {name: table.definition for name, table in inputs.kept.tables.items() if name not in (CLEAN, QUARANTINE)}
    return wanted != live


def _mart_task(inputs: Inputs, mart: MartSql, run: str, kept: list[str]) -> MartTask:
    live = inputs.kept.tables.get(mart.name) if inputs.kept else None
    # The quarters that the run cleans are added by the job; a changed mart needs the others as well.
    quarters = [] if live and live.definition == mart.definition else kept
    return MartTask(mart.name, mart.sql, mart.check, quarters, inputs.paths.mart(mart.name, run))


def _stage_task(batch: Batch, paths: DatasetPaths, run: str) -> StageTask:
    directories = staging_directories(paths, run, batch.id)
    raw, files = paths.raw_batch(batch.id), list(batch.files)
    return StageTask(batch.id, batch.sequence, raw, files, directories.staged, directories.quarantine)


def _source(staged: StagedBatch, paths: DatasetPaths, contract: Contract) -> StagedSource:
    path = paths.staged(staged.batch, contract.fingerprint)
    return StagedSource(staged.batch, staged.sequence, path, staged.quarters)
