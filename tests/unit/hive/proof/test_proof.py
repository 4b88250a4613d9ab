"""Which quarters are proved, how far the time goes, and how a difference is told."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hive.proof import proof
from hive.proof.sql import COMPUTED, STORED, differences
from hive.rows import Rows
from warehouse.contract.model import Column, Contract, InputFormat, Mart
from warehouse.contract.sql import MartSql
from warehouse.errors import QueryError, StackDownError
from warehouse.release.manifest import Partition, Release, ReleasedTable

COLUMNS = (
    Column("origin", "origin", "STRING", "d"),
    Column("flights", "flights", "INT", "d"),
    Column("total", "total", "DECIMAL(9,2)", "d"),
)
MART = Mart("totals", "d", COLUMNS)
CONTRACT = Contract(
    "shop", "d", (Column("at", "at", "TIMESTAMP", "d"),), "at", InputFormat(), (), 0.0, (MART,), Path("/d/s/x.yaml")
)
SQL = MartSql("totals", "SELECT quarter_start, COUNT(*) AS flights FROM clean GROUP BY quarter_start", None, "")
Q1, Q2, Q3, Q4 = "2001-01-01", "2001-04-01", "2001-07-01", "2001-10-01"
DAY = date(2001, 1, 1)


def a_release(clean: dict[str, str], totals: dict[str, str], definition: str = "d", contract: str = "c") -> Release:
    """A release with directories by quarter."""

    def table(paths: dict[str, str]) -> ReleasedTable:
        return ReleasedTable(definition, {quarter: Partition(path, 1) for quarter, path in paths.items()})

    tables = {"clean": table(clean), "totals": table(totals)}
    return Release("shop", 2, "run2", contract, {}, "", "", {}, {}, tables)


@pytest.mark.parametrize(
    ("live", "expected"),
    [
        (None, [Q1, Q2, Q3]),
        # Q1 is kept; Q2 is anew; of Q3, cleaned anew, the mart has nothing; of Q4 it had nothing before.
        (a_release({Q1: "/1", Q2: "/2", Q3: "/3", Q4: "/4"}, {Q1: "/a", Q2: "/b", Q3: "/c"}), [Q2, Q3]),
        (a_release({Q1: "/1", Q2: "/2", Q3: "/3"}, {Q1: "/a", Q2: "/b"}, definition="other"), [Q1, Q2, Q3]),
        (a_release({Q1: "/1", Q2: "/2", Q3: "/3"}, {Q1: "/a", Q2: "/b"}, contract="other"), [Q1, Q2, Q3]),
    ],
)
def test_only_what_the_run_built_is_proved(live: Release | None, expected: list[str]) -> None:
    release = a_release({Q1: "/1", Q2: "/22", Q3: "/33"}, {Q1: "/a", Q2: "/bb"})
    assert proof.built_quarters(release, live, "totals") == expected


def test_mart_that_is_new_is_proved_for_all_quarters() -> None:
    live = a_release({Q1: "/1"}, {})
    del live.tables["totals"]
    assert proof.built_quarters(a_release({Q1: "/1"}, {Q1: "/a"}), live, "totals") == [Q1]


class Server:
    """Answers as Hive would, a row a second."""

    def __init__(self, clock: list[float], rows: dict[str, int]) -> None:
        self.asked: list[list[str]] = []
        self._clock, self._rows = clock, rows

    def fetch(self, sql: str) -> Rows:
        if sql.startswith("SET "):
            return Rows((), (), ())
        found = [quarter for quarter in self._rows if sql.count(f"DATE '{quarter}'")]
        self.asked.append(found)
        self._clock[0] += sum(self._rows[quarter] for quarter in found)
        return Rows(("quarter_start",), ("DATE",), ())


@pytest.fixture(name="clock")
def _clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    clock = [0.0]
    monkeypatch.setattr(proof, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    monkeypatch.setattr(proof, "_FEW_ROWS", 1)
    return clock


def prove(clock: list[float], rows: dict[str, int], budget: proof.Budget, run: str = "run") -> tuple[Server, str]:
    server: Any = Server(clock, rows)
    partitions = {quarter: Partition(f"/{quarter}", count) for quarter, count in rows.items()}
    tables = {name: ReleasedTable("d", partitions) for name in ("clean", "totals")}
    release = Release("shop", 2, run, "c", {}, "", "", {}, {}, tables)
    (check,) = proof.prove_marts(server, proof.ReleaseToProve(CONTRACT, release, None, [SQL]), budget)
    assert check.failures == ()
    return server, check.note


def test_all_quarters_are_proved_by_one_statement_when_there_is_time(clock: list[float]) -> None:
    server, note = prove(clock, {Q1: 1, Q2: 2, Q3: 3}, proof.Budget(100, 1))
    assert (server.asked, note) == ([[Q1, Q2, Q3]], "proved 3 of 3 quarters")


def test_one_quarter_is_proved_however_little_time_there_is(clock: list[float]) -> None:
    server, note = prove(clock, {Q1: 10, Q2: 20, Q3: 30}, proof.Budget(0, 1))
    assert (len(server.asked), note) == (1, "proved 1 of 3 quarters")


def test_what_is_measured_says_how_many_more_fit(clock: list[float]) -> None:
    """Twice the time of reading them is feared for the first rows; they take as long as it, so more fit."""
    quarters = {f"{year}-01-01": 10 for year in range(2001, 2021)}
    server, note = prove(clock, quarters, proof.Budget(100, 1))
    assert [len(asked) for asked in server.asked] == [5, 5]
    assert note == "proved 10 of 20 quarters"


def test_every_quarter_comes_up_in_some_run_large_ones_too(clock: list[float]) -> None:
    rows = {Q1: 1, Q2: 1, Q3: 1, Q4: 1000}
    asked = [prove(clock, rows, proof.Budget(2, 1), run=str(run))[0].asked[0] for run in range(30)]
    assert {quarter for found in asked for quarter in found} == set(rows)
    again = [prove(clock, rows, proof.Budget(2, 1), run=str(run))[0].asked[0] for run in range(30)]
    assert asked == again


def test_what_hive_refuses_is_a_note_and_a_stack_that_is_down_an_error(
    clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(problem: Exception) -> None:
        def fetch(_: Server, sql: str) -> Rows:
            if sql.startswith("SET "):
                return Rows((), (), ())
            raise problem

        monkeypatch.setattr(Server, "fetch", fetch)

    refuse(QueryError("line 1:7 Invalid function"))
    assert prove(clock, {Q1: 1}, proof.Budget(9, 1))[1] == "not proved: line 1:7 Invalid function"
    refuse(StackDownError("gone"))
    with pytest.raises(StackDownError):
        prove(clock, {Q1: 1}, proof.Budget(9, 1))


def a_row(origin: str | None, flights: int, total: str | None, stored: int, computed: int) -> dict[str, object]:
    values = ("quarter_start", "origin", "flights", "total", STORED, COMPUTED)
    return dict(zip(values, (DAY, origin, flights, total, stored, computed), strict=True))


def test_two_sides_of_one_row_are_told_in_one_line() -> None:
    rows = [
        a_row("ATL", 3, "5.00", 1, 0),
        a_row("ATL", 3, "6.00", 0, 1),
        a_row("BOS", 1, None, 0, 1),
        a_row("BOS", 1, "0.00", 1, 0),
    ]
    assert proof.tell(MART, rows) == [
        "quarter_start=2001-01-01, origin=ATL, flights=3: stored total=5.00, Hive computes total=6.00",
        "quarter_start=2001-01-01, origin=BOS, flights=1: stored total=0.00, Hive computes total=None",
    ]


def test_wrong_label_is_told_beside_the_right_one() -> None:
    rows = [a_row("ATL", 3, "5.00", 1, 0), a_row("atl", 3, "5.00", 0, 1)]
    assert proof.tell(MART, rows) == [
        "quarter_start=2001-01-01, flights=3, total=5.00: stored origin=ATL, Hive computes origin=atl"
    ]


def test_rows_that_have_nothing_in_common_and_doubled_ones_are_told_each() -> None:
    rows = [a_row("ATL", 3, "5.00", 1, 0), a_row("SEA", 9, "1.00", 0, 1), a_row("PDX", 2, "2.00", 2, 1)]
    assert proof.tell(MART, rows) == [
        "quarter_start=2001-01-01, origin=ATL, flights=3, total=5.00: stored in 1 rows, Hive computes 0",
        "quarter_start=2001-01-01, origin=PDX, flights=2, total=2.00: stored in 2 rows, Hive computes 1",
        "quarter_start=2001-01-01, origin=SEA, flights=9, total=1.00: stored in 0 rows, Hive computes 1",
    ]


def test_doubles_are_told_with_both_values() -> None:
    mart = Mart("totals", "d", (COLUMNS[0], Column("mean", "mean", "DOUBLE", "d")))
    row = {"quarter_start": DAY, "origin": "ATL", STORED: 1, COMPUTED: 1, "mean__stored": 1.5, "mean__computed": 2.5}
    assert proof.tell(mart, [row]) == ["quarter_start=2001-01-01, origin=ATL: stored mean=1.5, Hive computes mean=2.5"]


def test_both_sides_are_cast_to_the_contract_and_only_the_quarters_are_read() -> None:
    sql = differences(CONTRACT, MART, SQL.sql, 7, [Q1])
    assert sql.count("CAST(`total` AS DECIMAL(9,2)) AS `total`") == 2
    # A short integer would wrap in Hive.
    assert sql.count("CAST(`flights` AS BIGINT) AS `flights`") == 2
    assert "FROM `shop_releases`.`totals__r000007` WHERE `quarter_start` IN (DATE '2001-01-01')" in sql
