"""Broken names of files and datasets: each is taken or refused in one line, and nothing else is touched."""

import builtins
import io
import os
import random
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from posixpath import normpath

import pytest

from ingestion.checksum import HdfsChecksum
from ingestion.loader import load
from tests.unit.ingestion.broken_inputs import NAME_SEEDS, NAMES, a_contract, check_one_line, seeded, told_with
from tests.unit.ingestion.descriptions import no_progress
from tests.unit.memory_storage import MemoryStorage
from warehouse.contract.file import load_contract
from warehouse.errors import ContractError, InputFileError
from warehouse.input.batch_files import check_files
from warehouse.lock.lock import DatasetLock
from warehouse.lock.owner import LockOwner
from warehouse.paths import DatasetPaths
from warehouse.release import ledger
from warehouse.run import new_run_id
from warehouse.settings import DEFAULT_ROOT


class RecordingHdfs(MemoryStorage):
    """A storage that also knows what loading needs of HDFS, and keeps every path that is written."""

    def __init__(self):
        super().__init__()
        self.written = set()

    def create(self, path, content):
        self.written.add(path)
        super().create(path, content)

    def rename(self, source, target):
        self.written |= {source, target}
        super().rename(source, target)

    def delete(self, path):
        self.written.add(path)
        super().delete(path)

    def write_stream(self, path, chunks, block_size):
        assert block_size % 512 == 0
        self.create(path, b"".join(chunks))

    def size(self, path):
        return len(self.files[path])

    def file_checksum(self, path):
        checksum = HdfsChecksum(128 * 2**20)
        checksum.update(self.files[path])
        return checksum.result()


PIECES = [
    *(
        "..",
        ".",
        "/",
        "//",
        "\\",
        "%2F",
        "%2e%2e",
        "%00",
        "\0",
        "\n",
        "\r",
        " ",
        "=",
        ":",
        "-",
        "--",
        "_",
        "~",
        "$HOME",
    ),
    *(
        "*",
        "?",
        "[a]",
        "{a,b}",
        "a",
        "B",
        "9",
        "é",
        "\u202e",
        "\U0001f680",
        "\udcff",
        "sales",
        "batch=",
        "_incoming=0a",
    ),
    *(
        ".csv",
        ".gz",
        ".parquet",
        "._COPYING_",
        "hdfs://",
        "file:",
        ";",
        "'",
        '"',
        "`",
        "#",
        "&",
        "|",
        "x" * 64,
        "x" * 300,
    ),
]


def a_name(rng):
    return "".join(rng.choice(PIECES) for _ in range(rng.randint(1, 4)))


def tree(root):
    return {path: path.stat().st_mtime_ns for path in root.rglob("*")}


@pytest.fixture
def opened_for_writing(monkeypatch):
    """Paths that were opened for anything but reading."""
    found = []

    def watch(original: Callable):
        def opened(file, mode="r", *args, **kwargs):
            if set(str(mode)) & set("wax+"):
                found.append(file)
            return original(file, mode, *args, **kwargs)

        return opened

    monkeypatch.setattr(io, "open", watch(io.open))
    monkeypatch.setattr(builtins, "open", watch(builtins.open))
    return found


@seeded(NAME_SEEDS)
def test_whatever_files_are_called_nothing_is_written_outside_of_the_dataset(seed, tmp_path, opened_for_writing):
    rng, numbers = random.Random(seed), count()
    for number in range(NAMES):
        name, dataset = a_name(rng), rng.choice(["sales", "a", "x9_y"])
        directory = tmp_path / str(next(numbers))
        directory.mkdir()
        path = directory / name
        with suppress(OSError, ValueError):
            if path.resolve().is_relative_to(directory):
                path.parent.mkdir(parents=True, exist_ok=True)
                os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
                path.write_bytes(b"day,amount\n2001-01-01,%d\n" % number)
        opened_for_writing.clear()
        storage, before = RecordingHdfs(), tree(tmp_path)
        with told_with(seed, number, name):
            # What the command line does around it, too.
            owner = LockOwner.this_process("ann", "load", {"files": name}, new_run_id())
            with DatasetLock(storage, dataset, owner):
                try:
                    loaded = load(storage, a_contract(dataset=dataset), [path], "ann", no_progress)
                except InputFileError as problem:
                    check_one_line(str(problem))
                else:
                    assert set(DatasetPaths(dataset, storage.root).raw_batch(loaded.batch.id).split("/")) <= {
                        part for place in storage.files for part in place.split("/")
                    }
            ledger.append(storage, ledger.Event(dataset, "held", 1, "run", "now", "ann", name))
            for written in storage.written:
                assert normpath(written) == written
                zone, of, *rest = written.removeprefix(f"{storage.root}/").split("/")
                if zone == "ledger":
                    assert (of, rest[0].split(".")[0].lstrip("_")) == ("releases", dataset), written
                else:
                    assert (zone in ("raw", "locks"), of) == (True, dataset), written
            assert opened_for_writing == []
            assert tree(tmp_path) == before


@seeded(NAME_SEEDS)
def test_whatever_a_dataset_is_called_its_paths_stay_inside_or_it_is_refused(seed, tmp_path):
    rng = random.Random(seed)
    (tmp_path / "outside.yaml").write_text("secret")
    root = tmp_path / "root"
    root.mkdir()
    for number in range(NAMES):
        name = rng.choice([a_name(rng), "sales" + a_name(rng), f"../../{a_name(rng)}"])
        with told_with(seed, number, name):
            with pytest.raises(ContractError) as problem:
                load_contract(name, root)
            assert "secret" not in str(problem.value)
            assert "\n" not in str(problem.value)
            try:
                paths = DatasetPaths(name, DEFAULT_ROOT)
            except ContractError as refused:
                check_one_line(str(refused))
            else:
                for path in (paths.raw, paths.lock, paths.releases, paths.staging("0a")):
                    assert normpath(path) == path
                    assert path.startswith(f"{DEFAULT_ROOT}/")
                    assert name in path.split("/")


@seeded(NAME_SEEDS)
def test_names_of_files_are_accepted_only_when_hdfs_takes_them_as_they_are(seed, tmp_path):
    rng = random.Random(seed)
    for number in range(NAMES):
        name = a_name(rng)
        # Of a file that is not there any name would be refused.
        with suppress(OSError, ValueError):
            (tmp_path / name.replace("/", "")).write_bytes(b"x")
        with told_with(seed, number, name), suppress(InputFileError):
            for path in check_files([tmp_path / name]):
                assert path.name.isascii()
                assert not set(path.name) & set("/\\%:=*?[]{} \n\r\0")
