"""Which statements make a release readable, with a catalog in memory in the place of Hive's."""

import re
from collections.abc import Mapping, Sequence
from math import inf
from pathlib import Path

import pytest

from hive.connection import HiveServer
from hive.ledger_tables import create_ops_tables
from hive.publish import create_release_tables, plan_views, point_views
from hive.rows import Rows, Value
from warehouse.contract.model import Column, Contract, InputFormat, Mart
from warehouse.errors import StackhouseError
from warehouse.release.manifest import Partition, Release, ReleasedTable

LOCATION = "/stackhouse/releases/shop/tables"
CONTRACT = Contract(
    "shop", "It's sales.", (Column("id", "id", "INT", "Number."), Column("at", "at", "TIMESTAMP", "d")), "at",
    InputFormat(), (), 0.0, (Mart("totals", "Totals.", (Column("n", "n", "BIGINT", "d"),)),), Path("/d/s/x.yaml"),
)  # fmt: skip
QUARTERS = ("2001-01-01", "2001-04-01")

_QUOTED = r"'((?:[^'\\]|\\.)*)'"


class Killed(BaseException):
    """Like a signal."""


class Catalog(HiveServer):
    """Databases, tables and views as statements make them; after some statements the command is killed."""

    def __init__(self) -> None:
        self.databases: dict[str, dict[str, str]] = {}
        self.tables: dict[str, dict[str, str]] = {}
        self.columns: dict[str, list[tuple[str, str, str]]] = {}
        self.partitions: dict[str, dict[str, str]] = {}
        self.views: dict[str, dict[str, str]] = {}
        self.ran: list[str] = []
        self.left = inf

    def fetch(self, sql: str, _parameters: Mapping[str, Value] | None = None) -> Rows:
        if len(self.ran) >= self.left:
            raise Killed
        self.ran.append(sql)
        return Rows((), (), tuple(self._answer(sql)))

    def _answer(self, sql: str) -> Sequence[tuple[str, ...]]:
        name = ".".join(re.findall(r"`(\w+)`", sql.partition("(")[0].partition(" ADD ")[0])[:2])
        if sql.startswith(("SHOW", "DESCRIBE")):
            return self._told(sql, name)
        self._change(sql, name)
        return []

    def _told(self, sql: str, name: str) -> Sequence[tuple[str, ...]]:
        if sql.startswith("DESCRIBE DATABASE EXTENDED"):
            inside = ", ".join(f"{key}={value}" for key, value in self.databases[name].items())
            return [(name, "comment", f"{{{inside}}}")]
        if sql.startswith("SHOW TBLPROPERTIES"):
            return list({**self.tables, **self.views}[name].items())
        if sql.startswith("DESCRIBE"):
            return self.columns[name]
        within = {**self.tables, **self.views} if sql.startswith("SHOW TABLES IN") else self.views
        lists = {"DATABASES": self.databases, "PARTITIONS": [f"key={value}" for value in self.partitions.get(name, ())]}
        names = [found.partition(".")[2] for found in within if found.startswith(f"{name}.")]
        return [(found,) for found in lists.get(sql.split(" ")[1], names)]

    def _change(self, sql: str, name: str) -> None:
        if sql.startswith("CREATE DATABASE"):
            self.databases.setdefault(name, {})
        elif sql.startswith("ALTER DATABASE"):
            self.databases[name].update(re.findall(r"'(stackhouse\.\w+)'='(\w+)'", sql))
        elif sql.startswith("DROP TABLE"):
            self.tables.pop(name, None)
        elif sql.startswith("CREATE EXTERNAL TABLE") and name not in self.tables:
            self._create(name, sql)
        elif sql.startswith("ALTER TABLE"):
            self.partitions[name].update(re.findall(r"=(?:DATE )?'([^']+)'\) LOCATION '([^']+)'", sql))
        elif sql.startswith("CREATE OR REPLACE VIEW"):
            self.views[name] = dict(re.findall(r"'(stackhouse\.\w+)'='(\w+)'", sql))

    def _create(self, name: str, sql: str) -> None:
        body, _, rest = sql.partition("\n)\n")
        self.columns[name] = re.findall(rf"`(\w+)` (\S+) COMMENT {_QUOTED}", body)
        self.columns[name] += re.findall(rf"PARTITIONED BY \(`(\w+)` (\S+) COMMENT {_QUOTED}", rest)
        (comment,) = re.findall(rf"^COMMENT {_QUOTED}", rest)
        self.tables[name] = {"comment": comment.replace("\\'", "'"), **dict(re.findall(r"'([\w.]+)'='(\w+)'", rest))}
        self.partitions[name] = {}


def release_of(number: int, run: str) -> Release:
    def table(values: Sequence[str]) -> ReleasedTable:
        return ReleasedTable("d", {value: Partition(f"/{run}/{value}", 1) for value in values})

    tables = {"clean": table(QUARTERS), "quarantine": table(["00aa"]), "totals": table(QUARTERS)}
    return Release("shop", number, run, "c", {}, "", "", {}, {}, tables)


FIRST, SECOND = release_of(1, "run1"), release_of(2, "run2")


@pytest.fixture(name="catalog")
def _catalog() -> Catalog:
    catalog = Catalog()
    create_release_tables(catalog, CONTRACT, FIRST, LOCATION)
    catalog.ran.clear()
    return catalog


def partitions_of(release: Release) -> dict[str, dict[str, str]]:
    return {
        f"shop_releases.{name}__r{release.number:06d}": {v: part.path for v, part in table.partitions.items()}
        for name, table in release.tables.items()
    }


def test_tables_of_a_release_take_two_statements_each(catalog: Catalog) -> None:
    create_release_tables(catalog, CONTRACT, SECOND, LOCATION)
    assert [sql.split("`")[0].strip() for sql in catalog.ran] == [
        "SHOW DATABASES", "SHOW TABLES IN", *["CREATE EXTERNAL TABLE IF NOT EXISTS", "ALTER TABLE"] * 3,
    ]  # fmt: skip
    assert catalog.partitions == {**partitions_of(FIRST), **partitions_of(SECOND)}


def test_complete_tables_of_the_run_stay_and_nothing_is_changed(catalog: Catalog) -> None:
    create_release_tables(catalog, CONTRACT, FIRST, LOCATION)
    assert {sql.partition(" ")[0] for sql in catalog.ran} == {"SHOW"}


def test_table_of_another_run_is_replaced(catalog: Catalog) -> None:
    again = release_of(1, "run9")
    create_release_tables(catalog, CONTRACT, again, LOCATION)
    assert catalog.partitions == partitions_of(again)


@pytest.mark.parametrize("left", range(8))
def test_killed_after_any_statement_the_tables_are_completed(catalog: Catalog, left: int) -> None:
    catalog.left = left
    with pytest.raises(Killed):
        create_release_tables(catalog, CONTRACT, SECOND, LOCATION)
    catalog.left = inf
    create_release_tables(catalog, CONTRACT, SECOND, LOCATION)
    assert catalog.partitions == {**partitions_of(FIRST), **partitions_of(SECOND)}


def test_table_that_lacks_a_partition_is_not_replaced_while_readers_see_it(catalog: Catalog) -> None:
    point_views(catalog, FIRST)
    del catalog.partitions["shop_releases.clean__r000001"][QUARTERS[0]]
    with pytest.raises(StackhouseError, match="tables of release 1 stay"):
        create_release_tables(catalog, CONTRACT, FIRST, LOCATION)


def test_views_of_tables_that_were_just_made_are_those_that_the_tables_tell(catalog: Catalog) -> None:
    told = plan_views(catalog, FIRST)
    catalog.ran.clear()
    assert plan_views(catalog, FIRST, CONTRACT) == told
    assert "SHOW VIEWS IN `shop`" in catalog.ran
    assert not any(sql.startswith(("DESCRIBE", "SHOW TBLPROPERTIES")) for sql in catalog.ran)


def test_tables_of_the_ledger_are_looked_at_and_not_made_again() -> None:
    catalog = Catalog()
    create_ops_tables(catalog, "/stackhouse")
    made = dict(catalog.tables)
    catalog.ran.clear()
    create_ops_tables(catalog, "/stackhouse")
    assert len(catalog.ran) == 3
    del catalog.tables["ops.runs"]
    create_ops_tables(catalog, "/stackhouse")
    assert catalog.tables == made


def test_table_of_the_ledger_of_an_earlier_version_is_made_again() -> None:
    catalog = Catalog()
    create_ops_tables(catalog, "/stackhouse")
    made = dict(catalog.columns)
    catalog.columns["ops.checks"] = made["ops.checks"][:-1]
    catalog.databases["ops"] = {}
    create_ops_tables(catalog, "/stackhouse")
    assert catalog.columns == made


@pytest.mark.parametrize("left", range(11))
def test_tables_of_the_ledger_are_completed_after_a_kill(left: int) -> None:
    catalog, whole = Catalog(), Catalog()
    create_ops_tables(whole, "/stackhouse")
    catalog.left = left
    with pytest.raises(Killed):
        create_ops_tables(catalog, "/stackhouse")
    catalog.left = inf
    create_ops_tables(catalog, "/stackhouse")
    assert (catalog.tables, catalog.databases) == (whole.tables, whole.databases)
