"""Sending without a stack: several files at once, and going on from what a killed load sent."""

import threading
from datetime import UTC, datetime

import pytest
import tenacity

from ingestion import upload
from ingestion.input_file import CHUNK_BYTES
from ingestion.upload import send_batch
from tests.unit.memory_storage import MemoryStorage
from warehouse.batch import Batch, BatchFile, load_batch
from warehouse.errors import AlreadyExistsError, DataNodeDownError, LoadError, StorageError
from warehouse.input.input_path import InputPath
from warehouse.paths import DatasetPaths
from warehouse.steps import Step, watching

SIZE = 3 * CHUNK_BYTES + 777
CONTENTS = {"a.csv": bytes(range(256)) * (SIZE // 256), "b.csv": b"b" * SIZE, "c.csv": b"few"}


class CountingStorage(MemoryStorage):
    """Counts what it is sent."""

    def __init__(self):
        super().__init__()
        self.sent = 0

    def _count(self, chunks):
        for chunk in chunks:
            self.sent += len(chunk)
            yield chunk

    def write_stream(self, path, chunks, block_size):
        super().write_stream(path, self._count(chunks), block_size)

    def append_stream(self, path, chunks):
        super().append_stream(path, self._count(chunks))


@pytest.fixture
def storage():
    return CountingStorage()


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    for wait in ("_WAIT_FOR_DATANODE", "_WAIT_FOR_CLOSING"):
        monkeypatch.setattr(upload, wait, tenacity.wait_none())


@pytest.fixture
def files(tmp_path):
    for name, content in CONTENTS.items():
        (tmp_path / name).write_bytes(content)
    return [tmp_path / name for name in CONTENTS]


def a_batch(files):
    described = tuple(
        BatchFile(
            path.name, path.stat().st_size, upload.hashlib.sha256(path.read_bytes()).hexdigest(), 1, "csv", (), ()
        )
        for path in files
    )
    return Batch("sales", described, 1, datetime(2026, 1, 1, tzinfo=UTC), "ann")


def incoming(storage, batch, name):
    return f"{DatasetPaths('sales', storage.root).raw_incoming(batch.id)}/{name}"


def send(storage, batch, files, told=None, jobs=2):
    progress = (lambda phase, size: told.append((phase, size))) if told is not None else lambda *_: None
    resumed = send_batch(storage, batch, list(map(InputPath, files)), progress, jobs)
    raw = DatasetPaths("sales", storage.root).raw
    assert storage.list(raw) == [f"batch={batch.id}"]
    assert storage.list(f"{raw}/batch={batch.id}") == ["_manifest.json", *CONTENTS]
    for path in files:
        assert storage.read(f"{raw}/batch={batch.id}/{path.name}") == path.read_bytes()
    assert load_batch(storage, "sales", batch.id) == batch
    return resumed


def test_several_files_are_sent_at_once_and_told_one_after_the_other(storage, files, monkeypatch):
    both, steps, write = threading.Barrier(2), [], storage.write_stream

    def wait_for_each_other(path, chunks, block_size):
        if not path.endswith("c.csv"):
            both.wait(20)
        write(path, chunks, block_size)

    monkeypatch.setattr(storage, "write_stream", wait_for_each_other)
    told = []
    with watching(steps.append):
        assert send(storage, a_batch(files), files, told) == 0
    assert steps == [Step.LOAD_BEGUN, *[Step.FILE_SENT] * 3, Step.BATCH_LOADED]
    assert sum(size for phase, size in told if phase == "send") == a_batch(files).size
    assert {phase for phase, _ in told} == {"send"}


@pytest.mark.parametrize("kept", [1, 511, 512, CHUNK_BYTES, SIZE - 777, SIZE - 1])
def test_file_that_a_killed_load_began_is_gone_on_with(storage, files, kept):
    batch, told = a_batch(files), []
    storage.create(incoming(storage, batch, "b.csv"), CONTENTS["b.csv"][:kept])
    assert send(storage, batch, files, told) == kept
    assert storage.sent == batch.size - kept
    assert sum(size for phase, size in told if phase == "resume") == kept
    assert sum(size for _, size in told) == batch.size


def test_file_that_a_killed_load_sent_whole_is_not_sent_again(storage, files):
    batch = a_batch(files)
    for name in ("a.csv", "b.csv"):
        storage.create(incoming(storage, batch, name), CONTENTS[name])
    assert send(storage, batch, files) == 2 * SIZE - 9
    assert storage.sent == len(CONTENTS["c.csv"])


@pytest.mark.parametrize("held", [b"", b"x" + b"b" * 99, b"b" * SIZE + b"b"])
def test_what_is_not_the_beginning_of_a_file_is_replaced(storage, files, held):
    batch = a_batch(files)
    storage.create(incoming(storage, batch, "b.csv"), held)
    assert send(storage, batch, files) == 0
    assert storage.sent == batch.size


def test_what_else_a_killed_load_left_is_not_part_of_the_batch(storage, files):
    batch = a_batch(files)
    for name in ("_manifest.json", "__manifest.json.0a1b2c"):
        storage.create(incoming(storage, batch, name), b"half")
    send(storage, batch, files)


@pytest.mark.parametrize("problem", [AlreadyExistsError("half-written"), DataNodeDownError("gone")])
def test_file_that_cannot_be_appended_to_is_sent_whole(storage, files, monkeypatch, problem):
    batch, told = a_batch(files), []
    storage.create(incoming(storage, batch, "b.csv"), CONTENTS["b.csv"][:1000])

    def refuse(path, chunks):
        next(iter(chunks))
        storage.files[path] += b"something"
        raise problem

    monkeypatch.setattr(storage, "append_stream", refuse)
    assert send(storage, batch, files, told) == 0
    assert sum(size for phase, size in told if phase == "resume") == 0
    assert sum(size for phase, size in told if phase == "send") == batch.size


def test_file_that_its_dead_writer_has_open_is_waited_for_and_then_sent_whole(storage, files, monkeypatch):
    batch, asked, checksum = a_batch(files), [], storage.file_checksum
    storage.create(incoming(storage, batch, "b.csv"), CONTENTS["b.csv"][:1000])

    def refuse(path):
        if storage.files[path] == CONTENTS["b.csv"][:1000]:
            asked.append(path)
            raise StorageError("open")
        return checksum(path)

    monkeypatch.setattr(storage, "file_checksum", refuse)
    assert send(storage, batch, files) == 0
    assert len(asked) == 10


def test_bytes_that_are_lost_while_the_rest_is_sent_are_noticed(storage, files, monkeypatch):
    batch = a_batch(files)
    storage.create(incoming(storage, batch, "b.csv"), CONTENTS["b.csv"][:1000])
    append = storage.append_stream
    monkeypatch.setattr(storage, "append_stream", lambda path, chunks: append(path, [c[:-1] for c in chunks]))
    with pytest.raises(LoadError, match=r"b\.csv: .* bytes arrived"):
        send_batch(storage, batch, list(map(InputPath, files)), lambda *_: None, 2)
    assert storage.list(DatasetPaths("sales", storage.root).raw) == []


def test_file_that_changed_after_a_kill_is_refused(storage, files):
    batch = a_batch(files)
    storage.create(incoming(storage, batch, "b.csv"), CONTENTS["b.csv"][:1000])
    files[1].write_bytes(CONTENTS["b.csv"][:-1] + b"x")
    with pytest.raises(LoadError, match=r"b\.csv changed while it was being loaded"):
        send_batch(storage, batch, list(map(InputPath, files)), lambda *_: None, 2)
    assert storage.list(DatasetPaths("sales", storage.root).raw) == []


def test_first_failing_file_by_name_is_told_and_nothing_stays(storage, files, monkeypatch):
    failed = threading.Event()

    def refuse(path, _chunks, _size):
        if path.endswith("a.csv"):
            assert failed.wait(20)
        failed.set()
        raise StorageError(f"no space for {path[-5:]}")

    monkeypatch.setattr(storage, "write_stream", refuse)
    with pytest.raises(StorageError, match=r"no space for a\.csv"):
        send_batch(storage, a_batch(files), list(map(InputPath, files)), lambda *_: None, 3)
    assert storage.list(DatasetPaths("sales", storage.root).raw) == []
