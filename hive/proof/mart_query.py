"""The SQL of a mart as Hive computes it: translated from Spark's, over the clean rows of a release."""

from collections.abc import Sequence

from sqlglot import ErrorLevel, exp
from sqlglot.errors import SqlglotError
from sqlglot.transforms import move_ctes_to_top_level

from hive import ddl
from hive.ddl import column_name
from hive.proof.shared_sql import Hive4, rewrite, unshared
from hive.release_table import ReleaseTable
from hive.sql_text import parse_query
from warehouse.contract.model import Contract
from warehouse.errors import NotProvedError, UnreadableSqlError
from warehouse.quarter import PARTITION_COLUMN
from warehouse.release.manifest import CLEAN

RECOMPUTED = "recomputed"
"""Name of what the mart's SQL gives."""


def refusal(contract: Contract, sql: str) -> str | None:
    """Why the SQL of a mart cannot be proved; `None`: no reason is known, but Hive may still refuse it."""
    try:
        mart_query(contract, sql, 0, ())
    except NotProvedError as problem:
        return str(problem)
    return None


def mart_query(contract: Contract, sql: str, release: int, quarters: Sequence[str]) -> tuple[str, str]:
    """Translate the SQL of a mart.

    Args:
        contract: Its columns are those of `clean`.
        sql: SELECT over `clean` in Spark SQL.
        release: Number of the release whose rows are `clean`.
        quarters: Partition values; only these rows are read.

    Returns:
        `WITH ...` of the whole statement, or nothing, and the query.

    Raises:
        NotProvedError: It cannot be translated, or Hive may understand something else by it.
    """
    tree = move_ctes_to_top_level(_parse(sql))
    truths = frozenset(column.name for column in contract.columns if column.type == "BOOLEAN")
    # Rows have no order; without a LIMIT, which is refused, none is lost by leaving it out.
    tree.set("order", None)
    if problem := unshared(tree, truths):
        raise NotProvedError(problem)
    _resolve_positions(tree)
    _read_release(tree, clean_rows(contract, release, quarters))
    rewrite(tree)
    return _texts(tree)


def clean_rows(contract: Contract, release: int, quarters: Sequence[str]) -> str:
    """Query for the rows that Spark reads as `clean`, in the types of the contract.

    Readers see wider integers. Spark computes with those of the contract, and the scale of a division depends on them;
    where Hive would wrap them, Spark has refused the statement.

    Args:
        contract: Contract of the dataset.
        release: Number of the release.
        quarters: Partition values.
    """
    columns = ", ".join(column_name(name) for name in (*(column.name for column in contract.columns), PARTITION_COLUMN))
    return ddl.select_quarters(
        f"SELECT {columns} FROM {ReleaseTable(contract.dataset, CLEAN, release).sql}",
        None,
        quarters,
    )


def _parse(sql: str) -> exp.Query:
    try:
        query = parse_query(sql, "spark")
    except UnreadableSqlError as problem:
        raise NotProvedError(f"its SQL cannot be translated: {problem}") from problem
    if query is None:
        raise NotProvedError("its SQL is not one SELECT")
    return query


def _resolve_positions(tree: exp.Expr) -> None:
    """`GROUP BY 1` as the column that is meant; Hive takes it for a number."""
    for group in tree.find_all(exp.Group):
        chosen = group.parent_select.expressions if group.parent_select else []
        for key in group.expressions:
            if isinstance(key, exp.Literal) and key.is_int and int(key.name) <= len(chosen):
                key.replace(chosen[int(key.name) - 1].unalias().copy())


def _read_release(tree: exp.Query, rows: str) -> None:
    names = [cte.alias.lower() for cte in tree.find_all(exp.CTE)]
    if len(set(names)) < len(names) or CLEAN in names:
        raise NotProvedError(f"a name of WITH appears twice, or is {CLEAN}")
    for table in list(tree.find_all(exp.Table)):
        if table.name.lower() == CLEAN and not table.args.get("db"):
            alias = exp.TableAlias(this=exp.to_identifier(table.alias_or_name))
            table.replace(exp.Table(this=exp.Var(this=f"({rows})"), alias=alias))
        elif table.name.lower() not in names or table.args.get("db"):
            raise NotProvedError(f"it reads {table.sql(dialect='spark')}")


def _texts(tree: exp.Query) -> tuple[str, str]:
    found = tree.ctes
    tree.set("with_", None)
    ctes = ", ".join(_text(cte) for cte in found)
    return (f"WITH {ctes}" if ctes else ""), _text(tree)


def _text(tree: exp.Expr) -> str:
    try:
        return tree.sql(dialect=Hive4, identify=True, comments=False, unsupported_level=ErrorLevel.RAISE)
    except SqlglotError as problem:
        raise NotProvedError(f"its SQL cannot be translated: {problem}") from problem
