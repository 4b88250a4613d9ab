"""Jars that do not belong together on one class path."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from warehouse.finding import Finding

_HADOOP = re.compile(
    # Hadoop's own modules: hadoop-shaded-* and Tez's hadoop-shim have versions of their own.
    r"hadoop-(?:annotations|auth|aws|azure|client|common|distcp|hdfs|mapreduce|registry|yarn)(?:-[a-z]+)*"
    r"-(\d[\w.-]*?)(?:-tests)?\.jar"
)
_BINDINGS = ("org/slf4j/impl/StaticLoggerBinder.class", "META-INF/services/org.slf4j.spi.SLF4JServiceProvider")
"""What a binding of slf4j 1 and of slf4j 2 has in it."""


def class_path_conflicts(directories: Mapping[str, Path], remedies: Mapping[str, str]) -> list[Finding]:
    """Look through the jars of each class path.

    Args:
        directories: Where the jars are, by whose class path it is.
        remedies: What to do about a jar that should not be there, by the same.
    """
    found = []
    for owner, directory in directories.items():
        jars = sorted(directory.glob("*.jar"))
        for problem in (*_versions(jars), *_bindings(jars)):
            text = f"class path of {owner}, {directory}: {problem}"
            found.append(Finding("class path", text, remedies[owner]))
    return found


def _versions(jars: Sequence[Path]) -> list[str]:
    by_version = defaultdict[str, list[str]](list)
    for jar in jars:
        if match := _HADOOP.fullmatch(jar.name):
            by_version[match[1]].append(jar.name)
    if len(by_version) < 2:  # noqa: PLR2004 - one is as it should be
        return []
    # The odd ones out come first: there are few of them.
    few = sorted(by_version.items(), key=lambda item: len(item[1]))
    return ["jars of several Hadoop versions: " + "; ".join(f"{version} ({names[0]})" for version, names in few)]


def _bindings(jars: Sequence[Path]) -> list[str]:
    bindings, damaged = list[str](), list[str]()
    for jar in jars:
        try:
            with ZipFile(jar) as content:
                if any(name in content.NameToInfo for name in _BINDINGS):
                    bindings.append(jar.name)
        except (BadZipFile, OSError):
            damaged.append(f"{jar.name} is damaged")
    if len(bindings) > 1:
        damaged.append(f"more than one slf4j binding, so logs may go to any of them: {', '.join(bindings)}")
    return damaged
