"""Uncompresses bzip2, all of it: Python's own reader takes a damaged stream behind a good one for the end."""

import bz2
import io
from typing import Any, BinaryIO

_PIECE_BYTES = 64 * 1024


class Bz2Streams(io.RawIOBase):
    """The content of all streams of a file, one behind the other, as pbzip2 and `cat` write them.

    Bytes 0 behind the last stream are padding, as of a tape; everything else there is damage.

    Raises:
        OSError: A stream is damaged.
        EOFError: The last one ends too early.
    """

    def __init__(self, file: BinaryIO) -> None:
        """Start at the first stream.

        Args:
            file: Compressed bytes.
        """
        self._file = file
        self._stream = bz2.BZ2Decompressor()
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
        while not rest.strip(b"\0"):
            rest = self._file.read(_PIECE_BYTES)
            if not rest:
                return False
        self._stream, self._next = bz2.BZ2Decompressor(), rest
        return True
