"""`list` and `history` of all datasets, over a storage in memory."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cli.views import history, listing
from cli.views.history import print_history
from cli.views.listing import age, print_list
from tests.unit.memory_storage import MemoryStorage
from tests.unit.warehouse.release.test_catalog import happens, write_release
from warehouse.errors import StorageError
from warehouse.paths import DatasetPaths
from warehouse.settings import load_settings

NOW = datetime(2026, 11, 24, 13, 30, tzinfo=UTC)


@pytest.fixture
def storage(monkeypatch):
    storage = MemoryStorage()
    for module in (listing, history):
        monkeypatch.setattr(module, "WebHdfs", lambda _: storage)
    return storage


@pytest.fixture
def settings(tmp_path):
    for name in ("sales", "trips"):
        (tmp_path / "data" / name).mkdir(parents=True)
        (tmp_path / "data" / name / "dataset.yaml").write_text("")
    return replace(load_settings({}), datasets=tmp_path)


def fill(storage):
    """`sales` has a contract here and two releases, `cities` one release and no contract; `trips` a contract only."""
    for number in (1, 2):
        write_release(storage, number)
    happens(storage, ("published", 1), ("held", 2))
    write_release(storage, 1, dataset="cities")
    happens(storage, ("published", 1), dataset="cities")
    storage.create(f"{DatasetPaths('cities', storage.root).raw_batch('b9')}/_manifest.json", b"{}")
    # A load that failed, of a name that nobody has.
    storage.create(f"{DatasetPaths('typo', storage.root).raw}/x", b"")
    storage.delete(f"{DatasetPaths('typo', storage.root).raw}/x")


def test_list_tells_where_every_dataset_stands(storage, settings, capsys):
    fill(storage)
    print_list(settings, False, NOW)
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        ["dataset", "contract", "rows", "quarters", "live", "age", "held", "unpublished"],
        ["cities", "elsewhere", "5", "2001Q1–2001Q3", "(2)", "1", "3", "h", "1"],
        ["sales", "here", "5", "2001Q1–2001Q3", "(2)", "1", "3", "h", "2"],
        ["trips", "here"],
        ["contracts", "here:", str(settings.datasets / "data")],
        ["elsewhere:", "set", "STACKHOUSE_DATASETS", "to", "the", "directory", "with", "the", "contract"],
    ]


def test_list_gives_the_same_to_scripts(storage, settings, capsys):
    fill(storage)
    print_list(settings, True, NOW)
    cities, sales, trips = json.loads(capsys.readouterr().out)
    assert cities == {
        "dataset": "cities",
        "contract": None,
        "rows": 5,
        "quarters": ["2001Q1", "2001Q3"],
        "live": 1,
        "published_at": "2026-11-24 10:00:00",
        "held": None,
        "unpublished": ["b9"],
        "problem": None,
    }
    assert (sales["contract"], sales["held"]) == (str(settings.datasets / "data" / "sales" / "dataset.yaml"), 2)
    assert (trips["rows"], trips["quarters"], trips["live"], trips["published_at"]) == (None, [], None, None)


@pytest.mark.parametrize("as_json", [False, True])
def test_damaged_dataset_is_told_and_hides_no_other(storage, settings, capsys, as_json):
    fill(storage)
    storage.replace(DatasetPaths("cities", storage.root).release(1), b"{}")
    with pytest.raises(StorageError, match=r"cities/000001\.json does not have the form that this version writes"):
        print_list(settings, as_json, NOW)
    printed = capsys.readouterr().out
    assert all(name in printed for name in ("cities", "sales", "trips", "2001Q1"))


def test_list_of_nothing_says_how_to_begin(storage, settings, tmp_path, capsys):
    print_list(replace(settings, datasets=tmp_path / "none"), False, NOW)
    assert "./stackhouse new NAME FILE" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("past", "text"),
    [
        (timedelta(seconds=-5), "0 s"),
        (timedelta(seconds=119), "119 s"),
        (timedelta(seconds=120), "2 min"),
        (timedelta(minutes=119), "119 min"),
        (timedelta(hours=3, minutes=59), "3 h"),
        (timedelta(hours=47), "47 h"),
        (timedelta(days=400), "400 d"),
    ],
)
def test_age_is_in_the_unit_that_says_most(past, text):
    assert age(NOW - past, NOW) == text


def test_history_of_all_names_the_dataset_of_every_release(storage, settings, capsys):
    fill(storage)
    print_history(settings, None, False)
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[0][:3] == ["dataset", "release", "state"]
    assert [line[:3] for line in lines[1:]] == [["cities", "1", "live"], ["sales", "1", "live"], ["sales", "2", "held"]]
    print_history(settings, None, True)
    rows = json.loads(capsys.readouterr().out)
    assert [(row["dataset"], row["release"]) for row in rows] == [("cities", 1), ("sales", 1), ("sales", 2)]


def test_history_of_one_has_only_its_releases_and_needs_no_contract(storage, settings, capsys, monkeypatch):
    fill(storage)
    monkeypatch.setattr("pipeline.dataset.WebHdfs", lambda _: storage)
    print_history(settings, "cities", False)
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [line[:2] for line in lines] == [["release", "state"], ["1", "live"]]


def test_history_of_all_without_a_release_says_so(storage, settings, capsys):
    print_history(settings, None, False)
    assert capsys.readouterr().out == "no dataset has a release yet: ./stackhouse list\n"


def test_damaged_dataset_hides_the_history_of_no_other(storage, settings, capsys):
    fill(storage)
    storage.replace(DatasetPaths("cities", storage.root).release(1), b"{}")
    with pytest.raises(StorageError, match=r"cities/000001\.json does not have the form that this version writes"):
        print_history(settings, None, True)
    assert [row["dataset"] for row in json.loads(capsys.readouterr().out)] == ["sales", "sales"]
