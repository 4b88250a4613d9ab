"""Counts lines and rows of a text while it streams, with the line ends that Spark sees."""

import numpy as np
from numpy.typing import NDArray

from warehouse.batch import SPLIT_BYTES

_LF, _CR = b"\n\r"
_PIECE_BYTES = 64 * 1024  # numpy's intermediate arrays then stay in the processor's cache: four times as fast as 1 MiB


class LineCounter:
    r"""Counts what `org.apache.hadoop.util.LineReader` would read: a line ends at `\n`, `\r\n` or `\r`.

    Attributes:
        rows: Lines so far that are not empty.
        split_lines: As in `BatchFile`, for the bytes so far.
    """

    def __init__(self, split_bytes: int = SPLIT_BYTES) -> None:
        """Start before the first byte.

        Args:
            split_bytes: Distance of the offsets that `split_lines` is about.
        """
        self.rows = 0
        self.split_lines: list[int] = []
        self._split_bytes = split_bytes
        self._offset = 0
        self._ended = 0
        self._last = _LF

    def update(self, chunk: bytes) -> None:
        """Add the next bytes; lines may run across chunks."""
        data = np.frombuffer(chunk, dtype=np.uint8)
        while data.size:
            size = min(_PIECE_BYTES, self._split_bytes - self._offset % self._split_bytes)
            self._add(data[:size])
            data = data[size:]

    def _add(self, data: NDArray[np.uint8]) -> None:
        feeds, returns = data == _LF, data == _CR
        if self._last == _CR and not feeds[0]:
            self._ended += 1
        # Only now is it known whether a line end before this offset goes on behind it.
        if self._offset and self._offset % self._split_bytes == 0:
            self.split_lines.append(self._ended + 1)
        self._ended += _count(feeds) + _count(returns[:-1] > feeds[1:])
        # A row begins wherever a byte that ends no line follows one that does.
        ends = feeds | returns
        self.rows += _count(ends[:-1] > ends[1:]) + int(self._last in (_LF, _CR) and not ends[0])
        self._last = int(data[-1])
        self._offset += data.size


def _count(flags: NDArray[np.bool_]) -> int:
    return int(np.count_nonzero(flags))
