"""Reads a release through HiveServer2 before readers do."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from hive import ddl
from hive.audit import sql as audit_sql
from hive.audit.drift import Compared, drift_check
from hive.audit.facts import Known, Reading, limited, read_release
from hive.connection import HiveServer
from hive.publish import partition_values
from hive.release_table import ReleaseTable
from warehouse.contract.model import Column, Contract
from warehouse.quarter import Quarter
from warehouse.release.check import Check
from warehouse.release.facts import PartitionFacts, ReleaseFacts
from warehouse.release.manifest import CLEAN, Release

_SHOWN_CHARACTERS = 100

_EVERYTHING_IS_NEW = Known()

Found = Mapping[tuple[str, str], PartitionFacts]
"""By table and partition value; a partition without rows has no entry."""


@dataclass(frozen=True)
class Audit:
    """What an audit found.

    Attributes:
        checks: Its checks.
        facts: What they were made from; another audit need not read it again.
        rows: Clean rows that Hive read for it.
    """

    checks: Sequence[Check]
    facts: ReleaseFacts
    rows: int


def audit_release(
    server: HiveServer,
    contract: Contract,
    release: Release,
    live: Release | None,
    known: Known = _EVERYTHING_IS_NEW,
) -> Audit:
    """Compare what Hive reads from a release with its manifest, its contract and the live release.

    One Tez job decodes every column of every row that no earlier audit read, looks for keys that appear twice and sums
    what has a drift limit. Each check judges all partitions, by what was read now or before. A column that Hive does
    not find in a file reads as NULL without an error, so required columns are checked for NULL here too. What Spark
    ensured is checked again on what was written.

    Args:
        server: Where the tables of the release are.
        contract: That the release was made by.
        release: Release to check.
        live: What readers see, `None` before the first release.
        known: What need not be read again.

    Raises:
        QueryError: HiveServer2 cannot read a table.
    """
    reading = read_release(server, contract, release, known)
    tables = reading.facts.tables.items()
    found = {(name, value): facts for name, table in tables for value, facts in table.partitions.items()}
    # These say that Hive shows other rows than were counted, or that clean rows are not what clean means. Each is a
    # fault of this program or of the files, and no person can judge whether readers may have it.
    checks = [
        Check("Hive rows", tuple(_row_failures(server, contract, release, found)), may_be_accepted=False),
        Check("required", tuple(_null_failures(contract, found)), may_be_accepted=False),
        Check("quarter", tuple(_quarter_failures(contract, found)), may_be_accepted=False),
    ]
    if contract.key:
        checks.append(Check("key", tuple(_key_failures(contract, reading)), may_be_accepted=False))
    if limited(contract):
        # May be accepted: two engines compare, and the values found let a person judge.
        checks.append(Check("range", tuple(_range_failures(server, contract, release, found))))
    if contract.drift_limits and live:
        checks.append(drift_check(server, Compared(contract, release, reading.facts, live, known.facts)))
    return Audit(checks, reading.facts, reading.rows)


def _clean(contract: Contract, found: Found) -> Iterator[tuple[str, int, Sequence[str | None]]]:
    """Partition value, rows, and the facts that follow the filled values, of the clean table."""
    filled = len(ddl.tables(contract)[0].columns)
    for (name, value), partition in found.items():
        if name == CLEAN:
            yield value, partition.rows, partition.facts[filled:]


def _row_failures(server: HiveServer, contract: Contract, release: Release, found: Found) -> Iterator[str]:
    for table in ddl.tables(contract):
        yield from _partition_failures(server, table, release)
        for value, partition in release.tables[table.name].partitions.items():
            rows = found[table.name, value].rows if (table.name, value) in found else 0
            if rows != partition.rows:
                yield f"{_where(table, value)}: Hive reads {rows} rows, the manifest says {partition.rows}"


def _where(table: ddl.Table, value: str) -> str:
    return f"{table.name} {table.partition.name}={value}"


def _partition_failures(server: HiveServer, table: ddl.Table, release: Release) -> list[str]:
    listed = partition_values(server, ReleaseTable.of(release, table.name))
    expected = set(release.tables[table.name].partitions)
    missing = [f"{table.name}: partition {value} is missing in Hive" for value in sorted(expected - listed)]
    unknown = [f"{table.name}: partition {value} is not in the manifest" for value in sorted(listed - expected)]
    return missing + unknown


def _null_failures(contract: Contract, found: Found) -> Iterator[str]:
    tables = {table.name: table for table in ddl.tables(contract)}
    for (name, value), partition in found.items():
        table, rows = tables[name], partition.rows
        for column, filled in zip(table.columns, partition.facts, strict=False):
            if column.required and int(str(filled)) != rows:
                missing = rows - int(str(filled))
                yield f"{_where(table, value)}: required column {column.name} is NULL in {missing} of {rows} rows"


def _quarter_failures(contract: Contract, found: Found) -> Iterator[str]:
    for value, _, (first, last, *_) in _clean(contract, found):
        quarter = Quarter.from_partition(value)
        # As text: Hive may read a year that Python does not have.
        months = {f"{quarter.year:04d}-{quarter.start.month + month:02d}" for month in range(3)}
        if any(time is not None and time[:7] not in months for time in (first, last)):
            yield f"{CLEAN} quarter_start={value}: {contract.event_time} is from {first} to {last}, expected {quarter}"


def _range_failures(server: HiveServer, contract: Contract, release: Release, found: Found) -> Iterator[str]:
    columns = limited(contract)
    failed = [
        (value, rows, column, int(str(outside)))
        for value, rows, (_, _, *facts) in _clean(contract, found)
        for column, outside in zip(columns, facts, strict=False)
        if int(str(outside))
    ]
    extremes = _extremes(server, contract, release, {value for value, *_ in failed}) if failed else {}
    for value, rows, column, outside in failed:
        smallest, largest = extremes[value][column.name]
        yield (
            f"{CLEAN} quarter_start={value}: {column.name} is outside {_limits(column)} in {outside} of {rows} rows, "
            f"from {_cut(smallest)} to {_cut(largest)}"
        )


def _extremes(
    server: HiveServer, contract: Contract, release: Release, values: Collection[str]
) -> dict[str, dict[str, tuple[str | None, str | None]]]:
    """Smallest and largest values of the limited columns in some partitions of clean, for people who have to judge."""
    columns = limited(contract)
    asked = [fact for column in columns for fact in audit_sql.extremes(column)]
    table = ddl.tables(contract)[0]
    query = audit_sql.partition_facts(contract.dataset, table, release.number, asked, sorted(values))
    extremes = dict[str, dict[str, tuple[str | None, str | None]]]()
    for _, _, value, _, facts in server.fetch(query).rows:
        texts = json.loads(str(facts))
        pairs = zip(texts[::2], texts[1::2], strict=True)
        extremes[str(value)] = {column.name: pair for column, pair in zip(columns, pairs, strict=True)}
    return extremes


def _limits(column: Column) -> str:
    limits = {"minimum": column.minimum, "maximum": column.maximum, "values": ", ".join(column.values) or None}
    return _cut(", ".join(f"{name} {limit}" for name, limit in limits.items() if limit is not None))


def _cut(text: str | None) -> str:
    return str(text)[:_SHOWN_CHARACTERS]


def _key_failures(contract: Contract, reading: Reading) -> Iterator[str]:
    for values, rows in reading.doubled:
        key = ", ".join(f"{name}={_cut(value)}" for name, value in zip(contract.key, values, strict=True))
        yield f"{CLEAN}: key {key} appears in {rows} rows, expected one"
