"""Known vulnerabilities that are accepted for a time: ignored.yaml beside this module."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml
from pydantic import TypeAdapter, ValidationError

from warehouse.document import REFUSES_UNKNOWN, first_problem
from warehouse.errors import UsageError, one_line

IGNORED = Path(__file__).with_name("ignored.yaml")


@dataclass(frozen=True)
class Ignored:
    """A vulnerability in a package that does not count.

    Attributes:
        id: One of its names.
        package: Name of the package in its ecosystem.
        reason: Why, for people.
        until: The last day.
    """

    __pydantic_config__ = REFUSES_UNKNOWN

    id: str
    package: str
    reason: str
    until: date

    def __post_init__(self) -> None:
        """Raise `ValueError` without a reason."""
        if not self.reason.strip():
            raise ValueError("the reason is empty")


_ADAPTER = TypeAdapter(list[Ignored])


def read_ignored() -> list[Ignored]:
    """The entries, those that have ended among them.

    Raises:
        UsageError: An entry lacks something or is not understood; names it.
    """
    try:
        return _ADAPTER.validate_python(yaml.safe_load(IGNORED.read_text()))
    except yaml.YAMLError as problem:
        raise UsageError(one_line(f"{IGNORED} is not YAML: {problem}")) from problem
    except ValidationError as problem:
        (number, *_) = problem.errors(include_url=False)[0]["loc"] or (0,)
        raise UsageError(
            one_line(f"{IGNORED}: entry {int(number) + 1}: {first_problem(problem, below=1)}"),
            "give every entry id, package, reason and until",
        ) from problem
