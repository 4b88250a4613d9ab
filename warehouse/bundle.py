"""Many small files of one kind, read together from a copy of most of them.

HDFS takes two requests for each file, and a dataset that is loaded daily has thousands of manifests and events. Which
files there are is what their directory says; the copy only saves reading them, and is made again when it is missing or
damaged. `keep` makes it, holding the lock of the dataset.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from warehouse.document import read, write
from warehouse.errors import DocumentError, NotFoundError
from warehouse.storage import Storage

_MAX_APART = 16
"""Files that are read one by one before the copy is made again: few enough to be read at once."""


@dataclass(frozen=True)
class Bundle:
    """A copy of small files.

    Attributes:
        contents: Content of each by its path.
    """

    contents: dict[str, str] = field(default_factory=dict)


def read_bundled(storage: Storage, bundle: str, paths: Iterable[str]) -> dict[str, bytes]:
    """Content of files by path, in the order of the paths.

    Args:
        storage: Where they are.
        bundle: Path of the copy.
        paths: The files.

    Raises:
        NotFoundError: One of them is not there.
    """
    wanted = list(paths)
    # Without many of them a copy is not looked for.
    copied = _read(storage, bundle) if len(wanted) > _MAX_APART else {}
    apart = storage.read_all([path for path in wanted if path not in copied])
    found = {**apart, **{path: copied[path].encode() for path in wanted if path in copied}}
    # What is missing is asked for once more, which says so.
    return {path: found[path] if path in found else storage.read(path) for path in wanted}


def keep(storage: Storage, bundle: str, paths: Iterable[str], check: Callable[[bytes, str], object]) -> None:
    """Bring the copy up to date if much is missing in it, or anything in it is gone.

    Args:
        storage: Where the files are; the caller holds the lock of the dataset.
        bundle: Path of the copy.
        paths: All files that belong into it; their content does not change, or who changes it calls `discard` before.
        check: Reads a file; what it refuses with `DocumentError` is not copied, so that it can be repaired.
    """
    wanted = set(paths)
    copied = _read(storage, bundle)
    kept = {path: text for path, text in copied.items() if path in wanted}
    missing = sorted(wanted - kept.keys())
    if len(missing) <= _MAX_APART and len(kept) == len(copied):
        return
    contents = {**kept, **_checked(storage.read_all(missing), check)}
    if contents != copied:
        storage.replace(bundle, write(Bundle(contents)))


def discard(storage: Storage, bundle: str) -> None:
    """Forget the copy: a file of it is about to change."""
    storage.delete(bundle)


def _read(storage: Storage, bundle: str) -> dict[str, str]:
    with suppress(NotFoundError, DocumentError):
        return read(Bundle, storage.read(bundle), bundle).contents
    return {}


def _checked(contents: Mapping[str, bytes], check: Callable[[bytes, str], object]) -> dict[str, str]:
    found = dict[str, str]()
    for path, content in contents.items():
        with suppress(DocumentError, UnicodeDecodeError):
            check(content, path)
            found[path] = content.decode()
    return found
