"""The files given to `load`: which are fit to be loaded, and what is in them."""

import bz2
import gzip
import hashlib
import io
import re
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any, BinaryIO, Literal, cast

from ingestion.header import check_header
from ingestion.text_lines import LineCounter
from warehouse.batch import BatchFile
from warehouse.contract import Contract
from warehouse.errors import InputFileError

CHUNK_BYTES = 1024 * 1024
"""Bytes of a file that are held at a time; also the longest header line."""

Progress = Callable[[Literal["check", "send"], int], None]
"""Told after each piece of a file: the phase, and the bytes (as stored, compressed or not) that the piece had."""

_OPENERS: dict[str, Callable[[BinaryIO], IO[bytes]]] = {
    ".gz": lambda file: cast(IO[bytes], gzip.GzipFile(fileobj=file)),
    ".bz2": lambda file: cast(IO[bytes], bz2.BZ2File(file)),
}
# Spark would read these as text, or decode them by a codec that nobody counted the rows with.
_REFUSED_SUFFIXES = {
    *(".zip", ".7z", ".rar", ".tar", ".tgz", ".tbz2", ".xz", ".lzma", ".lzo", ".lz4", ".zst", ".zstd", ".z", ".br"),
    *(".snappy", ".deflate", ".parquet", ".orc", ".avro", ".xls", ".xlsx"),
}
# No character that HDFS paths, Hadoop globs, URLs or Spark's origin columns treat specially; Spark reads no file
# whose name begins with `_` or `.` or ends in `._COPYING_`, and says nothing.
_SAFE_NAME = re.compile(r"(?!.*\._COPYING_$)[A-Za-z0-9][A-Za-z0-9._-]*")


def check_files(files: Sequence[Path]) -> list[Path]:
    """Refuse whatever cannot be loaded, without reading content.

    Args:
        files: As the user gave them.

    Returns:
        The files in order of their names.

    Raises:
        InputFileError: A file is missing, empty or no regular file, or has a name that cannot be used.
    """
    if not files:
        raise InputFileError("no files given")
    by_name: dict[str, Path] = {}
    for path in files:
        _check_name(path)
        _check_content(path)
        other = by_name.setdefault(path.name, path)
        if other is not path:
            raise InputFileError(f"{path} has the same name as {other}: names are unique within a batch, rename one")
    return [by_name[name] for name in sorted(by_name)]


def describe_file(path: Path, contract: Contract, progress: Progress) -> BatchFile:
    """Read a whole file once: its header is checked, its rows counted, its bytes hashed.

    Args:
        path: A file that `check_files` accepts.
        contract: What its columns must be.
        progress: Told about every piece read, phase `check`.

    Raises:
        InputFileError: It cannot be read or uncompressed to its end, or its header does not fit.
    """
    lines = LineCounter()
    try:
        with path.open("rb", buffering=0) as file:
            source = _HashedFile(file, progress)
            _count_lines(path, source, contract, lines)
    except (OSError, EOFError, zlib.error) as problem:
        raise InputFileError(f"{path} cannot be read to its end: {problem}") from problem
    compressed = path.suffix in _OPENERS
    return BatchFile(
        name=path.name,
        size=source.size,
        sha256=source.sha256.hexdigest(),
        rows=lines.rows - int(contract.input_format.header),
        split_lines=() if compressed else tuple(lines.split_lines),
    )


def _count_lines(path: Path, source: "_HashedFile", contract: Contract, lines: LineCounter) -> None:
    buffered = io.BufferedReader(source, CHUNK_BYTES)
    text = _OPENERS[path.suffix](buffered) if path.suffix in _OPENERS else buffered
    chunk = text.read(CHUNK_BYTES)
    if not chunk:
        raise InputFileError(f"{path} is empty once it is uncompressed")
    check_header(path, chunk, contract)
    while chunk:
        lines.update(chunk)
        chunk = text.read(CHUNK_BYTES)
    # bz2 leaves alone what follows its last stream; it is part of the file all the same.
    while buffered.read(CHUNK_BYTES):
        pass


def _check_name(path: Path) -> None:
    if not _SAFE_NAME.fullmatch(path.name):
        raise InputFileError(
            f"{str(path)!r}: this file name is not safe in HDFS and Spark; "
            "rename it to ASCII letters, digits, '.', '-' and '_', a letter or digit first"
        )
    suffix = path.suffix
    content = Path(path.stem).suffix if suffix in _OPENERS else suffix
    if content.lower() in _REFUSED_SUFFIXES:
        raise InputFileError(f"{path}: {content} files cannot be loaded; unpack it to text, or to text in .gz or .bz2")
    if suffix.lower() in _OPENERS and suffix not in _OPENERS:
        raise InputFileError(f"{path}: Spark knows {suffix.lower()} only in lower case; rename the file")


def _check_content(path: Path) -> None:
    if not path.exists():
        raise InputFileError(f"{path} does not exist")
    if not path.is_file():
        raise InputFileError(f"{path} is not a regular file")
    try:
        with path.open("rb") as file:
            if not file.read(1):
                raise InputFileError(f"{path} is empty")
    except OSError as problem:
        raise InputFileError(f"{path} cannot be read: {problem.strerror}") from problem


class _HashedFile(io.RawIOBase):
    """A file whose bytes are hashed and counted as they are read."""

    def __init__(self, file: io.FileIO, progress: Progress) -> None:
        super().__init__()
        self.size = 0
        self.sha256 = hashlib.sha256()
        self._file = file
        self._progress = progress

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = self._file.readinto(buffer) or 0
        self.sha256.update(memoryview(buffer)[:count])
        self.size += count
        self._progress("check", count)
        return count
