"""One small dataset on the real stack, and a model of what its readers must see, made from the rows themselves."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from hadoop.webhdfs import WebHdfs
from hive.connection import HiveServer, connect
from tests.faults.commands import Command, Ended
from tests.faults.instant_job import quarter_of
from tests.integration.conftest import SMALL_HEADER, write_small_dataset
from warehouse.batch import loaded_batches
from warehouse.paths import DatasetPaths
from warehouse.release import ledger
from warehouse.release.history import History, read_history
from warehouse.release.manifest import load_release, release_numbers
from warehouse.settings import Settings

Seen = frozenset[tuple[Any, ...]]
"""Rows of one view."""

_QUERIES = {
    "clean": "SELECT id, sold_at, amount FROM {dataset}.clean",
    "totals": "SELECT CAST(quarter_start AS STRING), sales, total FROM {dataset}.totals",
    "rejected": "SELECT source_batch, source_line FROM {dataset}.quarantine",
}


@dataclass(frozen=True)
class Contents:
    """What readers of one release see."""

    clean: Seen
    totals: Seen
    rejected: int

    @classmethod
    def of(cls, lines: Sequence[Sequence[str]]) -> "Contents":
        """Of all loaded lines, oldest first: the last of each id counts."""
        newest: dict[int, tuple[datetime, Decimal]] = {}
        rejected = 0
        for number, at, amount, _ in lines:
            if amount == "broken":
                rejected += 1
            else:
                newest[int(number)] = (datetime.fromisoformat(at), Decimal(amount))
        totals: dict[str, list[Decimal]] = {}
        for at, amount in newest.values():
            totals.setdefault(quarter_of(at), []).append(amount)
        return cls(
            frozenset((number, at, amount) for number, (at, amount) in newest.items()),
            frozenset((quarter, len(amounts), sum(amounts)) for quarter, amounts in totals.items()),
            rejected,
        )


@dataclass
class World:
    """A dataset and what is known about it."""

    settings: Settings
    home: Path
    dataset: str = field(default_factory=lambda: f"faults_{secrets.token_hex(4)}")
    lines: list[list[str]] = field(default_factory=list)
    published: list[Contents] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    kills: int = 0
    _batches: int = 0

    def __post_init__(self) -> None:
        write_small_dataset(self.home, self.dataset)
        self.storage = WebHdfs(self.settings.endpoints)

    def command(self, *arguments: str, **how: Any) -> Command:
        environment = {**self.environment, "STACKHOUSE_DATASETS": str(self.home)}
        return Command(self.home, [arguments[0], self.dataset, *arguments[1:]], environment=environment, **how)

    def do(self, *arguments: str, **how: Any) -> Ended:
        ended = self.command(*arguments, **how).end()
        self.kills += ended.killed
        return ended

    def new_batch(self) -> tuple[Path, list[list[str]]]:
        """A file whose rows change what readers see: a new row, a corrected one in another quarter, a broken one."""
        self._batches += 1
        number, day = self._batches, datetime(2001, 1, 1) + timedelta(days=97 * self._batches)
        rows = [
            [str(number), str(day), f"{number}.50", "new"],
            [str(max(1, number // 2)), str(day + timedelta(days=91)), f"{number}.25", "corrected"],
            [str(number), str(day), "broken", "x"],
        ]
        path = self.home / f"batch{number}.csv"
        path.write_bytes(SMALL_HEADER + "".join(",".join(row) + "\n" for row in rows).encode())
        return path, rows

    def load(self) -> None:
        """Load a new batch; readers see nothing of it yet."""
        path, rows = self.new_batch()
        ended = self.do("load", str(path))
        assert ended.code == 0, ended.err
        self.lines += rows

    def publish(self) -> Contents:
        """Publish what is loaded; what readers then see."""
        contents = self.expect()
        ended = self.do("run")
        assert ended.code == 0, ended.err
        return contents

    def expect(self) -> Contents:
        """What readers see once all that is loaded is published; from now on that is right."""
        return self._right(Contents.of(self.lines))

    def show(self, release: int) -> Contents:
        """What readers of an earlier release see; from now on that is right."""
        batches = load_release(self.storage, self.dataset, release).batches
        loaded = {batch.id: batch for batch in loaded_batches(self.storage, self.dataset)}
        rows = sum(loaded[batch].rows for batch in batches)
        return self._right(Contents.of(self.lines[:rows]))

    def _right(self, contents: Contents) -> Contents:
        self.published.append(contents)
        return contents

    def live(self) -> int:
        """Number of the release that readers see."""
        return read_history(self.storage, self.dataset).live or 0

    def seen(self) -> Contents:
        """What readers see now."""
        with connect(self.settings.endpoints) as server:
            clean, totals, rejected = (read_view(server, self.dataset, view) for view in _QUERIES)
        return Contents(clean, totals, len(rejected))

    def problems(self, expected: Sequence[Contents], settled: bool) -> list[str]:
        """What is wrong.

        Args:
            expected: Readers must see one of these.
            settled: A command ended well since the last kill: nothing of the crash may be left.
        """
        found = list[str]()
        seen = self.seen()
        for view in ("clean", "totals", "rejected"):
            # Views are pointed one after the other; until a command has finished that, each shows one release.
            if getattr(seen, view) not in [getattr(contents, view) for contents in expected]:
                found.append(f"readers of {view} see {getattr(seen, view)}, expected one of {expected}")
        if settled and seen not in expected:
            found.append("views show different releases")
        return found + (self._leftovers() if settled else [])

    def _leftovers(self) -> list[str]:
        paths = DatasetPaths(self.dataset, self.storage.root)
        parents = (paths.raw, paths.staging("0").rpartition("/")[0])
        left = [name for parent in parents for name in self.storage.list(parent) if name.startswith("_")]
        left += ["lock"] if self.storage.exists(paths.lock) else []
        events = ledger.events(self.storage, self.dataset)
        move = History(events).moving
        left += [f"{move.kind} of release {move.release}"] if move else []
        left += self._orphans(paths)
        batches = {name.partition("=")[2] for name in self.storage.list(paths.raw)}
        if batches != ledger.recorded_batches(self.storage, self.dataset):
            left.append("batches in HDFS and in the ledger differ")
        return [f"left over: {what}" for what in left]

    def _orphans(self, paths: DatasetPaths) -> list[str]:
        """Directories of runs that no release refers to."""
        releases = (load_release(self.storage, self.dataset, n) for n in release_numbers(self.storage, self.dataset))
        known = {f"run={release.run}" for release in releases}
        parents = [paths.clean_runs, *(f"{paths.marts}/{n}" for n in self.storage.list(paths.marts))]
        return [f"{parent}/{n}" for parent in parents for n in self.storage.list(parent) if n not in known]

    def conserved(self) -> list[str]:
        """Run once more: nothing may be new, and the law must hold for all rows."""
        ended = self.do("run", "--json", "--accept", "--reason", "tests go on")
        if ended.code != 0:
            return [f"run ended with {ended.code}: {ended.err}"]
        total = json.loads(ended.out)["law"]
        raw = total["clean"] + total["quarantined"] + total["superseded"]
        return [] if total["raw"] == raw == len(self.lines) else [f"law: {total}, {len(self.lines)} rows were loaded"]


def read_view(server: HiveServer, dataset: str, view: str) -> Seen:
    """Rows of a view."""
    return frozenset(tuple(row) for row in server.fetch(_QUERIES[view].format(dataset=dataset)).rows)
