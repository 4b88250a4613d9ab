"""Loading without a stack: what becomes of empty files among others."""

import gzip
from pathlib import Path

import pytest

from ingestion import loader
from ingestion.loader import load
from tests.unit.memory_storage import MemoryStorage
from warehouse.contract.model import Column, Contract, InputFormat
from warehouse.errors import EmptyFileError

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
