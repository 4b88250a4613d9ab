"""Which known vulnerabilities the components have."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain

from sbom.advisory import Advisory, Affected
from sbom.component import LockedComponent
from sbom.database import Database, Subject, subject_of
from sbom.ignored import Ignored
from sbom.severity import RANKS, severity_of
from sbom.versions import first_fixed, highest, is_affected

_Match = tuple[Advisory, Affected]


@dataclass(frozen=True)
class Finding:
    """A vulnerability in a component.

    Attributes:
        package: Name of the component in its ecosystem.
        version: Its version.
        names: Of the vulnerability, in all databases.
        severity: One of `sbom.severity.RANKS`.
        fixed: The first version without it; `None`: not known.
        ignored: Why it does not count, if it does not.
    """

    package: str
    version: str
    names: tuple[str, ...]
    severity: str
    fixed: str | None
    ignored: Ignored | None = None


def subjects(components: Iterable[LockedComponent]) -> set[Subject]:
    """What to look for in a database."""
    return {(component.ecosystem, component.title) for component in components if component.ecosystem}


def check(
    components: Iterable[LockedComponent], database: Database, entries: Iterable[Ignored], today: date
) -> list[Finding]:
    """Look up all components; the worst comes first, and what is ignored last.

    Args:
        components: What Stackhouse is made of.
        database: What is known of their packages.
        entries: Vulnerabilities to ignore.
        today: Entries that ended before count no more.
    """
    found = {finding for component in components for finding in _findings(component, database)}
    valid = [entry for entry in entries if entry.until >= today]
    return sorted((_judged(finding, valid) for finding in found), key=_rank)


def _findings(component: LockedComponent, database: Database) -> Iterator[Finding]:
    ecosystem, version = component.ecosystem, component.version
    if ecosystem is None:
        return
    subject = (ecosystem, component.title)
    matches = [
        (advisory, affected)
        for advisory in database.advisories.get(subject, ())
        for affected in advisory.affected
        if affected.package and subject_of(affected.package) == subject and is_affected(affected, ecosystem, version)
    ]
    for same in _grouped(matches):
        fixed = [later for _, affected in same if (later := first_fixed(affected, ecosystem, version))]
        yield Finding(
            package=component.title,
            version=version,
            names=tuple(sorted(frozenset[str]().union(*(advisory.names for advisory, _ in same)))),
            severity=min((severity_of(*match) for match in same), key=RANKS.index),
            fixed=highest(fixed, ecosystem),
        )


def _grouped(matches: Iterable[_Match]) -> list[list[_Match]]:
    """Records of one vulnerability in several databases, which name each other, together."""
    groups: list[list[_Match]] = []
    for match in matches:
        same = [group for group in groups if any(match[0].names & advisory.names for advisory, _ in group)]
        groups = [*(group for group in groups if group not in same), [match, *chain(*same)]]
    return groups


def _judged(finding: Finding, entries: Iterable[Ignored]) -> Finding:
    for entry in entries:
        if entry.package == finding.package and entry.id in finding.names:
            return replace(finding, ignored=entry)
    return finding


def _rank(finding: Finding) -> tuple[bool, int, str, str, tuple[str, ...]]:
    return finding.ignored is not None, RANKS.index(finding.severity), finding.package, finding.version, finding.names
