"""Publishing on a real HiveServer2: tables, audit, the switch of the views, and what readers see meanwhile."""

import io
import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from math import inf
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hive.audit.audit import audit_release
from hive.audit.facts import Known
from hive.connection import HiveServer, connect
from hive.publish import (
    create_release_tables,
    drop_release_tables,
    live_release,
    plan_views,
    point_views,
    releases_with_tables,
)
from hive.rows import Rows, Value
from warehouse.contract.model import Column, Contract, DriftLimit, InputFormat, Mart
from warehouse.errors import QueryError, StackhouseError
from warehouse.paths import DatasetPaths
from warehouse.release.facts import directory_states
from warehouse.release.manifest import Partition, Release, ReleasedTable
from warehouse.settings import DEFAULT_ROOT, Settings
from warehouse.storage import Storage

DATASET = "zz_publish_test"
PATHS = DatasetPaths(DATASET, DEFAULT_ROOT)
BATCH = "00000000000000aa"
QUARTERS = ("2001-01-01", "2001-04-01")
DESCRIPTION = 'It\'s "50 %" of C:\\new; ${system:user.name}, naïve 😀.'

CONTRACT = Contract(
    dataset=DATASET,
    description=DESCRIPTION,
    columns=(
        Column("happened", "happened", "TIMESTAMP", "Wall clock.", required=True),
        Column("place", "place", "STRING", DESCRIPTION, required=True),
        Column("day", "day", "DATE", "Day."),
        Column("price", "price", "DECIMAL(12,4)", "Price in euro."),
        Column("ratio", "ratio", "DOUBLE", "Share, 0 to 1."),
        Column("open", "open", "BOOLEAN", "Whether it was open."),
        Column("tiny", "tiny", "TINYINT", "Number."),
        Column("small", "small", "SMALLINT", "Number."),
        Column("whole", "whole", "INT", "Number."),
        Column("big", "big", "BIGINT", "Number."),
    ),
    event_time="happened",
    input_format=InputFormat(),
    row_rules=(),
    reject_threshold=0.0,
    marts=(Mart("totals", "Totals.", (Column("rows_in", "rows_in", "BIGINT", "Rows.", required=True),)),),
    path=Path("dataset.yaml"),
)

SCHEMA = pa.schema(
    {
        "happened": pa.timestamp("us"),
        "place": pa.string(),
        "day": pa.date32(),
        "price": pa.decimal128(12, 4),
        "ratio": pa.float64(),
        "open": pa.bool_(),
        "tiny": pa.int8(),
        "small": pa.int16(),
        "whole": pa.int32(),
        "big": pa.int64(),
        "source_batch": pa.string(),
        "source_file": pa.string(),
        "source_line": pa.int64(),
    }
)

FIRST = (
    datetime(2001, 4, 1), "Köln", date(1969, 12, 31), Decimal("-0.0001"), 0.1, True, -128, -32768, -(2**31), -(2**63),
)  # fmt: skip
LAST = (
    datetime(2001, 6, 30, 23, 59, 59, 999999), "a'b\"c\\d", date(9999, 12, 31), Decimal("99999999.9999"), 1e300, False,
    127, 32767, 2**31 - 1, 2**63 - 1,
)  # fmt: skip
EMPTY = (datetime(2001, 5, 1), "", None, None, None, None, None, None, None, None)
RECORD = b"\xff\x00;caf\xc3\xa9\r"


def release_of(number: int, clean: Mapping[str, Partition], run: str | None = None) -> Release:
    run = run or f"run{number}"
    return Release(
        dataset=DATASET,
        number=number,
        run=run,
        contract=CONTRACT.fingerprint,
        meaning=CONTRACT.meaning,
        created_at="2026-11-24T00:00:00+00:00",
        created_by="test",
        batches={},
        superseded={},
        tables={
            "clean": ReleasedTable("d", dict(clean)),
            "quarantine": ReleasedTable("d", {BATCH: Partition(PATHS.quarantine(BATCH, "c1"), 1)}),
            "totals": ReleasedTable(
                "d", {value: Partition(f"{PATHS.mart('totals', run)}/quarter_start={value}", 1) for value in QUARTERS}
            ),
        },
    )


def parquet(rows: list[tuple[Any, ...]], schema: pa.Schema) -> bytes:
    columns = list(zip(*rows, strict=True))
    buffer = io.BytesIO()
    pq.write_table(pa.table([list(column) for column in columns], schema=schema), buffer)
    return buffer.getvalue()


def write_clean(storage: Storage, directory: str, rows: list[tuple[Any, ...]], schema: pa.Schema = SCHEMA) -> Partition:
    origin = [(*row, BATCH, "file.csv", line) for line, row in enumerate(rows, start=2)]
    storage.create(f"{directory}/part-0.parquet", parquet(origin, schema))
    return Partition(directory, len(rows))


def clean_rows(number: int) -> dict[str, list[tuple[Any, ...]]]:
    return {
        "2001-01-01": [(datetime(2001, 2, 3), f"release {number}", *FIRST[2:])] * number,
        "2001-04-01": [FIRST, LAST, EMPTY],
    }


def write_release(storage: Storage, number: int) -> Release:
    run = f"run{number}"
    clean = {
        value: write_clean(storage, f"{PATHS.clean(run)}/quarter_start={value}", rows)
        for value, rows in clean_rows(number).items()
    }
    for value, rows in clean_rows(number).items():
        content = parquet([(len(rows),)], pa.schema({"rows_in": pa.int64()}))
        storage.create(f"{PATHS.mart('totals', run)}/quarter_start={value}/part-0.parquet", content)
    return release_of(number, clean)


def write_quarantine(storage: Storage) -> None:
    schema = pa.schema(
        {
            "source_file": pa.string(),
            "source_line": pa.int64(),
            "rules": pa.list_(pa.string()),
            "offending_values": pa.list_(pa.string()),
            "record": pa.binary(),
        }
    )
    content = parquet([("file.csv", 7, ["big:type", "row:far"], ["café", None], RECORD)], schema)
    storage.create(f"{PATHS.quarantine(BATCH, 'c1')}/part-0.parquet", content)


def published(number: int) -> list[tuple[Value, ...]]:
    return [(*row, date.fromisoformat(value)) for value, rows in clean_rows(number).items() for row in rows]


def remove_everything(server: HiveServer, storage: Storage) -> None:
    for database in (DATASET, f"{DATASET}_releases"):
        server.execute(f"DROP DATABASE IF EXISTS `{database}` CASCADE")
    for part in ("clean", "marts", "quarantine", "releases"):
        storage.delete(f"/stackhouse/{part}/{DATASET}")


@pytest.fixture(scope="module")
def releases(settings: Settings, storage: Storage) -> Iterator[dict[int, Release]]:
    with connect(settings.endpoints) as server:
        remove_everything(server, storage)
        write_quarantine(storage)
        yield {number: write_release(storage, number) for number in (1, 2)}
    with connect(settings.endpoints) as server:
        remove_everything(server, storage)


@pytest.fixture
def server(settings: Settings) -> Iterator[HiveServer]:
    with connect(settings.endpoints) as server:
        yield server


@pytest.fixture
def live_one(server: HiveServer, releases: dict[int, Release]) -> HiveServer:
    """Both releases have tables and readers see the first, as most tests leave it."""
    if live_release(server, DATASET) != 1 or not releases.keys() <= releases_with_tables(server, DATASET):
        for release in releases.values():
            create_release_tables(server, CONTRACT, release, PATHS.release_tables)
        point_views(server, releases[1])
    return server


def by_order(rows: Rows) -> list[tuple[Value, ...]]:
    return sorted(rows.rows, key=repr)


def test_every_type_reads_as_it_was_written(live_one: HiveServer) -> None:
    found = live_one.fetch(f"SELECT * FROM {DATASET}.clean")
    assert found.columns == (*(column.name for column in CONTRACT.columns), "quarter_start")
    assert by_order(found) == sorted(published(1), key=repr)


def test_clean_with_origin_says_where_each_row_came_from(live_one: HiveServer) -> None:
    found = live_one.fetch(
        f"SELECT place, source_batch, source_file, source_line FROM {DATASET}.clean_with_origin "
        "WHERE quarter_start = DATE '2001-04-01'"
    )
    assert by_order(found) == sorted(
        [("Köln", BATCH, "file.csv", 2), ("a'b\"c\\d", BATCH, "file.csv", 3), ("", BATCH, "file.csv", 4)], key=repr
    )


def test_quarantine_gives_original_bytes_reasons_and_readable_text(live_one: HiveServer) -> None:
    found = live_one.fetch(f"SELECT * FROM {DATASET}.quarantine")
    origin = ("source_batch", "source_file", "source_line")
    assert found.columns == (*origin, "rules", "offending_values", "record", "record_text")
    ((*place, rules, values, record, text),) = found.rows
    assert place == [BATCH, "file.csv", 7]
    assert json.loads(str(rules)) == ["big:type", "row:far"]
    assert json.loads(str(values)) == ["café", None]
    assert record == RECORD
    assert text == "\ufffd\x00;café\r"


def shown_type(column: Column) -> str:
    return "bigint" if column.type in ("TINYINT", "SMALLINT", "INT") else column.type.lower()


def test_views_describe_themselves_as_the_contract_does(live_one: HiveServer) -> None:
    described = live_one.fetch(f"DESCRIBE {DATASET}.clean").rows
    # DESCRIBE escapes a backslash and a quotation mark.
    shown = DESCRIPTION.replace("\\", "\\\\").replace('"', '\\"')
    expected = [
        (column.name, shown_type(column), shown if column.name == "place" else column.description)
        for column in CONTRACT.columns
    ]
    assert list(described[:-1]) == expected
    assert described[-1][:2] == ("quarter_start", "date")
    assert all(comment for view in ("clean_with_origin", "quarantine", "totals")
               for *_, comment in live_one.fetch(f"DESCRIBE {DATASET}.{view}").rows)  # fmt: skip


def test_quarter_filter_through_a_view_reads_one_partition_without_a_job(live_one: HiveServer) -> None:
    query = f"SELECT * FROM {DATASET}.totals WHERE quarter_start = DATE '2001-04-01'"
    (dependency,) = live_one.fetch(f"EXPLAIN DEPENDENCY {query}").rows[0]
    partitions = [item["partitionName"] for item in json.loads(str(dependency))["input_partitions"]]
    assert [name.rpartition("@")[2] for name in partitions] == ["quarter_start=2001-04-01"]
    plan = "\n".join(str(line) for (line,) in live_one.fetch(f"EXPLAIN {query}").rows)
    assert "Fetch Operator" in plan
    assert "Vertex" not in plan
    assert live_one.fetch(query).rows == ((3, date(2001, 4, 1)),)


def test_quarter_filter_prunes_beside_a_filter_on_a_column_that_the_view_casts(live_one: HiveServer) -> None:
    query = f"SELECT place FROM {DATASET}.clean WHERE quarter_start = DATE '2001-04-01' AND small > 100"
    (dependency,) = live_one.fetch(f"EXPLAIN DEPENDENCY {query}").rows[0]
    partitions = [item["partitionName"] for item in json.loads(str(dependency))["input_partitions"]]
    assert [name.rpartition("@")[2] for name in partitions] == ["quarter_start=2001-04-01"]
    plan = "\n".join(str(line) for (line,) in live_one.fetch(f"EXPLAIN {query}").rows)
    assert "Fetch Operator" in plan
    assert "Vertex" not in plan
    assert live_one.fetch(query).rows == ((LAST[1],),)


PRODUCTS = "tiny * tiny, small * small, whole * whole, tiny + tiny, -small, ABS(whole)"


@pytest.mark.parametrize("view", ["clean", "clean_with_origin"])
def test_arithmetic_of_narrow_columns_at_their_limits_does_not_wrap(live_one: HiveServer, view: str) -> None:
    limits = [row[6:9] for row in (FIRST, LAST)]
    expected = [(tiny**2, small**2, whole**2, 2 * tiny, -small, abs(whole)) for tiny, small, whole in limits]
    found = live_one.fetch(
        f"SELECT {PRODUCTS} FROM {DATASET}.{view} WHERE quarter_start = DATE '2001-04-01' AND whole IS NOT NULL"
    )
    assert by_order(found) == sorted(expected, key=repr)


def point_view_of_an_earlier_version(server: HiveServer, number: int) -> None:
    """As it was made before views cast anything."""
    names = ", ".join(f"`{column.name}`" for column in CONTRACT.columns)
    server.execute(
        f"CREATE OR REPLACE VIEW `{DATASET}`.`clean` ({names}, `quarter_start`) "
        f"TBLPROPERTIES ('stackhouse.release'='{number}') "
        f"AS SELECT {names}, `quarter_start` FROM `{DATASET}_releases`.`clean__r{number:06d}`"
    )


def types_shown(server: HiveServer) -> dict[Value, Value]:
    return {name: kind for name, kind, _ in server.fetch(f"DESCRIBE {DATASET}.clean").rows}


@pytest.mark.parametrize("number", [1, 2])
def test_view_of_an_earlier_version_is_widened_by_the_next_publication_or_rollback(
    live_one: HiveServer, releases: dict[int, Release], number: int
) -> None:
    point_view_of_an_earlier_version(live_one, 1)
    live_one.execute(f"CREATE OR REPLACE VIEW {DATASET}.mine AS SELECT small * small AS square FROM {DATASET}.clean")
    assert live_release(live_one, DATASET) == 1
    assert types_shown(live_one)["small"] == "smallint"
    square = f"SELECT MAX(square) FROM {DATASET}.mine"
    assert live_one.fetch(square).rows != ((2**30,),)
    point_views(live_one, releases[number])
    assert live_release(live_one, DATASET) == number
    assert [types_shown(live_one)[name] for name in ("tiny", "small", "whole", "big")] == ["bigint"] * 4
    # A user's view over it as well, whatever DESCRIBE says of that one.
    assert live_one.fetch(square).rows == ((2**30,),)
    live_one.execute(f"DROP VIEW {DATASET}.mine")


def test_audit_accepts_what_the_manifest_says(live_one: HiveServer, releases: dict[int, Release]) -> None:
    checks = audit_release(live_one, CONTRACT, releases[1], None).checks
    assert [(check.name, check.failures) for check in checks] == [("Hive rows", ()), ("required", ()), ("quarter", ())]


def test_audit_names_lost_rows_lost_partitions_and_columns_that_hive_does_not_find(
    live_one: HiveServer, storage: Storage, releases: dict[int, Release]
) -> None:
    misspelt = pa.schema([field.with_name("plaec") if field.name == "place" else field for field in SCHEMA])
    good = releases[1].tables["clean"].partitions
    clean = {
        "2001-01-01": Partition(good["2001-01-01"].path, 5),
        "2001-04-01": write_clean(storage, f"{PATHS.clean('run3')}/quarter_start=2001-04-01", [FIRST, LAST], misspelt),
        "2001-07-01": Partition(f"{PATHS.clean('run3')}/quarter_start=2001-07-01", 1),
    }
    release = release_of(3, {**clean, "2001-10-01": good["2001-01-01"]}, run="run1")
    create_release_tables(live_one, CONTRACT, release, PATHS.release_tables)
    table = f"{DATASET}_releases.clean__r000003"
    live_one.execute(f"ALTER TABLE {table} DROP PARTITION (quarter_start = DATE '2001-10-01')")
    rows, required, quarter = audit_release(live_one, CONTRACT, release, None).checks
    assert sorted(rows.failures) == [
        "clean quarter_start=2001-01-01: Hive reads 1 rows, the manifest says 5",
        "clean quarter_start=2001-07-01: Hive reads 0 rows, the manifest says 1",
        "clean quarter_start=2001-10-01: Hive reads 0 rows, the manifest says 1",
        "clean: partition 2001-10-01 is missing in Hive",
    ]
    assert required.failures == ("clean quarter_start=2001-04-01: required column place is NULL in 2 of 2 rows",)
    assert quarter.failures == ()
    assert not any(check.may_be_accepted for check in (rows, required, quarter))
    drop_release_tables(live_one, DATASET, 3)


def test_audit_of_a_later_release_reads_the_partitions_that_are_new_to_it(
    live_one: HiveServer, storage: Storage, releases: dict[int, Release]
) -> None:
    keyed = strict(place={"key": True}, whole={"key": True})
    states = directory_states(storage, releases[1])
    first = audit_release(live_one, keyed, releases[1], None, Known(states))
    assert first.facts.key == ("place", "whole")
    other = write_clean(storage, f"{PATHS.clean('run9')}/quarter_start=2001-04-01", [FIRST, LAST])
    release = release_of(9, {**releases[1].tables["clean"].partitions, "2001-04-01": other}, run="run1")
    create_release_tables(live_one, CONTRACT, release, PATHS.release_tables)
    watched = WatchedServer(live_one)
    audit = audit_release(watched, keyed, release, None, Known(directory_states(storage, release), first.facts))
    (query,) = (sql for sql in watched.ran if not sql.startswith("SHOW"))
    clean, key = query.split("\nUNION ALL\n")
    assert "clean__r000009` WHERE `quarter_start` IN (DATE '2001-04-01') GROUP BY" in clean
    assert "clean__r000009` GROUP BY `place`, `whole`" in key
    assert (audit.checks, audit.rows) == (audit_release(live_one, keyed, release, None).checks, 2)
    assert not any(check.failures for check in audit.checks)
    # Nothing is new to a release with the same directories.
    watched.ran.clear()
    audit_release(watched, keyed, release, None, Known(directory_states(storage, release), audit.facts))
    assert {sql.partition(" `")[0] for sql in watched.ran} == {"SHOW PARTITIONS"}
    drop_release_tables(live_one, DATASET, 9)


def test_audit_by_quarter_of_a_key_with_the_event_time_finds_what_is_doubled_in_it(
    live_one: HiveServer, storage: Storage, releases: dict[int, Release]
) -> None:
    keyed = strict(happened={"key": True}, place={"key": True})
    first = audit_release(live_one, keyed, releases[1], None, Known(directory_states(storage, releases[1])))
    other = write_clean(storage, f"{PATHS.clean('run10')}/quarter_start=2001-04-01", [FIRST, LAST, LAST])
    release = release_of(10, {**releases[1].tables["clean"].partitions, "2001-04-01": other}, run="run1")
    create_release_tables(live_one, CONTRACT, release, PATHS.release_tables)
    watched = WatchedServer(live_one)
    known = Known(directory_states(storage, release), first.facts)
    *_, key = audit_release(watched, keyed, release, None, known).checks
    assert key.failures == (
        "clean: key happened=2001-06-30 23:59:59.999999, place=a'b\"c\\d appears in 2 rows, expected one",
    )
    (query,) = (sql for sql in watched.ran if not sql.startswith("SHOW"))
    assert query.count(" WHERE `quarter_start` IN (DATE '2001-04-01') GROUP BY") == 2
    drop_release_tables(live_one, DATASET, 10)


def strict(**changes: dict[str, Any]) -> Contract:
    """The contract with other attributes of some columns."""
    columns = tuple(replace(column, **changes.get(column.name, {})) for column in CONTRACT.columns)
    return replace(CONTRACT, columns=columns)


LIMITS: dict[str, dict[str, Any]] = {
    "happened": {"minimum": "2001-02-03 00:00:00", "maximum": "2001-06-30 23:59:59.999999"},
    "place": {"values": ("Köln", "a'b\"c\\d", "", "release 1")},
    "day": {"minimum": "1969-12-31", "maximum": "9999-12-31"},
    "price": {"minimum": -0.0001, "maximum": 99999999.9999},
    "ratio": {"minimum": 0.1, "values": ("0.1", "1e300")},
    "open": {"values": ("true", "false")},
    "tiny": {"minimum": -128, "maximum": 127.5, "values": ("-128", "127.0")},
    "small": {"values": ("-32768", "32767")},
    "whole": {"minimum": -(2**31), "maximum": 1e60},
    "big": {"minimum": -(2**63), "maximum": 2**63 - 1, "values": (str(-(2**63)), str(2**63 - 1))},
}
"""Limits that the values of release 1 just keep."""

BEYOND: dict[str, tuple[dict[str, Any], str, str]] = {
    "happened": (
        {"maximum": "2001-06-30 23:59:59.999998"},
        "1 of 3",
        "2001-04-01 00:00:00 to 2001-06-30 23:59:59.999999",
    ),
    "place": ({"values": ("köln", "")}, "2 of 3", " to a'b\"c\\d"),
    "day": ({"minimum": "1970-01-01"}, "1 of 3", "1969-12-31 to 9999-12-31"),
    "price": ({"minimum": -0.00009}, "1 of 3", "-0.0001 to 99999999.9999"),
    "ratio": ({"minimum": 0.10000000000000002}, "1 of 3", "0.1 to 1.0E300"),
    "open": ({"values": ("true",)}, "1 of 3", "FALSE to TRUE"),
    "tiny": ({"maximum": 126.5}, "1 of 3", "-128 to 127"),
    "small": ({"values": ("32767",)}, "1 of 3", "-32768 to 32767"),
    "whole": ({"minimum": -(2**31) + 1, "maximum": 1}, "2 of 3", "-2147483648 to 2147483647"),
    "big": ({"maximum": 2**63 - 2}, "1 of 3", "-9223372036854775808 to 9223372036854775807"),
}
"""Limits that they just do not keep: in how many rows, and what is found."""


def test_limits_of_every_type_are_those_of_the_contract(live_one: HiveServer, releases: dict[int, Release]) -> None:
    *_, within = audit_release(live_one, strict(**LIMITS), releases[1], None).checks
    assert (within.name, within.failures) == ("range", ())
    *_, beyond = audit_release(
        live_one, strict(**{name: limits for name, (limits, *_) in BEYOND.items()}), releases[1], None
    ).checks
    assert beyond.may_be_accepted
    second = [failure for failure in beyond.failures if "2001-04-01: " in failure]
    for failure, (name, (_, rows, found)) in zip(second, BEYOND.items(), strict=True):
        assert failure.startswith(f"clean quarter_start=2001-04-01: {name} is outside "), failure
        assert failure.endswith(f" in {rows} rows, from {found}"), failure


def test_keys_are_unique_over_all_quarters_and_rows_lie_in_theirs(
    live_one: HiveServer, storage: Storage, releases: dict[int, Release]
) -> None:
    moved = write_clean(
        storage, f"{PATHS.clean('run6')}/quarter_start=2001-07-01", [FIRST, (datetime(2001, 10, 1), *LAST[1:])]
    )
    release = release_of(6, {**releases[1].tables["clean"].partitions, "2001-07-01": moved}, run="run1")
    create_release_tables(live_one, CONTRACT, release, PATHS.release_tables)
    keyed = strict(place={"key": True}, whole={"key": True})
    rows, required, quarter, key = audit_release(live_one, keyed, release, None).checks
    assert (rows.failures, required.failures) == ((), ())
    assert quarter.failures == (
        "clean quarter_start=2001-07-01: happened is from 2001-04-01 00:00:00 to 2001-10-01 00:00:00, expected 2001Q3",
    )
    assert sorted(key.failures) == [
        "clean: key place=Köln, whole=-2147483648 appears in 2 rows, expected one",
        "clean: key place=a'b\"c\\d, whole=2147483647 appears in 2 rows, expected one",
    ]
    assert not key.may_be_accepted
    assert not quarter.may_be_accepted
    drop_release_tables(live_one, DATASET, 6)


def test_drift_is_read_from_manifests_and_from_the_tables_of_both_releases(
    live_one: HiveServer, storage: Storage, releases: dict[int, Release]
) -> None:
    other = write_clean(storage, f"{PATHS.clean('run7')}/quarter_start=2001-04-01", [LAST, LAST, EMPTY, EMPTY])
    clean = {**releases[1].tables["clean"].partitions, "2001-04-01": other}
    release = release_of(7, clean, run="run1")
    create_release_tables(live_one, CONTRACT, release, PATHS.release_tables)
    limits = (
        DriftLimit(0.3), DriftLimit(0.99, "clean", "price"), DriftLimit(1.0, "clean", "ratio"),
        DriftLimit(0.5, "clean", "big"), DriftLimit(0.1, "totals", "rows_in"),
    )  # fmt: skip
    watched = WatchedServer(live_one)
    *_, drift = audit_release(watched, replace(CONTRACT, drift_limits=limits), release, releases[1]).checks
    assert drift.failures == tuple(
        f"clean 2001Q2: {what}"
        for what in (
            "rows 3 -> 4 (+33.33%), the contract accepts 30.00%",
            "SUM(price) 99,999,999.9998 -> 199,999,999.9998 (+100.00%), the contract accepts 99.00%",
            f"SUM(big) -1 -> {2**64 - 2:,} (+1844674407370955161600.00%), the contract accepts 50.00%",
        )
    )
    _, sums = [sql for sql in watched.ran if "SUM(" in sql]
    assert sums.count("WHERE `quarter_start` IN (DATE '2001-04-01')") == 1
    assert "clean__r000001" in sums
    assert "totals" not in sums
    # What its audit read of the live release is not asked for again.
    limited = replace(CONTRACT, drift_limits=limits)
    first = audit_release(live_one, limited, releases[1], None, Known(directory_states(storage, releases[1])))
    watched.ran.clear()
    known = Known(directory_states(storage, release), first.facts)
    *_, again = audit_release(watched, limited, release, releases[1], known).checks
    assert again == drift
    (query,) = [sql for sql in watched.ran if "SUM(" in sql]
    assert "clean__r000001" not in query
    drop_release_tables(live_one, DATASET, 7)


def test_drift_of_what_the_live_release_does_not_have_is_skipped(
    live_one: HiveServer, storage: Storage, releases: dict[int, Release]
) -> None:
    later = replace(CONTRACT, columns=(*CONTRACT.columns, Column("later", "later", "INT", "New.")))
    other = write_clean(storage, f"{PATHS.clean('run8')}/quarter_start=2001-04-01", [FIRST])
    release = release_of(8, {"2001-04-01": other}, run="run1")
    create_release_tables(live_one, later, release, PATHS.release_tables)
    limits = (DriftLimit(0.1, "clean", "later"), DriftLimit(0.1, "totals"))
    without = replace(releases[1], tables={**releases[1].tables, "totals": ReleasedTable("d", {})})
    *_, drift = audit_release(live_one, replace(later, drift_limits=limits), release, without).checks
    assert (drift.name, drift.failures) == ("drift", ())
    drop_release_tables(live_one, DATASET, 8)


class WatchedServer(HiveServer):
    """Notes the statements; after some of them it is gone like a killed process."""

    def __init__(self, server: HiveServer, statements: float = inf) -> None:
        self._server = server
        self._left = statements
        self.ran: list[str] = []

    def fetch(self, sql: str, parameters: Mapping[str, Value] | None = None) -> Rows:
        if len(self.ran) >= self._left:
            raise KeyboardInterrupt
        self.ran.append(sql)
        return self._server.fetch(sql, parameters)


def test_clean_moves_last_so_that_it_tells_for_all_views(live_one: HiveServer, releases: dict[int, Release]) -> None:
    watched = WatchedServer(live_one)
    point_views(watched, releases[2])
    replaced = [sql.partition(" (")[0].rpartition(".")[2] for sql in watched.ran if "REPLACE VIEW" in sql]
    assert sorted(replaced) == ["`clean_with_origin`", "`clean`", "`quarantine`", "`totals`"]
    assert watched.ran[-1].startswith(f"CREATE OR REPLACE VIEW `{DATASET}`.`clean` (")
    assert live_release(live_one, DATASET) == 2


def test_what_stands_in_the_way_of_views_is_told_before_readers_are_moved(
    live_one: HiveServer, releases: dict[int, Release]
) -> None:
    with pytest.raises(QueryError):
        plan_views(live_one, replace(releases[1], number=77))
    live_one.execute(f"DROP VIEW `{DATASET}`.`totals`")
    live_one.execute(f"CREATE TABLE `{DATASET}`.`totals` (x INT)")
    try:
        with pytest.raises(StackhouseError, match=f"{DATASET}.totals is a table that Stackhouse did not create"):
            plan_views(live_one, releases[1])
    finally:
        live_one.execute(f"DROP TABLE `{DATASET}`.`totals`")
        point_views(live_one, releases[1])


def test_complete_tables_are_left_alone(live_one: HiveServer, releases: dict[int, Release]) -> None:
    watched = WatchedServer(live_one)
    create_release_tables(watched, CONTRACT, releases[1], PATHS.release_tables)
    assert not [sql for sql in watched.ran if "TABLE" in sql.partition("`")[0] and not sql.startswith("SHOW")]


def dies(server: HiveServer, release: Release, statements: int) -> bool:
    try:
        dying = WatchedServer(server, statements)
        create_release_tables(dying, CONTRACT, release, PATHS.release_tables)
        point_views(dying, release)
    except KeyboardInterrupt:
        return True
    return False


def test_killed_publication_leaves_one_release_live_and_can_be_repeated(
    live_one: HiveServer, releases: dict[int, Release]
) -> None:
    statements = 0
    while True:
        point_views(live_one, releases[1])
        drop_release_tables(live_one, DATASET, 2)
        died = dies(live_one, releases[2], statements)
        live = live_release(live_one, DATASET)
        assert live in (1, 2)
        assert by_order(live_one.fetch(f"SELECT * FROM {DATASET}.clean")) == sorted(published(live or 0), key=repr)
        create_release_tables(live_one, CONTRACT, releases[2], PATHS.release_tables)
        point_views(live_one, releases[2])
        assert by_order(live_one.fetch(f"SELECT * FROM {DATASET}.clean")) == sorted(published(2), key=repr)
        if not died:
            break
        statements += 4
    assert statements > 12


def test_table_left_by_a_discarded_run_of_the_same_number_is_replaced(
    live_one: HiveServer, releases: dict[int, Release]
) -> None:
    discarded = release_of(4, {"2001-01-01": releases[2].tables["clean"].partitions["2001-01-01"]}, run="run2")
    create_release_tables(live_one, CONTRACT, discarded, PATHS.release_tables)
    kept = release_of(4, releases[1].tables["clean"].partitions, run="run1")
    create_release_tables(live_one, CONTRACT, kept, PATHS.release_tables)
    assert not any(check.failures for check in audit_release(live_one, CONTRACT, kept, None).checks)
    drop_release_tables(live_one, DATASET, 4)


def test_tables_that_readers_see_cannot_be_dropped_and_dropping_keeps_the_files(
    live_one: HiveServer, storage: Storage, releases: dict[int, Release]
) -> None:
    with pytest.raises(StackhouseError, match="release 1 stay"):
        drop_release_tables(live_one, DATASET, 1)
    drop_release_tables(live_one, DATASET, 2)
    drop_release_tables(live_one, DATASET, 2)
    with pytest.raises(QueryError, match="Table not found"):
        live_one.fetch(f"SELECT * FROM {DATASET}_releases.clean__r000002")
    for partition in releases[2].tables["clean"].partitions.values():
        assert storage.exists(f"{partition.path}/part-0.parquet")
    assert storage.list(PATHS.release_tables) == []


def test_rollback_shows_the_columns_and_marts_of_its_time(live_one: HiveServer, releases: dict[int, Release]) -> None:
    wider = CONTRACT.__class__(
        **{
            **CONTRACT.__dict__,
            "columns": (*CONTRACT.columns, Column("later", "later", "STRING", "New.")),
            "marts": (*CONTRACT.marts, Mart("extra", "Extra.", CONTRACT.marts[0].columns)),
        }
    )
    tables = releases[2].tables
    release = Release(**{**releases[2].__dict__, "number": 5, "tables": {**tables, "extra": tables["totals"]}})
    create_release_tables(live_one, wider, release, PATHS.release_tables)
    point_views(live_one, release)
    assert "later" in live_one.fetch(f"SELECT * FROM {DATASET}.clean").columns
    assert len(live_one.fetch(f"SELECT * FROM {DATASET}.extra").rows) == len(QUARTERS)
    point_views(live_one, releases[1])
    assert live_release(live_one, DATASET) == 1
    assert by_order(live_one.fetch(f"SELECT * FROM {DATASET}.clean")) == sorted(published(1), key=repr)
    with pytest.raises(QueryError, match="Table not found 'extra'"):
        live_one.fetch(f"SELECT * FROM {DATASET}.extra")
    drop_release_tables(live_one, DATASET, 5)


def test_views_of_users_in_the_database_stay(live_one: HiveServer, releases: dict[int, Release]) -> None:
    live_one.execute(f"CREATE OR REPLACE VIEW {DATASET}.mine AS SELECT place FROM {DATASET}.clean")
    point_views(live_one, releases[2])
    assert ("release 2",) in live_one.fetch(f"SELECT place FROM {DATASET}.mine").rows
    live_one.execute(f"DROP VIEW {DATASET}.mine")


def test_no_release_is_live_in_a_dataset_that_was_never_published(server: HiveServer) -> None:
    assert live_release(server, "zz_never_published") is None


@pytest.mark.parametrize("switches", [8, pytest.param(20, marks=pytest.mark.full)])
def test_four_readers_see_exactly_one_release_while_it_is_switched(
    settings: Settings, live_one: HiveServer, releases: dict[int, Release], switches: int
) -> None:
    expected = [sorted(published(number), key=repr) for number in releases]
    done = threading.Event()
    reads: list[int] = []
    failures: list[object] = []

    def read_until_done() -> None:
        try:
            with connect(settings.endpoints) as server:
                while not done.is_set():
                    found = by_order(server.fetch(f"SELECT * FROM {DATASET}.clean"))
                    if found not in expected:
                        failures.append(found)
                    reads.append(len(found))
        except StackhouseError as problem:
            failures.append(problem)

    readers = [threading.Thread(target=read_until_done) for _ in range(4)]
    for reader in readers:
        reader.start()
    try:
        for switch in range(switches):
            point_views(live_one, releases[2 - switch % 2])
    finally:
        done.set()
        for reader in readers:
            reader.join()
    assert failures == []
    assert set(reads) == {len(rows) for rows in expected}


def test_statement_without_a_result_gives_no_rows_and_percent_signs_are_text(server: HiveServer) -> None:
    assert server.fetch("USE default") == Rows((), (), ())
    assert server.fetch("SELECT 1 AS `one`, '%s' AS `text`") == Rows(("one", "text"), ("INT", "STRING"), ((1, "%s"),))


def test_parameters_arrive_as_they_are(server: HiveServer) -> None:
    texts = ["it's", 'a "b"', "back\\slash", "C:\\new\\table", "line\nbreak\ttab\r", "; DROP TABLE x; --",
             "naïve 😀 漢字", "${system:user.name}", "%s %(a)s %", "", "\\'", "\\u0041"]  # fmt: skip
    parameters = {f"p{index}": text for index, text in enumerate(texts)}
    names = ", ".join(f"%({name})s AS {name}" for name in parameters)
    assert server.fetch(f"SELECT {names}", parameters).rows == (tuple(texts),)


def test_session_is_usable_after_a_failed_statement(server: HiveServer) -> None:
    with pytest.raises(QueryError, match=r"^line 1:14 Table not found 'no_such_table'$"):
        server.fetch("SELECT * FROM no_such_table")
    with pytest.raises(QueryError, match=r"^ASSERT_TRUE\(\): assertion failed\.$"):
        server.fetch("SELECT assert_true(false)")
    assert server.fetch("SELECT 1").rows == ((1,),)


def test_date_that_python_does_not_have_is_named(server: HiveServer) -> None:
    with pytest.raises(QueryError, match="column early: '0000-12-30' is not a date that Python can hold"):
        server.fetch("SELECT CAST('0000-12-30' AS DATE) AS early")
