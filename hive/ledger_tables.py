"""The database `ops`: the ledger as Hive tables, over the files as they are."""

import hashlib
import types
from collections.abc import Iterator
from typing import Union, get_args, get_origin, get_type_hints

from hive.connection import HiveServer
from hive.ddl import literal
from hive.publish import databases
from warehouse.paths import ledger_table
from warehouse.release.ledger import TABLES, Record

DATABASE = "ops"

_MADE_BY = "stackhouse.tables"
"""Property of the database: fingerprint of the statements that made its tables."""

_TYPES = {str: "STRING", int: "BIGINT", float: "DOUBLE", bool: "BOOLEAN"}
_MOMENT = "at"
"""Written by `warehouse.run.utc_now`."""


def create_ops_tables(server: HiveServer, root: str) -> None:
    """Make what is missing; no file is touched.

    Args:
        server: HiveServer2.
        root: Root of the warehouse, `Storage.root`.
    """
    if DATABASE in databases(server) and _is_made(server, root):
        return
    for statement in statements(root):
        server.execute(statement)
    outdated = [name for name, kind in TABLES.items() if _lacks_columns(server, name, kind)]
    for name in outdated:
        # Made by an earlier version. Hive adds no column to a table of JSON; the table is only a description of files.
        server.execute(f"DROP TABLE IF EXISTS `{DATABASE}`.`{name}`")
    for statement in statements(root) if outdated else ():
        server.execute(statement)
    # Last: it says that the rest is done.
    server.execute(f"ALTER DATABASE `{DATABASE}` SET DBPROPERTIES ('{_MADE_BY}'={literal(_fingerprint(root))})")


def _is_made(server: HiveServer, root: str) -> bool:
    """Whether all tables are there as these statements make them: three statements a run, not nine."""
    described = server.fetch(f"DESCRIBE DATABASE EXTENDED `{DATABASE}`").rows
    tables = {str(name) for (name,) in server.fetch(f"SHOW TABLES IN `{DATABASE}`").rows}
    made_by = f"{_MADE_BY}={_fingerprint(root)}"
    return tables >= TABLES.keys() and any(made_by in str(field) for row in described for field in row)


def _fingerprint(root: str) -> str:
    return hashlib.sha256("".join(statements(root)).encode()).hexdigest()[:16]


def _lacks_columns(server: HiveServer, name: str, kind: type[Record]) -> bool:
    there = {str(column) for column, _, _ in server.fetch(f"DESCRIBE `{DATABASE}`.`{name}`").rows}
    return not get_type_hints(kind).keys() <= there


def statements(root: str) -> Iterator[str]:
    """What makes the database and its tables; each can be repeated."""
    yield f"CREATE DATABASE IF NOT EXISTS `{DATABASE}` COMMENT {literal('What Stackhouse did, for all datasets.')}"
    for name, kind in TABLES.items():
        hints = get_type_hints(kind, include_extras=True)
        columns = ",\n  ".join(_column(field, *get_args(hint)) for field, hint in hints.items())
        yield (
            f"CREATE EXTERNAL TABLE IF NOT EXISTS `{DATABASE}`.`{name}` (\n  {columns}\n)\n"
            f"COMMENT {literal((kind.__doc__ or '').partition(':')[0] + '.')}\n"
            "STORED AS JSONFILE\n"
            f"LOCATION {literal(ledger_table(root, name))}\n"
            "TBLPROPERTIES ('external.table.purge'='false')"
        )


def _column(name: str, kind: object, comment: str) -> str:
    return f"`{name}` {'TIMESTAMP' if name == _MOMENT else _hive_type(kind)} COMMENT {literal(comment)}"


def _hive_type(kind: object) -> str:
    origin, inner = get_origin(kind), get_args(kind)
    if origin is dict:
        return f"MAP<{', '.join(_hive_type(part) for part in inner)}>"
    if origin in (Union, types.UnionType):
        return _hive_type(next(part for part in inner if part is not type(None)))
    return _TYPES[kind] if isinstance(kind, type) else "STRING"
