"""Finds out whether files changed, without reading them."""

import hashlib
from collections.abc import Iterable
from pathlib import Path


def stamp(paths: Iterable[Path]) -> str:
    """A digest of paths, sizes and times of change; their order counts.

    Raises:
        OSError: One of the files is gone.
    """
    found = hashlib.sha256()
    for path in paths:
        about = path.stat()
        found.update(f"{path} {about.st_size} {about.st_mtime_ns}\n".encode())
    return found.hexdigest()
