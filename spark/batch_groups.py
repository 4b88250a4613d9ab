"""Batches that one Spark job stages together: a job for each takes longer than all the reading of small ones."""

from collections.abc import Iterable, Iterator

from spark.reading.lines import batch_in_path, needs_unsplit
from spark.reading.packing import weight_of
from warehouse.batch import SPLIT_BYTES
from warehouse.contract.model import InputFormat
from warehouse.job import StageTask

_GROUP_BYTES = 16 * SPLIT_BYTES
"""So that a long run reports its progress."""


def group_batches(tasks: Iterable[StageTask], form: InputFormat) -> list[list[StageTask]]:
    """The batches, those of small texts with the same columns in groups."""
    groups: dict[object, list[StageTask]] = {}
    for task in tasks:
        groups.setdefault(_alike(task, form), []).append(task)
    return [part for group in groups.values() for part in _cut(group)]


def _alike(task: StageTask, form: InputFormat) -> object:
    """Equal for batches that can be staged together."""
    kinds = {(file.kind, file.columns) for file in task.files}
    if not _is_small(task) or len(kinds) != 1:
        return task.batch
    return (*kinds, needs_unsplit(task.files, form))


def _cut(tasks: Iterable[StageTask]) -> Iterator[list[StageTask]]:
    group, size = list[StageTask](), 0
    for task in tasks:
        weight = weight_of(task.files)
        if group and size + weight > _GROUP_BYTES:
            yield group
            group, size = [], 0
        group.append(task)
        size += weight
    yield group


def _is_small(task: StageTask) -> bool:
    return (
        batch_in_path(task)
        and weight_of(task.files) < SPLIT_BYTES
        and not any(file.split_lines or file.kind == "parquet" for file in task.files)
    )
