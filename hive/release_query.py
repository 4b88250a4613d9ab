"""Reads one release by the names of the readers' views: finds them in a SELECT and puts the release's rows there.

The statement is not rewritten: everything but the names stays as the user wrote it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlglot import exp

from hive import ddl
from hive.connection import HiveServer
from hive.publish import table_columns
from hive.release_table import ReleaseTable
from hive.sql_text import parse_query
from warehouse.errors import UnreadableSqlError, UsageError
from warehouse.release.manifest import Release


@dataclass(frozen=True)
class ViewName:
    """`dataset.view` where a query reads from it. Hive has no such names before a column.

    Attributes:
        dataset: Lower case, without backticks; so is `view`.
        view: Name of a view in that database.
        start: Position of its first character.
        end: Position after its last.
        aliased: Another name follows, by which the query calls its columns.
    """

    dataset: str
    view: str
    start: int
    end: int
    aliased: bool


def find_names(sql: str) -> list[ViewName]:
    """What a query reads that is qualified with a database, in the order of the text.

    Raises:
        UsageError: It cannot be read, or is not exactly one query.
    """
    found = [_name(table) for table in _parse(sql).find_all(exp.Table) if _qualified(table)]
    return sorted(found, key=lambda name: name.start)


def _parse(sql: str) -> exp.Query:
    try:
        query = parse_query(sql, "hive")
    except UnreadableSqlError as problem:
        raise UsageError(f"the statement cannot be read: {problem}") from problem
    if query is None:
        raise UsageError("a release can only be read", "give one SELECT, WITH ... SELECT or FROM ... SELECT")
    return query


def _qualified(table: exp.Table) -> bool:
    return bool(table.args.get("db")) and not table.args.get("catalog") and isinstance(table.this, exp.Identifier)


def _name(table: exp.Table) -> ViewName:
    database, view = table.args["db"], table.this
    start, end = int(database.meta["start"]), int(view.meta["end"]) + 1
    return ViewName(database.name.lower(), view.name.lower(), start, end, bool(table.args.get("alias")))


def splice(sql: str, names: Iterable[ViewName], views: Mapping[str, str]) -> str:
    """A query that reads one release where it named views of its dataset.

    Args:
        sql: The query.
        names: Names in it that are of one dataset.
        views: Query for the rows of the release, by view.

    Raises:
        UsageError: The release has no such view.
    """
    places = sorted(names, key=lambda name: name.start, reverse=True)
    if unknown := sorted({name.view for name in places} - views.keys()):
        raise UsageError(f"the release has no view {', '.join(unknown)}; it has: {', '.join(sorted(views))}")
    for name in places:
        alias = "" if name.aliased else f" AS `{name.view}`"
        sql = f"{sql[: name.start]}({views[name.view]}){alias}{sql[name.end :]}"
    return sql


def view_queries(server: HiveServer, release: Release) -> dict[str, str]:
    """Query for the rows of a release by view that shows them, or would.

    Raises:
        QueryError: A table of the release is missing.
    """
    queries = {}
    for name in release.tables:
        table = ReleaseTable.of(release, name)
        for view in ddl.views(name, table_columns(server, table)):
            queries[view.name] = ddl.select_view(view, table)
    return queries
