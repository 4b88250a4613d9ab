import json
import random
import secrets
import time
from dataclasses import replace

import pytest

from hadoop.webhdfs import WebHdfs
from ingestion.checksum import HdfsChecksum
from tests.unit.memory_storage import MemoryStorage
from warehouse.errors import AlreadyExistsError, NotFoundError, StorageError
from warehouse.lock.lock import DatasetLock, LockedError
from warehouse.lock.owner import LockOwner
from warehouse.paths import DatasetPaths
from warehouse.release.ledger import Event, append, events
from warehouse.run import new_run_id

MIB = 1024 * 1024


@pytest.fixture(params=["hdfs", "memory"])
def some_storage(request):
    """HDFS, and the storage that unit tests take for HDFS: what holds for one must hold for the other."""
    return request.getfixturevalue("storage") if request.param == "hdfs" else MemoryStorage()


@pytest.fixture
def root(storage):
    path = f"/stackhouse/test_webhdfs_{secrets.token_hex(4)}"
    yield path
    storage.delete(path)
    storage.delete(f"/user/{storage.user}/.Trash/Current{path}")


@pytest.fixture
def dataset(storage):
    name = f"test_{secrets.token_hex(4)}"
    paths = DatasetPaths(name, storage.root)
    yield name
    for path in (paths.raw, paths.lock):
        storage.delete(path)


def test_created_file_can_be_read_and_seen(some_storage, root):
    some_storage.create(f"{root}/a/b", b"\x00\xff\r\n")
    assert some_storage.read(f"{root}/a/b") == b"\x00\xff\r\n"
    assert some_storage.exists(f"{root}/a/b")
    assert some_storage.exists(f"{root}/a")
    assert some_storage.list(f"{root}/a") == ["b"]


def test_empty_file_is_a_file(some_storage, root):
    some_storage.create(f"{root}/a", b"")
    assert some_storage.read(f"{root}/a") == b""


def test_list_is_sorted_and_shows_one_level(some_storage, root):
    for name in ("c", "a/x", "B", "a/y"):
        some_storage.create(f"{root}/{name}", b"")
    assert some_storage.list(root) == ["B", "a", "c"]


def test_list_of_one_directory_with_one_directory(some_storage, root):
    some_storage.create(f"{root}/a/b", b"")
    assert some_storage.list(root) == ["a"]


def test_list_of_what_is_not_there_is_empty(some_storage, root):
    assert some_storage.list(root) == []
    assert some_storage.list_status(root) == []


def test_status_tells_lengths_and_when_a_file_was_written(some_storage, root):
    for name, content in (("b", b"xyz"), ("a/x", b"")):
        some_storage.create(f"{root}/{name}", content)
    assert [(file.name, file.length) for file in some_storage.list_status(root)] == [("a", 0), ("b", 3)]
    (file,) = some_storage.list_status(f"{root}/a")
    assert (file.name, file.length, file.modified) == ("x", 0, some_storage.modified(f"{root}/a/x"))


def test_list_of_a_file_is_refused(some_storage, root):
    some_storage.create(f"{root}/a", b"x")
    with pytest.raises(StorageError):
        some_storage.list(f"{root}/a")


def test_reading_what_is_no_file_is_refused(some_storage, root):
    some_storage.create(f"{root}/a/b", b"")
    for path in (f"{root}/a", f"{root}/c"):
        with pytest.raises(NotFoundError):
            some_storage.read(path)


@pytest.mark.parametrize("operation", ["create", "publish"])
def test_nothing_is_ever_overwritten(some_storage, root, operation):
    some_storage.create(f"{root}/a/b", b"old")
    for path in (f"{root}/a/b", f"{root}/a"):
        with pytest.raises(AlreadyExistsError):
            getattr(some_storage, operation)(path, b"new")
    assert some_storage.read(f"{root}/a/b") == b"old"
    assert (some_storage.list(root), some_storage.list(f"{root}/a")) == (["a"], ["b"])


@pytest.mark.parametrize("operation", ["create", "publish"])
def test_file_below_a_file_is_refused(some_storage, root, operation):
    some_storage.create(f"{root}/a", b"")
    with pytest.raises(StorageError):
        getattr(some_storage, operation)(f"{root}/a/b", b"")


def test_published_file_is_there_and_nothing_else(some_storage, root):
    some_storage.publish(f"{root}/a/b", b"x")
    assert some_storage.read(f"{root}/a/b") == b"x"
    assert some_storage.list(f"{root}/a") == ["b"]


def test_replaced_file_has_the_new_content_and_nothing_stays_beside_it(some_storage, root):
    for content in (b"old", b"new"):
        some_storage.replace(f"{root}/a", content)
        assert (some_storage.read(f"{root}/a"), some_storage.list(root)) == (content, ["a"])


def test_rename_moves_a_directory_with_its_content_and_makes_parents(some_storage, root):
    some_storage.create(f"{root}/a/b/c", b"x")
    some_storage.rename(f"{root}/a", f"{root}/new/place")
    assert some_storage.read(f"{root}/new/place/b/c") == b"x"
    assert not some_storage.exists(f"{root}/a")


@pytest.mark.parametrize("target", ["file", "directory", "empty"])
def test_rename_to_what_exists_is_refused_and_moves_nothing_into_it(some_storage, root, target):
    some_storage.create(f"{root}/source/x", b"1")
    some_storage.create(f"{root}/file", b"2")
    some_storage.create(f"{root}/directory/y", b"3")
    some_storage.create(f"{root}/empty/z", b"4")
    some_storage.rename(f"{root}/empty/z", f"{root}/z")
    with pytest.raises(AlreadyExistsError):
        some_storage.rename(f"{root}/source", f"{root}/{target}")
    assert some_storage.list(root) == ["directory", "empty", "file", "source", "z"]
    assert some_storage.list(f"{root}/directory") == ["y"]
    assert some_storage.list(f"{root}/empty") == []


def test_rename_of_what_is_not_there_is_refused(some_storage, root):
    some_storage.create(f"{root}/a", b"")
    with pytest.raises(NotFoundError):
        some_storage.rename(f"{root}/b", f"{root}/c")


def test_delete_removes_a_tree_and_what_is_not_there(some_storage, root):
    some_storage.create(f"{root}/a/b/c", b"")
    some_storage.create(f"{root}/ab", b"")
    some_storage.delete(f"{root}/a")
    some_storage.delete(f"{root}/a")
    assert some_storage.list(root) == ["ab"]


def test_trash_keeps_everything_that_had_the_same_name(some_storage, root):
    places = []
    for content in (b"1", b"2", b"3"):
        some_storage.create(f"{root}/a/b", content)
        places.append(some_storage.move_to_trash(f"{root}/a"))
        assert not some_storage.exists(f"{root}/a")
    assert [some_storage.read(f"{place}/b") for place in places] == [b"1", b"2", b"3"]
    assert places[0].endswith(f"/.Trash/Current{root}/a")
    with pytest.raises(NotFoundError):
        some_storage.move_to_trash(f"{root}/a")


def test_content_size_is_of_all_files_below(some_storage, root):
    for name, size in (("a/b", 3), ("a/c/d", 4), ("ab", 5)):
        some_storage.create(f"{root}/{name}", b"x" * size)
    assert [some_storage.content_size(path) for path in (f"{root}/a", f"{root}/a/b", root)] == [7, 3, 12]
    with pytest.raises(NotFoundError):
        some_storage.content_size(f"{root}/none")


def test_several_files_and_directories_are_read_at_once(some_storage, root):
    written = {f"{root}/d{number % 3}/{number}": f"{number}".encode() for number in range(40)}
    for path, content in written.items():
        some_storage.create(path, content)
    assert some_storage.read_all([*written, f"{root}/none"]) == written
    directories = [f"{root}/d1", f"{root}/d0", f"{root}/none"]
    assert some_storage.list_all(directories) == {path: some_storage.list(path) for path in directories}


@pytest.mark.parametrize("kept", [0, 1, 511, 512, MIB - 1, MIB, MIB + 700])
def test_file_that_was_appended_to_has_the_checksum_of_one_that_was_sent_at_once(storage, root, kept):
    content = random.Random(1).randbytes(2 * MIB + 999)
    storage.make_directory(root, "750")
    storage.write_stream(f"{root}/a", [content[:kept]], MIB)
    storage.append_stream(f"{root}/a", [content[kept : kept + 100], content[kept + 100 :]])
    checksum = HdfsChecksum(MIB)
    checksum.update(content)
    assert storage.file_checksum(f"{root}/a") == checksum.result()
    assert storage.read(f"{root}/a") == content


def test_nothing_is_appended_to_what_is_not_there(some_storage, root):
    with pytest.raises(NotFoundError):
        some_storage.append_stream(f"{root}/a", [b"x"])


def test_delete_does_not_fill_the_trash(storage, root):
    storage.create(f"{root}/a/b", b"")
    storage.delete(f"{root}/a")
    assert not storage.exists(f"/user/{storage.user}/.Trash/Current{root}")


@pytest.mark.parametrize(
    ("block_size", "sizes"),
    [
        (128 * MIB, [0, 1, 511, 512, 513, MIB, MIB + 1]),
        (MIB, [MIB - 1, MIB, MIB + 1, 2 * MIB, 2 * MIB + 1, 3 * MIB, 5 * MIB + 77]),
    ],
)
def test_checksum_computed_here_is_that_of_the_server(storage, root, block_size, sizes):
    content = random.Random(1).randbytes(max(sizes))
    storage.make_directory(root, "755")
    for size in sizes:
        path, checksum = f"{root}/{size}", HdfsChecksum(block_size)
        checksum.update(content[:size])
        chunks = [content[begin : begin + 300_000] for begin in range(0, size, 300_000)]
        storage.write_stream(path, (chunk[: size - 300_000 * n] for n, chunk in enumerate(chunks)), block_size)
        assert storage.size(path) == size
        assert storage.file_checksum(path) == checksum.result()


def test_stream_makes_no_directory(storage, root):
    """Else a write that was broken off and reaches HDFS late would bring back what was deleted after it."""
    with pytest.raises(NotFoundError):
        storage.write_stream(f"{root}/a", iter([b"x"]), MIB)
    assert not storage.exists(root)


def test_stream_never_overwrites(storage, root):
    storage.create(f"{root}/a", b"old")
    with pytest.raises(AlreadyExistsError):
        storage.write_stream(f"{root}/a", iter([b"new"]), MIB)
    assert storage.read(f"{root}/a") == b"old"


@pytest.mark.local
def test_block_larger_than_any_disk_is_refused_like_a_full_disk(storage, root):
    storage.make_directory(root, "755")
    with pytest.raises(StorageError, match="a full disk") as problem:
        storage.write_stream(f"{root}/a", iter([b"x" * MIB] * 4), 2**50)
    assert "\n" not in str(problem.value)


def test_used_up_quota_is_told_in_one_line(storage, root):
    storage.make_directory(root, "755")
    url = f"{storage.url}/webhdfs/v1{root}"
    storage._client._request("PUT", url, params={"op": "SETQUOTA", "storagespacequota": 2 * MIB})
    with pytest.raises(StorageError, match="space quota") as problem:
        storage.write_stream(f"{root}/a", iter([b"x" * MIB] * 64), MIB)
    assert "\n" not in str(problem.value)


def test_user_without_permission_is_told_who_and_where(storage, settings, root):
    storage.make_directory(root, "755")
    with pytest.raises(StorageError, match=f"HDFS user nobody has no permission for {root}/a"):
        WebHdfs(replace(settings, user="nobody").endpoints).create(f"{root}/a", b"")


def test_lock_is_exclusive_in_hdfs(storage, dataset):
    one, other = (
        LockOwner.this_process(user, name, {}, new_run_id()) for user, name in (("ann", "one"), ("bob", "other"))
    )
    with DatasetLock(storage, dataset, one):
        with pytest.raises(LockedError, match="one"), DatasetLock(storage, dataset, other):
            pass
        before = storage.modified(DatasetPaths(dataset, storage.root).lock)
        time.sleep(0.002)
        storage.touch(DatasetPaths(dataset, storage.root).lock)
        assert storage.modified(DatasetPaths(dataset, storage.root).lock) > before
        owner = json.loads(storage.read(DatasetPaths(dataset, storage.root).lock))
    assert owner["command"] == "one"
    assert [name for name in storage.list("/stackhouse/locks") if dataset in name] == []


def test_events_stay_in_order_in_hdfs(storage, dataset):
    written = [Event(dataset, "publishing", n, "run", "2026-11-24 14:00:00", "ann") for n in range(12)]
    for event in written:
        append(storage, event)
    assert events(storage, dataset) == written
