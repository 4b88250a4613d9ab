"""The whole benchmark over a stack that only says what it would have done."""

from contextlib import contextmanager
from math import inf

import pytest

from bench import first_run, growth, late_row, run, workplace
from bench.command import MeasurementError
from bench.engines.installed import ENGINES
from bench.prices import Prices
from bench.report.bars import growth_bars, quick_bars
from bench.samples import Samples
from bench.workplace import Workplace
from tests.unit.memory_storage import MemoryStorage

SECONDS = {"session": 10.0, "stage": 20.0, "clean": 5.0, "total": 60.0}
USUAL = Prices(1_000, 500)


class FakeStack:
    """Answers as `./stackhouse` does, and remembers what it was asked."""

    def __init__(self):
        self.settings = None
        self.storage = MemoryStorage()
        self.asked = []
        self.new = set()

    def document(self, command, dataset, *_files, limit):
        assert limit > 0
        self.asked.append((command, dataset))
        if command == "load":
            self.new.add(dataset)
            return 2.0, {}
        published = dataset in self.new
        self.new.discard(dataset)
        return (60.0 if published else 0.9), {"published": published, "seconds": SECONDS}

    def hdfs(self, *arguments, limit):
        assert limit > 0
        self.asked.append(arguments)
        return workplace.Done(1.0, "")

    def add_dataset(self, name):
        return name

    @contextmanager
    def keeping_engine(self):
        self.asked.append(("engine", "kept"))
        yield
        self.asked.append(("engine", "ended"))


@pytest.fixture
def place(tmp_path, monkeypatch):
    stack = FakeStack()
    counter = iter(range(0, 10**9, 1000))
    monkeypatch.setattr(Workplace, "compare_mart", lambda *_: None)
    monkeypatch.setattr(Workplace, "script", lambda *_: (40.0, {"write": 18.0}))
    monkeypatch.setattr(late_row, "bytes_read", lambda _settings: float(next(counter)))
    monkeypatch.setattr(late_row, "_needed_bytes", lambda *_: 800.0)
    monkeypatch.setattr(late_row, "_applications", lambda _place: 7)
    monkeypatch.setattr(run, "measure_look_ups", lambda *_: {"look-up": 0.06, "SELECT 1": 0.05, "look-up of 1": 0.06})
    monkeypatch.setattr(growth, "Warehouse", lambda _settings: FakeWarehouse(stack))
    monkeypatch.setattr(growth, "BATCHES", (1, 10))
    monkeypatch.setattr(growth, "_FEWER_ROWS", 1_000)
    monkeypatch.setattr(growth, "ROWS", (2_000, 5_000))
    return Workplace(tmp_path, stack, Samples(inf))


class FakeWarehouse:
    def __init__(self, stack):
        self.stack = stack

    def dataset(self, name):
        self.name = name
        return self

    def load(self, files):
        assert files
        self.stack.document("load", self.name, limit=1)


def test_a_round_measures_every_figure(place):
    run._measure_round(place, USUAL, 1)
    assert place.samples.failures == []
    missing = {bar.title for bar in quick_bars() if bar.verdict(place.samples) == "not measured"}
    assert all("clients at once" in title for title in missing)
    found = {bar.title: bar.value(place.samples) for bar in quick_bars()}
    assert found["first `run`, 500 files / bare Spark"] == 1.5
    assert found["staging, 10 files / bare typed read and write"] == 20 / 18
    assert found["one late row: bytes read / bytes of its quarter"] == 1.25
    assert found["`run` with nothing new: applications on YARN"] == 0
    assert found["`load`, 10 files / `hdfs dfs -put -t 8`"] == 2
    assert {f"first `run`, 10 files / {engine}" for engine in ENGINES} <= found.keys()


def test_every_other_round_begins_with_the_stack(place, monkeypatch):
    order = []
    monkeypatch.setattr(Workplace, "script", lambda *_: order.append("script") or (1.0, {"write": 1.0}))
    monkeypatch.setattr(first_run, "load_and_run", lambda *_: order.append("stack") or {})
    for number in (1, 2):
        first_run.compare(place, USUAL, number)
    scripts = ["script"] * (2 + len(ENGINES))
    assert order == [*scripts, "stack", "stack", *scripts]


def test_without_a_release_nothing_is_measured_on_it(place, monkeypatch):
    def fail(*_):
        raise MeasurementError("held")

    monkeypatch.setattr(first_run, "load_and_run", fail)
    run._measure_round(place, USUAL, 1)
    assert [line.partition(":")[0] for line in place.samples.failures] == [
        "load and run, 500 files",
        "late row, nothing new and look-ups",
        "load and run, 10 files",
    ]
    assert place.samples.values["bare 500"] == [40.0]


def test_a_late_row_that_makes_no_release_is_no_measurement(place, monkeypatch):
    monkeypatch.setattr(FakeStack, "document", lambda *_, **__: (1.0, {"published": False, "seconds": {}}))
    with pytest.raises(MeasurementError, match="nothing to do"):
        late_row.measure_late_row(place, USUAL, "prices", "late")


def test_second_late_row_is_another_one_and_finds_the_engine_of_the_first(place):
    found = late_row.measure_late_rows(place, Prices(2_000, 500), "prices")
    assert place.stack.asked == [("engine", "kept"), *[("load", "prices"), ("run", "prices")] * 2, ("engine", "ended")]
    assert {"late run", "warm late run"} <= found.keys()
    first, second = sorted(place.scratch.glob("late_prices_*.csv"))
    assert first.read_bytes() != second.read_bytes()


def test_growth_measures_every_series(place):
    place.samples.values["run 10"] = [50.0]
    place.samples.values["run 500"] = [55.0]
    place.samples.values["bare 10"] = [40.0]
    growth.measure_growth(place, USUAL)
    assert place.samples.failures == []
    assert all(len(series.points) > 1 for series in growth.all_series(place.samples, USUAL))
    bars = growth_bars(growth.BATCHES)
    assert [bar.title for bar in bars if bar.verdict(place.samples) == "not measured"] == []


def test_batches_share_all_files():
    files = [str(number) for number in range(1_000)]
    for batches in (1, 3, 1_000):
        shares = [growth._share(files, number, batches) for number in range(batches)]
        assert all(shares)
        assert [file for share in shares for file in share] == files
