import hashlib
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.memory_storage import MemoryStorage
from warehouse.batch import Batch, BatchFile, batch_id, load_batch, loaded_batches, read_batch, write_batch
from warehouse.errors import NotFoundError, StorageError
from warehouse.paths import MANIFEST_NAME, DatasetPaths

FILES = st.lists(
    st.builds(
        BatchFile,
        name=st.from_regex(r"[a-z0-9.]{1,8}", fullmatch=True),
        size=st.integers(0, 2**40),
        sha256=st.binary(min_size=32, max_size=32).map(bytes.hex),
        rows=st.integers(0, 2**40),
        split_lines=st.lists(st.integers(0, 2**40), max_size=3).map(tuple),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda file: file.name,
).map(tuple)


def a_batch(files, sequence=1):
    return Batch("flights", files, sequence, datetime(2026, 11, 24, 14, 0, tzinfo=UTC), "ann")


def a_file(name, content=b"x\n"):
    return BatchFile(name, len(content), hashlib.sha256(content).hexdigest(), content.count(b"\n"), "csv", (), ())


def store(storage, batch, under=None):
    directory = DatasetPaths(batch.dataset, storage.root).raw_batch(under or batch.id)
    storage.create(f"{directory}/{MANIFEST_NAME}", write_batch(batch))


@given(FILES, st.randoms())
def test_id_does_not_depend_on_the_order_of_files(files, random):
    shuffled = list(files)
    random.shuffle(shuffled)
    assert batch_id(tuple(shuffled)) == batch_id(files)


def test_id_never_changes():
    # Stored paths hold it: a new way of computing it would load everything a second time.
    file = BatchFile("a.csv", 5, hashlib.sha256(b"hello").hexdigest(), 1, "csv", (), ())
    manifest = json.dumps([["a.csv", 5, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"]])
    assert batch_id((file,)) == hashlib.sha256(manifest.encode()).hexdigest()[:16] == "7647b4ac596b0595"


@pytest.mark.parametrize("other", [a_file("b.csv"), a_file("a.csv", b"y\n"), a_file("a.csv", b"x\n\n")])
def test_another_name_or_other_bytes_give_another_id(other):
    assert batch_id((other,)) != batch_id((a_file("a.csv"),))


@given(FILES)
def test_manifest_leads_back_to_the_batch(files):
    batch = a_batch(files)
    assert read_batch(write_batch(batch), "m") == batch


def test_manifest_that_describes_other_files_is_refused():
    changed = write_batch(a_batch((a_file("a.csv"),))).replace(b"a.csv", b"b.csv")
    with pytest.raises(StorageError, match="changed after loading"):
        read_batch(changed, "m")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"{}", b'{"files": [{"name": "a"}]}', b"\xff"])
def test_damaged_manifest_is_refused_in_one_line_that_names_it(content):
    storage = MemoryStorage()
    path = f"{DatasetPaths('flights', storage.root).raw_batch('0' * 16)}/{MANIFEST_NAME}"
    storage.create(path, content)
    with pytest.raises(StorageError) as problem:
        loaded_batches(storage, "flights")
    assert path in str(problem.value)
    assert "\n" not in str(problem.value)


def test_loaded_batches_come_in_loading_order_and_without_incoming_ones():
    storage = MemoryStorage()
    batches = [a_batch((a_file(name),), sequence) for sequence, name in enumerate(["c", "a", "b"], start=1)]
    for batch in reversed(batches):
        store(storage, batch)
    storage.create(
        f"{DatasetPaths('flights', storage.root).raw_incoming('abc')}/{MANIFEST_NAME}", write_batch(batches[0])
    )
    assert loaded_batches(storage, "flights") == batches
    assert loaded_batches(storage, "cities") == []


def test_batch_that_is_not_there_is_not_found():
    with pytest.raises(NotFoundError):
        load_batch(MemoryStorage(), "flights", "0" * 16)


def test_rows_and_size_are_those_of_all_files():
    batch = a_batch((a_file("a", b"1\n2\n"), a_file("b", b"3\n")))
    assert (batch.rows, batch.size) == (3, 6)
