"""The conservation law: every row that was loaded is in exactly one place."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from warehouse.batch import Batch
from warehouse.job import FileRows
from warehouse.release.manifest import CLEAN, Release


@dataclass(frozen=True)
class Conservation:
    """`raw = clean + quarantined + superseded`, exact, or rows were lost or doubled.

    Attributes:
        raw: Rows as the loader counted them.
        clean: Rows in the clean table.
        quarantined: Rejected rows.
        superseded: Older versions of a key that arrived again.
    """

    raw: int
    clean: int
    quarantined: int
    superseded: int

    @property
    def holds(self) -> bool:
        """Whether every row is accounted for exactly once."""
        return self.raw == self.clean + self.quarantined + self.superseded

    def __add__(self, other: "Conservation") -> "Conservation":
        return Conservation(
            self.raw + other.raw,
            self.clean + other.clean,
            self.quarantined + other.quarantined,
            self.superseded + other.superseded,
        )

    def __str__(self) -> str:
        """The law with its numbers."""
        sign = "=" if self.holds else "≠"
        return (
            f"raw {self.raw:,} {sign} clean {self.clean:,} + quarantined {self.quarantined:,} "
            f"+ superseded {self.superseded:,}"
        )

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return {**asdict(self), "holds": self.holds}


@dataclass(frozen=True)
class Law:
    """The law of a release, for every file.

    Attributes:
        files: Files by batch id and file name.
    """

    files: dict[str, dict[str, Conservation]]

    def of_batch(self, batch: str) -> Conservation:
        """The law of one batch."""
        return sum(self.files[batch].values(), _NOTHING)

    @property
    def total(self) -> Conservation:
        """The law of all batches."""
        return sum((self.of_batch(batch) for batch in self.files), _NOTHING)

    @property
    def broken(self) -> list[str]:
        """Where it does not hold, one line a file."""
        return [
            f"{name} of batch {batch}: {law}"
            for batch, files in self.files.items()
            for name, law in files.items()
            if not law.holds
        ]

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it: the total, then the same by batch and by file."""
        batches = {
            batch: {
                **self.of_batch(batch).to_dict(),
                "files": {name: law.to_dict() for name, law in files.items()},
            }
            for batch, files in self.files.items()
        }
        return {**self.total.to_dict(), "batches": batches}


_NOTHING = Conservation(0, 0, 0, 0)


def law_of(batches: Sequence[Batch], release: Release) -> Law:
    """The law of a release: raw rows are the loader's count, the others Spark's, each counted by itself.

    Args:
        batches: All loaded batches.
        release: Names clean, superseded and quarantined rows by file.
    """
    clean = _by_file(part.origins for part in release.tables[CLEAN].partitions.values())
    quarantined = _by_file([{batch: counts.rejected for batch, counts in release.batches.items()}])
    superseded = _by_file(release.superseded.values())
    files = {
        batch.id: {
            file.name: Conservation(
                raw=file.rows,
                clean=clean.get((batch.id, file.name), 0),
                quarantined=quarantined.get((batch.id, file.name), 0),
                superseded=superseded.get((batch.id, file.name), 0),
            )
            for file in batch.files
        }
        for batch in batches
    }
    strangers = {place for place in (*clean, *quarantined, *superseded) if place[1] not in files.get(place[0], {})}
    for place in sorted(strangers):
        counted = [counts.get(place, 0) for counts in (clean, quarantined, superseded)]
        files.setdefault(place[0], {})[place[1]] = Conservation(0, *counted)
    return Law(files)


def _by_file(counts: Iterable[FileRows]) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for origins in counts:
        for batch, files in origins.items():
            for name, rows in files.items():
                found[batch, name] = found.get((batch, name), 0) + rows
    return found
