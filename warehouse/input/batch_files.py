"""The files of one batch, as a user names them: what a directory stands for, and which names can be loaded."""

import re
from collections.abc import Sequence
from pathlib import Path

from warehouse.errors import InputFileError
from warehouse.input.compressed_streams import COMPRESSIONS
from warehouse.input.input_path import InputPath

MAX_FILES = 10_000
"""Files of one batch: each is opened by itself, and is three objects on the NameNode."""

PARQUET = ".parquet"
"""How the name of a Parquet file ends, whatever the case."""

# Spark would read these as text, or decode them by a codec that the rows were not counted with.
_REFUSED_SUFFIXES = {
    *(".zip", ".7z", ".rar", ".tar", ".tgz", ".tbz2", ".xz", ".lzma", ".lzo", ".lz4", ".zst", ".zstd", ".z", ".br"),
    *(".snappy", ".deflate", ".orc", ".avro", ".xls", ".xlsx"),
}
_WORKBOOKS = {".xls", ".xlsx"}
_SHOWN = 5
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# No character that HDFS paths, Hadoop globs, URLs or Spark's origin columns treat specially; Spark reads no file
# whose name begins with `_` or `.` or ends in `._COPYING_`, and says nothing.
_SAFE_NAME = re.compile(r"(?!.*\._COPYING_$)[A-Za-z0-9][A-Za-z0-9._-]*")


def check_files(files: Sequence[Path]) -> list[InputPath]:
    """Refuse whatever cannot be loaded, without reading content.

    Args:
        files: Files as the user gave them; a directory stands for the files in it, which are
            not links; a link among `files` is followed.

    Returns:
        The files in order of their names.

    Raises:
        InputFileError: A file is missing, unreadable, no regular file or a link in a directory, or has a name that
            cannot be used.
    """
    given = [file for path in files for file in _expanded(path)]
    if not given:
        raise InputFileError(f"no files in {', '.join(map(str, files))}" if files else "no files given")
    if len(given) > MAX_FILES:
        raise InputFileError(
            f"{len(given):,} files: a batch has at most {MAX_FILES:,}", "join small files, or load several batches"
        )
    by_name: dict[str, InputPath] = {}
    for path in given:
        # First: a pattern that matched nothing comes here as it was typed.
        _check_readable(path)
        _check_name(path)
        other = by_name.setdefault(path.name, path)
        if other is not path:
            raise InputFileError(
                f"{path} has the same name as {other}: names must be unique within a batch, so rename one"
            )
    return [by_name[name] for name in sorted(by_name)]


def listed(names: Sequence[str]) -> str:
    """The first names of files, and how many more there are."""
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _expanded(path: Path) -> list[InputPath]:
    """The files that a path stands for."""
    if _CONTROL.search(str(path)):
        raise InputFileError(
            f"{str(path)!r}: this file name has control characters", "rename the file or its directory"
        )
    try:
        if path.is_dir():
            return [InputPath(file) for file in sorted(path.iterdir())]
    except OSError as problem:
        raise InputFileError(f"{path} cannot be read: {problem.strerror}") from problem
    return [InputPath(path, is_named=True)]


def _check_name(path: InputPath) -> None:
    if not _SAFE_NAME.fullmatch(path.name):
        raise InputFileError(
            f"{str(path)!r}: this file name is not safe in HDFS and Spark",
            "rename it to ASCII letters, digits, '.', '-' and '_', a letter or digit first",
        )
    suffix = path.suffix
    content = Path(path.path.stem).suffix if suffix in COMPRESSIONS else suffix
    if content.lower() == PARQUET and suffix in COMPRESSIONS:
        raise InputFileError(f"{path}: Parquet compresses itself", f"unpack it to a file that ends in {PARQUET}")
    if content.lower() in _REFUSED_SUFFIXES:
        is_workbook = content.lower() in _WORKBOOKS
        remedy = "save each sheet as CSV" if is_workbook else "unpack it to text, or to text in .gz or .bz2"
        raise InputFileError(f"{path}: {content} files cannot be loaded", remedy)
    if suffix.lower() in COMPRESSIONS and suffix not in COMPRESSIONS:
        raise InputFileError(f"{path}: Spark knows {suffix.lower()} only in lower case", "rename the file")


def _check_readable(path: InputPath) -> None:
    try:
        path.check()
    except OSError as problem:
        raise InputFileError(f"{path} cannot be read: {problem.strerror}") from problem
