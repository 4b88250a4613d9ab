"""One execution of the pipeline: what it is asked to do, what it did, and the conservation law."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime


def new_run_id(now: datetime | None = None) -> str:
    """A time-ordered id, `20261124T142605Zf00dab`: UTC second, then 6 random hex digits."""
    moment = (now or datetime.now(UTC)).astimezone(UTC)
    return moment.strftime("%Y%m%dT%H%M%SZ") + secrets.token_hex(3)


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

    def __str__(self) -> str:
        """The law with its numbers."""
        sign = "=" if self.holds else "≠"
        return (
            f"raw {self.raw:,} {sign} clean {self.clean:,} + quarantined {self.quarantined:,} "
            f"+ superseded {self.superseded:,}"
        )
