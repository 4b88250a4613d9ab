"""Many small files of one kind, read together from a copy of most of them.

HDFS takes two requests for each file, and a dataset that is loaded daily has thousands of manifests and events. Which
files there are is what their directory says; the copy only saves reading them, and is made again when it is missing or
damaged. `keep` makes it, holding the lock of the dataset.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from warehouse.document import read, write
from warehouse.errors import DocumentError, NotFoundError
from warehouse.storage import Storage

MAX_APART = 16
"""Files that are read one by one before the copy is made again: few enough to be read at once."""

Digest = Callable[[bytes, str], bytes]
"""What is kept of the content of a file at a path; raises `DocumentError` for one that is damaged."""


@dataclass(frozen=True)
class Bundle:
    """A copy of small files.

    Attributes:
        contents: What is kept of each by its path.
    """

    contents: dict[str, str] = field(default_factory=dict)


def verbatim(check: Callable[[bytes, str], object]) -> Digest:
    """Keep a file as it is, if `check` can read it: a damaged one is read again when it was repaired."""

    def digest(content: bytes, path: str) -> bytes:
        check(content, path)
        return content

    return digest


def read_bundled(
    storage: Storage, bundle: str, paths: Iterable[str], digest: Digest, max_apart: int = MAX_APART
) -> dict[str, bytes]:
    """What is kept of files by path, in the order of the paths.

    Args:
        storage: Where they are.
        bundle: Path of the copy.
        paths: The files.
        digest: As for `keep`.
        max_apart: So many files are read without looking for a copy.

    Raises:
        NotFoundError: One of them is not there.
        DocumentError: One of them is damaged.
    """
    wanted = list(paths)
    copied = _read(storage, bundle) if len(wanted) > max_apart else {}
    apart = _digested(storage, [path for path in wanted if path not in copied], digest)
    return {path: copied[path].encode() if path in copied else apart[path] for path in wanted}


def keep(storage: Storage, bundle: str, paths: Iterable[str], digest: Digest, max_apart: int = MAX_APART) -> None:
    """Bring the copy up to date if much is missing in it, or anything in it is gone.

    Args:
        storage: Where the files are; the caller holds the lock of the dataset.
        bundle: Path of the copy.
        paths: All files that belong into it; their content does not change, or who changes it calls `discard` before.
        digest: What is kept of each; a damaged one is left out.
        max_apart: So many may be missing.
    """
    wanted = set(paths)
    copied = _read(storage, bundle)
    kept = {path: text for path, text in copied.items() if path in wanted}
    missing = sorted(wanted - kept.keys())
    if len(missing) <= max_apart and len(kept) == len(copied):
        return
    contents = kept | _readable(storage, missing, digest)
    if contents != copied:
        storage.replace(bundle, write(Bundle(contents)))


def discard(storage: Storage, bundle: str) -> None:
    """Forget the copy: a file of it is about to change."""
    storage.delete(bundle)


def _read(storage: Storage, bundle: str) -> dict[str, str]:
    with suppress(NotFoundError, DocumentError):
        return read(Bundle, storage.read(bundle), bundle).contents
    return {}


def _digested(storage: Storage, paths: Sequence[str], digest: Digest) -> dict[str, bytes]:
    found = storage.read_all(paths)
    # What is missing is asked for once more, which says so.
    return {path: digest(found[path] if path in found else storage.read(path), path) for path in paths}


def _readable(storage: Storage, paths: Sequence[str], digest: Digest) -> dict[str, str]:
    found = dict[str, str]()
    # A few at a time: of large files only the digests are held.
    for start in range(0, len(paths), MAX_APART):
        for path, content in storage.read_all(paths[start : start + MAX_APART]).items():
            with suppress(DocumentError, UnicodeDecodeError):
                found[path] = digest(content, path).decode()
    return found
