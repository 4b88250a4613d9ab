import bz2
import gzip
import hashlib
import pickle
import secrets
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import tenacity

from ingestion import upload
from ingestion.checksum import HdfsChecksum
from ingestion.loader import load
from ingestion.upload import BLOCK_BYTES
from pipeline.recovery import recover
from warehouse.batch import batch_id, loaded_batches
from warehouse.contract.model import Column, Contract, InputFormat
from warehouse.errors import DataNodeDownError, InputFileError, LoadError, StorageError
from warehouse.paths import DatasetPaths
from warehouse.storage import FileChecksum

HEADER = b"day,amount\n"


@pytest.fixture
def contract():
    columns = tuple(Column(name, name, "STRING", "A column.") for name in ("day", "amount"))
    name = f"test_{secrets.token_hex(4)}"
    return Contract(name, "Sales.", columns, "day", InputFormat(), (), 0.0, (), Path("dataset.yaml"))


@pytest.fixture
def paths(storage, contract):
    paths = DatasetPaths(contract.dataset, storage.root)
    yield paths
    storage.delete(paths.raw)


@pytest.fixture
def files(tmp_path):
    """Three files, not in order of their names, 2 + 1 + 1 rows."""
    content = {
        "c.csv": HEADER + b"2001-01-01,1\n\n2001-01-02,2",
        "a.csv.gz": gzip.compress(HEADER + b"2001-01-03,3\r\n"),
        "b.csv.bz2": bz2.compress(HEADER + b"2001-01-04,4\n"),
    }
    for name, stored in content.items():
        (tmp_path / name).write_bytes(stored)
    return [tmp_path / name for name in content]


def no_progress(_phase, _count):
    """Nobody looks."""


def test_batch_in_hdfs_has_the_bytes_as_received_and_a_manifest_that_describes_them(storage, contract, paths, files):
    before = datetime.now(UTC)
    result = load(storage, contract, files, "ann", no_progress)
    assert not result.already_loaded
    batch = result.batch
    assert (batch.dataset, batch.sequence, batch.loaded_by, batch.rows) == (contract.dataset, 1, "ann", 4)
    assert before <= batch.loaded_at <= datetime.now(UTC)
    assert [file.name for file in batch.files] == ["a.csv.gz", "b.csv.bz2", "c.csv"]
    assert storage.list(paths.raw) == [f"batch={batch.id}"]
    directory = paths.raw_batch(batch.id)
    assert storage.list(directory) == ["_manifest.json", "a.csv.gz", "b.csv.bz2", "c.csv"]
    for path in files:
        assert storage.read(f"{directory}/{path.name}") == path.read_bytes()
    assert loaded_batches(storage, contract.dataset) == [batch]


def test_same_bytes_again_change_nothing_in_whatever_order_they_are_given(storage, contract, paths, files):
    first = load(storage, contract, files, "ann", no_progress)
    told = []
    again = load(storage, contract, files[::-1], "bob", lambda phase, _count: told.append(phase))
    assert again == replace(first, already_loaded=True)
    assert set(told) == {"check"}
    assert storage.list(paths.raw) == [f"batch={first.batch.id}"]


@pytest.mark.usefixtures("paths")
def test_other_bytes_are_the_next_batch(storage, contract, files):
    batches = [load(storage, contract, [path], "ann", no_progress).batch for path in files]
    assert [batch.sequence for batch in batches] == [1, 2, 3]
    assert loaded_batches(storage, contract.dataset) == batches


def test_file_of_another_batch_is_refused_whatever_its_name(storage, contract, paths, files):
    first = load(storage, contract, files[:1], "ann", no_progress).batch
    renamed = files[0].rename(files[0].with_name("renamed.csv"))
    with pytest.raises(InputFileError, match=rf"renamed.csv has the same bytes as c.csv of batch {first.id}"):
        load(storage, contract, [renamed, files[1]], "ann", no_progress)
    assert storage.list(paths.raw) == [f"batch={first.id}"]


@pytest.mark.usefixtures("paths")
def test_two_files_of_the_same_bytes_are_refused_and_two_without_rows_are_not(storage, contract, tmp_path):
    for name, content in (
        ("a.csv", HEADER),
        ("b.csv", HEADER),
        ("c.csv", HEADER + b"1,1\n"),
        ("d.csv", HEADER + b"1,1\n"),
    ):
        (tmp_path / name).write_bytes(content)
    assert load(storage, contract, [tmp_path / "a.csv", tmp_path / "b.csv"], "ann", no_progress).batch.rows == 0
    with pytest.raises(InputFileError, match=r"d\.csv has the same bytes as c\.csv beside it"):
        load(storage, contract, [tmp_path / "c.csv", tmp_path / "d.csv"], "ann", no_progress)


def test_big_file_arrives_whole(storage, contract, paths, tmp_path):
    path = tmp_path / "big.csv"
    line = b"2001-01-01," + b"7" * 500 + b"\n"
    with path.open("wb") as file:
        file.write(HEADER)
        for _ in range(300):
            file.write(line * 1000)
    told = {"check": 0, "send": 0}

    def count(phase, size):
        told[phase] += size

    batch = load(storage, contract, [path], "ann", count).batch
    stored = f"{paths.raw_batch(batch.id)}/big.csv"
    assert batch.files[0].rows == 300_000
    assert storage.size(stored) == path.stat().st_size > 128 * 1024 * 1024
    assert told == {"check": batch.size, "send": batch.size}
    with path.open("rb") as file:
        assert batch.files[0].sha256 == hashlib.file_digest(file, "sha256").hexdigest()


def test_nothing_is_sent_when_any_file_is_unfit(storage, contract, paths, files):
    files[1].write_bytes(files[1].read_bytes()[:-5])
    told = []
    with pytest.raises(InputFileError, match=r"a\.csv\.gz"):
        load(storage, contract, files, "ann", lambda phase, _count: told.append(phase))
    assert "send" not in told
    assert storage.list(paths.raw) == []


def test_file_that_changes_while_it_is_sent_is_refused_and_nothing_stays(storage, contract, paths, files):
    def change(phase, _count):
        if phase == "send":
            files[2].write_bytes(bz2.compress(HEADER + b"2001-01-04,9\n"))

    with pytest.raises(LoadError, match=r"b\.csv\.bz2 changed while it was being loaded"):
        load(storage, contract, files, "ann", change, jobs=1)
    assert storage.list(paths.raw) == []


def test_file_that_vanishes_while_others_are_sent_is_told_as_such(storage, contract, paths, files):
    def vanish(phase, _count):
        if phase == "send":
            files[2].unlink(missing_ok=True)

    with pytest.raises(InputFileError, match=r"b\.csv\.bz2 cannot be read any more"):
        load(storage, contract, files, "ann", vanish, jobs=1)
    assert storage.list(paths.raw) == []


def test_other_checksum_of_the_server_is_refused_and_nothing_stays(storage, contract, paths, files, monkeypatch):
    monkeypatch.setattr(storage, "file_checksum", lambda _path: FileChecksum("MD5-of-0MD5-of-512CRC32C", "00"))
    monkeypatch.setattr(storage, "read_stream", lambda _path: [b"other"])
    with pytest.raises(LoadError, match="the bytes in HDFS differ from those sent"):
        load(storage, contract, files, "ann", no_progress)
    assert storage.list(paths.raw) == []


def test_cluster_with_checksums_of_its_own_is_read_back(storage, contract, paths, files, monkeypatch):
    monkeypatch.setattr(storage, "file_checksum", lambda _path: FileChecksum("COMPOSITE-CRC32C", "00"))
    assert load(storage, contract, files, "ann", no_progress).batch.rows == 4


def test_bytes_lost_on_the_way_are_noticed(storage, contract, paths, files, monkeypatch):
    write = storage.write_stream
    monkeypatch.setattr(
        storage, "write_stream", lambda path, chunks, size: write(path, [chunk[:-1] for chunk in chunks], size)
    )
    with pytest.raises(LoadError, match="bytes arrived"):
        load(storage, contract, files, "ann", no_progress)
    assert storage.list(paths.raw) == []


def test_bytes_swapped_on_the_way_are_noticed(storage, contract, paths, files, monkeypatch):
    write = storage.write_stream
    monkeypatch.setattr(
        storage, "write_stream", lambda path, chunks, size: write(path, [chunk[::-1] for chunk in chunks], size)
    )
    with pytest.raises(LoadError, match="the bytes in HDFS differ"):
        load(storage, contract, files, "ann", no_progress)
    assert storage.list(paths.raw) == []


@pytest.fixture
def dying(storage, monkeypatch):
    """Makes the DataNode die so many times in the middle of the second file; what it was sent so far stays there."""
    write, broken = storage.write_stream, []

    def die(times):
        def break_off(path, chunks, size):
            if not path.endswith("b.csv.bz2") or len(broken) == times:
                return write(path, chunks, size)
            first = next(chunks)
            # Whoever asks for the next piece has sent this one.
            assert next(chunks, None) is None
            write(path, [first[:-5]], size)
            broken.append(path)
            raise DataNodeDownError("the DataNode is gone")

        monkeypatch.setattr(storage, "write_stream", break_off)
        return broken

    monkeypatch.setattr(upload, "_WAIT_FOR_DATANODE", tenacity.wait_none())
    return die


def test_file_that_a_datanode_died_over_is_sent_again(storage, contract, paths, files, dying):
    broken, told = dying(2), []
    batch = load(storage, contract, files, "ann", lambda phase, count: told.append((phase, count))).batch
    assert len(broken) == 2
    assert sum(count for phase, count in told if phase == "send") == batch.size
    for path in files:
        assert storage.read(f"{paths.raw_batch(batch.id)}/{path.name}") == path.read_bytes()


@pytest.mark.usefixtures("paths")
def test_file_whose_checksum_nobody_can_tell_is_sent_again(storage, contract, files, dying, monkeypatch):
    dying(0)
    checksum, asked = storage.file_checksum, []

    def tell_the_second_time(path):
        asked.append(path)
        if len(asked) == 1:
            raise DataNodeDownError("the DataNode is gone")
        return checksum(path)

    monkeypatch.setattr(storage, "file_checksum", tell_the_second_time)
    batch = load(storage, contract, files, "ann", no_progress).batch
    assert asked.count(asked[0]) == 2
    assert len(asked) == len(batch.files) + 1


def test_batch_is_counted_again_when_the_contract_tells_rows_in_another_way(storage, contract, paths, tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(HEADER + b"# by hand\n2001-01-01,1\n")
    assert load(storage, contract, [path], "ann", no_progress).batch.rows == 2
    corrected = replace(contract, input_format=InputFormat(comment="#"))
    again = load(storage, corrected, [path], "bob", no_progress)
    assert (again.already_loaded, again.counted_before, again.batch.rows) == (True, 2, 1)
    assert (again.batch.loaded_by, again.batch.sequence) == ("ann", 1)
    assert loaded_batches(storage, contract.dataset) == [again.batch]
    assert storage.list(paths.raw_batch(again.batch.id)) == ["_manifest.json", "a.csv"]
    assert load(storage, corrected, [path], "bob", no_progress).counted_before is None


def test_datanode_that_stays_away_ends_the_load_and_leaves_nothing(storage, contract, paths, files, dying):
    broken = dying(10)
    with pytest.raises(DataNodeDownError):
        load(storage, contract, files, "ann", no_progress)
    assert len(broken) == 3
    assert storage.list(paths.raw) == []


def test_interrupted_load_leaves_nothing(storage, contract, paths, files):
    def interrupt(phase, _count):
        if phase == "send":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(storage, contract, files, "ann", interrupt)
    assert storage.list(paths.raw) == []


KILLED_LOADER = """
import os, signal, sys, pickle
from pathlib import Path
from ingestion.loader import load
storage, contract, files = pickle.loads(bytes.fromhex(sys.argv[1]))
from hadoop.webhdfs import WebHdfs

def die(phase, count):
    if phase == "send":
        os.kill(os.getpid(), signal.SIGKILL)

load(WebHdfs(storage), contract, files, "ann", die)
"""


def test_killed_load_is_not_visible_and_the_next_load_goes_on_from_it(storage, settings, contract, paths, files):
    argument = pickle.dumps((settings.endpoints, contract, files)).hex()
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_LOADER, argument], capture_output=True, text=True, check=False
    )
    assert killed.returncode == -9, killed.stderr
    [left] = storage.list(paths.raw)
    assert left.startswith("_incoming=")
    assert loaded_batches(storage, contract.dataset) == []
    recover(settings, storage, contract.dataset, needs_hive=False)
    assert storage.list(paths.raw) == [left]
    batch = load(storage, contract, files, "ann", no_progress).batch
    assert (batch.sequence, left) == (1, f"_incoming={batch.id}")
    assert storage.list(paths.raw) == [f"batch={batch.id}"]
    assert storage.list(paths.raw_batch(batch.id)) == ["_manifest.json", "a.csv.gz", "b.csv.bz2", "c.csv"]


def test_load_of_other_files_removes_what_a_killed_one_sent(storage, contract, paths, files):
    storage.create(f"{paths.raw_incoming('0a')}/d.csv", b"half")
    batch = load(storage, contract, files, "ann", no_progress).batch
    assert storage.list(paths.raw) == [f"batch={batch.id}"]


def test_large_file_of_a_killed_load_is_gone_on_with(storage, settings, contract, paths, tmp_path):
    """Across the end of a block, and from the middle of a CRC."""
    path = tmp_path / "big.csv"
    path.write_bytes(HEADER + b"2001-01-01,7777777777777777777\n" * 4_500_000)
    argument = pickle.dumps((settings.endpoints, contract, [path])).hex()
    killed = KILLED_LOADER.replace('phase == "send":', 'phase == "send" and count_up(count) > 90_000_000:')
    counter = "sent = []\ndef count_up(count):\n    sent.append(count)\n    return sum(sent)\n"
    ended = subprocess.run([sys.executable, "-c", counter + killed, argument], capture_output=True, check=False)
    assert ended.returncode == -9, ended.stderr
    told = {"check": 0, "send": 0, "resume": 0}

    def count(phase, size):
        told[phase] += size

    result = load(storage, contract, [path], "ann", count)
    size = path.stat().st_size
    assert size > 128 * 1024 * 1024
    assert (told["resume"], told["send"] + told["resume"]) == (result.resumed, size)
    assert told["send"] < 0.6 * size
    stored = f"{paths.raw_batch(result.batch.id)}/big.csv"
    checksum = HdfsChecksum(BLOCK_BYTES)
    checksum.update(path.read_bytes())
    assert storage.file_checksum(stored) == checksum.result()


def test_batch_that_appeared_meanwhile_is_never_written_into(storage, contract, paths, files, monkeypatch):
    """Two writers are what the lock prevents; should it ever fail, the second must not mix its files in."""
    first = load(storage, contract, files, "ann", no_progress).batch
    monkeypatch.setattr(storage, "exists", lambda _path: False)
    monkeypatch.setattr("ingestion.loader.loaded_batches", lambda _storage, _dataset: [])
    with pytest.raises(StorageError, match="exists"):
        load(storage, contract, files, "bob", no_progress)
    assert storage.list(paths.raw) == [f"batch={first.id}"]
    assert storage.list(paths.raw_batch(first.id)) == ["_manifest.json", "a.csv.gz", "b.csv.bz2", "c.csv"]
    assert batch_id(first.files) == first.id
