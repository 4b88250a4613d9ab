"""The queries written by hand: one file a group in `battery/`, in the words that a reader of Hive types."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import sqlglot

DIRECTORY = Path(__file__).parent / "battery"

_NAME, _ORACLE = "-- name: ", "-- duckdb: "

VIEWS = {
    "by_key": "SELECT k, COUNT(*) AS c FROM answers.facts GROUP BY k",
    "with_place": "SELECT a.id, b.grp, IF(b.cap > 1, 'large', 'small') AS size FROM answers.facts a "
    "LEFT JOIN places.places b ON a.k = b.k",
}
"""Views of a reader over what is published; name and query in Hive's SQL."""


@dataclass(frozen=True)
class BatteryQuery:
    """One query.

    Attributes:
        group: Name of its file.
        name: What it is about.
        hive: Its text.
        duckdb: The same question for DuckDB.
        ordered: Whether the order of rows counts.
    """

    group: str
    name: str
    hive: str
    duckdb: str
    ordered: bool


@cache
def battery() -> Sequence[BatteryQuery]:
    """All queries, by group."""
    return [query for path in sorted(DIRECTORY.glob("*.sql")) for query in _read(path)]


def _read(path: Path) -> list[BatteryQuery]:
    blocks = path.read_text(encoding="utf-8").split(_NAME)[1:]
    return [_query(path.stem, *block.split("\n", 1)) for block in blocks]


def _query(group: str, name: str, text: str) -> BatteryQuery:
    oracle = re.match(rf"{_ORACLE}(.*)\n", text)
    hive = (text[oracle.end() :] if oracle else text).strip().removesuffix(";")
    duckdb = oracle[1] if oracle else in_duckdb(hive)
    return BatteryQuery(group, name, hive, duckdb, group == "order")


def in_duckdb(hive: str) -> str:
    """The same question in DuckDB's words, where those mean the same."""
    return sqlglot.parse_one(hive, read="hive").sql(dialect="duckdb")
