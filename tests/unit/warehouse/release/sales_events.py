"""Paths, quarters and events of a dataset that gc looks at."""

from datetime import UTC, datetime

from warehouse.paths import DatasetPaths
from warehouse.release import ledger
from warehouse.settings import DEFAULT_ROOT

PATHS = DatasetPaths("sales", DEFAULT_ROOT)
QUARTERS = ("2001-01-01", "2001-04-01", "2001-07-01")
START = datetime(2026, 1, 1, tzinfo=UTC)


def an_event(kind, release, at):
    return ledger.Event("sales", kind, release, f"r{release}", f"{at:%Y-%m-%d %H:%M:%S}", "ann")
