"""How many questions about a quarter several clients get answered at once, each in a process and session of its own.

Usage: .venv/bin/python -m bench.query_throughput [CLIENTS [QUERIES]]     on a running stack with flights published
"""

import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from hadoop.rest import yarn_health
from hive.connection import connect
from warehouse.settings import load_settings

_QUERY = "SELECT quarter, flights, mean_delay FROM flights.delays_by_quarter WHERE quarter_start = DATE '2001-04-01'"
_QUARTER = "2001Q2"


def main() -> None:
    """Print answers a second and how long each took; a wrong answer or an error ends it."""
    clients, queries = (int(text) for text in (sys.argv[1:] + ["8", "200"][len(sys.argv) - 1 :])[:2])
    before = yarn_health(load_settings())
    began = time.perf_counter()
    with ProcessPoolExecutor(clients) as pool:
        times = sorted(took for found in pool.map(partial(_ask, queries), range(clients)) for took in found)
    seconds = time.perf_counter() - began
    print(
        f"{clients} clients x {queries}: {len(times) / seconds:.1f} a second, "
        f"p50 {statistics.median(times) * 1000:.0f} ms, p95 {times[int(len(times) * 0.95)] * 1000:.0f} ms"
    )
    after = yarn_health(load_settings())
    print(f"YARN: {before.used_mb} MiB in containers before, {after.used_mb} MiB after")


def _ask(queries: int, _client: int) -> list[float]:
    times = []
    with connect(load_settings().endpoints) as server:
        for _ in range(queries):
            began = time.perf_counter()
            ((quarter, _, _),) = server.fetch(_QUERY).rows
            times.append(time.perf_counter() - began)
            if quarter != _QUARTER:
                raise SystemExit(f"the answer is of {quarter}, {_QUARTER} was asked for")
    return times


if __name__ == "__main__":
    main()
