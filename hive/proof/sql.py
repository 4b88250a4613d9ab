"""The query that compares a mart with what Hive computes, as text; nothing here talks to a server."""

from collections.abc import Sequence

from hive.ddl import column_name, literal
from hive.proof.mart_query import RECOMPUTED, mart_query
from hive.release_table import ReleaseTable
from warehouse.contract.hive_type import is_integer
from warehouse.contract.model import Column, Contract, Mart
from warehouse.quarter import PARTITION_COLUMN

SHOWN_ROWS = 40
"""Rows that are read of those that only one side has: 20 that differ have two sides."""

STORED, COMPUTED = "stored_rows", "computed_rows"
"""How often a row is in the mart, and how often Hive computes it."""

_ONE_STORED, _ONE_COMPUTED = "is_stored", "is_computed"

TOLERANCE = "1e-6"
"""Accepted difference of a DOUBLE as a share of it: a sum of them depends on the order of its rows."""

_SIDES = ("stored", "computed")


def differences(contract: Contract, mart: Mart, sql: str, release: int, quarters: Sequence[str]) -> str:
    """Query for the rows that the mart and Hive's answer do not both have, as often as each other.

    NULL equals NULL. DOUBLE is compared, with a tolerance, between the least and the greatest of the rows that are
    equal in everything else.

    Args:
        contract: Contract of the dataset.
        mart: What is compared.
        sql: SQL of the mart.
        release: Number of the release.
        quarters: Partition values, at least one.

    Returns:
        Query for `quarter_start`, the columns of the mart that are not DOUBLE, `STORED`, `COMPUTED`, and for every
        DOUBLE its greatest value on each side.

    Raises:
        NotProvedError: The mart's SQL cannot be translated.
    """
    ctes, query = mart_query(contract, sql, release, quarters)
    table = ReleaseTable(contract.dataset, mart.name, release).sql
    days = ", ".join(f"DATE {literal(quarter)}" for quarter in quarters)
    stored = f"SELECT {_side(mart, stored=True)} FROM {table} WHERE `{PARTITION_COLUMN}` IN ({days})"
    computed = f"SELECT {_side(mart, stored=False)} FROM ({query}) AS `{RECOMPUTED}`"
    keys = ", ".join(column_name(name) for name in exact_names(mart))
    doubles = [column.name for column in mart.columns if column.type == "DOUBLE"]
    facts = "".join(f", {_most('MAX', name, side)} AS `{name}__{side}`" for name in doubles for side in _SIDES)
    sums = f"SUM(`{_ONE_STORED}`)", f"SUM(`{_ONE_COMPUTED}`)"
    unequal = [" <> ".join(sums), *(_unequal(name) for name in doubles)]
    return (
        f"{ctes} SELECT {keys}, {sums[0]} AS `{STORED}`, {sums[1]} AS `{COMPUTED}`{facts} "
        f"FROM ({stored}\nUNION ALL\n{computed}) AS `both_sides` "
        f"GROUP BY {keys} HAVING {' OR '.join(unequal)} ORDER BY {_order(mart)} LIMIT {SHOWN_ROWS}"
    ).strip()


def exact_names(mart: Mart) -> list[str]:
    """Columns by which two rows are one row."""
    return [PARTITION_COLUMN, *(column.name for column in mart.columns if column.type != "DOUBLE")]


def labels(mart: Mart) -> list[str]:
    """Columns that say what a row is about, as far as their types tell."""
    return [column.name for column in mart.columns if column.type in ("STRING", "DATE", "TIMESTAMP", "BOOLEAN")]


def _side(mart: Mart, *, stored: bool) -> str:
    values = [f"CAST(`{PARTITION_COLUMN}` AS DATE) AS `{PARTITION_COLUMN}`", *map(_value, mart.columns)]
    return ", ".join([*values, f"{int(stored)} AS `{_ONE_STORED}`", f"{int(not stored)} AS `{_ONE_COMPUTED}`"])


def _value(column: Column) -> str:
    # Hive wraps what is too large for a short integer; Spark refused it.
    kind = "BIGINT" if is_integer(column.type) else column.type
    return f"CAST({column_name(column.name)} AS {kind}) AS {column_name(column.name)}"


def _order(mart: Mart) -> str:
    """The two sides of one row beside each other."""
    rest = [name for name in exact_names(mart) if name != PARTITION_COLUMN and name not in labels(mart)]
    return ", ".join(column_name(name) for name in (PARTITION_COLUMN, *labels(mart), *rest))


def _most(function: str, name: str, side: str) -> str:
    rows = _ONE_STORED if side == "stored" else _ONE_COMPUTED
    return f"{function}(CASE WHEN `{rows}` = 1 THEN {column_name(name)} END)"


def _unequal(name: str) -> str:
    return " OR ".join(
        f"NOT ({_close(_most(end, name, 'stored'), _most(end, name, 'computed'))})" for end in ("MIN", "MAX")
    )


def _close(one: str, other: str) -> str:
    # As text: the distance of NaN or an infinity from itself is not zero.
    equal = f"COALESCE(CAST({one} AS STRING), '') = COALESCE(CAST({other} AS STRING), '')"
    largest = f"CASE WHEN ABS({one}) > ABS({other}) THEN ABS({one}) ELSE ABS({other}) END"
    return f"{equal} OR COALESCE(ABS({one} - {other}) <= {TOLERANCE} * {largest}, FALSE)"
