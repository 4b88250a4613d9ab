"""The audit of a release that Hive reads: what is lost, doubled, outside of its limits, or drifts."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pyarrow as pa

from hive.audit.audit import audit_release
from hive.audit.facts import Known
from hive.connection import HiveServer
from hive.publish import (
    create_release_tables,
    drop_release_tables,
)
from tests.integration.publishing.two_releases import (
    CONTRACT,
    DATASET,
    EMPTY,
    FIRST,
    LAST,
    PATHS,
    SCHEMA,
    WatchedServer,
    release_of,
    write_clean,
)
from warehouse.contract.model import Column, Contract, DriftLimit
from warehouse.release.facts import directory_states
from warehouse.release.manifest import Partition, Release, ReleasedTable
from warehouse.storage import Storage


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
