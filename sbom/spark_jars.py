"""The jars inside the Python package pyspark, which the locks hold as a whole.

Usage: .venv/bin/python -m sbom.spark_jars        writes the list of the pyspark that is installed
"""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from hadoop.jars.coordinates import Coordinates
from hadoop.jars.lock import digest_of
from sbom.component import LockedComponent, maven_component
from spark.launch import spark_jars
from warehouse.errors import SetupError

LIST = Path(__file__).with_name("spark_jars.txt")
"""Sorted lines: Maven coordinates, a blank, SHA-256. Groups that a jar does not say itself were written by hand."""

_PROPERTIES = re.compile(r"META-INF/maven/[^/]+/[^/]+/pom\.properties")
_PLACE = "pyspark/jars"


def listed_spark_jars() -> list[LockedComponent]:
    """Each jar of the list."""
    return [maven_component(known, digest, [f"{_PLACE}/{known.file}"]) for known, digest in _read_list().items()]


def write_list() -> None:
    """List the jars of the installed pyspark.

    Raises:
        SetupError: A jar does not say of which group it is, and the list has no version of it.
    """
    groups = {known.artifact: known.group for known in _read_list()}
    lines = [f"{_identify(jar, groups)} {digest_of(jar)}\n" for jar in spark_jars().glob("*.jar")]
    LIST.write_text("".join(sorted(lines)))


def _read_list() -> dict[Coordinates, str]:
    lines = [line.split() for line in LIST.read_text().splitlines()]
    return {Coordinates.parse(text): digest for text, digest in lines}


def _identify(jar: Path, groups: dict[str, str]) -> Coordinates:
    for group, artifact, version in _told_by(jar):
        file = re.fullmatch(rf"{re.escape(f'{artifact}-{version}')}(?:-(?P<classifier>.+))?", jar.stem)
        if file:
            return Coordinates(group, artifact, "jar", file["classifier"] or "", version)
    name = max((known for known in groups if re.match(rf"{re.escape(known)}-\d", jar.name)), key=len, default="")
    if not name:
        raise SetupError(
            f"{jar.name} does not say of which group it is", f"add a line for it to {LIST}, and run this again"
        )
    return Coordinates(groups[name], name, "jar", "", jar.stem.removeprefix(f"{name}-"))


def _told_by(jar: Path) -> Iterator[tuple[str, str, str]]:
    """Group, artifact and version of the jar itself, and of what was packed into it."""
    with zipfile.ZipFile(jar) as content:
        for name in filter(_PROPERTIES.fullmatch, content.namelist()):
            text = content.read(name).decode("latin-1")
            told = dict(re.findall(r"(?m)^(groupId|artifactId|version)\s*=\s*(\S+?)\s*$", text))
            yield told.get("groupId", ""), told.get("artifactId", ""), told.get("version", "")


if __name__ == "__main__":
    write_list()
