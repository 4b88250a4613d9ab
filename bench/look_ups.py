"""Look-ups in a mart by one client and by several at once."""

from collections.abc import Mapping
from statistics import median

from bench.prices import MART, Prices
from bench.query_latency import milliseconds
from bench.query_throughput import LookUp, ask_at_once
from bench.workplace import Workplace
from hive.connection import connect

CLIENTS = (1, 4, 8, 16)

_WARM_UP = 10
_ALONE, _TOGETHER = 60, 200
"""Questions of the one client, and of all clients together."""


def measure_look_ups(place: Workplace, prices: Prices, dataset: str) -> Mapping[str, float]:
    """Ask for one quarter of the mart: seconds, and answers a second."""
    endpoints, quarter = place.stack.settings.endpoints, prices.late_quarter
    sql = f"SELECT quarter, prices FROM {dataset}.{MART} WHERE quarter_start = DATE '{quarter.start}'"  # noqa: S608 - all names are ours
    found = dict[str, float]()
    with connect(endpoints) as server:
        for name, asked in (("SELECT 1", "SELECT 1"), ("look-up", sql)):
            took = milliseconds(lambda asked=asked: server.fetch(asked), _ALONE, _WARM_UP)  # type: ignore[misc]
            found[name] = median(took) / 1000
    for clients in CLIENTS:
        answers = ask_at_once(endpoints, LookUp(sql, str(quarter)), clients, _TOGETHER // clients)
        found[f"look-up of {clients}"] = median(answers.times)
        found[f"answers of {clients}"] = answers.rate
    return found
