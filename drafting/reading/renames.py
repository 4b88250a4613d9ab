"""Columns that have another name in some files of a sample."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from drafting.datetimes.patterns import is_moment
from drafting.reading.records import Records
from warehouse.contract.number_text import LIKE_NUMBER

_TRIED_VALUES = 200
_MOSTLY = 0.9
_MIN_SHARED = 0.5
_MAX_LABELS = 50
_NO_VALUES = {"", "NA", "N/A", "n/a", "NULL", "null", "None", "nan", "NaN", "-", "?", "\\N"}


@dataclass(frozen=True)
class HeldColumn:
    """A column of the sample.

    Attributes:
        names: Its names in the files, the newest first; empty texts where files have none.
        places: Its place in each file, `None` where a file does not have it.
        doubt: What speaks for several names being one column; empty for one name.
    """

    names: tuple[str, ...]
    places: tuple[int | None, ...]
    doubt: str = ""

    @property
    def files(self) -> int:
        """Number of files that have it."""
        return sum(place is not None for place in self.places)


@dataclass(frozen=True)
class _Named:
    """A name, with its place in each file and what its values are."""

    name: str
    places: tuple[int | None, ...]
    kind: str
    values: frozenset[str]

    @property
    def files(self) -> set[int]:
        return {file for file, place in enumerate(self.places) if place is not None}


def unite_columns(files: Sequence[Records]) -> list[HeldColumn]:
    """The columns of all files, those of the first file first, with names that are likely of one column together."""
    if files[0].form.kind == "csv" and not files[0].form.header:
        return [HeldColumn((name,), (place,) * len(files)) for place, name in enumerate(files[0].names)]
    groups = list[tuple[list[_Named], str]]()
    for named in _all_named(files):
        found = _renamed_from(named, [group for group, _ in groups])
        if found is None:
            groups.append(([named], ""))
        else:
            place, why = found
            groups[place] = ([*groups[place][0], named], why)
    return [_held(group, why) for group, why in groups]


def _all_named(files: Sequence[Records]) -> list[_Named]:
    exact = files[0].form.kind == "jsonl"
    by_file = [{name if exact else name.lower(): place for place, name in enumerate(file.names)} for file in files]
    keys = dict.fromkeys(key for known in by_file for key in known)
    return [_named(files, tuple(known.get(key) for known in by_file)) for key in keys]


def _named(files: Sequence[Records], places: tuple[int | None, ...]) -> _Named:
    name = next(file.names[place] for file, place in zip(files, places, strict=True) if place is not None)
    # Who is in all files is in no other's place.
    values = [] if None not in places else list(islice(_values(files, places), _TRIED_VALUES))
    return _Named(name, places, _kind(values), frozenset(values))


def _values(files: Sequence[Records], places: Sequence[int | None]) -> Iterator[str]:
    for file, place in zip(files, places, strict=True):
        if place is not None:
            yield from islice(
                (text for row in file.rows if (text := row[place] or "") not in _NO_VALUES), _TRIED_VALUES
            )


def _kind(values: Sequence[str]) -> str:
    """What most values are: `dates`, `numbers` or `texts`; empty without values."""
    if not values:
        return ""
    for kind, fits in (("dates", is_moment), ("numbers", re.compile(LIKE_NUMBER).fullmatch)):
        if sum(bool(fits(text)) for text in values) >= _MOSTLY * len(values):
            return kind
    return "texts"


def _renamed_from(named: _Named, groups: Sequence[Sequence[_Named]]) -> tuple[int, str] | None:
    """The group that a name belongs to, and why; `None` when it is a column of its own, or two groups fit alike."""
    found = list[tuple[int, int, str]]()
    for place, group in enumerate(groups):
        evidence = None if any(named.files & other.files for other in group) else _evidence(group[-1], named)
        if evidence is not None:
            found.append((evidence[0], place, evidence[1]))
    best = [item for item in found if item[0] == min(found)[0]]
    return (best[0][1], best[0][2]) if len(best) == 1 else None


def _evidence(old: _Named, new: _Named) -> tuple[int, str] | None:
    """What speaks for one column, and how strong that is, 0 the strongest; `None` when nothing does."""
    alike = old.kind == new.kind
    if _letters(old.name) and _letters(old.name) == _letters(new.name) and (alike or "" in (old.kind, new.kind)):
        return 0, "are spelled alike"
    if not alike or not new.kind:
        return None
    old_place, new_place = (next(place for place in held.places if place is not None) for held in (old, new))
    if old_place == new_place:
        return 1, f"both hold {new.kind} in the same place"
    labels = new.kind == "texts" and max(len(old.values), len(new.values)) <= _MAX_LABELS
    shared = len(old.values & new.values) / max(min(len(old.values), len(new.values)), 1)
    return (2, "have values in common") if labels and shared >= _MIN_SHARED else None


def _letters(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())


def _held(group: Sequence[_Named], why: str) -> HeldColumn:
    places = tuple(
        next((place for place in held if place is not None), None)
        for held in zip(*(named.places for named in group), strict=True)
    )
    # The files that come next have the name of the newest.
    names = tuple(named.name for named in sorted(group, key=lambda named: -max(named.files)))
    return HeldColumn(names, places, f"are never in one file and {why}" if why else "")
