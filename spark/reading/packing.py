"""Which text files share a task.

Line numbers need a partition of Spark's for each split. Once its lines are numbered, one task goes on with those of
many partitions: what a batch costs and how many files it becomes follow its bytes, not its files.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from warehouse.batch import BatchFile
from warehouse.input.compressed_streams import COMPRESSIONS

_STEP = 4
_STEPS = 9
_COMPRESSION = 8
"""How many bytes of text a compressed byte stands for, roughly."""


@dataclass(frozen=True)
class SizeRange:
    """Files of about one size.

    Attributes:
        at_least: Bytes as stored.
        below: Bytes as stored; `None` is any size.
        tasks: How many read all of them; `None`: each split has its own.
    """

    at_least: int
    below: int | None
    tasks: int | None


def size_ranges(files: Collection[BatchFile], split_bytes: int) -> list[SizeRange]:
    """Ranges that hold every size between them, largest first, each with as many tasks as it has splits of text.

    Spark joins partitions by their number, so only files of like sizes give tasks of like sizes.

    Args:
        files: Those to read.
        split_bytes: Bytes of a split, uncompressed.
    """
    cut = any(file.size >= split_bytes for file in files)
    found = [SizeRange(split_bytes, None, None)] if cut else []
    below, lowest, weight = split_bytes if cut else None, split_bytes, 0
    for step in range(1, _STEPS + 1):
        at_least = split_bytes // _STEP**step if step < _STEPS else 0
        added = weight_of(file for file in files if at_least <= file.size < lowest)
        if weight and added and weight + added > split_bytes:
            found.append(SizeRange(lowest, below, _tasks(weight, split_bytes)))
            below, weight = lowest, 0
        lowest, weight = at_least, weight + added
    return [*found, SizeRange(0, below, _tasks(weight, split_bytes))]


def weight_of(files: Iterable[BatchFile]) -> int:
    """Bytes of text in some files, roughly."""
    packed = tuple(COMPRESSIONS)
    return sum(file.size * (_COMPRESSION if file.name.endswith(packed) else 1) for file in files)


def _tasks(weight: int, split_bytes: int) -> int:
    return max(1, -(-weight // split_bytes))
