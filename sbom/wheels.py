"""The Python packages, by the locks in requirements/."""

from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from sbom.component import LockedComponent
from warehouse.settings import REPOSITORY

LOCK = REPOSITORY / "requirements" / "all.lock"
"""All of .venv."""

_NEEDED = REPOSITORY / "requirements" / "edge.lock"
"""What the command line, the client and Spark's driver need."""

_HASH = "--hash=sha256:"


def locked_wheels() -> list[LockedComponent]:
    """Each Python package, with the SHA-256 of each of its files that the index has."""
    needed = {name for name, _, _ in _entries(_NEEDED)}
    return [
        LockedComponent(name, version, digests, ecosystem="PyPI", needed=name in needed)
        for name, version, digests in _entries(LOCK)
    ]


def _entries(lock: Path) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Name, version and digests of each package."""
    for line in lock.read_text().replace("\\\n", " ").splitlines():
        text, *digests = line.split(_HASH)
        wanted = Requirement(text.strip())
        (pin,) = wanted.specifier
        yield canonicalize_name(wanted.name), pin.version, tuple(digest.strip() for digest in digests)
