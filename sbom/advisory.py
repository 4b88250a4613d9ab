"""Records of known vulnerabilities, in the OSV schema: https://ossf.github.io/osv-schema/. Other fields are ignored."""

from dataclasses import dataclass, field
from typing import Any

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from warehouse.document import IGNORES_UNKNOWN, first_problem
from warehouse.errors import UsageError, one_line


@dataclass(frozen=True)
class Event:
    """Where a range of versions begins or ends: one of the four is set."""

    introduced: str | None = None
    fixed: str | None = None
    last_affected: str | None = None
    limit: str | None = None


@dataclass(frozen=True)
class Range:
    """Versions from event to event, in the order of `type`; versions of type GIT are commits."""

    type: str
    events: tuple[Event, ...]


@dataclass(frozen=True)
class Rating:
    """How severe it is: a vector of CVSS in the version of `type`."""

    type: str
    score: str


@dataclass(frozen=True)
class AffectedPackage:
    """A package by its ecosystem, which may end with a colon and a repository, and its name there."""

    ecosystem: str
    name: str


@dataclass(frozen=True)
class Affected:
    """Which versions of a package are affected: those that are listed, and those in a range."""

    package: AffectedPackage | None = None
    ranges: tuple[Range, ...] = ()
    versions: tuple[str, ...] = ()
    severity: tuple[Rating, ...] = ()


@dataclass(frozen=True)
class Advisory:
    """A record; `database_specific` may hold a word for its severity."""

    __pydantic_config__ = IGNORES_UNKNOWN

    id: str
    modified: AwareDatetime
    withdrawn: AwareDatetime | None = None
    aliases: tuple[str, ...] = ()
    severity: tuple[Rating, ...] = ()
    affected: tuple[Affected, ...] = ()
    database_specific: dict[str, Any] = field(default_factory=dict)

    @property
    def names(self) -> frozenset[str]:
        """All names of the vulnerability."""
        return frozenset((self.id, *self.aliases))


_ADAPTER = TypeAdapter(Advisory)


def parse_advisory(content: bytes, source: str) -> Advisory:
    """Read a record.

    Args:
        content: Its JSON.
        source: Where it was read from, for messages.

    Raises:
        UsageError: It is something else; names the source and the place in it.
    """
    try:
        return _ADAPTER.validate_json(content)
    except ValidationError as problem:
        raise UsageError(
            one_line(f"{source} is not a record of the OSV schema: {first_problem(problem)}"),
            "give a directory or zip file with such records and nothing else",
        ) from problem
