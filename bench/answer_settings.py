"""What the settings for right answers cost: the same questions to HiveServer2 as shipped and to one without them.

Usage: .venv/bin/python -m bench.answer_settings [N]      on a running local stack with flights published
"""

import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from bench.query_latency import milliseconds
from hadoop.environment import HIVE_CONF, stack_environment
from hadoop.webhdfs import WebHdfs
from hive.audit.audit import audit_release
from hive.connection import HiveServer, connect
from warehouse.contract.file import load_contract
from warehouse.errors import StackDownError
from warehouse.release.manifest import load_live
from warehouse.settings import Endpoints, Settings, load_settings

_SECTION = re.compile(r'<!-- From here to "end of answers".*<!-- End of answers. -->', re.DOTALL)
_START_SECONDS = 120

_LOOK_UP = "SELECT * FROM flights.airport_delays_by_quarter WHERE quarter_start = DATE '2001-04-01'"
_GROUP_BY = "SELECT origin, COUNT(*), AVG(delay), MAX(distance) FROM flights.clean GROUP BY origin"


def main() -> None:
    """Print medians of both in milliseconds, and what the one takes for each of the other's."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    settings = load_settings()
    shipped = _measured(settings, settings.endpoints, runs)
    with _without_them(settings) as endpoints:
        plain = _measured(settings, endpoints, runs)
    for name, times in shipped.items():
        mine, theirs = statistics.median(times), statistics.median(plain[name])
        print(f"{name:32} shipped {mine:8.0f} ms  without {theirs:8.0f} ms  ratio {mine / theirs:4.2f}  n {len(times)}")
        print(f"{'':32} {_listed(times)}; {_listed(plain[name])}")


def _measured(settings: Settings, endpoints: Endpoints, runs: int) -> dict[str, list[float]]:
    with connect(endpoints) as server:
        return {
            "one quarter of a mart": milliseconds(lambda: server.fetch(_LOOK_UP), 10 * runs, 1),
            "GROUP BY over all flights": milliseconds(lambda: server.fetch(_GROUP_BY), runs, 1),
            "audit of the live release": milliseconds(lambda: _audit(settings, server), 3, 1),
        }


def _audit(settings: Settings, server: HiveServer) -> None:
    storage = WebHdfs(settings.endpoints)
    release = load_live(storage, "flights")
    if release is None:
        raise SystemExit("there is no release of flights: ./stackhouse demo makes one")
    audit_release(server, load_contract("flights", settings.datasets), release, None)


def _listed(times: list[float]) -> str:
    return " ".join(f"{found:.0f}" for found in times[:10])


@contextmanager
def _without_them(settings: Settings) -> Iterator[Endpoints]:
    """A second HiveServer2 on the same stack, with the shipped hive-site.xml but for that section."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = int(found.getsockname()[1])
    with tempfile.TemporaryDirectory() as directory:
        site = (HIVE_CONF / "hive-site.xml").read_text()
        (Path(directory) / "hive-site.xml").write_text(_SECTION.sub("", site))
        environment = stack_environment(settings) | {
            "HIVE_CONF_DIR": directory,
            "STACKHOUSE_HIVESERVER2_PORT": str(port),
        }
        class_path = f"{directory}:{HIVE_CONF}:{environment['STACKHOUSE_HIVE_CLASS_PATH']}"
        command = [environment["STACKHOUSE_JAVA"], "-Xmx1g", "-cp", class_path, f"-Dhadoop.log.dir={directory}"]
        command.append("org.apache.hive.service.server.HiveServer2")
        with (Path(directory) / "log").open("w") as log:
            process = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
        endpoints = replace(settings.endpoints, hive_port=port)
        try:
            _wait(endpoints)
            yield endpoints
        finally:
            process.terminate()
            process.wait()


def _wait(endpoints: Endpoints) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            with connect(endpoints):
                return
        except StackDownError:
            if time.monotonic() > deadline:
                raise
            time.sleep(1)


if __name__ == "__main__":
    main()
