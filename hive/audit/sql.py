"""Queries of the audit, as text; nothing here talks to a server."""

from collections.abc import Collection, Sequence
from decimal import Decimal

from hive import ddl
from hive.ddl import column_name, literal
from hive.release_table import ReleaseTable
from warehouse.contract.hive_type import MAX_PRECISION, is_integer
from warehouse.contract.model import Column
from warehouse.release.manifest import CLEAN

SHOWN_KEYS = 20
"""Keys that appear twice, of which no more are looked for."""

DOUBLED_KEY = "doubled key"
"""In the place of a table's name, and no name of one."""


def partition_facts(
    dataset: str, table: ddl.Table, release: int, facts: Sequence[str], values: Collection[str] = ()
) -> str:
    """Query for aggregates of each partition of a table.

    Args:
        dataset: Name in the contract.
        table: What is read.
        release: Its number.
        facts: Aggregates, each a text.
        values: Only these partitions; empty: all.

    Returns:
        Query for rows of release, table name, partition value, number of rows, and the facts as one array, so
        that the queries of several tables can be united.
    """
    key, only = column_name(table.partition.name), _only(table.partition, values)
    return (
        f"SELECT {release:d} AS `release`, {literal(table.name)} AS `name`, "
        f"CAST({key} AS STRING) AS `value`, COUNT(*) AS `rows_read`, ARRAY({', '.join(facts)}) AS `facts` "
        f"FROM {ReleaseTable(dataset, table.name, release).sql}{only} GROUP BY {key}"
    )


def _only(partition: ddl.TableColumn, values: Collection[str]) -> str:
    """Condition for some partitions; nothing for all."""
    if not values:
        return ""
    kind = "DATE " if partition.type == "DATE" else ""
    return f" WHERE {column_name(partition.name)} IN ({', '.join(f'{kind}{literal(value)}' for value in values)})"


def filled(name: str) -> str:
    """Number of values of a column that are not NULL."""
    return f"CAST(COUNT({column_name(name)}) AS STRING)"


def extremes(column: Column) -> tuple[str, str]:
    """Smallest and largest value of a column."""
    name = column_name(column.name)
    # Hive has no smallest BOOLEAN.
    value = f"CAST({name} AS STRING)" if column.type == "BOOLEAN" else name
    return f"CAST(MIN({value}) AS STRING)", f"CAST(MAX({value}) AS STRING)"


def outside(column: Column) -> str:
    """Number of values of a column with limits that its contract does not accept."""
    return f"CAST(COUNT(CASE WHEN {' OR '.join(_unaccepted(column))} THEN 1 END) AS STRING)"


def is_limited(column: Column) -> bool:
    """Whether the contract has a minimum, a maximum or accepted values for a column."""
    return bool(_unaccepted(column))


def _unaccepted(column: Column) -> list[str]:
    name, conditions = column_name(column.name), []
    if column.minimum is not None:
        conditions.append(f"{name} < {_limit(column.minimum, column.type)}")
    if column.maximum is not None:
        conditions.append(f"{name} > {_limit(column.maximum, column.type)}")
    if column.values:
        conditions.append(f"{name} NOT IN ({', '.join(_accepted(text, column.type) for text in column.values)})")
    return conditions


def _limit(limit: float | str, hive_type: str) -> str:
    if isinstance(limit, str):
        return f"{hive_type} {literal(limit)}"
    if hive_type == "DOUBLE":
        return f"CAST({literal(str(limit))} AS DOUBLE)"
    text = f"{Decimal(str(limit)):f}"
    whole, _, fraction = text.lstrip("-").partition(".")
    # The zero before 38 decimal places is not one of the digits.
    precision = min(len(whole) + len(fraction), MAX_PRECISION)
    return f"CAST({literal(text)} AS DECIMAL({precision},{len(fraction)}))"


def _accepted(text: str, hive_type: str) -> str:
    if hive_type == "STRING":
        return literal(text)
    if hive_type in ("DATE", "TIMESTAMP"):
        return f"{hive_type} {literal(text)}"
    if hive_type == "BOOLEAN":
        return "TRUE" if text == "true" else "FALSE"
    if is_integer(hive_type):
        text = str(int(Decimal(text)))
    elif hive_type != "DOUBLE":
        text = f"{Decimal(text):f}"
    return f"CAST({literal(text)} AS {hive_type})"


def doubled_keys(dataset: str, release: int, key: Sequence[str], quarters: Collection[str] = ()) -> str:
    """Query for some keys that appear more than once in the clean table.

    Args:
        dataset: Name in the contract.
        release: Its number.
        key: Columns of the key.
        quarters: Only rows of these partitions; empty: all.

    Returns:
        Query with the columns of `partition_facts`: in the place of the table's name `DOUBLED_KEY`, in that of the
        facts the values of the key as text.
    """
    names = ", ".join(column_name(name) for name in key)
    values = ", ".join(f"CAST({column_name(name)} AS STRING)" for name in key)
    # The limit would be of the whole union.
    return (
        f"SELECT * FROM (SELECT {release:d} AS `release`, {literal(DOUBLED_KEY)} AS `name`, '' AS `value`, "
        f"COUNT(*) AS `rows_read`, ARRAY({values}) AS `facts` "
        f"FROM {ReleaseTable(dataset, CLEAN, release).sql}{_only(ddl.QUARTER, quarters)} "
        f"GROUP BY {names} HAVING COUNT(*) > 1 LIMIT {SHOWN_KEYS}) AS `doubled`"
    )


def column_sum(name: str, hive_type: str) -> str:
    """Sum of a numeric column; of integers one that does not overflow."""
    value = column_name(name)
    return f"CAST(SUM({f'CAST({value} AS DECIMAL(19,0))' if is_integer(hive_type) else value}) AS STRING)"
