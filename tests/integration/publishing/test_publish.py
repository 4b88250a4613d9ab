"""Publishing on a real HiveServer2: tables, audit, the switch of the views, and what readers see meanwhile."""

import threading
from dataclasses import replace

import pytest

from hive.audit.audit import audit_release
from hive.connection import HiveServer, connect
from hive.publish import (
    create_release_tables,
    drop_release_tables,
    live_release,
    plan_views,
    point_views,
)
from tests.integration.publishing.two_releases import (
    CONTRACT,
    DATASET,
    PATHS,
    QUARTERS,
    WatchedServer,
    by_order,
    published,
    release_of,
)
from warehouse.contract.model import Column, Mart
from warehouse.errors import QueryError, StackhouseError
from warehouse.release.manifest import Release
from warehouse.settings import Settings
from warehouse.storage import Storage


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
