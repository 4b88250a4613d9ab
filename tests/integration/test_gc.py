"""gc on a real stack: what it shows, what it removes, what a kill leaves, and what readers see meanwhile."""

import io
import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hive.publish import create_release_tables, point_views, releases_with_tables
from pipeline.gc import collect, plan_collection
from pipeline.rollback import roll_back
from tests.integration.conftest import must, refused, run_command, write_small_dataset
from warehouse.contract.file import load_contract
from warehouse.document import write
from warehouse.errors import StackhouseError, UsageError
from warehouse.lock.lock import DatasetLock
from warehouse.lock.owner import LockOwner
from warehouse.paths import DatasetPaths
from warehouse.release import ledger
from warehouse.release.facts import ReleaseFacts, releases_with_facts, write_facts
from warehouse.release.history import read_history
from warehouse.release.manifest import Partition, Release, ReleasedTable, load_release
from warehouse.release.retention import Policy
from warehouse.run import new_run_id
from warehouse.steps import Step, watching

BATCH = "00000000000000aa"
FIRST, SECOND = "2001-01-01", "2001-04-01"
POLICY = Policy.of(1, 168)
CLEAN = pa.schema(
    {
        "id": pa.int32(),
        "sold_at": pa.timestamp("us"),
        "amount": pa.decimal128(9, 2),
        "select": pa.string(),
        "source_batch": pa.string(),
        "source_file": pa.string(),
        "source_line": pa.int64(),
    }
)
TOTALS = pa.schema({"sales": pa.int64(), "total": pa.decimal128(38, 2)})
REJECTED = pa.schema(
    {
        "source_file": pa.string(),
        "source_line": pa.int64(),
        "rules": pa.list_(pa.string()),
        "offending_values": pa.list_(pa.string()),
        "record": pa.binary(),
    }
)
HISTORY = (("published", 1, 720), ("published", 2, 480), ("published", 3, 240), ("held", 4, 200), ("published", 5, 1))
"""With the hours that it is ago: 1, 2 and 4 are old, readers of 3 have just left it."""


def parquet(row, schema):
    buffer = io.BytesIO()
    pq.write_table(pa.table([[value] for value in row], schema=schema), buffer)
    return buffer.getvalue()


class SmallWarehouse:
    """Five releases written without Spark; all share the first quarter, each has rebuilt the second."""

    def __init__(self, settings, storage, server, root):
        self.dataset = f"zz_gc_{secrets.token_hex(4)}"
        write_small_dataset(root, self.dataset)
        self.root, self.storage, self.server = root, storage, server
        self.settings = replace(settings, datasets=root)
        self.contract = load_contract(self.dataset, root)
        self.paths = DatasetPaths(self.dataset, storage.root)
        storage.create(f"{self.rejected}/part-0.parquet", parquet(("a.csv", 9, ["r"], [None], b"x"), REJECTED))
        for kind, number, hours in HISTORY:
            release = self.write(number)
            create_release_tables(server, self.contract, release, self.paths.release_tables)
            write_facts(storage, ReleaseFacts(self.dataset, number, release.run, ("id",), {}))
            self.note(kind, release, hours)
        point_views(server, release)

    @property
    def rejected(self):
        return self.paths.quarantine(BATCH, self.contract.fingerprint)

    def run(self, number):
        return f"run{number}{self.dataset[-4:]}"

    def write(self, number):
        run = self.run(number)
        row = (number, datetime(2001, 4, 5), Decimal("1.50"), "x", BATCH, "a.csv", number)
        rows = {
            "clean": (self.paths.clean, row, CLEAN),
            "totals": (lambda r: self.paths.mart("totals", r), (1, Decimal(number)), TOTALS),
        }
        tables = {"quarantine": ReleasedTable("d", {BATCH: Partition(self.rejected, 1)})}
        for table, (target, content, schema) in rows.items():
            places = {
                FIRST: f"{target(self.run(1))}/quarter_start={FIRST}",
                SECOND: f"{target(run)}/quarter_start={SECOND}",
            }
            for place in places.values() if number == 1 else [places[SECOND]]:
                self.storage.create(f"{place}/part-0.parquet", parquet(content, schema))
            tables[table] = ReleasedTable("d", {quarter: Partition(place, 1) for quarter, place in places.items()})
        release = Release(
            self.dataset,
            number,
            run,
            self.contract.fingerprint,
            self.contract.meaning,
            "2026-01-01 00:00:00",
            "ann",
            {},
            {},
            tables,
        )
        self.storage.publish(self.paths.release(number), write(release))
        return release

    def note(self, kind, release, hours):
        at = datetime.now(UTC) - timedelta(hours=hours)
        ledger.append(
            self.storage,
            ledger.Event(self.dataset, kind, release.number, release.run, f"{at:%Y-%m-%d %H:%M:%S}", "ann"),
        )

    def leave(self):
        """What crashed runs, an earlier contract and dead owners of the lock leave."""
        for path in (
            f"{self.paths.staging('dead')}/staged={BATCH}/part-0",
            f"{self.paths.clean('dead')}/quarter_start={FIRST}/part-0",
            f"{self.paths.staged(BATCH, 'oldcontract')}/part-0",
            f"{self.paths.quarantine(BATCH, 'oldcontract')}/part-0",
            f"{self.paths.staged(BATCH, self.contract.fingerprint)}/part-0",
        ):
            self.storage.create(path, b"12345")

    @property
    def expected(self):
        """Directories that go, and no other."""
        clean, totals = self.paths.clean, lambda run: self.paths.mart("totals", run)
        runs = [place(self.run(number)) for place in (clean, totals) for number in (2, 4)]
        quarters = [f"{place(self.run(1))}/quarter_start={SECOND}" for place in (clean, totals)]
        left = [self.paths.staging("dead"), clean("dead")]
        other = [place(BATCH, "oldcontract") for place in (self.paths.staged, self.paths.quarantine)]
        return {*runs, *quarters, *left, *other}

    def ids(self, table):
        return sorted(self.server.fetch(f"SELECT id, quarter_start FROM {table}").rows, key=lambda row: row[1])

    def check_readers(self):
        for table, number in (
            (f"{self.dataset}.clean", 5),
            (f"{self.dataset}_releases.clean__r000003", 3),
        ):
            assert [row[0] for row in self.ids(table)] == [1, number], table
        assert self.server.fetch(f"SELECT source_line FROM {self.dataset}.quarantine").rows == ((9,),)

    def dropped(self):
        return read_history(self.storage, self.dataset).dropped

    def trash(self, path):
        return f"/user/{self.storage.user}/.Trash/Current{path}"

    def remove(self):
        for database in (self.dataset, f"{self.dataset}_releases"):
            self.server.execute(f"DROP DATABASE IF EXISTS `{database}` CASCADE")
        for part in ("raw", "staged", "quarantine", "clean", "marts", "releases"):
            for path in (f"/stackhouse/{part}/{self.dataset}", self.trash(f"/stackhouse/{part}/{self.dataset}")):
                self.storage.delete(path)


@pytest.fixture
def small(settings, storage, server, tmp_path):
    warehouse = SmallWarehouse(settings, storage, server, tmp_path)
    warehouse.leave()
    yield warehouse
    warehouse.remove()


def test_plan_is_shown_and_changes_nothing_not_even_while_somebody_writes(small):
    owner = LockOwner.this_process("ann", "run", {}, new_run_id())
    with DatasetLock(small.storage, small.dataset, owner):
        shown = must(run_command("gc", small.dataset, "--keep", "1", datasets=small.root))
        refused(run_command("gc", small.dataset, "--yes", datasets=small.root), 1, "locked by", "--wait")
    for word in ("previous", "held", small.paths.clean(small.run(2)), "--keep 1 --grace 168 --yes"):
        assert word in shown.out
    assert small.paths.staging("dead") not in shown.out
    plan = must(run_command("gc", small.dataset, "--keep", "1", "--json", datasets=small.root)).json
    assert {directory["path"] for directory in plan["directories"]} == small.expected
    sizes = {directory["path"]: directory["bytes"] for directory in plan["directories"]}
    assert sizes[small.paths.staging("dead")] == 5
    assert plan["bytes"] == sum(sizes.values())
    assert [(old["release"], old["state"]) for old in plan["releases"]] == [
        (1, "previous"),
        (2, "previous"),
        (4, "held"),
    ]
    assert (plan["done"], small.dropped()) == (False, set())
    assert all(small.storage.exists(path) for path in small.expected)
    assert releases_with_tables(small.server, small.dataset) == {1, 2, 3, 4, 5}


def test_old_releases_go_to_the_trash_and_readers_of_the_others_see_their_rows(small):
    done = must(run_command("gc", small.dataset, "--keep", "1", "--yes", "--json", datasets=small.root)).json
    assert (done["done"], {directory["path"] for directory in done["directories"]}) == (True, small.expected)
    for path in small.expected:
        assert not small.storage.exists(path)
        assert small.storage.exists(small.trash(path))
    small.check_readers()
    assert small.storage.exists(small.paths.staged(BATCH, small.contract.fingerprint))
    assert releases_with_tables(small.server, small.dataset) == {3, 5}
    assert releases_with_facts(small.storage, small.dataset) == {3, 5}
    releases = must(run_command("history", small.dataset, "--json", datasets=small.root)).json
    assert [row["state"] for row in releases] == ["dropped", "dropped", "previous", "dropped", "live"]
    refused(run_command("rollback", small.dataset, "--to", "2", datasets=small.root), 2, "releases that can: 3")
    refused(
        run_command("quarantine", small.dataset, "--release", "2", datasets=small.root), 2, "releases that can: 3, 5"
    )
    roll_back(small.settings, small.dataset, 3, "", wait=False)
    assert [row[0] for row in small.ids(f"{small.dataset}.clean")] == [1, 3]
    again = plan_collection(small.settings, small.dataset, POLICY)
    assert (again.releases, again.directories) == ((), ())


class Killed(BaseException):
    """Like a signal."""


def die_at_the_first_change(step):
    if step in (Step.DROPPED, Step.TABLES_DROPPED, Step.DIRECTORY_REMOVED):
        raise Killed


def test_gc_that_is_killed_after_every_single_change_is_finished_by_the_next(small):
    deaths = 0
    while True:
        try:
            with watching(die_at_the_first_change):
                collect(small.settings, small.dataset, POLICY, wait=False)
        except Killed:
            deaths += 1
        else:
            break
        moved = [path for path in small.expected if not small.storage.exists(path)]
        tables = releases_with_tables(small.server, small.dataset)
        assert tables >= {3, 5}
        assert {1, 2, 3, 4, 5} - tables <= small.dropped()
        # No table of a dropped release may be left without its rows.
        assert not moved or tables == {3, 5}
        if not deaths % 4:
            small.check_readers()
        with pytest.raises(UsageError):
            roll_back(small.settings, small.dataset, min(small.dropped()), "", wait=False)
    # Three releases, three tables each, ten directories.
    assert deaths == 3 + 9 + len(small.expected)
    assert small.dropped() == {1, 2, 4}
    assert releases_with_facts(small.storage, small.dataset) == {3, 5}
    assert all(small.storage.exists(small.trash(path)) for path in small.expected)
    small.check_readers()


def test_release_that_a_view_shows_against_the_ledger_is_not_dropped(small):
    point_views(small.server, load_release(small.storage, small.dataset, 2))
    with pytest.raises(StackhouseError, match="shows release 2"):
        collect(small.settings, small.dataset, POLICY, wait=False)
    assert small.dropped() == set()
    assert all(small.storage.exists(path) for path in small.expected)
