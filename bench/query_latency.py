"""How long a mart answers in an open session, against a query that reads nothing.

Usage: .venv/bin/python -m bench.query_latency [N]      on a running stack with flights published
"""

import statistics
import sys
import time
from collections.abc import Callable

from hadoop.rest import yarn_health
from hive.connection import connect
from warehouse.settings import load_settings

_QUERIES = {
    "nothing": "SELECT 1",
    "mart": "SELECT * FROM flights.delays_by_quarter",
    "one quarter of a mart": "SELECT * FROM flights.airport_delays_by_quarter WHERE quarter_start = DATE '2001-04-01'",
}
_WARM_UP = 20


def main() -> None:
    """Print p50 and p95 in milliseconds, the ratio to the first query, and whether YARN had to work."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    settings = load_settings()
    before = yarn_health(settings)
    with connect(settings.endpoints) as server:
        medians: dict[str, float] = {}
        for name, sql in _QUERIES.items():
            times = sorted(milliseconds(lambda sql=sql: server.fetch(sql), runs, _WARM_UP))  # type: ignore[misc]
            medians[name] = statistics.median(times)
            ratio = medians[name] / medians["nothing"]
            p95 = times[int(runs * 0.95)]
            print(f"{name:24} p50 {medians[name]:6.1f} ms  p95 {p95:6.1f} ms  ratio {ratio:4.2f}  n {runs}")
    after = yarn_health(settings)
    print(f"YARN: {before.used_mb} MiB in containers before, {after.used_mb} MiB after")


def milliseconds(work: Callable[[], object], runs: int, warm_up: int) -> list[float]:
    """How long some work takes, once for each run; the first few times do not count."""
    for _ in range(warm_up):
        work()
    found = []
    for _ in range(runs):
        began = time.perf_counter()
        work()
        found.append((time.perf_counter() - began) * 1000)
    return found


if __name__ == "__main__":
    main()
