"""Loading without a stack: what becomes of empty files among others."""

import gzip
from pathlib import Path

import pytest

from ingestion import loader
from ingestion.loader import load
from tests.unit.memory_storage import MemoryStorage
from warehouse.contract.model import Column, Contract, InputFormat
from warehouse.errors import EmptyFileError, InputFileError
from warehouse.paths import DatasetPaths

CONTRACT = Contract(
    "sales", "Sales.", (Column("day", "day", "DATE", "Day.", required=True),), "day", InputFormat(), (), 0.0, (),
    Path("dataset.yaml"),
)  # fmt: skip
GOOD = b"day\n2024-01-02\n"
EMPTY_GZIP = gzip.compress(b"")


@pytest.fixture
def loaded(tmp_path, monkeypatch):
    """What `load` does with files of these contents; what is sent goes nowhere."""
    monkeypatch.setattr(loader, "send_batch", lambda *_arguments: 0)

    def attempt(contents, strict=False):
        for name, content in contents.items():
            (tmp_path / name).write_bytes(content)
        return load(MemoryStorage(), CONTRACT, [tmp_path], "me", lambda _phase, _size: None, strict=strict)

    return attempt


def test_empty_files_among_good_ones_are_left_out_and_named(loaded):
    done = loaded({"a.csv": b"", "b.csv": GOOD, "c.csv.gz": EMPTY_GZIP})
    assert (done.skipped, [file.name for file in done.batch.files]) == (("a.csv", "c.csv.gz"), ["b.csv"])


def test_batch_without_empty_files_has_nothing_to_name(loaded):
    assert loaded({"b.csv": GOOD}).skipped == ()


def test_empty_file_among_good_ones_is_refused_when_that_is_asked_for(loaded):
    with pytest.raises(EmptyFileError, match=r"a\.csv is empty"):
        loaded({"a.csv": b"", "b.csv": GOOD}, strict=True)


def test_single_empty_file_is_refused(loaded):
    with pytest.raises(EmptyFileError, match=r"a\.csv is empty"):
        loaded({"a.csv": b""})


def test_files_that_are_all_empty_are_refused(loaded):
    with pytest.raises(EmptyFileError, match=r"all 7 files are empty: a0\.csv, .*, a4\.csv and 2 more"):
        loaded({f"a{number}.csv": b"" for number in range(7)})


def test_load_removes_what_killed_loads_sent_of_other_batches_and_keeps_its_own(tmp_path):
    storage, paths = MemoryStorage(), DatasetPaths("sales", "/stackhouse")
    (tmp_path / "a.csv").write_bytes(GOOD)
    batch = load(storage, CONTRACT, [tmp_path], "me", lambda *_: None).batch
    storage.rename(paths.raw_batch(batch.id), paths.raw_incoming(batch.id))
    for token in ("0a", "ff"):
        storage.create(f"{paths.raw_incoming(token)}/a.csv", b"half")
    again = load(storage, CONTRACT, [tmp_path], "me", lambda *_: None)
    assert (again.batch.id, again.resumed) == (batch.id, len(GOOD))
    assert storage.list(paths.raw) == [f"batch={batch.id}"]


def test_first_unfit_file_by_name_is_told_however_many_are_read_at_once(tmp_path):
    for number in range(20):
        (tmp_path / f"{number:02}.csv").write_bytes(b"wrong\n1\n" if number in (7, 8, 15) else GOOD + b"%d" % number)
    storage = MemoryStorage()
    for jobs in (1, 2, 8):
        with pytest.raises(InputFileError, match=r"07\.csv: header"):
            load(storage, CONTRACT, [tmp_path], "me", lambda *_: None, jobs=jobs)
    assert storage.list("/stackhouse/raw/sales") == []
