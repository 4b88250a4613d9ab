"""A file or package that Stackhouse brings, as the locks have it."""

from dataclasses import dataclass
from typing import Literal

from hadoop.jars.coordinates import Coordinates

Ecosystem = Literal["Maven", "PyPI"]
"""As databases of vulnerabilities call them."""


@dataclass(frozen=True)
class LockedComponent:
    """What one or several lines of a lock name.

    Attributes:
        name: Artifact, package, or path of a file that is part of no package.
        version: Its version; empty for a mere file.
        group: Group of a Maven artifact.
        ecosystem: Where it is from; `None` for a mere file.
        qualifiers: Of its package URL: what tells files of one artifact apart.
        digests: SHA-256 that the lock allows; of a Python package one for each of its files.
        places: Where it lies, below the directory of the jars.
        needed: The stack does not run without it; else it is for tests, examples and maintainers.
    """

    name: str
    version: str
    digests: tuple[str, ...]
    ecosystem: Ecosystem | None = None
    group: str = ""
    qualifiers: tuple[tuple[str, str], ...] = ()
    places: tuple[str, ...] = ()
    needed: bool = True

    @property
    def title(self) -> str:
        """Name in its ecosystem, as vulnerabilities are filed under it."""
        return f"{self.group}:{self.name}" if self.group else self.name


def maven_component(coordinates: Coordinates, digest: str, places: list[str]) -> LockedComponent:
    """A jar, or what else Maven knows by coordinates.

    Args:
        coordinates: Its name.
        digest: SHA-256 of its file.
        places: Where it lies.
    """
    # A package URL without a type is that of a jar.
    packaging = "" if coordinates.packaging == "jar" else coordinates.packaging
    told = (("classifier", coordinates.classifier), ("type", packaging))
    return LockedComponent(
        name=coordinates.artifact,
        version=coordinates.version,
        digests=(digest,),
        ecosystem="Maven",
        group=coordinates.group,
        qualifiers=tuple((key, value) for key, value in told if value),
        places=tuple(places),
    )
