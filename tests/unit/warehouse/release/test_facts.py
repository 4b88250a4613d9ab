"""Facts of an audit: kept, found again, and taken for none when they cannot be used."""

from dataclasses import replace

import pytest

from tests.unit.memory_storage import MemoryStorage
from warehouse.paths import DatasetPaths
from warehouse.release.facts import (
    PartitionFacts,
    ReleaseFacts,
    TableFacts,
    directory_states,
    load_facts,
    releases_with_facts,
    remove_facts,
    write_facts,
)
from warehouse.release.manifest import Partition, Release, ReleasedTable, release_numbers

PATHS = DatasetPaths("shop", MemoryStorage().root)
PARTITION = Partition("/clean/1/q", 2)
RELEASE = Release("shop", 1, "run1", "c", {}, "", "", {}, {}, {"clean": ReleasedTable("d", {"q": PARTITION})})
FACTS = ReleaseFacts(
    "shop", 1, "run1", ("id",), {"clean": TableFacts("0f", {"q": PartitionFacts("/clean/1/q", "a1", 2, ("2", None))})}
)


@pytest.fixture(name="storage")
def _storage() -> MemoryStorage:
    storage = MemoryStorage()
    storage.publish(PATHS.release(1), b"{}")
    return storage


def test_facts_are_found_again_beside_the_manifest_and_are_no_release(storage: MemoryStorage) -> None:
    assert load_facts(storage, RELEASE) is None
    write_facts(storage, replace(FACTS, key=()))
    write_facts(storage, FACTS)
    assert load_facts(storage, RELEASE) == FACTS
    assert (release_numbers(storage, "shop"), releases_with_facts(storage, "shop")) == ([1], {1})
    remove_facts(storage, "shop", 1)
    remove_facts(storage, "shop", 1)
    assert (release_numbers(storage, "shop"), releases_with_facts(storage, "shop")) == ([1], set())


@pytest.mark.parametrize("damage", [b"", b"{", b"{}", b"[1]", b"\xff"])
def test_damaged_facts_are_none(storage: MemoryStorage, damage: bytes) -> None:
    storage.create(PATHS.facts(1), damage)
    assert load_facts(storage, RELEASE) is None


def test_facts_of_another_run_are_none(storage: MemoryStorage) -> None:
    write_facts(storage, replace(FACTS, run="run9"))
    assert load_facts(storage, RELEASE) is None


def test_state_changes_with_what_is_in_a_directory() -> None:
    storage = MemoryStorage()
    states = [directory_states(storage, RELEASE)]
    for change in (
        lambda: storage.create("/clean/1/q/a", b"xx"),
        lambda: storage.create("/clean/1/q/b", b"xx"),
        lambda: storage.replace("/clean/1/q/b", b"x"),
        lambda: storage.touch("/clean/1/q/b"),
        lambda: storage.rename("/clean/1/q/b", "/clean/1/q/c"),
        lambda: storage.delete("/clean/1/q/a"),
    ):
        change()
        states.append(directory_states(storage, RELEASE))
        assert directory_states(storage, RELEASE) == states[-1]
    assert len({state["/clean/1/q"] for state in states}) == len(states)
