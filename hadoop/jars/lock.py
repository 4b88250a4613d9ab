"""The SHA-256 of every jar and script that Maven brings: what the lock beside this module says against what is there.

Usage: .venv/bin/python -m hadoop.jars.lock DIRECTORY        writes the lock of the jars there
"""

import hashlib
import json
import sys
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from warehouse.errors import SetupError
from warehouse.file_stamps import file_stamp

LOCK = Path(__file__).with_name("jars.sha256")
"""Sorted lines as sha256sum writes them: digest, two spaces, class path and jar."""

TEZ_ARCHIVE = "tez.tar"
"""The jars of `tez`, once they are packed."""

VERIFIED = "verified.json"
"""Beside the jars: of each file its digests, and size, times and inode as they were then."""

_PLACES = ("hadoop", "hive", "kdc", "metastore/scripts", "tez")
_OURS = {"hadoop/stackhouse-hadoop-guard.jar", "hive/stackhouse-hive-hooks.jar", "kdc/stackhouse-kdc.jar"}
"""Compiled here; their sources are part of the name of the directory."""

_Digests = dict[str, str]
_Verified = dict[str, tuple[str, _Digests]]


def check_jars(directory: Path) -> None:
    """Refuse jars that are not those of the lock; only files that changed since the last time are read.

    Args:
        directory: Has a directory for each class path.

    Raises:
        SetupError: A jar is another one, missing, or not in the lock; names it and both digests.
    """
    expected, found = read_lock(), _digests(directory)
    for name in sorted(expected.keys() | found.keys()):
        if expected.get(name) != found.get(name):
            raise SetupError(
                f"{directory / name} is not what {LOCK.name} says: expected SHA-256 {expected.get(name, 'none')}, "
                f"found {found.get(name, 'none')}",
                f"do not use it: remove {directory} and {Path(name).name} in ~/.m2/repository, "
                "and run ./stackhouse up, which fetches it again",
            )


def write_lock(directory: Path) -> None:
    """Make what is in a directory the lock."""
    lines = [f"{digest}  {name}\n" for name, digest in sorted(_digests(directory).items())]
    LOCK.write_text("".join(lines))


def read_lock() -> dict[str, str]:
    """SHA-256 by class path and file."""
    lines = LOCK.read_text().splitlines()
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}


def _digests(directory: Path) -> _Digests:
    """Digests of all files there, of unchanged ones as they were noted."""
    noted = _read_noted(directory)
    found = {name: _look_at(directory, name, noted) for name in _names(directory)}
    if found != noted:
        _note(directory, found)
    return {name: digest for _, digests in found.values() for name, digest in digests.items()}


def _names(directory: Path) -> Iterator[str]:
    for place in _PLACES:
        for path in sorted((directory / place).rglob("*")):
            name = str(path.relative_to(directory))
            if name not in _OURS and not path.is_dir():
                yield name
    if (directory / TEZ_ARCHIVE).exists():
        yield TEZ_ARCHIVE


def _look_at(directory: Path, name: str, noted: Mapping[str, tuple[str, _Digests]]) -> tuple[str, _Digests]:
    path = directory / name
    now = file_stamp(path)
    if name in noted and noted[name][0] == now:
        return noted[name]
    return now, _members(path) if name == TEZ_ARCHIVE else {name: digest_of(path)}


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _members(path: Path) -> _Digests:
    with tarfile.open(path) as archive:
        return {f"tez/{member.name}": _member_digest(archive, member) for member in archive}


def _member_digest(archive: tarfile.TarFile, member: tarfile.TarInfo) -> str:
    content: Any = archive.extractfile(member)
    return hashlib.sha256(content.read() if content else b"").hexdigest()


def _read_noted(directory: Path) -> _Verified:
    with suppress(OSError, ValueError, TypeError, AttributeError):
        noted = json.loads((directory / VERIFIED).read_text())
        return {name: (str(stamp), dict(digests)) for name, (stamp, digests) in noted.items()}
    return {}


def _note(directory: Path, found: _Verified) -> None:
    fresh = directory / f"{VERIFIED}.incomplete"
    # Another account may use the jars and not write here: it reads them each time.
    with suppress(OSError):
        fresh.write_text(json.dumps(found))
        fresh.replace(directory / VERIFIED)


if __name__ == "__main__":
    write_lock(Path(sys.argv[1]))
