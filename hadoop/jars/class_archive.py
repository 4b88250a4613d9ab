"""Archives of classes: a JVM maps what the one before it loaded, instead of reading and checking every class again.

Java calls it class-data sharing. A JVM writes a dynamic archive when it exits (`-XX:ArchiveClassesAtExit`), and ignores
one that does not fit its JDK or its class path. A JVM that is to write one is a third slower, so the first of a stack,
for which people wait, writes none.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil

from hadoop.artifacts import artifact_directory
from warehouse.file_stamps import stamp
from warehouse.settings import Settings

_WHOLE = (0xF00BABA8).to_bytes(4, "little")
"""`CDS_DYNAMIC_ARCHIVE_MAGIC` of the JDK's cds.h. The header is written last, so half an archive begins with zeros."""
_DIGITS = 12
_WRITES = "-XX:ArchiveClassesAtExit="


def archive_options(settings: Settings, java_home: Path, process: str, jars: Path, *, has_run: bool) -> str:
    """Options of a JVM that uses its archive, or writes one at the end if there is none yet; empty when turned off.

    Args:
        settings: Settings of the stack.
        java_home: Home of its Java.
        process: What kind of process it is, a name without `-`; each loads classes of its own.
        jars: Directory whose jars are its class path.
        has_run: One of its kind ran before: only then it writes an archive.
    """
    use = use_options(settings, java_home, process, jars)
    directory = _directory(settings)
    if use or not has_run or not settings.class_archives or not os.access(directory.parent, os.W_OK):
        return use
    directory.mkdir(exist_ok=True)
    archive = _path(settings, java_home, process, jars)
    # It would name each of the many classes that it leaves out.
    return f"{_WRITES}{archive}{_suffix(settings)} -Xlog:cds*=off"


def use_options(settings: Settings, java_home: Path, process: str, jars: Path) -> str:
    """As `archive_options`, for a JVM that writes none: empty as long as there is no archive."""
    if not settings.class_archives:
        return ""
    archive = _path(settings, java_home, process, jars)
    return f"-XX:SharedArchiveFile={archive}" if archive.is_file() else ""


def keep_archive(settings: Settings, process: str) -> None:
    """Put the archive that a process wrote in its place, if it is whole, and remove those of other JDKs and jars."""
    for written in _written(settings, process):
        if not _is_whole(written):
            continue
        for old in _directory(settings).glob(f"{process}-*.jsa"):
            old.unlink(missing_ok=True)
        written.replace(written.with_suffix(""))


def writes_archive(pid: int) -> bool:
    """Whether a running JVM writes an archive when it ends."""
    with suppress(psutil.NoSuchProcess):
        return any(word.startswith(_WRITES) for word in psutil.Process(pid).cmdline())
    return False


def discard_archive(settings: Settings, process: str) -> None:
    """Remove what a process wrote that ended before it had done its work: it has few of the classes."""
    for written in _written(settings, process):
        written.unlink(missing_ok=True)


def _directory(settings: Settings) -> Path:
    return artifact_directory(settings) / "archives"


def _path(settings: Settings, java_home: Path, process: str, jars: Path) -> Path:
    return _directory(settings) / f"{process}-{_fingerprint(java_home, jars)}.jsa"


def _suffix(settings: Settings) -> str:
    """Suffix of what processes of this stack write; others may share the jars."""
    return f".{hashlib.sha256(bytes(settings.home)).hexdigest()[:_DIGITS]}"


def _written(settings: Settings, process: str) -> Iterator[Path]:
    return _directory(settings).glob(f"{process}-*.jsa{_suffix(settings)}")


def _is_whole(archive: Path) -> bool:
    with archive.open("rb") as content:
        return content.read(len(_WHOLE)) == _WHOLE


def _fingerprint(java_home: Path, jars: Path) -> str:
    """What an archive depends on: the JDK, and order, name, size and time of the jars."""
    # Java puts the jars of a wildcard on its class path in the order of the directory.
    with os.scandir(jars) as entries:
        return stamp((java_home / "bin" / "java", *map(Path, entries)))[:_DIGITS]
