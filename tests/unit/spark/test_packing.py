"""Tasks follow the bytes of the files: none is idle, none has much more than its share."""

import random

import pytest

from spark.reading.packing import SizeRange, size_ranges
from warehouse.batch import BatchFile

_SPLIT = 64 << 20


def _files(*sizes: int, name: str = "a.csv") -> list[BatchFile]:
    return [BatchFile(name, size, "0", 1, "csv", (), ()) for size in sizes]


def _tasks(files: list[BatchFile]) -> int:
    return sum(sizes.tasks or 0 for sizes in size_ranges(files, _SPLIT))


def test_a_batch_of_less_than_a_split_is_one_task() -> None:
    for files in (_files(), _files(0, 1), _files(*[100_000] * 600), _files(30 << 20, 20 << 20, 5 << 20, 1)):
        assert size_ranges(files, _SPLIT) == [SizeRange(0, None, 1)]


def test_files_of_one_size_are_as_many_tasks_as_they_have_splits() -> None:
    assert _tasks(_files(*[1 << 20] * 500)) == 8
    assert _tasks(_files(*[100_000] * 5000)) == 8
    assert _tasks(_files(*[8 << 20] * 6, name="a.csv.gz")) == 6


def test_a_file_of_several_splits_has_tasks_of_its_own() -> None:
    ranges = size_ranges(_files(_SPLIT, 10 * _SPLIT, 1), _SPLIT)
    assert ranges == [SizeRange(_SPLIT, None, None), SizeRange(0, _SPLIT, 1)]


@pytest.mark.parametrize("seed", range(20))
def test_every_size_is_in_one_range_and_no_task_has_much_more_than_a_split(seed: int) -> None:
    chance = random.Random(seed)
    largest = chance.choice((1 << 12, 1 << 20, 1 << 27))
    files = _files(*(int(largest * chance.random() ** 3) for _ in range(chance.randrange(1, 2000))))
    ranges = size_ranges(files, _SPLIT)
    for file in files:
        assert sum(sizes.at_least <= file.size < (sizes.below or file.size + 1) for sizes in ranges) == 1
    assert (ranges[0].below, ranges[-1].at_least) == (None, 0)
    total = sum(file.size for file in files if file.size < _SPLIT)
    assert _tasks(files) <= 1 + 2 * -(-total // _SPLIT)
