import pytest

from warehouse.errors import SettingsError, StackhouseError
from warehouse.paths import DatasetPaths, ledger_table, root


def all_paths(paths):
    of_batches = [paths.raw, paths.raw_batch("0a"), paths.raw_incoming("0a"), paths.staged("0a", "0b")]
    of_runs = [paths.quarantine("0a", "0b"), paths.staging("0a"), paths.clean("0a"), paths.mart("delays", "0a")]
    return [*of_batches, *of_runs, paths.releases, paths.release(1), paths.lock]


def test_every_path_is_absolute_below_the_root_and_of_this_dataset():
    for path in all_paths(DatasetPaths("flights")):
        assert path.startswith(f"{root()}/")
        assert "flights" in path.split("/")


def test_no_two_things_have_one_path():
    paths = all_paths(DatasetPaths("flights"))
    assert len(set(paths)) == len(paths)


@pytest.mark.parametrize("name", ["", "..", "a/b", "A", "1a", "_a", "a-b", "a b", "ä", "a" * 64, "a\n", "a=b", "a:b"])
def test_dataset_that_could_leave_the_root_is_refused(name):
    with pytest.raises(StackhouseError, match="not a usable name"):
        DatasetPaths(name)


@pytest.mark.parametrize("text", ["", "..", "a/b", "a" * 41, "a b", "ä", "a\n", "a_b"])
@pytest.mark.parametrize("method", ["raw_batch", "raw_incoming", "staging", "clean"])
def test_id_that_could_leave_the_directory_is_refused(method, text):
    with pytest.raises(StackhouseError, match="not an id"):
        getattr(DatasetPaths("flights"), method)(text)


def test_release_manifests_sort_by_number():
    paths = DatasetPaths("flights")
    assert paths.release(42) == "/stackhouse/releases/flights/000042.json"
    assert sorted([paths.release(10), paths.release(9)]) == [paths.release(9), paths.release(10)]


@pytest.fixture
def another_root(monkeypatch):
    """Sets it for this test; `root` remembers what it read."""

    def another(text):
        monkeypatch.setenv("STACKHOUSE_ROOT", text)
        root.cache_clear()

    yield another
    root.cache_clear()


def test_root_is_the_one_of_the_environment(another_root):
    another_root("/user/ann/stackhouse-2")
    assert DatasetPaths("flights").raw == "/user/ann/stackhouse-2/raw/flights"
    assert ledger_table("runs") == "/user/ann/stackhouse-2/ledger/runs"


@pytest.mark.parametrize("text", ["stackhouse", "/", "/a/", "/a//b", "/a/../b", "/a b", "hdfs://nn/a", "/a\n", "/.a"])
def test_root_that_is_no_plain_absolute_path_is_refused(another_root, text):
    another_root(text)
    with pytest.raises(SettingsError, match="STACKHOUSE_ROOT is"):
        DatasetPaths("flights").raw  # noqa: B018 - reading it raises
