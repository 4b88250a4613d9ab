"""What the audit of a later run reads: what is new or no longer as it was, and everything where facts are missing."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.integration.conftest import SMALL_HEADER, Answer, must, refused, write_small_dataset
from warehouse.paths import DatasetPaths
from warehouse.release.manifest import Release, load_release
from warehouse.storage import Storage

DATASET = "zz_audit_facts"
Q1, Q2, Q3 = "2024-01-01", "2024-04-01", "2024-07-01"

Command = Callable[..., Answer]


@pytest.fixture(scope="module", name="command")
def _command(stackhouse: Command, tmp_path_factory: pytest.TempPathFactory) -> Command:
    """Runs a command where the dataset is; two rows in each of three quarters are published, and one is rejected."""
    root = tmp_path_factory.mktemp("audit_facts")
    write_small_dataset(root, DATASET)

    def command(*arguments: str | Path) -> Answer:
        return stackhouse(*arguments, datasets=root)

    days = ("2024-01-01", "2024-03-31", "2024-04-01", "2024-06-30", "2024-07-01", "2024-09-30")
    load(command, root, "one", [*(f"{number},{day} 00:00:00,10,a" for number, day in enumerate(days)), "x,y,z,a"])
    must(command("run", DATASET))
    return command


def load(command: Command, directory: Path, name: str, rows: list[str]) -> None:
    (directory / f"{name}.csv").write_bytes(SMALL_HEADER + "".join(f"{row}\n" for row in rows).encode())
    must(command("load", DATASET, directory / f"{name}.csv"))


def facts_of(storage: Storage, release: int) -> Any:
    return json.loads(storage.read(DatasetPaths(DATASET, storage.root).facts(release)))


def keep_facts(storage: Storage, release: int, content: bytes) -> None:
    storage.replace(DatasetPaths(DATASET, storage.root).facts(release), content)


def manifest(storage: Storage, release: int) -> Release:
    return load_release(storage, DATASET, release)


def test_facts_are_kept_of_every_partition(command: Command, storage: Storage) -> None:
    facts = facts_of(storage, 1)
    assert facts["key"] == ["id"]
    release = manifest(storage, 1)
    assert facts["tables"].keys() == release.tables.keys()
    for name, table in release.tables.items():
        found = facts["tables"][name]["partitions"]
        assert {value: (one["path"], one["rows"]) for value, one in found.items()} == {
            value: (partition.path, partition.rows) for value, partition in table.partitions.items()
        }
        assert all(one["state"] for one in found.values())


def test_late_row_leaves_other_partitions_unread_until_a_quarter_is_asked_for(
    command: Command, storage: Storage, tmp_path: Path
) -> None:
    # What is not read again is believed, so a lie about it is told.
    lie = facts_of(storage, 1)
    lie["tables"]["clean"]["partitions"][Q1]["rows"] = 77
    lie["tables"]["clean"]["partitions"][Q2]["rows"] = 88
    keep_facts(storage, 1, json.dumps(lie).encode())
    load(command, tmp_path, "two", ["20,2024-05-01 00:00:00,10,b"])
    told = f"clean quarter_start={Q1}: Hive reads 77 rows, the manifest says 2"
    answer = refused(command("run", DATASET), 3, "release 2 is held", told)
    assert "reads 88 rows" not in answer.err
    must(command("run", DATASET, "--quarter", "2024Q2"))
    assert facts_of(storage, 3)["tables"]["clean"]["partitions"][Q1]["rows"] == 2


def test_damaged_facts_are_read_again(command: Command, storage: Storage, tmp_path: Path) -> None:
    whole = facts_of(storage, 3)
    keep_facts(storage, 3, b'{"dataset": ')
    load(command, tmp_path, "three", ["30,2024-05-02 00:00:00,10,b"])
    must(command("run", DATASET))
    found = facts_of(storage, 4)
    for quarter in (Q1, Q3):
        old, new = (facts["tables"]["clean"]["partitions"][quarter] for facts in (whole, found))
        assert old == new


def test_file_of_an_old_partition_that_lost_a_row_holds_the_next_run(
    command: Command, storage: Storage, tmp_path: Path
) -> None:
    directory = manifest(storage, 4).tables["clean"].partitions[Q3].path
    (name,) = (name for name in storage.list(directory) if name.endswith(".parquet"))
    content = storage.read(f"{directory}/{name}")
    shorter = io.BytesIO()
    pq.write_table(pq.read_table(io.BytesIO(content)).slice(0, 1), shorter)
    storage.replace(f"{directory}/{name}", shorter.getvalue())
    load(command, tmp_path, "four", ["40,2024-01-02 00:00:00,10,b"])
    told = f"clean quarter_start={Q3}: Hive reads 1 rows, the manifest says 2"
    refused(command("run", DATASET), 3, "release 5 is held", told, "--accept cannot overrule this")
    storage.replace(f"{directory}/{name}", content)
    must(command("run", DATASET))
