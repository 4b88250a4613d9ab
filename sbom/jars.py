"""The jars and scripts of Hadoop, Hive, Tez and the KDC, by the lock of `hadoop.jars`."""

from collections import defaultdict
from pathlib import PurePosixPath

from hadoop.jars.coordinates import COORDINATES, Coordinates, read_coordinates
from hadoop.jars.lock import LOCK, read_lock
from sbom.component import LockedComponent, maven_component
from warehouse.errors import SetupError

_ARTIFACTS = {".jar", ".pom"}
"""Suffixes of what Maven puts on class paths; the rest are scripts, unpacked from an archive."""


def locked_jars() -> list[LockedComponent]:
    """Each jar once, although most lie on several class paths, and each script.

    Raises:
        SetupError: A jar has no coordinates.
    """
    places = defaultdict(list)
    for place, digest in read_lock().items():
        path = PurePosixPath(place)
        places[path.name if path.suffix in _ARTIFACTS else place, digest].append(place)
    known = read_coordinates()
    return [
        maven_component(_of(name, known), digest, found)
        if PurePosixPath(name).suffix in _ARTIFACTS
        else LockedComponent(name, "", (digest,), places=(name,))
        for (name, digest), found in places.items()
    ]


def _of(file: str, known: dict[str, Coordinates]) -> Coordinates:
    if file not in known:
        raise SetupError(
            f"{LOCK.name} has {file}, and {COORDINATES.name} does not say what it is",
            "write it again: .venv/bin/python -m hadoop.jars.coordinates",
        )
    return known[file]
