"""What an audit reads and finds, with DuckDB in the place of Hive and directories in memory."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlglot
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hive import ddl
from hive.audit.audit import Audit, audit_release
from hive.audit.facts import Known
from hive.connection import HiveServer
from hive.release_table import ReleaseTable
from hive.rows import Rows, Value
from tests.unit.memory_storage import MemoryStorage
from warehouse.contract.model import Column, Contract, DriftLimit, InputFormat, Mart
from warehouse.release.facts import directory_states
from warehouse.release.manifest import CLEAN, QUARANTINE, Partition, Release, ReleasedTable

ID = Column("id", "id", "INT", "d", required=True, key=True)
SOLD = Column("sold", "sold", "TIMESTAMP", "d", required=True)
AMOUNT = Column("amount", "amount", "INT", "d", minimum=0, maximum=9)
CONTRACT = Contract(
    "shop", "d", (ID, SOLD, AMOUNT), "sold", InputFormat(), (), 0.0,
    (Mart("totals", "d", (Column("sales", "sales", "BIGINT", "d", required=True),)),), Path("/d/s/x.yaml"),
)  # fmt: skip
WITHOUT_KEY = replace(CONTRACT, columns=(replace(ID, key=False), SOLD, AMOUNT))
TIMED_KEY = replace(CONTRACT, columns=(ID, replace(SOLD, key=True), AMOUNT))
Q1, Q2, Q3 = "2001-01-01", "2001-04-01", "2001-07-01"
BATCH = "00000000000000aa"


class Hive(HiveServer):
    """Answers the queries of an audit from directories, and notes those that read."""

    def __init__(self, storage: MemoryStorage) -> None:
        self._storage = storage
        self._duckdb = duckdb.connect()
        self.read: list[str] = []
        self._shown: dict[str, tuple[ddl.Table, Mapping[str, Partition]]] = {}

    def show(self, contract: Contract, release: Release) -> None:
        """Make the tables of a release; its directories are read when they are asked for."""
        self._duckdb.execute("CREATE SCHEMA IF NOT EXISTS shop_releases")
        self._shown |= {
            ReleaseTable.of(release, table.name).sql: (table, release.tables[table.name].partitions)
            for table in ddl.tables(contract)
        }

    def fetch(self, sql: str, _parameters: Mapping[str, Value] | None = None) -> Rows:
        table, partitions = self._shown.get(sql.rpartition(" ")[2], (None, {}))
        if table and sql.startswith("SHOW PARTITIONS"):
            return Rows((), (), tuple((f"{table.partition.name}={value}",) for value in partitions))
        if table and sql.startswith("DESCRIBE"):
            return Rows((), (), tuple((column.name, column.type, "") for column in (*table.columns, table.partition)))
        self.read.append(sql)
        for name in self._shown:
            self._fill(name)
        query = sqlglot.transpile(sql, read="hive", write="duckdb")[0]
        return Rows((), (), tuple((*row[:-1], json.dumps(row[-1])) for row in self._duckdb.execute(query).fetchall()))

    def _fill(self, name: str) -> None:
        table, partitions = self._shown[name]
        columns = [*table.columns, table.partition]
        types = ", ".join(f'"{c.name}" {c.type.replace("ARRAY<STRING>", "VARCHAR[]")}' for c in columns)
        quoted, marks = name.replace("`", '"'), ", ".join("?" * len(columns))
        self._duckdb.execute(f"CREATE OR REPLACE TABLE {quoted} ({types})")
        for value, partition in partitions.items():
            for row in rows_in(self._storage, partition.path):
                self._duckdb.execute(f"INSERT INTO {quoted} VALUES ({marks})", [*row, value])


def rows_in(storage: MemoryStorage, path: str) -> list[Any]:
    return [row for name in storage.list(path) for row in json.loads(storage.read(f"{path}/{name}"))]


def clean_row(number: int, sold: str, amount: int | None = 1) -> list[Any]:
    return [number, sold, amount, BATCH, "a.csv", number]


class Warehouse:
    """Directories, and the releases that name them."""

    def __init__(self) -> None:
        self.storage = MemoryStorage()
        self.hive = Hive(self.storage)
        self.rejected = self.write("/quarantine/a", [["a.csv", 9, ["r"], [None], "x"]])

    def write(self, path: str, rows: Sequence[Any]) -> Partition:
        self.storage.create(f"{path}/part-0", json.dumps(rows).encode())
        return Partition(path, len(rows))

    def release(self, number: int, rows: Mapping[str, Sequence[Any]], before: Release | None = None) -> Release:
        """A release with some quarters written, and the others as they were."""
        clean = dict(before.tables[CLEAN].partitions) if before else {}
        totals = dict(before.tables["totals"].partitions) if before else {}
        for quarter, found in rows.items():
            clean[quarter] = self.write(f"/clean/{number}/{quarter}", found)
            totals[quarter] = self.write(f"/totals/{number}/{quarter}", [[len(found)]])
        partitions = {CLEAN: clean, QUARANTINE: {BATCH: self.rejected}, "totals": totals}
        tables = {name: ReleasedTable("d", found) for name, found in partitions.items()}
        return Release("shop", number, f"run{number}", "c", {}, "", "", {}, {}, tables)

    def audit(
        self,
        release: Release,
        before: Audit | None = None,
        contract: Contract = CONTRACT,
        live: Release | None = None,
    ) -> Audit:
        self.hive.read.clear()
        self.hive.show(contract, release)
        known = Known(directory_states(self.storage, release), before.facts if before else None)
        return audit_release(self.hive, contract, release, live, known)


@pytest.fixture(name="shop")
def _shop() -> Warehouse:
    return Warehouse()


@pytest.fixture(name="first")
def _first(shop: Warehouse) -> Release:
    return shop.release(
        1,
        {
            Q1: [clean_row(1, "2001-01-01"), clean_row(2, "2001-03-31 23:59:59")],
            Q2: [clean_row(3, "2001-04-01", None)],
        },
    )


def failures(audit: Audit) -> dict[str, tuple[str, ...]]:
    return {check.name: check.failures for check in audit.checks if check.failures}


def test_first_audit_reads_every_partition_in_one_query(shop: Warehouse, first: Release) -> None:
    audit = shop.audit(first)
    (query,) = shop.hive.read
    assert " WHERE " not in query
    assert failures(audit) == {}
    assert [check.name for check in audit.checks] == ["Hive rows", "required", "quarter", "key", "range"]
    assert audit.rows == 3
    assert audit.facts.key == ("id",)
    tables = audit.facts.tables.items()
    assert {name: {value: facts.rows for value, facts in table.partitions.items()} for name, table in tables} == {
        "clean": {Q1: 2, Q2: 1}, "quarantine": {BATCH: 1}, "totals": {Q1: 1, Q2: 1},
    }  # fmt: skip


@pytest.mark.parametrize("contract", [CONTRACT, TIMED_KEY, WITHOUT_KEY])
def test_late_row_has_only_the_partitions_read_that_the_run_wrote(
    shop: Warehouse, first: Release, contract: Contract
) -> None:
    before = shop.audit(first, contract=contract)
    second = shop.release(2, {Q2: [clean_row(3, "2001-04-01", None), clean_row(4, "2001-05-01")]}, first)
    audit = shop.audit(second, before, contract)
    assert failures(audit) == {}
    assert audit.rows == 2
    (query,) = shop.hive.read
    parts = query.split("\nUNION ALL\n")
    facts = [part for part in parts if "doubled key" not in part]
    assert ["`clean__r000002`" in part or "`totals__r000002`" in part for part in facts] == [True, True]
    assert all(f"WHERE `quarter_start` IN (DATE '{Q2}') GROUP BY" in part for part in facts)
    # A key with the event time in it is in one quarter only.
    assert [" WHERE " in part for part in parts if "doubled key" in part] == {
        CONTRACT: [False], TIMED_KEY: [True], WITHOUT_KEY: [],
    }[contract]  # fmt: skip
    full = shop.audit(second, contract=contract)
    assert (audit.checks, audit.facts) == (full.checks, full.facts)


def test_without_anything_new_no_query_runs(shop: Warehouse, first: Release) -> None:
    before = shop.audit(first)
    again = shop.audit(shop.release(2, {}, first), before)
    assert shop.hive.read == []
    assert (again.checks, again.rows) == (before.checks, 0)
    assert again.facts.tables == before.facts.tables


def test_batch_with_rejected_rows_has_its_partition_read(shop: Warehouse, first: Release) -> None:
    before = shop.audit(first)
    other = "00000000000000bb"
    second = shop.release(2, {}, first)
    second.tables[QUARANTINE].partitions[other] = shop.write("/quarantine/b", [["b.csv", 2, ["r"], [None], "x"]])
    assert failures(shop.audit(second, before)) == {}
    (query,) = shop.hive.read
    assert query.endswith(f"`quarantine__r000002` WHERE `source_batch` IN ('{other}') GROUP BY `source_batch`")


def test_what_was_wrong_in_a_partition_that_is_not_read_again_is_still_told(shop: Warehouse) -> None:
    wrong = [[None, "2001-04-01", 10, BATCH, "a.csv", 1]]
    first = shop.release(1, {Q1: wrong, Q2: [clean_row(3, "2001-04-01")]})
    found = shop.audit(first)
    assert sorted(failures(found)) == ["quarter", "range", "required"]
    again = shop.audit(shop.release(2, {Q2: [clean_row(4, "2001-04-01")]}, first), found)
    assert failures(again) == failures(found)


@pytest.mark.parametrize("damage", ["gone", "shorter", "written again"])
def test_directory_that_changed_is_read_again(shop: Warehouse, first: Release, damage: str) -> None:
    before = shop.audit(first)
    file = f"{first.tables[CLEAN].partitions[Q1].path}/part-0"
    if damage == "gone":
        shop.storage.delete(file)
    elif damage == "shorter":
        shop.storage.replace(file, json.dumps([clean_row(1, "2001-01-01")]).encode())
    else:
        shop.storage.touch(file)
    audit = shop.audit(shop.release(2, {}, first), before)
    (query,) = shop.hive.read
    assert f"`clean__r000002` WHERE `quarter_start` IN (DATE '{Q1}') GROUP BY" in query
    left = {"gone": 0, "shorter": 1}.get(damage)
    told = f"clean quarter_start={Q1}: Hive reads {left} rows, the manifest says 2"
    assert failures(audit) == ({} if left is None else {"Hive rows": (told,)})


def test_other_question_reads_again(shop: Warehouse, first: Release) -> None:
    before = shop.audit(first)
    stricter = replace(CONTRACT, columns=(ID, SOLD, replace(AMOUNT, maximum=0)))
    audit = shop.audit(shop.release(2, {}, first), before, stricter)
    query, *extremes = shop.hive.read
    assert [name in query for name in ("clean__r", "quarantine__r", "totals__r")] == [True, False, False]
    (failed,) = failures(audit)["range"]
    # What is shown of a failure is read for it alone.
    assert [quarter in sql for sql in extremes for quarter in (Q1, Q2)] == [Q1 in failed, Q2 in failed]
    wider = replace(CONTRACT, columns=(ID, SOLD, replace(AMOUNT, type="BIGINT")))
    shop.audit(shop.release(3, {}, first), before, wider)
    assert len(shop.hive.read) == 1


def test_facts_without_a_proof_of_the_key_let_all_keys_be_read(shop: Warehouse, first: Release) -> None:
    before = shop.audit(first, contract=WITHOUT_KEY)
    audit = shop.audit(shop.release(2, {}, first), before, TIMED_KEY)
    (query,) = shop.hive.read
    assert "doubled key" in query
    assert " WHERE " not in query
    assert audit.facts.key == ("id", "sold")


def test_key_that_appears_twice_is_not_taken_for_proved(shop: Warehouse) -> None:
    first = shop.release(1, {Q1: [clean_row(1, "2001-01-01")], Q2: [clean_row(1, "2001-04-01")]})
    audit = shop.audit(first)
    assert failures(audit) == {"key": ("clean: key id=1 appears in 2 rows, expected one",)}
    assert audit.facts.key == ()
    # And is found again, although both partitions are known.
    assert failures(shop.audit(shop.release(2, {}, first), audit)) == failures(audit)


def test_sums_with_a_drift_limit_are_read_with_the_rest(shop: Warehouse, first: Release) -> None:
    limited = replace(CONTRACT, drift_limits=(DriftLimit(0.5, "clean", "amount"), DriftLimit(0.5, "totals", "sales")))
    before = shop.audit(first, contract=limited)
    second = shop.release(2, {Q1: [clean_row(key, Q1, 2) for key in (1, 2, 4)]}, first)
    told = {"drift": ("clean 2001Q1: SUM(amount) 2 -> 6 (+200.00%), the contract accepts 50.00%",)}
    assert failures(shop.audit(second, before, limited, live=first)) == told
    (query,) = shop.hive.read
    assert "r000001`" not in query
    # Without facts of the live release, or with those of another question, Hive is asked for it.
    for earlier in (None, shop.audit(first)):
        assert failures(shop.audit(second, earlier, limited, live=first)) == told
        _, sums = shop.hive.read
        assert f"`clean__r000001` WHERE `quarter_start` IN (DATE '{Q1}') GROUP BY" in sums
        assert "r000002`" not in sums


QUARTERS = st.sampled_from([Q1, Q2, Q3])
KEYS = st.lists(st.integers(0, 3), min_size=1, max_size=3)


@pytest.mark.parametrize("contract", [CONTRACT, TIMED_KEY])
@settings(max_examples=15, deadline=None)
@given(before=st.lists(QUARTERS, min_size=2, max_size=4), after=st.dictionaries(QUARTERS, KEYS, max_size=2))
@example(before=[Q1, Q2], after={Q2: [0]})
@example(before=[Q1, Q2], after={Q2: [1, 2], Q3: [2]})
def test_audit_of_what_is_new_finds_the_doubled_keys_that_a_whole_one_finds(
    contract: Contract, before: list[str], after: dict[str, list[int]]
) -> None:
    shop = Warehouse()
    keys = {quarter: [key for key, place in enumerate(before) if place == quarter] for quarter in before}

    def rows(quarters: dict[str, list[int]]) -> dict[str, list[Any]]:
        return {quarter: [clean_row(key, quarter) for key in found] for quarter, found in quarters.items()}

    first = shop.release(1, rows(keys))
    earlier = shop.audit(first, contract=contract)
    assert earlier.facts.key == contract.key
    second = shop.release(2, rows(after), first)
    audit, whole = shop.audit(second, earlier, contract), shop.audit(second, contract=contract)
    assert {name: set(found) for name, found in failures(audit).items()} == {
        name: set(found) for name, found in failures(whole).items()
    }
    assert audit.facts.key == whole.facts.key
