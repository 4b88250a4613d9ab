"""Maven coordinates of the jars in the lock beside this module, as Maven resolved them.

A file of the lock has no group, and many jars do not say theirs either.

Usage: .venv/bin/python -m hadoop.jars.coordinates        asks Maven and writes them
"""

import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from warehouse.settings import REPOSITORY

COORDINATES = Path(__file__).with_name("coordinates.txt")
"""Sorted lines as Maven writes them: group, artifact, type, classifier where there is one, version."""

_RESOLVED = re.compile(r"^ +(?P<coordinates>\S+):(?:compile|runtime)\b", re.MULTILINE)
"""A line of `dependency:list`, with the scope after the coordinates."""


@dataclass(frozen=True)
class Coordinates:
    """What Maven calls an artifact."""

    group: str
    artifact: str
    packaging: str
    classifier: str
    version: str

    @classmethod
    def parse(cls, text: str) -> "Coordinates":
        """Read `group:artifact:type:version` or `group:artifact:type:classifier:version`."""
        group, artifact, packaging, *classifier, version = text.split(":")
        return cls(group, artifact, packaging, "".join(classifier), version)

    def __str__(self) -> str:
        """As Maven writes it."""
        return ":".join(
            part for part in (self.group, self.artifact, self.packaging, self.classifier, self.version) if part
        )

    @property
    def file(self) -> str:
        """Name of its file, as `dependency:copy-dependencies` gives it."""
        classifier = f"-{self.classifier}" if self.classifier else ""
        return f"{self.artifact}-{self.version}{classifier}.{self.packaging}"


def read_coordinates() -> dict[str, Coordinates]:
    """Coordinates by the name of the file."""
    found = map(Coordinates.parse, COORDINATES.read_text().splitlines())
    return {coordinates.file: coordinates for coordinates in found}


def write_coordinates() -> None:
    """Ask Maven what it resolves for the class paths, and keep that."""
    with tempfile.TemporaryDirectory() as directory:
        answer = Path(directory) / "resolved.txt"
        options = ["-DincludeScope=runtime", f"-DoutputFile={answer}", "-DappendOutput=true"]
        command = [
            "mvn",
            "-B",
            "-C",
            "-q",
            "-Dstyle.color=never",
            "-f",
            str(REPOSITORY / "pom.xml"),
            "dependency:list",
            *options,
        ]
        subprocess.run(command, check=True)
        resolved = {match["coordinates"] for match in _RESOLVED.finditer(answer.read_text())}
    COORDINATES.write_text("".join(f"{coordinates}\n" for coordinates in sorted(resolved)))


if __name__ == "__main__":
    write_coordinates()
