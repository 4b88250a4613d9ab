"""Uncompresses gzip and bzip2 as Hadoop does, all of it, or not at all, and says how much may come out.

Python's own readers do not: that of bzip2 takes a damaged stream after a good one for the end, that of gzip passes
over zeros between and after the members, which Hadoop takes for one more.
"""

import bz2
import gzip
import io
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, BinaryIO, NoReturn, Protocol

from warehouse.errors import InputFileError

_PIECE_BYTES = 64 * 1024
_BUFFER_BYTES = 1024 * 1024
_GZIP_WINDOW = 31

FREE_BYTES = 1024 * 1024
"""What any file may become, whatever the ratio: a few bytes hold many equal lines."""


@dataclass(frozen=True)
class ExpansionLimit:
    """How much may come out of a compressed file. A megabyte can hold a gigabyte, which is for all disks after it.

    Attributes:
        ratio: Bytes that come out, as a multiple of the file's; honest tables stay below 100, gzip reaches 1,032.
        bytes: Bytes that come out of one file.
        place: Where the contract says it, or would: file and line; empty where there is no contract.
    """

    ratio: int = 300
    bytes: int = 100_000_000_000
    place: str = field(default="", compare=False)

    def check(self, file: object, size: int, read: int, written: int) -> None:
        """Refuse a file of which too much came out.

        Args:
            file: Its name, for the message.
            size: Its bytes.
            read: Those that were read so far.
            written: What came out of them.

        Raises:
            InputFileError: It is beyond a limit; says which, and which line of the contract to change.
        """
        self.check_bytes(file, read, written)
        if written > max(self.ratio * size, FREE_BYTES):
            self._refuse(file, read, written, f"ratio: {self.ratio}")

    def check_bytes(self, file: object, read: int, written: int) -> None:
        """The same by `bytes` alone."""
        if written > self.bytes:
            self._refuse(file, read, written, f"bytes: {self.bytes}")

    def _refuse(self, file: object, read: int, written: int, limit: str) -> NoReturn:
        change = f"raise it in {self.place}" if self.place else "draft from a smaller one"
        raise InputFileError(
            f"{file}: {read:,} bytes were read, {written:,} came out uncompressed, beyond expansionLimit {limit}",
            f"if the file is as it should be, {change}",
        )


class _Stream(Protocol):
    """One stream or member, as `bz2.BZ2Decompressor` reads it."""

    eof: bool
    needs_input: bool
    unused_data: bytes

    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class CompressedStreams(io.RawIOBase):
    """The content of all streams of a file, one after the other, as pigz, pbzip2 and `cat` write them.

    Raises:
        OSError: A stream is damaged, or what follows it is not a stream.
        zlib.error: A gzip member is damaged.
        EOFError: The last one ends too early.
    """

    def __init__(self, file: BinaryIO, new_stream: Callable[[], Any], padded: bool) -> None:
        """Start at the first stream.

        Args:
            file: Compressed bytes.
            new_stream: Makes what reads one stream.
            padded: Zero bytes after the last stream are padding, as on a tape.
        """
        self._file = file
        self._new_stream = new_stream
        self._padded = padded
        self._stream: _Stream = new_stream()
        self._next = b""

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill some of a buffer; 0 bytes at the end."""
        view = memoryview(buffer)
        while not (content := self._uncompress(len(view))):
            if self._stream.eof and not self._begin_stream():
                return 0
        view[: len(content)] = content
        return len(content)

    def _uncompress(self, most: int) -> bytes:
        if self._stream.eof:
            return b""
        given = b""
        if self._stream.needs_input:
            given, self._next = self._next or self._file.read(_PIECE_BYTES), b""
            if not given:
                raise EOFError("Compressed file ended before the end-of-stream marker was reached")
        return self._stream.decompress(given, most)

    def _begin_stream(self) -> bool:
        rest = self._stream.unused_data
        while not (rest.strip(b"\0") if self._padded else rest):
            rest = self._file.read(_PIECE_BYTES)
            if not rest:
                return False
        self._stream, self._next = self._new_stream(), rest
        return True


class _GzipMember:
    """One member of a gzip file."""

    def __init__(self) -> None:
        self.needs_input = True
        self._member = zlib.decompressobj(wbits=_GZIP_WINDOW)
        self._rest = b""
        self._is_begun = False

    @property
    def eof(self) -> bool:
        return self._member.eof

    @property
    def unused_data(self) -> bytes:
        return self._member.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        try:
            content = self._member.decompress(self._rest + data, max_length)
        except zlib.error as problem:
            if self._is_begun:
                raise
            raise gzip.BadGzipFile(f"Not a gzipped file, or bytes after its end ({data[:2]!r})") from problem
        self._rest = self._member.unconsumed_tail
        self._is_begun = self._is_begun or bool(content)
        # With room left in the buffer nothing more is held inside.
        self.needs_input = not self._rest and len(content) < max_length
        return content


def read_gzip(file: BinaryIO) -> CompressedStreams:
    """The content of a gzip file."""
    return CompressedStreams(file, _GzipMember, padded=False)


def read_bzip2(file: BinaryIO) -> CompressedStreams:
    """The content of a bzip2 file."""
    return CompressedStreams(file, bz2.BZ2Decompressor, padded=True)


COMPRESSIONS: dict[str, Callable[[BinaryIO], io.BufferedReader]] = {
    ".gz": lambda file: io.BufferedReader(read_gzip(file), _BUFFER_BYTES),
    ".bz2": lambda file: io.BufferedReader(read_bzip2(file), _BUFFER_BYTES),
}
"""What reads a compressed file, by the end of its name; Spark knows these in lower case only."""
