"""How much of what a user named a draft is of."""

from dataclasses import dataclass

from drafting.reading.sample import Sample
from warehouse.wording import counted


@dataclass(frozen=True)
class Extent:
    """What was looked at.

    Attributes:
        count: Files that were given, without those that were found to have no rows.
        sampled: Files of which rows were looked at.
        rows: Rows that were looked at.
        whole: They are all rows of those files.
        has_last: Where they are not, the last rows of a file are among them, not only its first.
    """

    count: int
    sampled: int
    rows: int
    whole: bool
    has_last: bool

    @classmethod
    def of(cls, sample: Sample) -> "Extent":
        """The extent of a sample."""
        return cls(sample.count - len(sample.empty), len(sample.files), sample.rows, sample.whole, sample.has_last)

    @property
    def is_all(self) -> bool:
        """No row of a file was left out."""
        return self.whole and self.sampled == self.count

    def words(self, source: str) -> str:
        """What was looked at, in words.

        Args:
            source: What the user named.
        """
        rows = counted(self.rows, "row")
        if self.count == 1:
            return f"{self._part_of(rows)} of {source}"
        if self.sampled == self.count:
            return f"{self.count:,} files, {self._part_of(rows)}: {source}"
        return f"{self.sampled:,} of {self.count:,} files, {rows}: {source}"

    def _part_of(self, rows: str) -> str:
        if self.whole:
            return f"all {rows}"
        return f"{rows}, the first and the last," if self.has_last else f"the first {rows}"
