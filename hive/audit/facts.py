"""What Hive reads for an audit: the partitions that no earlier audit read, in one job."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from hive import ddl
from hive.audit import sql as audit_sql
from hive.connection import HiveServer
from hive.rows import Value
from warehouse.contract.model import Column, Contract
from warehouse.release.facts import PartitionFacts, ReleaseFacts, TableFacts
from warehouse.release.manifest import CLEAN, Partition, Release


@dataclass(frozen=True)
class Known:
    """What is known of a release before Hive reads it.

    Attributes:
        states: State of each of its directories now, as `warehouse.release.facts.directory_states` gives it.
        facts: Facts of a release that passed its audit; `None`: everything is read.
    """

    states: Mapping[str, str] = field(default_factory=dict)
    facts: ReleaseFacts | None = None


@dataclass(frozen=True)
class Reading:
    """What an audit goes by.

    Attributes:
        facts: Facts of all partitions, read now or before.
        doubled: Some keys that appear more than once: their values, and their rows.
        rows: Clean rows that were read now.
    """

    facts: ReleaseFacts
    doubled: Sequence[tuple[Sequence[str | None], int]]
    rows: int


Kept = Mapping[str, Mapping[str, PartitionFacts]]
"""Facts that still hold, by table and partition value."""


def read_release(server: HiveServer, contract: Contract, release: Release, known: Known) -> Reading:
    """Read what is new in a release; without anything new, no query runs.

    Args:
        server: Where the tables of the release are.
        contract: That the release was made by.
        release: Release to read.
        known: What need not be read again.

    Raises:
        QueryError: HiveServer2 cannot read a table.
    """
    kept = {table.name: _kept(contract, release, table, known) for table in ddl.tables(contract)}
    queries = [*_facts_queries(contract, release, kept), *_key_queries(contract, release, kept[CLEAN], known)]
    answers = server.fetch("\nUNION ALL\n".join(queries)).rows if queries else ()
    doubled = [_doubled(answer) for answer in answers if answer[1] == audit_sql.DOUBLED_KEY]
    fresh = [_partition(release, known, answer) for answer in answers if answer[1] != audit_sql.DOUBLED_KEY]
    tables = {
        table.name: TableFacts(
            _question(contract, table),
            {**kept[table.name], **{value: facts for name, value, facts in fresh if name == table.name}},
        )
        for table in ddl.tables(contract)
    }
    key = () if doubled else contract.key
    facts = ReleaseFacts(release.dataset, release.number, release.run, key, tables)
    return Reading(facts, doubled, sum(facts.rows for name, _, facts in fresh if name == CLEAN))


def asked_of(contract: Contract, table: ddl.Table) -> list[str]:
    """Aggregates of a table.

    Filled values of each column; of clean then the extremes of the event time, and for each limited column the values
    outside; at last the sums that have a drift limit.
    """
    facts = [audit_sql.filled(column.name) for column in table.columns]
    if table.name == CLEAN:
        facts += audit_sql.extremes(contract.column(contract.event_time))
        # Not their extremes too: Hive takes longer to find those than to count.
        facts += map(audit_sql.outside, limited(contract))
    types = {column.name: column.type for column in table.columns}
    return facts + [audit_sql.column_sum(name, types[name]) for name in summed(contract, table.name)]


def limited(contract: Contract) -> list[Column]:
    """Columns with a minimum, a maximum or accepted values."""
    return [column for column in contract.columns if audit_sql.is_limited(column)]


def summed(contract: Contract, table: str) -> list[str]:
    """Columns of a table whose sums have a drift limit."""
    return [limit.column for limit in contract.drift_limits if limit.table == table and limit.column]


def sums(contract: Contract, table: str, facts: PartitionFacts) -> dict[str, str | None]:
    """The sums among the facts of a partition, by column.

    Args:
        contract: Contract of the dataset.
        table: `clean`, `quarantine` or a mart.
        facts: Facts of the partition.
    """
    names = summed(contract, table)
    return dict(zip(names, facts.facts[len(facts.facts) - len(names) :], strict=True))


def _question(contract: Contract, table: ddl.Table) -> str:
    query = audit_sql.partition_facts(contract.dataset, table, 0, asked_of(contract, table))
    types = [[column.name, column.type] for column in table.columns]
    return hashlib.sha256(json.dumps([query, types]).encode()).hexdigest()[:16]


def _kept(contract: Contract, release: Release, table: ddl.Table, known: Known) -> dict[str, PartitionFacts]:
    """Facts of an earlier audit about the same directory, in the same state, by the same question."""
    earlier = known.facts.tables.get(table.name) if known.facts else None
    if earlier is None or earlier.question != _question(contract, table):
        return {}
    asked = len(asked_of(contract, table))
    return {
        value: facts
        for value, facts in earlier.partitions.items()
        if len(facts.facts) == asked and _is_of(facts, release.tables[table.name].partitions.get(value), known)
    }


def _is_of(facts: PartitionFacts, partition: Partition | None, known: Known) -> bool:
    return partition is not None and (facts.path, facts.state) == (partition.path, known.states.get(partition.path))


def _new(release: Release, table: str, kept: Mapping[str, PartitionFacts]) -> list[str]:
    return [value for value in release.tables[table].partitions if value not in kept]


def _facts_queries(contract: Contract, release: Release, kept: Kept) -> Iterator[str]:
    for table in ddl.tables(contract):
        if new := _new(release, table.name, kept[table.name]):
            only = new if kept[table.name] else ()
            yield audit_sql.partition_facts(release.dataset, table, release.number, asked_of(contract, table), only)


def _key_queries(
    contract: Contract, release: Release, kept: Mapping[str, PartitionFacts], known: Known
) -> Iterator[str]:
    """Looks for keys that appear twice, where they can.

    No two rows of the kept partitions share a key, if the earlier audit looked at this key: those partitions were
    among the ones it looked through. So one of two such rows is in a new partition. If the event time is part of the
    key, both are, and in the same one: a key then has one quarter, and that rows lie in theirs is checked for every
    partition. Else the other may be in any partition, and the key of all of them is read.
    """
    new = _new(release, CLEAN, kept)
    is_known = known.facts is not None and known.facts.key == contract.key
    if not contract.key or (is_known and not new):
        return
    only = new if is_known and kept and contract.event_time in contract.key else ()
    yield audit_sql.doubled_keys(release.dataset, release.number, contract.key, only)


def _doubled(answer: Sequence[Value]) -> tuple[Sequence[str | None], int]:
    *_, rows, values = answer
    return json.loads(str(values)), int(str(rows))


def _partition(release: Release, known: Known, answer: Sequence[Value]) -> tuple[str, str, PartitionFacts]:
    """Table, partition value and facts."""
    _, name, value, rows, facts = answer
    partition = release.tables[str(name)].partitions.get(str(value))
    path = partition.path if partition else ""
    found = PartitionFacts(path, known.states.get(path, ""), int(str(rows)), tuple(json.loads(str(facts))))
    return str(name), str(value), found
