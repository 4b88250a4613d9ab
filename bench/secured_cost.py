"""What Kerberos and TLS cost: a plain and a secured stack in turn, each over its own state.

Usage: .venv/bin/python -m bench.secured_cost [ROUNDS]      jars present; both stacks are made and removed here
"""

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.command import run_timed
from bench.query_latency import milliseconds
from bench.query_throughput import LookUp, ask_at_once
from hive.connection import connect
from warehouse.settings import REPOSITORY, load_settings

_LIMIT = 600.0
_QUARTER = "SELECT quarter, flights FROM flights.delays_by_quarter WHERE quarter_start = DATE '2001-01-01'"
_RUNS, _WARM_UP = 200, 20
_CLIENTS, _QUERIES = 8, 50
_KINDS = ("plain", "secured")


def main() -> None:
    """Print the medians of both, the ratio and every value."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    found: dict[str, dict[str, list[float]]] = {}
    with tempfile.TemporaryDirectory() as directory:
        environments = {kind: _environment(Path(directory) / kind, kind) for kind in _KINDS}
        for kind in _KINDS:
            _prepare(environments[kind])
        for number in range(rounds):
            for kind in _KINDS if number % 2 == 0 else reversed(_KINDS):
                for name, value in _measure(environments[kind], number):
                    found.setdefault(name, {}).setdefault(kind, []).append(value)
    for name, values in found.items():
        plain, secured = (statistics.median(values[kind]) for kind in _KINDS)
        raw = "  ".join(f"{kind} {', '.join(f'{value:.1f}' for value in values[kind])}" for kind in _KINDS)
        print(f"{name:32} plain {plain:8.1f}  secured {secured:8.1f}  ratio {secured / plain:5.2f}  ({raw})")


def _environment(home: Path, kind: str) -> Mapping[str, str]:
    return {
        **os.environ,
        "STACKHOUSE_PROFILE": "local",
        "STACKHOUSE_HOME": str(home),
        "STACKHOUSE_JARS": str(REPOSITORY / ".stackhouse" / "jars"),
        "STACKHOUSE_PORT_OFFSET": "14000",
        "STACKHOUSE_SECURE": "true" if kind == "secured" else "false",
        "STACKHOUSE_ENGINE_IDLE": "0",
    }


def _prepare(environment: Mapping[str, str]) -> None:
    """Twice up and down, with a run: from then on the class archives are there."""
    _seconds(environment, "up")
    _load_and_run(environment, "2001-01")
    _seconds(environment, "down")
    _seconds(environment, "up")
    _seconds(environment, "down")


def _load_and_run(environment: Mapping[str, str], month: str) -> float:
    _seconds(environment, "load", "flights", str(REPOSITORY / "data" / "flights" / f"flights_{month}.csv.gz"))
    return _seconds(environment, "run", "flights")


def _measure(environment: Mapping[str, str], number: int) -> Iterator[tuple[str, float]]:
    yield "up, s", _seconds(environment, "up")
    status = run_timed([sys.executable, "-m", "cli", "status", "--json"], environment, _LIMIT)
    services = json.loads(status.output)["services"]
    yield "memory of all daemons, MiB", sum(service["memory_mb"] for service in services)
    endpoints = load_settings(environment).endpoints
    yield "session, ms", statistics.median(milliseconds(lambda: _open_session(environment), 20, 2))
    with connect(endpoints) as server:
        for name, sql in (("SELECT 1", "SELECT 1"), ("one quarter of a mart", _QUARTER)):
            times = milliseconds(lambda sql=sql: server.fetch(sql), _RUNS, _WARM_UP)  # type: ignore[misc]
            yield f"{name}, p50, ms", statistics.median(times)
    answers = ask_at_once(endpoints, LookUp(_QUARTER, "2001Q1"), _CLIENTS, _QUERIES)
    yield f"{_CLIENTS} clients, answers a second", answers.rate
    yield "run, half a million rows, s", _load_and_run(environment, f"2001-{number + 2:02}")
    yield "down, s", _seconds(environment, "down")


def _open_session(environment: Mapping[str, str]) -> None:
    with connect(load_settings(environment).endpoints):
        pass


def _seconds(environment: Mapping[str, str], *arguments: str) -> float:
    began = time.perf_counter()
    run_timed([sys.executable, "-m", "cli", *arguments], environment, _LIMIT)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
