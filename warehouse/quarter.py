"""The calendar quarter, the partition of every table."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from warehouse.errors import UsageError

PARTITION_COLUMN = "quarter_start"
"""Partition key of staged, clean and mart tables: DATE of the quarter's first day."""

_MONTHS = 3
_LAST = 4
_PARTITION = re.compile(r"(\d{4})-(01|04|07|10)-01", re.ASCII)
_WRITTEN = re.compile(r"(\d{4})-?Q([1-4])", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, order=True)
class Quarter:
    """One calendar quarter.

    Attributes:
        year: 1 to 9999.
        number: 1 to 4.
    """

    year: int
    number: int

    def __post_init__(self) -> None:
        """Refuse a quarter that no calendar has."""
        if not (1 <= self.year <= date.max.year and 1 <= self.number <= _LAST):
            raise UsageError(f"there is no quarter {self.number} of year {self.year}")

    @classmethod
    def parse(cls, text: str) -> "Quarter":
        """Read `2001Q2`.

        Raises:
            UsageError: The text is not a quarter.
        """
        match = _WRITTEN.fullmatch(text.strip())
        if not match:
            raise UsageError(f"{text!r} is not a quarter", "write it like 2001Q2")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, day: date) -> "Quarter":
        """Quarter that a day, or the wall clock of a timestamp, falls in."""
        return cls(day.year, (day.month - 1) // _MONTHS + 1)

    @classmethod
    def from_partition(cls, value: str) -> "Quarter":
        """Read a partition value, `2001-04-01`.

        Raises:
            UsageError: The value is not the first day of a quarter.
        """
        match = _PARTITION.fullmatch(value)
        if not match:
            raise UsageError(f"{value!r} is not the first day of a quarter; expected a date like 2001-04-01")
        return cls(int(match[1]), int(match[2]) // _MONTHS + 1)

    @property
    def start(self) -> date:
        """First day."""
        return date(self.year, (self.number - 1) * _MONTHS + 1, 1)

    @property
    def previous(self) -> "Quarter":
        """The quarter before.

        Raises:
            UsageError: The calendar begins with this one.
        """
        return Quarter(self.year, self.number - 1) if self.number > 1 else Quarter(self.year - 1, _LAST)

    def __str__(self) -> str:
        """`2001Q2`."""
        return f"{self.year:04d}Q{self.number}"


def span(partitions: Collection[str]) -> str:
    """The first and the last quarter of some partition values, `2001Q1–2001Q3`; empty when there is none."""
    if not partitions:
        return ""
    ends = (Quarter.from_partition(min(partitions)), Quarter.from_partition(max(partitions)))
    return "–".join(dict.fromkeys(map(str, ends)))
