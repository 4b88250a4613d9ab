"""What was measured: every value by the name of what it is, and what could not be measured."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import median
from time import monotonic

from bench.command import MeasurementError


@dataclass
class Samples:
    """Raw values of one benchmark. A measurement that fails is noted, and the next one goes on.

    Attributes:
        ends: When its time is over, by the monotonic clock; nothing is begun after that.
        values: Seconds, bytes or counts by name, in the order they were measured.
        failures: What could not be measured, and why.
    """

    ends: float
    values: dict[str, list[float]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    @property
    def left(self) -> float:
        """Seconds that are left, at least one."""
        return max(1.0, self.ends - monotonic())

    def attempt(self, name: str, measure: Callable[[], Mapping[str, float]]) -> bool:
        """Measure something and keep all it gives; False when it failed.

        Args:
            name: What is measured.
            measure: Returns values by name.
        """
        try:
            self.check_time()
            found = measure()
        # Whatever goes wrong, the other figures are wanted.
        except Exception as problem:
            self.failures.append(f"{name}: {type(problem).__name__}: {' '.join(str(problem).split())}")
            print(f"FAILED {self.failures[-1]}", flush=True)
            return False
        for key, value in found.items():
            self.values.setdefault(key, []).append(value)
        print(f"{name}: " + ", ".join(f"{key} {value:,.4g}" for key, value in found.items()), flush=True)
        return True

    def check_time(self) -> None:
        """Refuse to go on when the time is over.

        Raises:
            MeasurementError: It is.
        """
        if monotonic() >= self.ends:
            raise MeasurementError("left out, the time of the benchmark is over")

    def median(self, name: str) -> float | None:
        """Median of the values of a name; `None` when it was not measured."""
        return median(self.values[name]) if self.values.get(name) else None
