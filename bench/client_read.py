"""How long 3,000,000 clean rows take to become a frame: the client's two ways, PyHive's fetchall and impyla's.

Usage: .venv/bin/python -m bench.client_read [ROWS...]     on a running stack with flights published; impyla is
                                                            measured when it is installed (pip install impyla)
"""

import importlib.util
import sys
import time
from collections.abc import Callable
from typing import Any

import pandas as pd
from pyhive import hive
from rich.console import Console
from rich.table import Table

from consumers.client import Client, connect
from warehouse.settings import Endpoints, load_settings

_QUERY = "SELECT * FROM flights.clean LIMIT {rows:d}"
_ALL = 3_000_000


def main() -> None:
    """Print seconds, rows a second and the ratio to the client's files, for each number of rows."""
    endpoints = load_settings().endpoints
    sizes = [int(text) for text in sys.argv[1:]] or [_ALL]
    with connect("flights", endpoints=endpoints) as client:
        client.read_mart("delays_by_quarter")
        for rows in sizes:
            _print(rows, {name: _seconds(way) for name, way in _ways(client, endpoints, rows).items()})


def _ways(client: Client, endpoints: Endpoints, rows: int) -> dict[str, Callable[[], pd.DataFrame]]:
    sql = _QUERY.format(rows=rows)
    ways = {
        "client, all files": lambda: client.read_clean(source="files"),
        "client, HiveServer2": lambda: client.read_sql(sql),
        "PyHive, fetchall": lambda: _fetchall(_pyhive(endpoints), sql),
    }
    if importlib.util.find_spec("impala"):
        ways["impyla, as_pandas"] = lambda: _impyla(endpoints, sql)
    return ways


def _pyhive(endpoints: Endpoints) -> Any:
    return hive.connect(
        endpoints.hive_host,
        endpoints.hive_port,
        username=endpoints.user,
        password=endpoints.password,
        auth="CUSTOM",
    ).cursor()


def _fetchall(cursor: Any, sql: str) -> pd.DataFrame:
    cursor.execute(sql)
    return pd.DataFrame(cursor.fetchall(), columns=[column[0] for column in cursor.description])


def _impyla(endpoints: Endpoints, sql: str) -> pd.DataFrame:
    from impala.dbapi import connect as impala_connect
    from impala.util import as_pandas

    session = impala_connect(
        endpoints.hive_host,
        endpoints.hive_port,
        auth_mechanism="PLAIN",
        user=endpoints.user,
        password=endpoints.password,
    )
    cursor = session.cursor()
    cursor.execute(sql)
    frame: pd.DataFrame = as_pandas(cursor)
    return frame


def _seconds(way: Callable[[], pd.DataFrame]) -> tuple[int, float]:
    began = time.perf_counter()
    frame = way()
    return len(frame), time.perf_counter() - began


def _print(rows: int, found: dict[str, tuple[int, float]]) -> None:
    table = Table("way", box=None, pad_edge=False, title=f"{rows:,} rows asked for")
    for name in ("rows", "seconds", "rows/s", "ratio"):
        table.add_column(name, justify="right")
    fastest = next(seconds / count for count, seconds in found.values())
    for name, (count, seconds) in found.items():
        table.add_row(
            name, f"{count:,}", f"{seconds:.2f}", f"{count / seconds:,.0f}", f"{seconds / count / fastest:.1f}"
        )
    Console().print(table)


if __name__ == "__main__":
    main()
