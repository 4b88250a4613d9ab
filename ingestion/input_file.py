"""The files given to `load`: which are fit to be loaded, and what is in them."""

import codecs
import hashlib
import io
import re
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any, Literal

from ingestion.header import header_rows, read_header
from ingestion.parquet_file import describe_parquet
from ingestion.text_lines import LineCounter, RecordCounter
from warehouse.batch import BatchFile
from warehouse.compressed_streams import COMPRESSIONS
from warehouse.contract.model import Contract, InputFormat
from warehouse.errors import InputFileError

CHUNK_BYTES = 1024 * 1024
"""Bytes of a file that are held at a time; also the longest header line."""

MAX_LINE_BYTES = 16 * 1024 * 1024
"""A line of 64 MiB ends a Spark executor on a machine of 8 GiB; those up to here are quarantined."""

MAX_FILES = 10_000
"""Files of one batch: each is a Spark task and three objects on the NameNode."""

Progress = Callable[[Literal["check", "send"], int], None]
"""Told after each piece of a file: the phase, and the bytes (as stored, compressed or not) that the piece had; less
than 0 when that much will be sent again."""

# Spark would read these as text, or decode them by a codec that nobody counted the rows with.
_REFUSED_SUFFIXES = {
    *(".zip", ".7z", ".rar", ".tar", ".tgz", ".tbz2", ".xz", ".lzma", ".lzo", ".lz4", ".zst", ".zstd", ".z", ".br"),
    *(".snappy", ".deflate", ".orc", ".avro", ".xls", ".xlsx"),
}
_PARQUET = ".parquet"
_SUFFIXES = {"csv": {".csv", ".tsv"}, "jsonl": {".jsonl", ".ndjson"}}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# No character that HDFS paths, Hadoop globs, URLs or Spark's origin columns treat specially; Spark reads no file
# whose name begins with `_` or `.` or ends in `._COPYING_`, and says nothing.
_SAFE_NAME = re.compile(r"(?!.*\._COPYING_$)[A-Za-z0-9][A-Za-z0-9._-]*")


def check_files(files: Sequence[Path]) -> list[Path]:
    """Refuse whatever cannot be loaded, without reading content.

    Args:
        files: Files as the user gave them; a directory stands for the files in it.

    Returns:
        The files in order of their names.

    Raises:
        InputFileError: A file is missing, empty or no regular file, or has a name that cannot be used.
    """
    given = [file for path in files for file in _expanded(path)]
    if not given:
        raise InputFileError(f"no files in {', '.join(map(str, files))}" if files else "no files given")
    if len(given) > MAX_FILES:
        raise InputFileError(
            f"{len(given):,} files: a batch has at most {MAX_FILES:,}", "join small ones, or load several batches"
        )
    by_name: dict[str, Path] = {}
    for path in given:
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
        InputFileError: It cannot be read or uncompressed to its end, or its columns do not fit.
    """
    kind = _kind(path, contract)
    try:
        with path.open("rb", buffering=0) as file:
            source = _HashedFile(file, progress)
            if kind == "parquet":
                _read_to_end(io.BufferedReader(source, CHUNK_BYTES))
                columns, rows = describe_parquet(path, contract)
                split_lines: tuple[int, ...] = ()
            else:
                columns, rows, split_lines = _describe_text(path, source, contract)
    except (OSError, EOFError, zlib.error) as problem:
        raise InputFileError(f"{path} cannot be read to its end: {problem}") from problem
    return BatchFile(path.name, source.size, source.sha256.hexdigest(), rows, kind, columns, split_lines)


def _kind(path: Path, contract: Contract) -> str:
    """How a file is written: Parquet says so itself, everything else is as the contract says."""
    kind = contract.input_format.kind
    suffixes = {suffix.lower() for suffix in path.suffixes}
    if path.suffix.lower() == _PARQUET:
        return "parquet"
    if kind == "parquet":
        raise InputFileError(f"{path}: {contract.path} says kind: parquet, so its name ends in {_PARQUET}")
    other = _SUFFIXES["csv" if kind == "jsonl" else "jsonl"] & suffixes
    if other:
        raise InputFileError(f"{path}: {contract.path} says kind: {kind}, the name of the file says {min(other)}")
    return kind


def _describe_text(
    path: Path, source: "_HashedFile", contract: Contract
) -> tuple[tuple[str, ...], int, tuple[int, ...]]:
    """Columns, rows and split lines of a text file."""
    form, compressed = contract.input_format, path.suffix in COMPRESSIONS
    buffered = io.BufferedReader(source, CHUNK_BYTES)
    text = COMPRESSIONS[path.suffix](buffered) if compressed else buffered
    chunk = _read_chunk(text)
    if not chunk:
        raise InputFileError(f"{path} is empty once it is uncompressed")
    columns = read_header(path, chunk, contract)
    # Hadoop takes it off the first line, which may be empty or a comment then.
    mark = len(codecs.BOM_UTF8) if chunk.startswith(codecs.BOM_UTF8) else 0
    chunk = chunk[mark:]
    no_rows = header_rows(chunk, form)
    counter = RecordCounter(form) if form.quoted_newlines else LineCounter(form.comment, offset=mark)
    while chunk:
        counter.update(chunk)
        if counter.unended > MAX_LINE_BYTES:
            raise InputFileError(f"{path}: {_too_long(form)}")
        chunk = _read_chunk(text)
    if isinstance(counter, RecordCounter):
        counter.finish()
    # bz2 leaves alone what follows its last stream; it is part of the file all the same.
    _read_to_end(buffered)
    return columns, counter.rows - no_rows, () if compressed else tuple(counter.split_lines)


def _too_long(form: InputFormat) -> str:
    limit = f"over {MAX_LINE_BYTES // 2**20} MiB"
    if form.quoted_newlines:
        return f"a record is {limit}: a quote that is never closed? (quotedNewlines in the contract)"
    return f"a line is {limit}: is this a text file?"


def _read_chunk(text: IO[bytes]) -> bytes:
    # A decompressor may give less than it is asked for; the first chunk has to hold the header.
    pieces, size = list[bytes](), 0
    while size < CHUNK_BYTES and (piece := text.read(CHUNK_BYTES - size)):
        pieces.append(piece)
        size += len(piece)
    return b"".join(pieces)


def _read_to_end(file: IO[bytes]) -> None:
    while file.read(CHUNK_BYTES):
        pass


def _expanded(path: Path) -> list[Path]:
    """The files that a path stands for."""
    if _CONTROL.search(str(path)):
        raise InputFileError(
            f"{str(path)!r}: this file name has control characters", "rename the file or its directory"
        )
    try:
        return sorted(path.iterdir()) if path.is_dir() else [path]
    except OSError as problem:
        raise InputFileError(f"{path} cannot be read: {problem.strerror}") from problem


def _check_name(path: Path) -> None:
    if not _SAFE_NAME.fullmatch(path.name):
        raise InputFileError(
            f"{str(path)!r}: this file name is not safe in HDFS and Spark",
            "rename it to ASCII letters, digits, '.', '-' and '_', a letter or digit first",
        )
    suffix = path.suffix
    content = Path(path.stem).suffix if suffix in COMPRESSIONS else suffix
    if content.lower() == _PARQUET and suffix in COMPRESSIONS:
        raise InputFileError(f"{path}: Parquet compresses itself", f"unpack it to a file that ends in {_PARQUET}")
    if content.lower() in _REFUSED_SUFFIXES:
        raise InputFileError(
            f"{path}: {content} files cannot be loaded", "unpack it to text, or to text in .gz or .bz2"
        )
    if suffix.lower() in COMPRESSIONS and suffix not in COMPRESSIONS:
        raise InputFileError(f"{path}: Spark knows {suffix.lower()} only in lower case", "rename the file")


def _check_content(path: Path) -> None:
    try:
        if not path.exists():
            raise InputFileError(f"{path} does not exist")
        if not path.is_file():
            raise InputFileError(f"{path} is not a regular file")
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
