"""A form of files that people bring, and what they expect of a draft."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta


@dataclass(frozen=True)
class Form:
    """Files of one form, with invented rows, and what is right for them.

    Attributes:
        name: Of the form.
        files: Content by name, in order of their names; the draft sees all but the `later` ones.
        quarters: Rows by quarter, e.g. 2021Q1, superseded ones among them; empty: no column is the event time, and the
            draft asks for it.
        event_time: Name of that column.
        first: Earliest event time, as Spark writes it.
        key: Names of its columns, empty: none may be claimed.
        doubts: Parts of sentences, each of which must be under "unsure".
        sums: Exact sums of columns that a user adds up, by name; a value that is misread or NULL changes one.
        values: All values of columns, in order and with commas between them, by name.
        quarantined: Rows that are not rows, which a doubt names.
        superseded: Rows that share a key: sent again, which a doubt names, or from `later` files, whose run is held.
        later: Number of the files, the last ones, that come after the draft was made.
    """

    name: str
    files: Mapping[str, bytes]
    quarters: Mapping[str, int] = field(default_factory=dict)
    event_time: str = ""
    first: str = ""
    key: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    sums: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    quarantined: int = 0
    superseded: int = 0
    later: int = 0

    @property
    def rows(self) -> int:
        """Rows that must not be rejected."""
        return sum(self.quarters.values())

    @property
    def seen(self) -> list[str]:
        """Names of the files that the draft sees."""
        return list(self.files)[: len(self.files) - self.later]


def text(*lines: str, end: str = "\n", encoding: str = "utf-8") -> bytes:
    """A file of lines."""
    return "".join(line + end for line in lines).encode(encoding)


def quarters_of(moments: Iterable[date]) -> dict[str, int]:
    """Number of moments by quarter."""
    found = dict[str, int]()
    for moment in moments:
        quarter = f"{moment.year}Q{(moment.month + 2) // 3}"
        found[quarter] = found.get(quarter, 0) + 1
    return found


def days(first: str, count: int, step: int = 1) -> list[date]:
    """Every `step`-th day."""
    return [date.fromisoformat(first) + timedelta(days=step * number) for number in range(count)]


def times(first: str, count: int, **step: float) -> list[datetime]:
    """Moments in equal steps, e.g. `minutes=15`."""
    return [datetime.fromisoformat(first) + number * timedelta(**step) for number in range(count)]
