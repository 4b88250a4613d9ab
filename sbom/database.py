"""A database of known vulnerabilities, as files on this machine."""

import zipfile
import zlib
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from packaging.utils import canonicalize_name

from sbom.advisory import Advisory, AffectedPackage, parse_advisory
from warehouse.errors import UsageError, one_line

Subject = tuple[str, str]
"""An ecosystem and a package in it."""


@dataclass(frozen=True)
class Database:
    """What a database says of some packages.

    Attributes:
        advisories: By package, those that are not withdrawn.
        records: Number of records by ecosystem, about whatever package.
        newest: When the last of them was changed.
    """

    advisories: dict[Subject, list[Advisory]]
    records: Counter[str]
    newest: datetime


def read_database(path: Path, subjects: Collection[Subject]) -> Database:
    """Read a database.

    Args:
        path: A JSON file, a zip file of them, or a directory with both at any depth.
        subjects: Packages to look for.

    Raises:
        UsageError: It cannot be read, has another form, or knows nothing of an ecosystem of the packages.
    """
    latest: dict[str, Advisory] = {}
    records: Counter[str] = Counter()
    newest = datetime.min.replace(tzinfo=UTC)
    for source, content in _files(path):
        advisory = parse_advisory(content, source)
        about = _subjects(advisory)
        records.update({ecosystem for ecosystem, _ in about})
        newest = max(newest, advisory.modified)
        # Of two that have the same id, the one that was changed later counts.
        if not about.isdisjoint(subjects) and _is_later(advisory, latest.get(advisory.id)):
            latest[advisory.id] = advisory
    _check_ecosystems(path, records, subjects)
    return Database(_by_subject(latest.values()), records, newest)


def subject_of(package: AffectedPackage) -> Subject:
    """A package of a record, with its name as PyPI compares names."""
    ecosystem, _, _ = package.ecosystem.partition(":")
    return ecosystem, canonicalize_name(package.name) if ecosystem == "PyPI" else package.name


def _subjects(advisory: Advisory) -> set[Subject]:
    return {subject_of(affected.package) for affected in advisory.affected if affected.package}


def _is_later(advisory: Advisory, known: Advisory | None) -> bool:
    return known is None or advisory.modified > known.modified


def _by_subject(advisories: Collection[Advisory]) -> dict[Subject, list[Advisory]]:
    found: dict[Subject, list[Advisory]] = {}
    for advisory in advisories:
        if advisory.withdrawn is None:
            for subject in _subjects(advisory):
                found.setdefault(subject, []).append(advisory)
    return found


def _check_ecosystems(path: Path, records: Counter[str], subjects: Collection[Subject]) -> None:
    for ecosystem in sorted({ecosystem for ecosystem, _ in subjects}):
        if not records[ecosystem]:
            raise UsageError(
                f"{path} has no record of {ecosystem}, so nothing from there would be looked up",
                f"add the records of {ecosystem}",
            )


def _files(path: Path) -> Iterator[tuple[str, bytes]]:
    """Each record with the place that it is from."""
    try:
        if path.is_dir():
            for each in sorted((*path.rglob("*.json"), *path.rglob("*.zip"))):
                yield from _files(each)
        elif path.suffix == ".zip":
            yield from _members(path)
        else:
            yield str(path), path.read_bytes()
    except OSError as problem:
        raise UsageError(f"{problem.filename or path} cannot be read: {problem.strerror}") from problem


def _members(path: Path) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.endswith(".json"):
                    yield f"{path}/{name}", archive.read(name)
    # RuntimeError: encrypted, or compressed in a way that Python does not know.
    except (zipfile.BadZipFile, EOFError, RuntimeError, zlib.error) as problem:
        raise UsageError(one_line(f"{path} is not a zip file that can be read: {problem}")) from problem
