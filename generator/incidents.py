"""The kinds of labelled rows: one trip, written once or several times, and what becomes of each version."""

from collections.abc import Iterator
from dataclasses import dataclass

from generator import dirt
from generator.dirt import Damage

BATCHES = ("batch-1", "batch-2")


@dataclass(frozen=True)
class Place:
    """Where a version is written.

    Newest is by batch, then by file name, then by line. The names of the files of batch 2 come before those of
    batch 1, so that an order by name alone is wrong.

    Attributes:
        batch: Directory.
        file: Name of the file; `None`: the file that holds trips of that time.
        in_order: Where its time puts it; else in a later line.
    """

    batch: str
    file: str | None = None
    in_order: bool = False


ADVANCE = Place("batch-1", "advance-2024.csv")
USUAL = Place("batch-1", in_order=True)
LATER_LINE = Place("batch-1")
RESENT = Place("batch-1", "trips-resent.csv")
CORRECTIONS = Place("batch-2", "corrections.csv")
LATE = Place("batch-2", "late.csv")
"""Places, from the oldest to the newest."""


@dataclass(frozen=True)
class Version:
    """One line of a trip.

    Attributes:
        place: Where it is written.
        raised: Dollars that fare and total are higher than in the trip as it was made.
        damage: How it is written, `None`: plainly.
    """

    place: Place = USUAL
    raised: int = 0
    damage: Damage | None = None

    @property
    def rules(self) -> tuple[str, ...]:
        """Ids of the rules that it breaks."""
        return self.damage.rules if self.damage else ()


@dataclass(frozen=True)
class Kind:
    """What happens to one trip.

    Attributes:
        name: Label of its row; with several rows, `<name>.1` is the oldest.
        versions: Versions from the oldest to the newest.
    """

    name: str
    versions: tuple[Version, ...]

    def label(self, number: int) -> str:
        """Label of a version, which is counted from 0."""
        return self.name if len(self.versions) == 1 else f"{self.name}.{number + 1}"

    def winner(self, batches: int) -> int | None:
        """The version that is clean once that many batches are loaded; `None` if there is none yet.

        A rejected version supersedes nothing.
        """
        loaded = BATCHES[:batches]
        good = [n for n, version in enumerate(self.versions) if version.place.batch in loaded and not version.rules]
        return good[-1] if good else None

    def outcome(self, number: int, batches: int) -> str:
        """`clean`, `quarantined` or `superseded`, or empty while the version is not loaded."""
        version = self.versions[number]
        if version.place.batch not in BATCHES[:batches]:
            return ""
        if version.rules:
            return "quarantined"
        return "clean" if self.winner(batches) == number else "superseded"

    @property
    def in_one_file(self) -> bool:
        """Whether all its versions are in one file."""
        return all(version.place.file is None for version in self.versions)


LATE_TRIP = Kind("late", (Version(LATE),))
"""A good trip of any quarter that arrives with batch 2."""


def _single(damages: dict[str, Damage]) -> Iterator[Kind]:
    return (Kind(name, (Version(damage=how),)) for name, how in damages.items())


_GOOD = Version()
_REJECTED = dirt.TIMES["dropoff_before_pickup"]

KINDS = (
    *_single(dirt.NUMBERS),
    *_single(dirt.TIMES),
    *_single(dirt.VALUES),
    *_single(dirt.LINES),
    *_single(dirt.ODD),
    Kind("duplicate", (_GOOD, Version(LATER_LINE))),
    Kind("duplicate_in_later_file", (_GOOD, Version(RESENT))),
    Kind("duplicate_in_earlier_file", (Version(ADVANCE), _GOOD)),
    Kind("duplicate_in_batch_2", (_GOOD, Version(CORRECTIONS))),
    Kind("quoted_duplicate", (_GOOD, Version(LATER_LINE, damage=dirt.ODD["all_fields_quoted"]))),
    Kind("correction", (_GOOD, Version(LATER_LINE, 1))),
    Kind("correction_in_later_file", (_GOOD, Version(RESENT, 2))),
    Kind("outdated_in_earlier_file", (Version(ADVANCE, 3), _GOOD)),
    Kind("corrected_twice", (_GOOD, Version(LATER_LINE, 4), Version(RESENT, 5))),
    Kind("correction_in_batch_2", (_GOOD, Version(CORRECTIONS, 6))),
    Kind("corrected_in_both_batches", (_GOOD, Version(RESENT, 7), Version(CORRECTIONS, 8))),
    Kind("rejected_correction", (_GOOD, Version(LATER_LINE, 9, dirt.NUMBERS["letters_in_decimal"]))),
    Kind("reversal_of_trip", (_GOOD, Version(RESENT, 0, dirt.REVERSAL))),
    Kind("rejected_correction_in_batch_2", (_GOOD, Version(CORRECTIONS, 10, dirt.VALUES["vendor_unknown"]))),
    Kind("repaired", (Version(damage=dirt.NUMBERS["currency_sign"]), Version(RESENT, 11))),
    Kind("repaired_in_batch_2", (Version(damage=dirt.TIMES["american_date"]), Version(CORRECTIONS, 12))),
    Kind("rejected_twice", (Version(damage=_REJECTED), Version(LATER_LINE, damage=_REJECTED))),
)
"""All kinds that are made in turn, so that each occurs as often as the others."""
