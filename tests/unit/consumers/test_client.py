"""The client over a release in memory: which rows, which types, and what it says when something is wrong."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from consumers.client import Client, connect
from consumers.frames import frame_of
from tests.unit.memory_storage import MemoryStorage
from warehouse.document import write
from warehouse.errors import ClosedError, ReleaseGoneError, SettingsError, StackDownError, UsageError
from warehouse.paths import DatasetPaths
from warehouse.release import ledger
from warehouse.release.manifest import Partition, Release, ReleasedTable
from warehouse.settings import DEFAULT_ROOT, Endpoints

PATHS = DatasetPaths("sales", DEFAULT_ROOT)
ORIGIN = ("source_batch", "source_file", "source_line")
COLUMNS = {"id": "INT", "amount": "DECIMAL(9,2)", "sold_at": "TIMESTAMP"}
MEANING = {"columns": [{"name": n, "type": t} for n, t in COLUMNS.items()], "event_time": "sold_at", "time_zone": None}
CLEAN = {
    "2001-01-01": [(1, Decimal("1.50"), datetime(2001, 1, 2))],
    "2001-04-01": [(2, None, datetime(2001, 4, 2)), (None, Decimal("-3.25"), datetime(2001, 5, 2, 1, 2, 3, 4))],
}
SCHEMA = pa.schema(
    [("id", pa.int32()), ("amount", pa.decimal128(9, 2)), ("sold_at", pa.timestamp("us"))]
    + [(name, pa.int64() if name == "source_line" else pa.string()) for name in ORIGIN]
)


def parquet(rows):
    columns = zip(*((*row, "b1", "a.csv", 2) for row in rows), strict=True)
    buffer = io.BytesIO()
    pq.write_table(pa.table([pa.array(c, f.type) for c, f in zip(columns, SCHEMA, strict=True)], schema=SCHEMA), buffer)
    return buffer.getvalue()


@pytest.fixture
def storage():
    return MemoryStorage()


@pytest.fixture
def client(storage):
    partitions = {}
    for quarter, rows in CLEAN.items():
        path = f"/stackhouse/sales/clean/{quarter}"
        storage.create(f"{path}/part-0.parquet", parquet(rows))
        storage.create(f"{path}/_SUCCESS", b"")
        partitions[quarter] = Partition(path, len(rows))
    tables = {
        "clean": ReleasedTable("d", partitions),
        "quarantine": ReleasedTable("d", {}),
        "totals": ReleasedTable("d", {}),
    }
    release = Release("sales", 1, "r1", "c1", MEANING, "2020-01-01 00:00:00", "ann", {}, {}, tables)
    storage.create(PATHS.release(1), write(release))
    happens(storage, "published")
    return Client(Endpoints("localhost", 1, "localhost", 1, "", "ann", storage.root), storage, release)


def happens(storage, kind):
    ledger.append(storage, ledger.Event("sales", kind, 1, "r1", "2020-01-01 10:00:00", "ann"))


def test_rows_of_all_quarters_come_with_their_partition_and_without_their_origin(client):
    frame = client.read_clean(source="files")
    assert list(frame.columns) == ["id", "amount", "sold_at", "quarter_start"]
    assert [str(kind) for kind in frame.dtypes] == ["Int64", "object", "datetime64[us]", "object"]
    assert list(frame["quarter_start"]) == [date(2001, 1, 1), date(2001, 4, 1), date(2001, 4, 1)]
    assert [None if pd.isna(value) else int(value) for value in frame["id"]] == [1, 2, None]
    assert list(frame["amount"]) == [Decimal("1.50"), None, Decimal("-3.25")]
    assert frame["sold_at"].iloc[2].to_pydatetime() == datetime(2001, 5, 2, 1, 2, 3, 4)


def test_quarters_and_columns_are_chosen_in_their_order(client):
    frame = client.read_clean(["2001Q2"], ["quarter_start", "source_line", "id"], source="files")
    assert list(frame.columns) == ["quarter_start", "source_line", "id"]
    assert len(frame) == 2


def test_decimals_are_floats_by_choice(client):
    amounts = client.read_clean(columns=["amount"], decimals="float", source="files")["amount"]
    assert str(amounts.dtype) == "float64"
    assert amounts.sum() == -1.75


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda c: c.read_clean(columns=["nothing"], source="files"),
            "clean has no column nothing; it has: id, amount",
        ),
        (lambda c: c.read_clean(["2001-Q9"]), "'2001-Q9' is not a quarter"),
        (lambda c: c.read_clean("2001Q2"), r"quarters is a string; give a list, \['2001Q2'\]"),
        (lambda c: c.read_clean(columns="amount"), r"columns is a string; give a list, \['amount'\]"),
        (lambda c: c.read_clean(columns=[], source="files"), "columns of clean: give one at least; it has: id"),
        (lambda c: c.read_mart("nothing"), "release 1 of sales has no mart 'nothing'; it has: totals"),
        (lambda c: c.read_mart("quarantine"), "has no mart 'quarantine'"),
        (lambda c: c.read_clean(source="hiev"), "source='hiev': expected one of auto, hive, files"),
        (lambda c: c.read_mart("totals", source=None), "source=None: expected one of auto, hive, files"),
        (lambda c: c.read_clean(decimals="floats"), "decimals='floats': expected one of decimal, float"),
        (lambda c: c.read_mart("totals", decimals="floats"), "decimals='floats'"),
        (lambda c: c.read_sql("SELECT 1", decimals="floats"), "decimals='floats'"),
        (lambda c: c.training_set(pd.DataFrame(), datetime.now(UTC), [], decimals="floats"), "decimals='floats'"),
        (lambda _: frame_of(pa.table({}), "floats"), "decimals='floats'"),
        (lambda c: c.read_clean(columns=["a b"], source="hive"), "StackDown|HiveServer2 does not answer"),
    ],
)
def test_what_is_not_there_is_named(client, call, words):
    with pytest.raises((UsageError, StackDownError), match=words):
        call(client)


def test_client_that_nothing_tells_where_to_look_says_what_to_give(monkeypatch):
    monkeypatch.setenv("STACKHOUSE_PROFILE", "elsewhere")
    with pytest.raises(SettingsError, match=r"outside a checkout give endpoints=Endpoints.of"), connect("sales"):
        pass


@pytest.mark.parametrize("number", [0, 2, -1])
def test_release_that_is_none_is_not_the_live_one(client, storage, monkeypatch, number):
    monkeypatch.setattr("consumers.client.WebHdfs", lambda _: storage)
    endpoints = Endpoints.of("localhost:1", "localhost:1")
    with connect("sales", endpoints=endpoints) as live:
        assert live.release.number == 1
    message = f"release {number} of sales cannot be read; releases that can: 1"
    with pytest.raises(ReleaseGoneError, match=message), connect("sales", release=number, endpoints=endpoints):
        pass


def test_clients_of_two_roots_read_their_own_warehouse(client, storage, monkeypatch):
    other = MemoryStorage("/user/ann/w")
    other.create("/user/ann/w/releases/sales/000003.json", write(replace(client.release, number=3)))
    ledger.append(other, ledger.Event("sales", "published", 3, "r1", "2020-01-01 10:00:00", "ann"))
    storages = {found.root: found for found in (storage, other)}
    monkeypatch.setattr("consumers.client.WebHdfs", lambda endpoints: storages[endpoints.root])
    here, there = (
        Endpoints.of("localhost:1", "localhost:1"),
        Endpoints.of("localhost:1", "localhost:1", root=other.root),
    )
    with connect("sales", endpoints=here) as one, connect("sales", endpoints=there) as two:
        assert (one.release.number, two.release.number) == (1, 3)


def test_closed_client_says_so(client):
    client.close()
    for call in (client.read_clean, lambda: client.read_mart("totals"), lambda: client.read_sql("SELECT 1")):
        with pytest.raises(ClosedError, match="this client of sales is closed; connect again"):
            call()
    with pytest.raises(ClosedError):
        client.training_set(pd.DataFrame(), datetime.now(UTC), [])


def test_missing_file_is_no_empty_quarter(client, storage):
    storage.delete("/stackhouse/sales/clean/2001-04-01/part-0.parquet")
    with pytest.raises(ReleaseGoneError, match="rows of clean cannot be read; see whether gc has removed it"):
        client.read_clean(source="files")


def test_file_that_goes_while_it_is_read_is_named(client, storage, monkeypatch):
    listed = storage.list

    def list_and_lose(path):
        names = listed(path)
        storage.delete(f"{path}/part-0.parquet")
        return names

    monkeypatch.setattr(storage, "list", list_and_lose)
    with pytest.raises(ReleaseGoneError, match="rows of clean cannot be read; see whether gc has removed it"):
        client.read_clean(source="files")


def test_files_with_another_order_of_columns_give_the_order_of_the_view(client, storage):
    path = "/stackhouse/sales/clean/2001-04-01/part-0.parquet"
    table = pq.read_table(io.BytesIO(storage.read(path)))
    buffer = io.BytesIO()
    pq.write_table(table.select(list(reversed(table.column_names))), buffer)
    storage.delete(path)
    storage.create(path, buffer.getvalue())
    for quarters in (None, ["2001Q2"]):
        frame = client.read_clean(quarters, source="files")
        assert list(frame.columns) == ["id", "amount", "sold_at", "quarter_start"]


def test_dropped_release_of_a_training_set_is_named(client, storage):
    happens(storage, "dropped")
    entities = pd.DataFrame({"id": [1], "at": pd.to_datetime(["2001-05-01"])})
    with pytest.raises(ReleaseGoneError, match="release 1 of sales cannot be read; releases that can: none"):
        client.training_set(entities, datetime(2021, 1, 1, tzinfo=UTC), [])


def test_silent_hiveserver2_is_named_and_the_next_call_tries_again(client):
    for _ in range(2):
        with pytest.raises(StackDownError, match="HiveServer2 does not answer at localhost:1"):
            client.read_sql("SELECT 1")


def test_session_with_an_answer_on_its_way_is_cut_off_and_not_ended(client, monkeypatch):
    ends = []

    class Interrupted:
        def __enter__(self):
            return self

        def __exit__(self, kind, *_):
            ends.append(kind)

        def fetch(self, _sql):
            raise KeyboardInterrupt

    monkeypatch.setattr("consumers.client.open_session", lambda _: Interrupted())
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            client.read_sql("SELECT 1")
    assert ends == [KeyboardInterrupt, KeyboardInterrupt]
