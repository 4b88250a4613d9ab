"""What gc finds in a storage: directories by what they are, and traces of dead commands."""

from tests.unit.memory_storage import MemoryStorage
from tests.unit.warehouse.release.sales_events import PATHS
from warehouse.paths import DatasetPaths
from warehouse.release.inventory import Inventory, take_inventory
from warehouse.settings import DEFAULT_ROOT


def test_inventory_sees_what_each_thing_is():
    storage = MemoryStorage()
    run, staged = PATHS.clean("r1"), PATHS.staged("b1", "c1")
    for path in (
        f"{run}/_SUCCESS",
        f"{run}/_temporary/0/x",
        f"{run}/quarter_start=2001-01-01/part-0",
        f"{staged}/quarter_start=2001-01-01/_temporary/x",
        f"{PATHS.mart('totals', 'r1')}/_SUCCESS",
        f"{PATHS.quarantine('b1', 'c1')}/part-0",
        f"{PATHS.staging('r2')}/staged=b2/part-0",
        f"{PATHS.raw_incoming('00')}/file",
        f"{PATHS.raw_batch('b1')}/_temporary/x",
        DatasetPaths("sales2", DEFAULT_ROOT).clean("r1") + "/part-0",
    ):
        storage.create(path, b"x")
    assert take_inventory(storage, "sales") == Inventory(
        runs={run: (f"{run}/quarter_start=2001-01-01",), PATHS.mart("totals", "r1"): ()},
        staged=(staged,),
        quarantine=(PATHS.quarantine("b1", "c1"),),
        leftovers=(PATHS.staging("r2"), PATHS.raw_incoming("00")),
        temporary={f"{run}/_temporary": 0, f"{staged}/quarter_start=2001-01-01/_temporary": 0},
        dead_lock_files={},
    )


def test_only_traces_of_commands_in_the_ledger_and_of_this_dataset_are_seen():
    storage = MemoryStorage()
    for name in ("sales.noted", "sales.unknown", "sales2.noted"):
        storage.create(f"/stackhouse/locks/_gone.{name}", b"{}")
    storage.create("/stackhouse/ledger/runs/sales.noted.json", b"")
    assert take_inventory(storage, "sales").dead_lock_files == {"/stackhouse/locks/_gone.sales.noted": 0}
