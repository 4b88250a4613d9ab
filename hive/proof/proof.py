"""Proves marts by a second engine: Hive computes what Spark wrote again, before readers see it."""

import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hive.connection import HiveServer
from hive.proof import sql as proof_sql
from warehouse.contract.model import Contract, Mart
from warehouse.contract.sql import MartSql
from warehouse.errors import NotProvedError, QueryError
from warehouse.quarter import PARTITION_COLUMN
from warehouse.release.check import Check
from warehouse.release.manifest import CLEAN, Release

_SHOWN = 20
_SHOWN_CHARACTERS = 100
_SHOWN_COLUMNS = 6
_FEW_ROWS = 100_000
"""Clean rows of which a statement costs no more than one over a single row."""

_MIN_SECONDS = 2.0
_CAUTION = 2
"""How many times as long as reading its rows a mart may take, as long as it is not measured."""

Row = Mapping[str, object]


@dataclass(frozen=True)
class Budget:
    """How long all proofs of a release may take together.

    Attributes:
        seconds: Time for all marts; one quarter of each is proved whatever it takes.
        rate: Seconds that Hive takes to read one clean row, as far as it is known.
    """

    seconds: float
    rate: float


@dataclass(frozen=True)
class ReleaseToProve:
    """What is to be proved.

    Attributes:
        contract: That the release was made by.
        release: Not published yet.
        live: What readers see, `None` before the first release.
        marts: What Spark was given.
    """

    contract: Contract
    release: Release
    live: Release | None
    marts: Sequence[MartSql]


def prove_marts(server: HiveServer, made: ReleaseToProve, budget: Budget) -> list[Check]:
    """Compare the quarters of each mart that a run rebuilt with what Hive computes from the same clean rows.

    When there are more of them than time, some are drawn by the run's id, so that in the end all come up. What cannot
    be proved says so in the note of its check.

    Args:
        server: Where the tables of the release are.
        made: The release.
        budget: Budget of this run.

    Raises:
        StackDownError: HiveServer2 is gone. What it refuses is a note.
    """
    checks = list[Check]()
    began = time.monotonic()
    for index, mart in enumerate(made.marts):
        left = budget.seconds - (time.monotonic() - began)
        share = Budget(max(left / (len(made.marts) - index), _MIN_SECONDS), budget.rate)
        quarters = built_quarters(made.release, made.live, mart.name)
        if quarters:
            checks.append(_Proof(server, made, mart, share).check(quarters))
    return checks


def built_quarters(release: Release, live: Release | None, mart: str) -> list[str]:
    """Quarters of a mart that the run of a release built, also those of which it has no row.

    Args:
        release: The release.
        live: What readers see; `None` before the first release.
        mart: Name of the mart.
    """
    clean, made = release.tables[CLEAN].partitions, release.tables[mart]
    before = live.tables.get(mart) if live and live.contract == release.contract else None
    if live is None or before is None or before.definition != made.definition:
        return sorted({*clean, *made.partitions})
    kept = {value: partition.path for value, partition in before.partitions.items()}
    read = {value: partition.path for value, partition in live.tables[CLEAN].partitions.items()}
    rebuilt = {value for value, partition in made.partitions.items() if partition.path != kept.get(value)}
    # A quarter that was cleaned and of which the mart has nothing: it should have nothing.
    empty = {value for value, partition in clean.items() if partition.path != read.get(value)} - made.partitions.keys()
    return sorted(rebuilt | empty)


def drawn(quarters: Sequence[str], seed: str) -> list[str]:
    """Quarters in an order by chance that is the same for the same seed."""
    return random.Random(seed).sample(list(quarters), len(quarters))  # noqa: S311 - no secret


def fitting(quarters: Sequence[str], rows: Mapping[str, int], most: float, at_least: int) -> list[str]:
    """The first of some quarters, and of the others those that fit.

    Args:
        quarters: Quarters in the order in which they are asked.
        rows: Rows by quarter.
        most: Rows that all of them may have together.
        at_least: So many of the first, whatever they have: else a large quarter would never have its turn.
    """
    found, total = list[str](), 0
    for quarter in quarters:
        if len(found) < at_least or total + rows.get(quarter, 0) <= most:
            found.append(quarter)
            total += rows.get(quarter, 0)
    return found


class _Proof:
    """The proof of one mart."""

    def __init__(self, server: HiveServer, made: ReleaseToProve, mart: MartSql, budget: Budget) -> None:
        self._server, self._contract, self._release, self._budget = server, made.contract, made.release, budget
        self._mart, self._sql = made.contract.mart(mart.name), mart.sql
        self._name = f"proof of {mart.name}"
        self._rows = {value: part.rows for value, part in made.release.tables[CLEAN].partitions.items()}

    def check(self, quarters: Sequence[str]) -> Check:
        """The check over as many of these quarters as there is time for."""
        try:
            proved, failures = self._compare(drawn(quarters, f"{self._release.run} {self._mart.name}"))
        except (NotProvedError, QueryError) as problem:
            return Check(self._name, note=f"not proved: {problem}")
        done = "compared" if failures else "proved"
        return Check(self._name, tuple(failures), note=f"{done} {proved} of {len(quarters)} quarters{self._inexact()}")

    def _compare(self, quarters: list[str]) -> tuple[int, list[str]]:
        proved, failures, left = list[str](), list[str](), self._budget.seconds
        rate = self._budget.rate * _CAUTION
        while todo := [quarter for quarter in quarters if quarter not in proved]:
            most = max(left / rate if rate else 0, 0 if proved else _FEW_ROWS)
            chosen = fitting(todo, self._rows, most, at_least=0 if proved else 1)
            if not chosen:
                break
            began = time.monotonic()
            failures += self._differences(chosen)
            took = time.monotonic() - began
            proved, left = [*proved, *chosen], left - took
            # Few rows cost as much as none: they tell nothing about many.
            rate = max(took / max(sum(self._rows.get(quarter, 0) for quarter in chosen), _FEW_ROWS), self._budget.rate)
        return len(proved), failures[:_SHOWN]

    def _differences(self, quarters: Sequence[str]) -> list[str]:
        query = proof_sql.differences(self._contract, self._mart, self._sql, self._release.number, sorted(quarters))
        found = self._server.fetch(query)
        return tell(self._mart, [dict(zip(found.columns, row, strict=True)) for row in found.rows])

    def _inexact(self) -> str:
        doubles = [column.name for column in self._mart.columns if column.type == "DOUBLE"]
        return f"; DOUBLE is compared to 6 digits: {', '.join(doubles)}" if doubles else ""


def tell(mart: Mart, rows: Sequence[Row]) -> list[str]:
    """What differs, one line for each row of the mart.

    Args:
        mart: That was compared.
        rows: Rows as `proof_sql.differences` gives them.
    """
    one_sided = [row for row in rows if row[proof_sql.STORED] != row[proof_sql.COMPUTED]]
    missing = [row for row in one_sided if _count(row, proof_sql.STORED) < _count(row, proof_sql.COMPUTED)]
    told = list[str]()
    for row in [row for row in one_sided if row not in missing]:
        partner = None if _count(row, proof_sql.COMPUTED) else _partner(mart, row, missing)
        if partner is None:
            told.append(_only(mart, row))
        else:
            told.append(_pair(mart, row, partner))
            missing.remove(partner)
    doubles = [_doubles(mart, row) for row in rows if row not in one_sided]
    return [*told, *(_only(mart, row) for row in missing), *doubles]


def _count(row: Row, side: str) -> int:
    return int(str(row[side]))


def _partner(mart: Mart, row: Row, others: Sequence[Row]) -> Row | None:
    """The row that Hive computes and Spark did not store, for the same thing, as far as can be told without a key."""
    names, about = proof_sql.exact_names(mart), [PARTITION_COLUMN, *proof_sql.labels(mart)]

    def likeness(other: Row) -> tuple[bool, int]:
        return all(row[name] == other[name] for name in about), sum(row[name] == other[name] for name in names)

    best = max((other for other in others if not _count(other, proof_sql.STORED)), key=likeness, default=None)
    if best is None:
        return None
    same_labels, equal = likeness(best)
    return best if same_labels or 2 * equal > len(names) else None


def _pair(mart: Mart, stored: Row, computed: Row) -> str:
    different = [name for name in proof_sql.exact_names(mart) if stored[name] != computed[name]]
    where = _where(mart, [name for name in proof_sql.exact_names(mart) if name not in different], stored)
    return f"{where}: stored {_texts(different, stored)}, Hive computes {_texts(different, computed)}"


def _only(mart: Mart, row: Row) -> str:
    stored, computed = _count(row, proof_sql.STORED), _count(row, proof_sql.COMPUTED)
    return f"{_where(mart, proof_sql.exact_names(mart), row)}: stored in {stored} rows, Hive computes {computed}"


def _where(mart: Mart, names: Sequence[str], row: Row) -> str:
    """What a row is about; of a wide one not all of it."""
    about = [name for name in proof_sql.labels(mart) if name in names]
    return _texts(list(dict.fromkeys([*names[:1], *about, *names]))[:_SHOWN_COLUMNS], row)


def _doubles(mart: Mart, row: Row) -> str:
    doubles = [column.name for column in mart.columns if column.type == "DOUBLE"]
    stored, computed = (
        ", ".join(f"{name}={row[f'{name}__{side}']}" for name in doubles) for side in ("stored", "computed")
    )
    return f"{_where(mart, proof_sql.exact_names(mart), row)}: stored {stored}, Hive computes {computed}"


def _texts(names: Sequence[str], row: Row) -> str:
    return ", ".join(f"{name}={str(row[name])[:_SHOWN_CHARACTERS]}" for name in names)
