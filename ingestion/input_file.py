"""What is in a file given to `load`, and whether it is fit to be loaded."""

import codecs
import hashlib
import io
import os
import zlib
from typing import IO, Any

from ingestion.header import header_rows, read_header
from ingestion.progress import Progress
from warehouse.batch import BatchFile
from warehouse.contract.model import Contract, InputFormat
from warehouse.errors import EmptyFileError, InputFileError
from warehouse.input.batch_files import PARQUET
from warehouse.input.compressed_streams import COMPRESSIONS
from warehouse.input.input_path import InputPath

CHUNK_BYTES = 1024 * 1024
"""Bytes of a file that are held at a time; also the longest header line."""

MAX_LINE_BYTES = 16 * 1024 * 1024
"""A line of 64 MiB ends a Spark executor on a machine of 8 GiB; those up to here are quarantined."""

_SUFFIXES = {"csv": {".csv", ".tsv"}, "jsonl": {".jsonl", ".ndjson"}}


def describe_file(path: InputPath, contract: Contract, progress: Progress) -> BatchFile:
    """Read a whole file once: its header is checked, its rows counted, its bytes hashed.

    Args:
        path: A file that `check_files` accepts.
        contract: What its columns must be.
        progress: Told about every piece read, phase `check`.

    Raises:
        EmptyFileError: It has no bytes, or none once it is uncompressed.
        InputFileError: It cannot be read or uncompressed to its end, or its columns do not fit.
    """
    kind = _kind(path, contract)
    nanoseconds: tuple[tuple[str, str], ...] = ()
    try:
        with path.open() as file:
            if not file.read(1):
                raise EmptyFileError(f"{path} is empty")
            file.seek(0)
            source = _HashedFile(file, progress)
            if kind == "parquet":
                # Not at the top: pyarrow takes a fifth of a second, and most files are text.
                from ingestion.parquet_file import describe_parquet

                _read_to_end(io.BufferedReader(source, CHUNK_BYTES))
                facts = describe_parquet(path, file, contract)
                columns, rows, nanoseconds = facts.names, facts.rows, facts.nanoseconds
                split_lines: tuple[int, ...] = ()
            else:
                columns, rows, split_lines = _describe_text(path, source, contract)
    except (OSError, EOFError, zlib.error) as problem:
        raise InputFileError(f"{path} cannot be read to its end: {problem}") from problem
    return BatchFile(path.name, source.size, source.sha256.hexdigest(), rows, kind, columns, split_lines, nanoseconds)


def _kind(path: InputPath, contract: Contract) -> str:
    """How a file is written: Parquet says so itself, everything else is as the contract says."""
    kind = contract.input_format.kind
    suffixes = {suffix.lower() for suffix in path.suffixes}
    if path.suffix.lower() == PARQUET:
        return "parquet"
    if kind == "parquet":
        raise InputFileError(f"{path}: {contract.path} says kind: parquet, so the name must end in {PARQUET}")
    other = set[str]().union(*(known for name, known in _SUFFIXES.items() if name != kind)) & suffixes
    if other:
        raise InputFileError(f"{path}: {contract.path} says kind: {kind}, the name of the file says {min(other)}")
    return kind


def _describe_text(
    path: InputPath, source: "_HashedFile", contract: Contract
) -> tuple[tuple[str, ...], int, tuple[int, ...]]:
    """Columns, rows and split lines of a text file."""
    # Not at the top: numpy takes a tenth of a second, and most commands read no file.
    from ingestion.text_lines import LineCounter, RecordCounter

    form, compressed = contract.input_format, path.suffix in COMPRESSIONS
    buffered = io.BufferedReader(source, CHUNK_BYTES)
    text = COMPRESSIONS[path.suffix](buffered) if compressed else buffered
    chunk = _read_chunk(text)
    if not chunk:
        raise EmptyFileError(f"{path} is empty after decompression")
    columns = read_header(path.path, chunk, contract)
    # Hadoop takes it off the first line, which may be empty or a comment then.
    mark = len(codecs.BOM_UTF8) if chunk.startswith(codecs.BOM_UTF8) else 0
    chunk = chunk[mark:]
    no_rows = header_rows(chunk, form)
    counter = RecordCounter(form) if form.quoted_newlines else LineCounter(form.comment, offset=mark)
    written = 0
    while chunk:
        counter.update(chunk)
        written += len(chunk)
        if compressed:
            contract.expansion_limit.check(path, source.whole_size, source.size, written)
        if counter.unended > MAX_LINE_BYTES:
            raise InputFileError(f"{path}: {_too_long(form)}")
        chunk = _read_chunk(text)
    if isinstance(counter, RecordCounter):
        counter.finish()
    # bz2 leaves alone what follows its last stream; it is still part of the file.
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


class _HashedFile(io.RawIOBase):
    """A file whose bytes are hashed and counted as they are read.

    Attributes:
        size: Bytes that were read.
        whole_size: Bytes of the file when it was opened.
        sha256: SHA-256 of the bytes that were read.
    """

    def __init__(self, file: io.FileIO, progress: Progress) -> None:
        super().__init__()
        self.size = 0
        self.whole_size = os.fstat(file.fileno()).st_size
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
