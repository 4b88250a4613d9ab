"""What a check of a release found."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["fail", "warn"]


@dataclass(frozen=True)
class Check:
    """One check.

    Attributes:
        name: What is checked, e.g. `law` or `mart airport_delays_by_quarter`.
        failures: One line for each thing that is wrong: where, what was expected, what was found; empty: passed.
        severity: `fail` holds the release, `warn` is only reported and recorded.
        may_be_accepted: Whether `run --accept` can overrule it: where rows may be wrong, but not where Hive would show
            others than were counted.
        note: How far it went, where that is not the whole: `proved 2 of 40 quarters`.
    """

    name: str
    failures: tuple[str, ...] = ()
    severity: Severity = "fail"
    may_be_accepted: bool = True
    note: str = ""

    @property
    def holds(self) -> bool:
        """Whether it stops the release."""
        return bool(self.failures) and self.severity == "fail"
