"""How many questions about a quarter several clients get answered at once, each in a process and session of its own.

Usage: .venv/bin/python -m bench.query_throughput [CLIENTS [QUERIES]]     on a running stack with flights published
"""

import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial

from bench.command import MeasurementError
from hadoop.rest import yarn_health
from hive.connection import connect
from warehouse.settings import Endpoints, load_settings

_QUERY = "SELECT quarter, flights, mean_delay FROM flights.delays_by_quarter WHERE quarter_start = DATE '2001-04-01'"
_QUARTER = "2001Q2"


@dataclass(frozen=True)
class LookUp:
    """A question with one row for an answer.

    Attributes:
        sql: The question.
        quarter: First value of the answer.
    """

    sql: str
    quarter: str


@dataclass(frozen=True)
class Answers:
    """Answers to several clients.

    Attributes:
        times: Seconds that each took, ascending.
        seconds: From the start of the clients to the end of the last; opening the sessions included.
    """

    times: list[float]
    seconds: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.times) / self.seconds


def main() -> None:
    """Print answers a second and how long each took; a wrong answer or an error ends it."""
    clients, queries = (int(text) for text in (sys.argv[1:] + ["8", "200"][len(sys.argv) - 1 :])[:2])
    settings = load_settings()
    before = yarn_health(settings)
    found = ask_at_once(settings.endpoints, LookUp(_QUERY, _QUARTER), clients, queries)
    times = found.times
    print(
        f"{clients} clients x {queries}: {found.rate:.1f} a second, "
        f"p50 {statistics.median(times) * 1000:.0f} ms, p95 {times[int(len(times) * 0.95)] * 1000:.0f} ms"
    )
    after = yarn_health(settings)
    print(f"YARN: {before.used_mb} MiB in containers before, {after.used_mb} MiB after")


def ask_at_once(endpoints: Endpoints, look_up: LookUp, clients: int, queries: int) -> Answers:
    """Let every client ask the same question a number of times; a wrong answer or an error ends it."""
    began = time.perf_counter()
    with ProcessPoolExecutor(clients) as pool:
        asked = pool.map(partial(_ask, endpoints, look_up, queries), range(clients))
        times = sorted(took for found in asked for took in found)
    return Answers(times, time.perf_counter() - began)


def _ask(endpoints: Endpoints, look_up: LookUp, queries: int, _client: int) -> list[float]:
    times = []
    with connect(endpoints) as server:
        for _ in range(queries):
            began = time.perf_counter()
            ((quarter, *_rest),) = server.fetch(look_up.sql).rows
            times.append(time.perf_counter() - began)
            if quarter != look_up.quarter:
                raise MeasurementError(f"the answer is of {quarter!r}, {look_up.quarter!r} was asked for")
    return times


if __name__ == "__main__":
    main()
