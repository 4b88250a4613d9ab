"""Compares the quarters that a release rebuilt with those that readers see."""

import json
from collections.abc import Mapping
from decimal import Decimal

from hive import audit_sql, ddl
from hive.connection import HiveServer
from hive.publish import table_columns
from hive.release_table import ReleaseTable
from warehouse.contract.hive_type import is_numeric
from warehouse.contract.model import Contract
from warehouse.release.check import Check
from warehouse.release.drift import Figures, drift_failures, rebuilt_quarters, row_counts
from warehouse.release.manifest import Release

Sums = Mapping[tuple[int, str, str], Figures]
"""By release, table and column."""


def drift_check(server: HiveServer, contract: Contract, release: Release, live: Release) -> Check:
    """Compare rows and sums by quarter as the contract's drift limits say.

    A limit is skipped when the live release lacks its table or column. May be accepted: a large change may be right.

    Raises:
        QueryError: HiveServer2 cannot read a table.
    """
    sums = _read_sums(server, contract, release, live)
    failures = list[str]()
    for limit in contract.drift_limits:
        quarters = rebuilt_quarters(live, release, limit.table)
        before, after = (
            sums.get((found.number, limit.table, limit.column), {})
            if limit.column
            else row_counts(found, limit.table, quarters)
            for found in (live, release)
        )
        failures += drift_failures(limit, before, after)
    return Check("drift", tuple(failures))


def _read_sums(server: HiveServer, contract: Contract, release: Release, live: Release) -> Sums:
    queries, columns = list[str](), dict[str, list[str]]()
    for table in ddl.tables(contract):
        quarters = rebuilt_quarters(live, release, table.name)
        wanted = [limit.column for limit in contract.drift_limits if limit.table == table.name and limit.column]
        if not quarters or not wanted:
            continue
        before, after = _live_types(server, table, live), {column.name: column.type for column in table.columns}
        columns[table.name] = [name for name in wanted if is_numeric(before.get(name, ""))]
        for number, types in ((live.number, before), (release.number, after)):
            facts = [audit_sql.column_sum(name, types[name]) for name in columns[table.name]]
            if facts:
                queries.append(audit_sql.partition_facts(release.dataset, table, number, facts, quarters))
    return _fetch_sums(server, queries, columns) if queries else {}


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
