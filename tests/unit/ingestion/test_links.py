"""Links in a directory that is loaded or drafted from: who may write there must not choose what the loader reads."""

import gzip
import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from drafting.draft import draft
from drafting.reading import sample_files
from ingestion import loader
from ingestion.loader import load
from tests.unit.ingestion.test_loader import CONTRACT, GOOD
from tests.unit.memory_storage import MemoryStorage
from warehouse.errors import InputFileError
from warehouse.input.batch_files import check_files
from warehouse.input.input_path import InputPath
from warehouse.paths import DatasetPaths

SECRET = b"day\n1999-12-31\n"


def silent(_phase, _size):
    """Progress of a load, which nothing here looks at."""


@pytest.fixture
def secret(tmp_path):
    """A file that is not the sender's to give."""
    path = tmp_path / "secret.csv"
    path.write_bytes(SECRET)
    return path


@pytest.fixture
def folder(tmp_path):
    """A directory with one good file, in which others may write."""
    path = tmp_path / "incoming"
    path.mkdir()
    (path / "a.csv").write_bytes(GOOD)
    return path


def load_into(storage, *given):
    return load(storage, CONTRACT, given, "me", silent)


def nothing_arrived(storage):
    return not storage.list(DatasetPaths(CONTRACT.dataset, storage.root).raw) and SECRET not in storage.files.values()


@pytest.mark.parametrize("command", ["load", "new"])
def test_link_inside_a_directory_is_refused_by_name_and_target(command, folder, secret, tmp_path):
    link, storage = folder / "b.csv", MemoryStorage()
    link.symlink_to(secret)
    with pytest.raises(InputFileError) as problem:
        load_into(storage, folder) if command == "load" else draft("things", folder, tmp_path / "root")
    assert str(problem.value) == (
        f"{link} is a symbolic link to {secret}, and links inside a directory are not followed; "
        "remove it, or name the link itself among the files"
    )
    assert nothing_arrived(storage)
    assert not (tmp_path / "root").exists()


@pytest.mark.parametrize("target", ["..", "../secret.csv", "a.csv", "nothing", "b.csv", "/dev/stdin"])
def test_no_link_inside_a_directory_is_followed_wherever_it_points(folder, secret, target):
    (folder / "b.csv").symlink_to(target)
    with pytest.raises(InputFileError, match=rf"b\.csv is a symbolic link to {target}, and links inside"):
        check_files([folder])


def test_link_that_the_user_names_is_followed_under_its_own_name(folder, secret, tmp_path):
    link, storage = tmp_path / "named.csv", MemoryStorage()
    link.symlink_to(secret)
    done = load_into(storage, folder, link)
    assert [file.name for file in done.batch.files] == ["a.csv", "named.csv"]
    paths = DatasetPaths(CONTRACT.dataset, storage.root)
    assert storage.files[f"{paths.raw_batch(done.batch.id)}/named.csv"] == SECRET
    assert draft("things", link, tmp_path / "root").rows == 1


def test_directory_that_the_user_names_by_a_link_is_read(folder, tmp_path):
    link = tmp_path / "latest"
    link.symlink_to(folder)
    assert [file.name for file in load_into(MemoryStorage(), link).batch.files] == ["a.csv"]


def put(path: Path, target: Path) -> None:
    """Put a link where a file was, as another process would between two system calls."""
    link = path.with_name("swap")
    link.symlink_to(target)
    link.replace(path)


def swapping(monkeypatch, path: Path, other: Path, opening: int) -> None:
    """Put a link in the place of a file as soon as it was opened so many times."""
    untouched, files = InputPath.open, []

    def and_swapped(given):
        files.append(untouched(given))
        if len(files) == opening:
            put(path, other)
        return files[-1]

    monkeypatch.setattr(InputPath, "open", and_swapped)


@pytest.mark.parametrize("moment", ["before it is read", "before it is sent"])
def test_link_that_takes_the_place_of_a_checked_file_is_refused(moment, folder, secret, monkeypatch):
    storage, step = MemoryStorage(), {"before it is read": "_described", "before it is sent": "send_batch"}[moment]
    untouched = getattr(loader, step)

    def after_the_swap(*arguments):
        put(folder / "a.csv", secret)
        return untouched(*arguments)

    monkeypatch.setattr(loader, step, after_the_swap)
    with pytest.raises(InputFileError, match=r"a\.csv is a symbolic link to .*secret\.csv"):
        load_into(storage, folder)
    assert nothing_arrived(storage)


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.jsonl", "a.parquet"])
def test_link_that_takes_the_place_of_a_sample_is_refused(name, folder, tmp_path, monkeypatch):
    (folder / "a.csv").unlink()
    rows = pa.table({"day": ["2024-01-02"] * 20})
    pq.write_table(rows, folder / "a.parquet")
    contents = {"a.csv": GOOD, "a.csv.gz": gzip.compress(GOOD), "a.jsonl": b'{"day": "2024-01-02"}\n',
                "a.parquet": (folder / "a.parquet").read_bytes()}  # fmt: skip
    (folder / "a.parquet").unlink()
    other = tmp_path / f"other-{name}"
    for path in (folder / name, other):
        path.write_bytes(contents[name])
    untouched = sample_files._spread

    def after_the_check(files):
        put(folder / name, other)
        return untouched(files)

    monkeypatch.setattr(sample_files, "_spread", after_the_check)
    with pytest.raises(InputFileError, match=r"is a symbolic link to .*other"):
        draft("things", folder, tmp_path / "root")


def test_parquet_that_is_replaced_while_it_is_read_is_read_as_it_was_opened(tmp_path, monkeypatch):
    path, other = tmp_path / "a.parquet", tmp_path / "other.parquet"
    pq.write_table(pa.table({"day": pa.array(["2024-01-02"])}), path)
    pq.write_table(pa.table({"day": pa.array(["1999-12-31"] * 5)}), other)
    swapping(monkeypatch, path, other, opening=1)
    assert loader.describe_file(InputPath(path), CONTRACT, silent).rows == 1


def test_parquet_that_is_replaced_while_it_is_drafted_from_is_read_as_it_was_opened(tmp_path, monkeypatch):
    path, other = tmp_path / "a.parquet", tmp_path / "other.parquet"
    pq.write_table(pa.table({"day": pa.array(["2024-01-02"])}), path)
    pq.write_table(pa.table({"day": pa.array(["1999-12-31"] * 5)}), other)
    # The first time it is only checked.
    swapping(monkeypatch, path, other, opening=2)
    assert draft("things", path, tmp_path / "root").rows == 1


def test_pipe_that_takes_the_place_of_a_file_is_refused_and_not_waited_for(folder):
    path = folder / "a.csv"
    (file,) = check_files([folder])
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(InputFileError, match=r"a\.csv is not a regular file"):
        file.open()
