import pytest

from warehouse.errors import StackhouseError
from warehouse.paths import DatasetPaths, ledger_table
from warehouse.settings import DEFAULT_ROOT

PATHS = DatasetPaths("flights", DEFAULT_ROOT)


def all_paths(paths):
    of_batches = [paths.raw, paths.raw_batch("0a"), paths.raw_incoming("0a"), paths.staged("0a", "0b")]
    of_runs = [paths.quarantine("0a", "0b"), paths.staging("0a"), paths.clean("0a"), paths.mart("delays", "0a")]
    return [*of_batches, *of_runs, paths.releases, paths.release(1), paths.lock]


def test_every_path_is_absolute_below_the_root_and_of_this_dataset():
    for path in all_paths(PATHS):
        assert path.startswith(f"{DEFAULT_ROOT}/")
        assert "flights" in path.split("/")


def test_no_two_things_have_one_path():
    paths = all_paths(PATHS)
    assert len(set(paths)) == len(paths)


@pytest.mark.parametrize("name", ["", "..", "a/b", "A", "1a", "_a", "a-b", "a b", "ä", "a" * 64, "a\n", "a=b", "a:b"])
def test_dataset_that_could_leave_the_root_is_refused(name):
    with pytest.raises(StackhouseError, match="not a usable name"):
        DatasetPaths(name, DEFAULT_ROOT)


@pytest.mark.parametrize("text", ["", "..", "a/b", "a" * 41, "a b", "ä", "a\n", "a_b"])
@pytest.mark.parametrize("method", ["raw_batch", "raw_incoming", "staging", "clean"])
def test_id_that_could_leave_the_directory_is_refused(method, text):
    with pytest.raises(StackhouseError, match="not an id"):
        getattr(PATHS, method)(text)


def test_release_manifests_sort_by_number():
    assert PATHS.release(42) == "/stackhouse/releases/flights/000042.json"
    assert sorted([PATHS.release(10), PATHS.release(9)]) == [PATHS.release(9), PATHS.release(10)]


def test_paths_of_another_warehouse_begin_with_its_root():
    for path in (*all_paths(DatasetPaths("flights", "/user/ann/w")), ledger_table("/user/ann/w", "runs")):
        assert path.startswith("/user/ann/w/")
