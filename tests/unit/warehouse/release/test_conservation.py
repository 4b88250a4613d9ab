import copy
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.batch import Batch, BatchFile
from warehouse.document import read, write
from warehouse.release.conservation import Conservation, law_of
from warehouse.release.manifest import CLEAN, QUARANTINE, Partition, Release, ReleasedTable
from warehouse.staged import StagedBatch

QUARTERS = ("2001-01-01", "2001-04-01", "2001-07-01")
PLACES = ("clean", "quarantined", "superseded")

# Of each file: where each of its rows ended, and in which quarter.
ENDS = st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(QUARTERS)), max_size=12)
LOADED = st.lists(st.lists(ENDS, min_size=1, max_size=3), min_size=1, max_size=4)


def warehouse_of(loaded):
    """Batches, and the counts that a release has of them: a list of where each row is."""
    batches, rows = [], []
    for number, files in enumerate(loaded):
        described = tuple(
            BatchFile(f"f{n}.csv", 9, f"{number:032x}{n:032x}", len(ends), "csv", (), ())
            for n, ends in enumerate(files)
        )
        batch = Batch("sales", described, number + 1, datetime(2026, 11, 24, tzinfo=UTC), "ann")
        batches.append(batch)
        rows += [(batch.id, f"f{n}.csv", place, quarter) for n, ends in enumerate(files) for place, quarter in ends]
    return batches, rows


def release_of(batches, rows):
    clean = {quarter: {} for quarter in QUARTERS}
    superseded = {quarter: {} for quarter in QUARTERS}
    rejected = {batch.id: {} for batch in batches}
    for batch, file, place, quarter in rows:
        if place == "quarantined":
            files = rejected.setdefault(batch, {})
        else:
            files = (clean if place == "clean" else superseded)[quarter].setdefault(batch, {})
        files[file] = files.get(file, 0) + 1
    count = sum(place == "clean" for _, _, place, _ in rows)
    partitions = {quarter: Partition("/p", count, origins) for quarter, origins in clean.items()}
    tables = {CLEAN: ReleasedTable("d", partitions), QUARANTINE: ReleasedTable("d", {})}
    staged = {batch: StagedBatch(batch, 1, 0, 0, 0, {}, {}, files) for batch, files in rejected.items()}
    return Release("sales", 1, "run", "c", {}, "now", "ann", staged, superseded, tables)


def law(batches, rows):
    # As it is stored and read again.
    return law_of(batches, read(Release, write(release_of(batches, rows)), "manifest"))


@given(LOADED)
def test_law_holds_by_file_batch_and_total_when_every_row_is_in_one_place(loaded):
    batches, rows = warehouse_of(loaded)
    found = law(batches, rows)
    assert found.broken == []
    assert found.total.holds
    assert found.total.raw == len(rows)
    for batch in batches:
        assert found.of_batch(batch.id).holds
        assert found.of_batch(batch.id).raw == batch.rows
        for file in batch.files:
            ends = [place for of, name, place, _ in rows if (of, name) == (batch.id, file.name)]
            counts = (ends.count(place) for place in PLACES)
            assert found.files[batch.id][file.name] == Conservation(len(ends), *counts)


@given(LOADED, st.data())
def test_one_lost_row_breaks_the_law_of_its_file_its_batch_and_the_total(loaded, data):
    batches, rows = warehouse_of(loaded)
    if rows:
        lost = rows.pop(data.draw(st.integers(0, len(rows) - 1)))
        check_broken(law(batches, rows), {lost[:2]}, batches, total=False)


@given(LOADED, st.data())
def test_one_row_in_two_places_breaks_the_law_of_its_file_its_batch_and_the_total(loaded, data):
    batches, rows = warehouse_of(loaded)
    if rows:
        batch, file, _, _ = data.draw(st.sampled_from(rows))
        rows.append((batch, file, data.draw(st.sampled_from(PLACES)), data.draw(st.sampled_from(QUARTERS))))
        check_broken(law(batches, rows), {(batch, file)}, batches, total=False)


@given(LOADED, st.data())
def test_one_row_counted_for_another_file_breaks_both_though_the_total_holds(loaded, data):
    batches, rows = warehouse_of(loaded)
    files = [(batch.id, file.name) for batch in batches for file in batch.files]
    if rows and len(files) > 1:
        batch, file, place, quarter = rows.pop(data.draw(st.integers(0, len(rows) - 1)))
        target = data.draw(st.sampled_from([other for other in files if other != (batch, file)]))
        rows.append((*target, place, quarter))
        check_broken(law(batches, rows), {(batch, file), target}, batches, total=True)


@given(LOADED, st.data(), st.sampled_from(["unknown batch", "unknown file"]))
def test_one_row_of_a_file_that_nobody_loaded_breaks_the_law(loaded, data, stranger):
    batches, rows = warehouse_of(loaded)
    place = ("ffff", "f0.csv") if stranger == "unknown batch" else (batches[0].id, "other.csv")
    rows.append((*place, data.draw(st.sampled_from(PLACES)), QUARTERS[0]))
    found = law(batches, rows)
    assert [line.partition(":")[0] for line in found.broken] == [f"{place[1]} of batch {place[0]}"]
    assert not found.total.holds


@given(LOADED)
def test_rows_of_a_batch_that_the_release_does_not_know_are_lost(loaded):
    batches, rows = warehouse_of(loaded)
    known = release_of(batches[1:], [row for row in rows if row[0] != batches[0].id])
    found = law_of(batches, known)
    assert len(found.broken) == sum(bool(file.rows) for file in batches[0].files)
    assert found.of_batch(batches[0].id).raw == batches[0].rows


def check_broken(found, files, batches, total):
    assert {
        (batch, name) for batch, laws in found.files.items() for name, one in laws.items() if not one.holds
    } == files
    assert len(found.broken) == len(files)
    assert all(any(f"{name} of batch {batch}: raw " in line for line in found.broken) for batch, name in files)
    touched = [sorted(name for of, name in files if of == batch.id) for batch in batches]
    for batch, names in zip(batches, touched, strict=True):
        # A row that moved between two files of one batch leaves the batch whole.
        assert found.of_batch(batch.id).holds == (not names or (total and len(names) > 1))
    assert found.total.holds == total


@pytest.mark.parametrize(
    ("counts", "text"),
    [
        ((1200, 1000, 150, 50), "raw 1,200 = clean 1,000 + quarantined 150 + superseded 50"),
        ((1200, 1000, 150, 51), "raw 1,200 ≠ clean 1,000 + quarantined 150 + superseded 51"),
    ],
)
def test_law_is_told_with_its_numbers(counts, text):
    assert str(Conservation(*counts)) == text
    assert Conservation(*counts).to_dict()["holds"] == ("=" in text)


def test_law_as_json_has_the_total_then_batches_then_files():
    batches, rows = warehouse_of([[[("clean", QUARTERS[0])]]])
    found = law(batches, rows).to_dict()
    counts = {"raw": 1, "clean": 1, "quarantined": 0, "superseded": 0, "holds": True}
    of_files = {batches[0].id: {**counts, "files": {"f0.csv": counts}}}
    assert found == {**counts, "batches": of_files}
    assert copy.deepcopy(found) == found
