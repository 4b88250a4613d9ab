"""The client on a real stack: both ways to the rows give equal frames, and a release stays what it is."""

import secrets
import threading
from datetime import UTC, datetime

import pandas as pd
import psutil
import pytest

from consumers.client import connect
from consumers.training import Feature
from hadoop.services import log_path
from hadoop.supervisor import Supervisor
from stack.readiness import PROBES
from tests.faults.commands import Command
from tests.faults.workers import with_one_release
from tests.integration.conftest import must, refused
from tests.waiting import until
from warehouse.errors import QueryError, ReleaseGoneError, StackDownError, UsageError
from warehouse.paths import ledger_table
from warehouse.quarter import Quarter
from warehouse.release.manifest import CLEAN, QUARANTINE
from warehouse.steps import Step

MAX_ROWS = 20_000
"""Of clean rows and those of a mart by HiveServer2, from which PyHive takes them one value at a time."""


def in_order(frame: pd.DataFrame) -> pd.DataFrame:
    rows = [repr(row) for row in frame.itertuples(index=False, name=None)]
    return frame.iloc[sorted(range(len(rows)), key=rows.__getitem__)].reset_index(drop=True)


def quarters_up_to(partitions, most):
    """The smallest quarters with so many rows together, one at least."""
    chosen, rows = [], 0
    for value, partition in sorted(partitions.items(), key=lambda item: item[1].rows):
        rows += partition.rows
        if chosen and rows > most:
            break
        year, month, _ = value.split("-")
        chosen.append(f"{year}Q{int(month) // 3 + 1}")
    return chosen


def published(storage):
    """Those that Spark made; other tests write files and manifests by hand."""
    datasets = {name.split(".")[0] for name in storage.list(ledger_table(storage.root, "releases"))}
    return sorted(datasets & {"awkward", "delay_forecast", "flights", "trips"})


def test_files_and_hiveserver2_give_equal_frames_for_every_dataset(flights, settings, storage):
    compared = []
    for dataset in published(storage):
        with connect(dataset, endpoints=settings.endpoints) as client:
            for name, table in client.release.tables.items():
                if name == QUARANTINE or not table.partitions:
                    continue
                quarters = quarters_up_to(table.partitions, MAX_ROWS)
                read = client.read_clean if name == CLEAN else lambda *a, n=name, **k: client.read_mart(n, *a, **k)
                frames = [read(quarters, source=source) for source in ("files", "hive")]
                pd.testing.assert_frame_equal(*map(in_order, frames))
                compared.append((dataset, name, len(frames[0])))
    print(compared)
    assert {("flights", "delays_by_quarter")} <= {found[:2] for found in compared}


@pytest.fixture
def world(settings, tmp_path):
    return with_one_release(settings, tmp_path)


@pytest.fixture
def client(settings, world):
    with connect(world.dataset, endpoints=settings.endpoints) as client:
        yield client


def test_client_keeps_its_release_and_a_new_one_sees_the_next(settings, world, client):
    name = world.dataset
    sql = f"SELECT count(*) AS n, max(t.total) AS top FROM {name}.clean c JOIN {name}.totals t ON 1 = 1"
    before = [client.read_sql(sql), client.read_mart("totals"), client.read_clean(source="files")]
    world.load()
    world.publish()
    after = [client.read_sql(sql), client.read_mart("totals"), client.read_clean(source="files")]
    for old, new in zip(before, after, strict=True):
        pd.testing.assert_frame_equal(in_order(old), in_order(new))
    with connect(name, endpoints=settings.endpoints) as second:
        assert second.release.number == client.release.number + 1
        assert len(second.read_clean()) > len(before[2])
    with connect(name, release=client.release.number, endpoints=settings.endpoints) as third:
        pd.testing.assert_frame_equal(in_order(third.read_clean()), in_order(before[2]))


def test_values_are_parameters(client):
    frame = client.read_sql("SELECT %(text)s AS text, 5 %% 3 AS rest", {"text": "it's 100% ${x}; --"})
    assert frame.to_dict("records") == [{"text": "it's 100% ${x}; --", "rest": 2}]


def test_what_is_not_there_is_named(settings, world, client):
    with pytest.raises(UsageError, match="the release has no view nothing; it has: clean"):
        client.read_sql(f"SELECT * FROM {world.dataset}.nothing")
    with pytest.raises(QueryError, match="nothing"):
        client.read_sql("SELECT * FROM nothing.nothing")
    with pytest.raises(UsageError, match="clean has no column nothing"):
        client.read_clean(columns=["nothing"], source="files")
    with (
        pytest.raises(ReleaseGoneError, match=r"release 99 of .* cannot be read; releases that can: 1"),
        connect(world.dataset, release=99, endpoints=settings.endpoints),
    ):
        pass
    with (
        pytest.raises(UsageError, match="never_published has no release"),
        connect("never_published", endpoints=settings.endpoints),
    ):
        pass


SALES = [Feature("sales", "id", "count"), Feature("newest", "amount", "last")]


def entities(world):
    """Every sold id, at a moment after all of its rows."""
    return pd.DataFrame(
        {
            "id": pd.array(sorted({int(line[0]) for line in world.lines}), "Int32"),
            "at": pd.Series([datetime(2010, 1, 1)] * len({line[0] for line in world.lines}), dtype="datetime64[us]"),
        }
    )


def next_second():
    """A moment at which a release that was just published counts: the ledger has whole seconds."""
    second = datetime.now(UTC).replace(microsecond=0)
    until(lambda: datetime.now(UTC).replace(microsecond=0) > second, seconds=5)
    return datetime.now(UTC)


def test_training_set_is_the_same_after_a_correction_and_until_gc_takes_the_release(settings, world, stackhouse):
    with connect(world.dataset, endpoints=settings.endpoints) as client:
        asked = entities(world)
        as_of = next_second()
        before = client.training_set(asked, as_of, SALES)
        # A correction of a row that the training set has, known only later.
        world.load()
        world.publish()
        again = client.training_set(asked, as_of, SALES)
        pd.testing.assert_frame_equal(before.frame, again.frame)
        assert (again.release, again.contract) == (1, client.release.contract)
        later = client.training_set(asked, next_second(), SALES)
        assert later.release == 2
        assert not later.frame.equals(before.frame)

        def command(*arguments):
            return stackhouse(*arguments, datasets=world.home)

        refused(command("pin", world.dataset, "9", "--reason", "x"), 2, "release 9", "releases that can: 1, 2")
        refused(command("pin", world.dataset, "1", "--reason", " "), 2, "--reason must say who")
        refused(command("unpin", world.dataset, "1"), 2, "is not pinned; pinned are: none")
        must(command("pin", world.dataset, "1", "--reason", "model of 2001"))
        (first, _) = must(command("history", world.dataset, "--json")).json
        assert (first["pinned"], first["reason"]) == (True, "model of 2001")
        must(command("gc", world.dataset, "--keep", "1", "--grace", "0", "--yes"))
        pd.testing.assert_frame_equal(client.training_set(asked, as_of, SALES).frame, before.frame)
        must(command("unpin", world.dataset, "1"))
        must(command("gc", world.dataset, "--keep", "1", "--grace", "0", "--yes"))
        for call in (lambda: client.training_set(asked, as_of, SALES), lambda: client.read_mart("totals")):
            with pytest.raises(ReleaseGoneError, match=r"release 1 of .* cannot be read; releases that can: 2"):
                call()


@pytest.mark.local
def test_hiveserver2_killed_in_mid_query_is_named_and_comes_back_for_the_next_call(settings, client):
    failures, mark = [], secrets.token_hex(8)

    def ask():
        try:
            # Compares each letter of one with each of the other: minutes.
            client.read_sql(f"SELECT levenshtein(repeat('a', 300000), repeat('b', 300000)), '{mark}'")
        except StackDownError as problem:
            failures.append(str(problem))

    asking = threading.Thread(target=ask)
    asking.start()
    # It notes every statement that it begins with.
    until(lambda: mark in log_path(settings, "hiveserver2").read_text(errors="replace"), seconds=60)
    killed = Supervisor(settings).processes()["hiveserver2"].pid
    psutil.Process(killed).kill()
    asking.join(60)
    assert len(failures) == 1
    assert "went away during the statement" in failures[0]
    until(lambda: Supervisor(settings).processes()["hiveserver2"].pid not in (0, killed), seconds=120)
    until(lambda: not PROBES["hiveserver2"](settings), seconds=120)
    assert client.read_sql("SELECT 1 AS one").to_dict("records") == [{"one": 1}]


def test_schedule_runs_what_was_loaded_since_and_nothing_twice(world):
    def timer():
        environment = {**world.environment, "STACKHOUSE_DATASETS": str(world.home)}
        ended = Command(world.home, ["schedule", "run", world.dataset], environment=environment).end()
        assert ended.code == 0, ended.err
        return ended

    assert Step.PUBLISHED not in timer().steps
    world.load()
    assert Step.PUBLISHED in timer().steps
    assert world.problems([world.expect()], settled=True) == []
    assert Step.PUBLISHED not in timer().steps


def test_quarter_of_a_batch_that_was_just_loaded_can_be_run_and_one_without_rows_publishes_nothing(world):
    before = world.seen()
    world.load()
    ended = world.do("run", "--quarter", "1999Q4")
    assert ended.code == 2
    assert f"{world.dataset} has no rows of 1999Q4" in ended.err
    assert world.problems([before], settled=True) == []
    expected = world.expect()
    new = {quarter for quarter, *_ in expected.totals} - {quarter for quarter, *_ in before.totals}
    ended = world.do("run", "--quarter", str(Quarter.from_partition(min(new))))
    assert ended.code == 0, ended.err
    assert world.problems([expected], settled=True) == []
