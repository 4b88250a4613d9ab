"""The copy of many small files: what it saves, and that it never says anything that the files do not."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.unit.memory_storage import MemoryStorage
from warehouse.batch import Batch, BatchFile, bundle_batches, loaded_batches, replace_batch, write_batch
from warehouse.bundle import keep, read_bundled, verbatim
from warehouse.document import write
from warehouse.errors import DocumentError, NotFoundError
from warehouse.paths import MANIFEST_NAME, DatasetPaths
from warehouse.release import ledger
from warehouse.release.manifest import Partition, Release, ReleasedTable, release_numbers
from warehouse.release.outline import bundle_outlines, outline_of, read_outlines
from warehouse.staged import StagedBatch, find_staged

PATHS = DatasetPaths("sales", "/stackhouse")
BUNDLE = PATHS.bundle("things")


class CountingStorage(MemoryStorage):
    """Counts the files that are read."""

    def __init__(self):
        super().__init__()
        self.reads = []

    def read(self, path):
        self.reads.append(path)
        return super().read(path)

    def read_all(self, paths):
        self.reads += paths
        return super().read_all(paths)


@pytest.fixture
def storage():
    return CountingStorage()


def things(storage, count):
    paths = [f"/things/{number:04}" for number in range(count)]
    for path in paths:
        if not storage.exists(path):
            storage.create(path, f'"thing {path}"'.encode())
    return paths


def check(content, path):
    try:
        json.loads(content)
    except ValueError as problem:
        raise DocumentError(path) from problem


def contents(storage, paths):
    return {path: storage.files[path] for path in paths}


@pytest.mark.parametrize("count", [0, 1, 16, 17, 500])
def test_files_are_the_same_with_and_without_the_copy(storage, count):
    paths = things(storage, count)
    assert read_bundled(storage, BUNDLE, paths, verbatim(check)) == contents(storage, paths)
    keep(storage, BUNDLE, paths, verbatim(check))
    found = read_bundled(storage, BUNDLE, paths, verbatim(check))
    assert found == contents(storage, paths)
    assert list(found) == paths


def test_however_many_files_there_are_few_are_read(storage):
    keep(storage, BUNDLE, things(storage, 500), verbatim(check))
    paths = things(storage, 510)
    storage.reads.clear()
    assert read_bundled(storage, BUNDLE, paths, verbatim(check)) == contents(storage, paths)
    assert storage.reads == [BUNDLE, *paths[500:]]


def test_copy_is_made_again_when_much_is_missing_in_it_and_not_before(storage):
    keep(storage, BUNDLE, things(storage, 100), verbatim(check))
    before = storage.files[BUNDLE]
    keep(storage, BUNDLE, things(storage, 116), verbatim(check))
    assert storage.files[BUNDLE] == before
    keep(storage, BUNDLE, things(storage, 117), verbatim(check))
    paths = things(storage, 117)
    storage.reads.clear()
    read_bundled(storage, BUNDLE, paths, verbatim(check))
    assert storage.reads == [BUNDLE]


@pytest.mark.parametrize("damage", [b"", b"{", b'{"contents": 1}', b'{"contents": {}}'])
def test_damaged_copy_is_no_copy_and_is_made_again(storage, damage):
    paths = things(storage, 100)
    storage.replace(BUNDLE, damage)
    assert read_bundled(storage, BUNDLE, paths, verbatim(check)) == contents(storage, paths)
    keep(storage, BUNDLE, paths, verbatim(check))
    storage.reads.clear()
    read_bundled(storage, BUNDLE, paths, verbatim(check))
    assert storage.reads == [BUNDLE]


def test_what_is_gone_is_not_taken_from_the_copy_when_it_comes_again(storage):
    paths = things(storage, 100)
    keep(storage, BUNDLE, paths, verbatim(check))
    storage.delete("/things")
    keep(storage, BUNDLE, [], verbatim(check))
    for path in paths:
        storage.create(path, b'"another"')
    assert set(read_bundled(storage, BUNDLE, paths, verbatim(check)).values()) == {b'"another"'}


def test_damaged_file_is_not_copied_so_that_it_can_be_repaired(storage):
    paths = things(storage, 100)
    storage.files[paths[7]] = b"half"
    keep(storage, BUNDLE, paths, verbatim(check))
    storage.files[paths[7]] = b'"repaired"'
    assert read_bundled(storage, BUNDLE, paths, verbatim(check))[paths[7]] == b'"repaired"'


def test_file_that_is_not_there_is_told(storage):
    with pytest.raises(NotFoundError, match="/things/none"):
        read_bundled(storage, BUNDLE, [*things(storage, 3), "/things/none"], verbatim(check))


def load(storage, count, rows=1):
    """So many batches."""
    for number in range(count):
        file = BatchFile(f"{number}.csv", 10, f"{number:064}", rows, "csv", ("day",), ())
        batch = Batch("sales", (file,), number + 1, datetime(2026, 1, 1, tzinfo=UTC), "ann")
        path = f"{PATHS.raw_batch(batch.id)}/{MANIFEST_NAME}"
        if not storage.exists(path):
            storage.create(path, write_batch(batch))


def test_thousand_batches_are_read_with_as_few_reads_as_ten(storage):
    load(storage, 10)
    bundle_batches(storage, "sales")
    storage.reads.clear()
    assert len(loaded_batches(storage, "sales")) == 10
    of_ten = len(storage.reads)
    load(storage, 1000)
    bundle_batches(storage, "sales")
    storage.reads.clear()
    found = loaded_batches(storage, "sales")
    assert [batch.sequence for batch in found] == list(range(1, 1001))
    assert len(storage.reads) <= of_ten


def test_batch_that_is_counted_again_is_not_read_as_it_was_before(storage):
    load(storage, 40)
    bundle_batches(storage, "sales")
    first, *others = loaded_batches(storage, "sales")
    again = replace(first, files=(replace(first.files[0], rows=7),))
    replace_batch(storage, again)
    assert loaded_batches(storage, "sales") == [again, *others]
    bundle_batches(storage, "sales")
    assert loaded_batches(storage, "sales") == [again, *others]


def test_long_ledger_is_read_at_once(storage):
    for release in range(1, 201):
        for kind in ("publishing", "published"):
            ledger.append(storage, ledger.Event("sales", kind, release, "r", "2026-01-01 00:00:00", "ann"))
        ledger.record_checks(storage, [ledger.CheckRecord("sales", release, "r", "", "law", "fail", True, 0, "")])
    before = ledger.events(storage, "sales"), ledger.checks_by_release(storage, "sales")
    ledger.bundle(storage, "sales")
    storage.reads.clear()
    assert (ledger.events(storage, "sales"), ledger.checks_by_release(storage, "sales")) == before
    assert storage.reads == [PATHS.bundle("releases"), PATHS.bundle("checks")]
    assert [event.release for event in before[0][:4]] == [1, 1, 2, 2]


def staged_batch(batch):
    return StagedBatch(batch, 1, 1, 1, 0, {}, {}, {})


def test_staged_batches_that_a_release_tells_of_are_not_read(storage):
    known = {f"b{number}": staged_batch(f"b{number}") for number in range(100)}
    for batch in [*known, "new"]:
        storage.create(f"{PATHS.staged(batch, 'c')}/_staged.json", write(staged_batch(batch)))
    found = find_staged(storage, PATHS, [*known, "new", "raw"], "c", known)
    assert found == {**known, "new": staged_batch("new")}
    assert storage.reads == [f"{PATHS.staged('new', 'c')}/_staged.json"]


def test_batch_whose_staged_rows_were_removed_by_hand_is_staged_again(storage):
    known = {"b1": staged_batch("b1"), "b2": staged_batch("b2")}
    for batch in known:
        storage.create(f"{PATHS.staged(batch, 'c')}/_staged.json", write(staged_batch(batch)))
    storage.delete(f"{PATHS.staged_batches}/batch=b1")
    assert find_staged(storage, PATHS, known, "c", known) == {"b2": known["b2"]}


def a_release(number, batches=3):
    names = [f"b{batch}" for batch in range(batches)]
    origins = {name: {"a.csv": number} for name in names}
    tables = {
        "clean": ReleasedTable("d", {"2024-01-01": Partition("/c", number * batches, origins)}),
        "quarantine": ReleasedTable("d", {name: Partition(f"/q/{name}", 1) for name in names}),
    }
    staged = {name: staged_batch(name) for name in reversed(names)}
    return Release("sales", number, f"run{number}", "c", {}, "2024-12-24", "ann", staged, {}, tables)


def test_outlines_of_many_releases_are_those_of_their_manifests_and_read_at_once(storage):
    releases = [a_release(number) for number in range(1, 201)]
    for release in releases:
        storage.create(PATHS.release(release.number), write(release))
    numbers = release_numbers(storage, "sales")
    before = read_outlines(storage, "sales", numbers)
    bundle_outlines(storage, "sales", 200)
    storage.reads.clear()
    assert read_outlines(storage, "sales", numbers) == before == [outline_of(release) for release in releases]
    assert storage.reads == [PATHS.bundle("outlines")]
    assert before[4].batches == ["b0", "b1", "b2"]
    assert before[4].tables["clean"] == ReleasedTable("d", {"2024-01-01": Partition("/c", 15)})


def test_outline_grows_with_the_batches_and_not_with_their_files_in_quarters(storage):
    storage.create(PATHS.release(1), write(a_release(1, batches=1000)))
    for number in range(2, 7):
        storage.create(PATHS.release(number), write(a_release(number, batches=1)))
    bundle_outlines(storage, "sales", 8)
    assert len(storage.files[PATHS.bundle("outlines")]) < 0.4 * len(storage.files[PATHS.release(1)])


def test_damaged_manifest_is_told_with_its_path(storage):
    for number in range(1, 20):
        storage.create(PATHS.release(number), write(a_release(number)))
    storage.files[PATHS.release(7)] = b"{"
    bundle_outlines(storage, "sales", 20)
    with pytest.raises(DocumentError, match=r"000007\.json"):
        read_outlines(storage, "sales", release_numbers(storage, "sales"))


def test_few_manifests_are_read_beside_the_outlines_of_all_others(storage):
    for number in range(1, 24):
        storage.create(PATHS.release(number), write(a_release(number)))
        bundle_outlines(storage, "sales", number)
    storage.reads.clear()
    numbers = release_numbers(storage, "sales")
    assert read_outlines(storage, "sales", numbers) == [outline_of(a_release(number)) for number in numbers]
    assert storage.reads == [PATHS.bundle("outlines"), *map(PATHS.release, (21, 22, 23))]


def test_outlines_of_a_removed_dataset_are_not_those_of_the_next_of_its_name(storage):
    for number in range(1, 9):
        storage.create(PATHS.release(number), write(a_release(number)))
    bundle_outlines(storage, "sales", 8)
    storage.delete(PATHS.releases)
    for number in range(1, 9):
        storage.create(PATHS.release(number), write(a_release(number, batches=2)))
        bundle_outlines(storage, "sales", number)
    assert read_outlines(storage, "sales", range(1, 9)) == [outline_of(a_release(n, batches=2)) for n in range(1, 9)]
