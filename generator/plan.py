"""How many rows of what go where, known before the first one is made."""

from collections.abc import Iterator
from dataclasses import dataclass

from generator.incidents import KINDS, Kind
from generator.trips import QUARTERS, TRIPS_A_SECOND, YEAR, Slots
from warehouse.errors import UsageError

CHUNK_ROWS = 50_000
"""Rows made at a time, which bounds the memory."""

MIN_ROWS = 2_000
"""With fewer, one row of each kind would be more dirt than the contract of trips accepts."""

MAX_ROWS = 300 * 24 * 3600 * TRIPS_A_SECOND
"""More than this would need more trips a second than are told apart."""

MAX_DIRT_SHARE = 0.5
_FILES_A_QUARTER = 2
_LATE_PERCENT = 2


@dataclass(frozen=True)
class Chunk:
    """Rows that are made together, from random numbers of their own.

    Attributes:
        number: Number from 0; with the seed it decides the random numbers.
        slots: Which trips.
        file: Name of the file where they belong.
        incidents: Numbers of the kinds that happen to some of its trips, counted from 0 over all chunks.
        late: Trips that arrive with batch 2.
    """

    number: int
    slots: Slots
    file: str
    incidents: range
    late: int


@dataclass(frozen=True)
class Plan:
    """What is to be made.

    Attributes:
        rows: Over all files.
        seed: Seed of all random numbers.
        incidents: Trips that some kind happens to.
        kinds: Which happen in turn.
        files: Names of the files of each quarter.
        late_percent: Share of trips that arrive with batch 2.
    """

    rows: int
    seed: int
    incidents: int
    kinds: tuple[Kind, ...]
    files: tuple[tuple[str, ...], ...]
    late_percent: int

    def kind(self, incident: int) -> Kind:
        """What happens in an incident."""
        return self.kinds[incident % len(self.kinds)]

    @property
    def trips(self) -> int:
        """Distinct trips: rows without further versions."""
        further = [len(kind.versions) - 1 for kind in self.kinds]
        rounds, rest = divmod(self.incidents, len(self.kinds))
        return self.rows - rounds * sum(further) - sum(further[:rest])

    def chunks(self) -> Iterator[Chunk]:
        """All chunks, in order of time."""
        number = before = 0
        for slots, file in self._runs():
            after = before + slots.count
            incidents = range(before * self.incidents // self.trips, after * self.incidents // self.trips)
            yield Chunk(number, slots, file, incidents, -(-slots.count * self.late_percent // 100))
            number, before = number + 1, after

    def _runs(self) -> Iterator[tuple[Slots, str]]:
        for quarter, files in enumerate(self.files):
            count = _share_of(self.trips, quarter, len(self.files))
            first = 0
            for position, file in enumerate(files):
                end = first + _share_of(count, position, len(files))
                while first < end:
                    size = min(CHUNK_ROWS, end - first)
                    yield Slots(quarter, first, size, count), file
                    first += size


def make_plan(rows: int, seed: int, dirt_share: float) -> Plan:
    """The plan of two batches.

    Args:
        rows: Over all files, `MIN_ROWS` to `MAX_ROWS`.
        seed: Not negative.
        dirt_share: Share of trips that some kind happens to, 0 to `MAX_DIRT_SHARE`; each kind happens at least
            once, unless it is 0.

    Raises:
        UsageError: A number is out of range.
    """
    _check("rows", rows, MIN_ROWS, MAX_ROWS)
    _check("seed", seed, 0, 2**63 - 1)
    _check("dirt share", dirt_share, 0, MAX_DIRT_SHARE)
    incidents = max(round(rows * dirt_share), len(KINDS)) if dirt_share else 0
    files = tuple(
        tuple(f"trips-{YEAR}-q{quarter.number}-{n}.csv" for n in range(1, _FILES_A_QUARTER + 1)) for quarter in QUARTERS
    )
    return Plan(rows, seed, incidents, KINDS, files, _LATE_PERCENT)


def sample_plan(file: str, rows: int, seed: int) -> Plan:
    """The plan of one small file, in which each kind that needs no second file happens once.

    Args:
        file: Name of the file.
        rows: Number of rows.
        seed: Seed of all random numbers.
    """
    kinds = tuple(kind for kind in KINDS if kind.in_one_file)
    return Plan(rows, seed, len(kinds), kinds, ((file,),) * len(QUARTERS), 0)


def _share_of(count: int, position: int, parts: int) -> int:
    return count // parts + (position < count % parts)


def _check(name: str, value: float, least: float, most: float) -> None:
    # NaN is in no range.
    if not least <= value <= most:
        raise UsageError(f"{name} {value} is out of range", f"give {least:,} to {most:,}")
