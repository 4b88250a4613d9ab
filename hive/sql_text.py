"""Reads the text of one query."""

import logging

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError

from warehouse.errors import UnreadableSqlError

# It logs what it cannot read; without a handler Python would print that to the user as well.
logging.getLogger("sqlglot").addHandler(logging.NullHandler())


def parse_query(sql: str, dialect: str) -> exp.Query | None:
    """The query as a tree; `None`: the text is another statement, several, or none.

    Args:
        sql: What a user wrote.
        dialect: Dialect of sqlglot, `hive` or `spark`.

    Raises:
        UnreadableSqlError: It is no SQL.
    """
    try:
        statements = sqlglot.parse(sql, read=dialect)
    except ParseError as problem:
        where = problem.errors[0] if problem.errors else {}
        place = f"line {where.get('line')}, column {where.get('col')}: {where.get('description')}"
        raise UnreadableSqlError(place if where else str(problem)) from problem
    except SqlglotError as problem:
        raise UnreadableSqlError(str(problem)) from problem
    return statements[0] if len(statements) == 1 and isinstance(statements[0], exp.Query) else None
