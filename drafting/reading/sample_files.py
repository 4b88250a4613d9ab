"""The files that a draft looks at: of many the first, the last and some between."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from drafting.reading.source import kind_of
from warehouse.errors import EmptyFileError, InputFileError
from warehouse.input.batch_files import check_files, listed
from warehouse.input.input_path import InputPath

MAX_SAMPLED_FILES = 20
"""Files that a draft reads."""


@dataclass(frozen=True)
class SampleFiles:
    """Files to draft from.

    Attributes:
        kind: `csv`, `jsonl` or `parquet`.
        count: Files that were given, as `load` would take them.
        chosen: Files to read, in order of their names.
        empty: Names of files without a byte.
    """

    kind: str
    count: int
    chosen: tuple[InputPath, ...]
    empty: tuple[str, ...]


def choose_files(given: Sequence[Path]) -> SampleFiles:
    """Choose from what a user names.

    Args:
        given: Files and directories.

    Raises:
        InputFileError: `load` would take none of them, or they are not of one kind.
    """
    # The name of a single file is a doubt, not an error: nothing is loaded yet.
    is_one = len(given) == 1 and not given[0].is_dir()
    files = [InputPath(given[0], is_named=True)] if is_one else check_files(given)
    sizes = {path: 1 if is_one else path.path.stat().st_size for path in files}
    full = [path for path in files if sizes[path]]
    empty = tuple(path.name for path in files if not sizes[path])
    if not full:
        raise EmptyFileError(f"all {len(files):,} files are empty: {listed(empty)}")
    return SampleFiles(_kind(full), len(files), tuple(_spread(full)), empty)


def _kind(files: Sequence[InputPath]) -> str:
    kinds = {kind_of(path): path for path in reversed(files)}
    if len(kinds) > 1:
        (one, path), (other, other_path), *_ = sorted(kinds.items())
        raise InputFileError(
            f"{path} is {one} and {other_path} is {other}: a draft needs files of one kind", "name those of one kind"
        )
    return next(iter(kinds))


def _spread(files: Sequence[InputPath]) -> list[InputPath]:
    """At most `MAX_SAMPLED_FILES`, evenly spread from the first to the last."""
    count = min(len(files), MAX_SAMPLED_FILES)
    return [files[place * (len(files) - 1) // max(count - 1, 1)] for place in range(count)]
