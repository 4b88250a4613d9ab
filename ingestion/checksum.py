"""The checksum that HDFS gives for a file, computed here while the file's bytes go by."""

import hashlib
import struct

import google_crc32c

from warehouse.storage import FileChecksum

_BYTES_PER_CRC = 512
_CRC_SLICE = struct.Struct(f"{_BYTES_PER_CRC}s")
_MIN_JAVA_BUFFER = 32


class HdfsChecksum:
    """MD5 of the blocks' MD5s of the CRC-32Cs of every 512 bytes.

    As `org.apache.hadoop.hdfs.FileChecksumHelper` computes it with HDFS's defaults `dfs.checksum.type=CRC32C`,
    `dfs.bytes-per-checksum=512`, `dfs.checksum.combine.mode=MD5MD5CRC`, and
    `org.apache.hadoop.fs.MD5MD5CRC32FileChecksum` writes it.
    """

    def __init__(self, block_size: int) -> None:
        """Start with no bytes.

        Args:
            block_size: Bytes per HDFS block of the file, a multiple of 512.
        """
        self._block_size = block_size
        self._room = block_size
        self._rest = b""
        self._crcs = hashlib.md5(usedforsecurity=False)
        self._blocks = b""

    def update(self, data: bytes) -> None:
        """Add the next bytes of the file."""
        view = memoryview(data)
        while view:
            piece, view = view[: self._room], view[self._room :]
            self._add(piece)

    def result(self) -> FileChecksum:
        """Checksum of all bytes so far."""
        blocks = self._blocks
        if self._room < self._block_size:
            crcs = self._crcs.copy()
            crcs.update(_crcs_of(self._rest))
            blocks += crcs.digest()
        count = len(blocks) // self._crcs.digest_size
        bytes_per_crc = _BYTES_PER_CRC if count else 0
        crcs_per_block = self._block_size // _BYTES_PER_CRC if count > 1 else 0
        value = struct.pack(">iq", bytes_per_crc, crcs_per_block) + _md5_of_java_buffer(blocks)
        # A file without blocks has no CRC type; HDFS then says CRC32 of 0 bytes.
        kind = "CRC32C" if count else "CRC32"
        return FileChecksum(f"MD5-of-{crcs_per_block}MD5-of-{bytes_per_crc}{kind}", value.hex())

    def _add(self, piece: memoryview) -> None:
        data = self._rest + piece
        self._room -= len(piece)
        whole = len(data) - len(data) % _BYTES_PER_CRC
        self._crcs.update(_crcs_of(data[:whole]))
        self._rest = data[whole:]
        if self._room == 0:
            self._blocks += self._crcs.digest()
            self._crcs = hashlib.md5(usedforsecurity=False)
            self._room = self._block_size


def _crcs_of(data: bytes) -> bytes:
    whole = len(data) - len(data) % _BYTES_PER_CRC
    crcs = [google_crc32c.value(piece) for (piece,) in _CRC_SLICE.iter_unpack(data[:whole])]
    if whole < len(data):
        crcs.append(google_crc32c.value(data[whole:]))
    return struct.pack(f">{len(crcs)}I", *crcs)


def _md5_of_java_buffer(content: bytes) -> bytes:
    # HDFS digests the array behind its DataOutputBuffer, which starts at 32 bytes and doubles, not only the
    # bytes written to it; changing that would have changed every checksum ever taken.
    capacity = _MIN_JAVA_BUFFER
    while capacity < len(content):
        capacity *= 2
    return hashlib.md5(content.ljust(capacity, b"\0"), usedforsecurity=False).digest()
