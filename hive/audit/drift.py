"""Compares the quarters that a release rebuilt with those that readers see."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from hive import ddl
from hive.audit import facts as audit_facts
from hive.audit import sql as audit_sql
from hive.connection import HiveServer
from hive.publish import table_columns
from hive.release_table import ReleaseTable
from warehouse.contract.hive_type import is_numeric
from warehouse.contract.model import Contract
from warehouse.release.check import Check
from warehouse.release.drift import Figures, drift_failures, rebuilt_quarters, row_counts
from warehouse.release.facts import ReleaseFacts
from warehouse.release.manifest import Release

Sums = Mapping[tuple[int, str, str], Figures]
"""By release, table and column."""


@dataclass(frozen=True)
class Compared:
    """Two releases.

    Attributes:
        contract: That the newer one was made by.
        release: The newer one.
        facts: What was read of it.
        live: What readers see.
        live_facts: What was read of that when it was audited; `None`: unknown.
    """

    contract: Contract
    release: Release
    facts: ReleaseFacts
    live: Release
    live_facts: ReleaseFacts | None


def drift_check(server: HiveServer, compared: Compared) -> Check:
    """Compare rows and sums by quarter as the contract's drift limits say.

    A limit is skipped when the live release lacks its table or column. May be accepted: a large change may be right.

    Args:
        server: Asked for sums of the live release where its facts do not have them.
        compared: The two releases.

    Raises:
        QueryError: HiveServer2 cannot read a table.
    """
    release, live = compared.release, compared.live
    sums = {**_live_sums(server, compared), **_sums_in(compared, compared.facts)}
    failures = list[str]()
    for limit in compared.contract.drift_limits:
        quarters = rebuilt_quarters(live, release, limit.table)
        before, after = (
            sums.get((one.number, limit.table, limit.column), {})
            if limit.column
            else row_counts(one, limit.table, quarters)
            for one in (live, release)
        )
        failures += drift_failures(limit, before, after)
    return Check("drift", tuple(failures))


def _sums_in(compared: Compared, facts: ReleaseFacts) -> Sums:
    """Sums of the quarters that are compared, as an audit read them."""
    found: dict[tuple[int, str, str], dict[str, Decimal | None]] = {}
    for table in ddl.tables(compared.contract):
        for value in rebuilt_quarters(compared.live, compared.release, table.name):
            if partition := facts.tables[table.name].partitions.get(value):
                for column, text in audit_facts.sums(compared.contract, table.name, partition).items():
                    found.setdefault((facts.release, table.name, column), {})[value] = _number(text)
    return found


def _live_sums(server: HiveServer, compared: Compared) -> Sums:
    """Sums of the live release, of which Hive is asked for what its audit did not read."""
    live, queries, columns = compared.live, list[str](), dict[str, list[str]]()
    if compared.live_facts and _answers(compared, compared.live_facts):
        return _sums_in(compared, compared.live_facts)
    for table in ddl.tables(compared.contract):
        quarters = rebuilt_quarters(live, compared.release, table.name)
        wanted = audit_facts.summed(compared.contract, table.name)
        if not quarters or not wanted:
            continue
        types = _live_types(server, table, live)
        columns[table.name] = [name for name in wanted if is_numeric(types.get(name, ""))]
        if facts := [audit_sql.column_sum(name, types[name]) for name in columns[table.name]]:
            queries.append(audit_sql.partition_facts(live.dataset, table, live.number, facts, quarters))
    return _fetch_sums(server, queries, columns) if queries else {}


def _answers(compared: Compared, facts: ReleaseFacts) -> bool:
    """Whether the facts are of the live release, by the same questions, for all quarters that are compared."""
    return facts.release == compared.live.number and all(
        name in facts.tables
        and facts.tables[name].question == table.question
        and set(rebuilt_quarters(compared.live, compared.release, name)) <= facts.tables[name].partitions.keys()
        for name, table in compared.facts.tables.items()
        if audit_facts.summed(compared.contract, name)
    )


def _live_types(server: HiveServer, table: ddl.Table, live: Release) -> dict[str, str]:
    """Types in upper case by column."""
    columns = table_columns(server, ReleaseTable.of(live, table.name))
    return {column.name: column.type for column in columns}


def _fetch_sums(server: HiveServer, queries: list[str], columns: dict[str, list[str]]) -> Sums:
    sums: dict[tuple[int, str, str], dict[str, Decimal | None]] = {}
    for number, table, value, _, facts in server.fetch("\nUNION ALL\n".join(queries)).rows:
        for column, text in zip(columns[str(table)], json.loads(str(facts)), strict=True):
            sums.setdefault((int(str(number)), str(table), column), {})[str(value)] = _number(text)
    return sums


def _number(text: str | None) -> Decimal | None:
    """A sum; `None` for a sum of DOUBLEs that is not finite."""
    number = None if text is None else Decimal(text)
    return number if number is not None and number.is_finite() else None
