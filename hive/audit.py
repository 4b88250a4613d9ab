"""Reads a release through HiveServer2 before anybody else does."""

from hive import ddl
from hive.connection import HiveServer
from warehouse.contract import Contract
from warehouse.release import Release


def audit_release(server: HiveServer, contract: Contract, release: Release) -> list[str]:
    """Compare what Hive reads from a release's tables with its manifest.

    One Tez job decodes every column of every row. A column that Hive does not find in a file reads as
    NULL without an error, so required columns are checked for NULL here too.

    Returns:
        Failures, one line each; empty: Hive serves exactly the manifest.

    Raises:
        QueryError: HiveServer2 cannot read a table.
    """
    tables = ddl.tables(contract)
    found = _read_counts(server, tables, release)
    failures = []
    for table in tables:
        failures += _partition_failures(server, table, release)
        for value, partition in release.tables[table.name].partitions.items():
            rows, filled = found.get((table.name, value), (0, []))
            where = f"{table.name} {table.partition.name}={value}"
            if rows != partition.rows:
                failures.append(f"{where}: Hive reads {rows} rows, the manifest says {partition.rows}")
            failures += _null_failures(where, table, rows, filled)
    return failures


def _partition_failures(server: HiveServer, table: ddl.Table, release: Release) -> list[str]:
    name = ddl.table_name(release.dataset, table.name, release.number)
    listed = {str(text).partition("=")[2] for (text,) in server.fetch(f"SHOW PARTITIONS {name}").rows}
    expected = set(release.tables[table.name].partitions)
    missing = [f"{table.name}: partition {value} is missing in Hive" for value in sorted(expected - listed)]
    unknown = [f"{table.name}: partition {value} is not in the manifest" for value in sorted(listed - expected)]
    return missing + unknown


def _null_failures(where: str, table: ddl.Table, rows: int, filled: list[int]) -> list[str]:
    counts = zip(table.columns, filled, strict=False)
    return [
        f"{where}: required column {column.name} is NULL in {rows - count} of {rows} rows"
        for column, count in counts
        if column.required and count != rows
    ]


def _read_counts(
    server: HiveServer, tables: tuple[ddl.Table, ...], release: Release
) -> dict[tuple[str, str], tuple[int, list[int]]]:
    """Rows, and values that are not NULL by column, of each table and partition."""
    query = "\nUNION ALL\n".join(ddl.count_values(release.dataset, table, release.number) for table in tables)
    return {
        (str(table), str(value)): (int(str(rows)), [int(count) for count in str(filled).split(",")])
        for table, value, rows, filled in server.fetch(query).rows
    }
