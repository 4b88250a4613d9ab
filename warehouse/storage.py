"""What the stages need of HDFS. The client that does it is handed in, so no stage imports another."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class FileChecksum:
    """Checksum of one file in HDFS.

    Attributes:
        algorithm: Algorithm as HDFS names it, e.g. `MD5-of-0MD5-of-512CRC32C`.
        value: Hex of bytes per CRC (4 bytes), CRCs per block (8 bytes) and MD5 (16 bytes).
    """

    algorithm: str
    value: str


@dataclass(frozen=True)
class FileStatus:
    """A file or directory as its directory lists it.

    Attributes:
        name: Without the directory.
        length: Bytes; 0 of a directory.
        modified: When it was written last, milliseconds since 1970.
    """

    name: str
    length: int
    modified: int


class Storage(Protocol):
    """Operations on HDFS, each atomic on the NameNode.

    All raise `StorageError` when HDFS refuses, `StackDownError` when it does not answer.
    """

    @property
    def root(self) -> str:
        """Directory in HDFS with all data of the warehouse."""
        ...

    def list(self, path: str) -> list[str]:
        """Names in a directory, sorted; empty when it does not exist."""
        ...

    def list_status(self, path: str) -> Sequence[FileStatus]:
        """What is in a directory, by name; empty when it does not exist."""
        ...

    def list_all(self, paths: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """`list` of several directories, by path; several are asked for at once."""
        ...

    def exists(self, path: str) -> bool:
        """Whether a file or directory is there."""
        ...

    def read(self, path: str) -> bytes:
        """Content of a small file.

        Raises:
            NotFoundError: There is none.
        """
        ...

    def read_all(self, paths: Sequence[str]) -> dict[str, bytes]:
        """Content of small files by path, several read at once; those that are not there are left out."""
        ...

    def create(self, path: str, content: bytes) -> None:
        """Write a new small file; parents are made.

        The name appears with no content first, so readers of names take files written by `publish`.

        Raises:
            AlreadyExistsError: The path exists.
        """
        ...

    def publish(self, path: str, content: bytes) -> None:
        """Write a small file beside its place and rename it: it appears complete or not at all.

        Raises:
            AlreadyExistsError: The path exists.
        """
        ...

    def replace(self, path: str, content: bytes) -> None:
        """Write a small file, in the place of the one that is there: readers find the old or the new one, complete."""
        ...

    def rename(self, source: str, target: str) -> None:
        """Move a file or directory; the target's parents are made.

        Raises:
            AlreadyExistsError: The target exists.
            NotFoundError: The source does not exist.
        """
        ...

    def make_directory(self, path: str, permission: str) -> None:
        """Make a directory with its parents, or set the octal permission of the one that is there."""

    def delete(self, path: str) -> None:
        """Remove a file or a whole directory; no error when there is none."""
        ...

    def move_to_trash(self, path: str) -> str:
        """Move a file or directory to the user's trash, which HDFS empties after some time.

        Returns:
            Where it lies in the trash.

        Raises:
            NotFoundError: There is none.
        """
        ...

    def content_size(self, path: str) -> int:
        """Bytes of all files below a directory, or of a file; replicas not counted.

        Raises:
            NotFoundError: There is none.
        """
        ...

    def touch(self, path: str) -> None:
        """Set the modification time of a file to now."""
        ...

    def modified(self, path: str) -> int:
        """Modification time of a file or directory, milliseconds since 1970; 0 when there is none."""
        ...


class FileStorage(Storage, Protocol):
    """What loading needs besides: large files, their sizes and checksums. Several threads may use it at once."""

    def size(self, path: str) -> int:
        """Bytes of a file.

        Raises:
            NotFoundError: There is none.
        """
        ...

    def write_stream(self, path: str, chunks: Iterable[bytes], block_size: int) -> None:
        """Write a new file as its bytes come; never more than one chunk is held.

        Args:
            path: New file in a directory that exists.
            chunks: The bytes. An `OSError` it raises would pass for a failure of HDFS.
            block_size: Bytes per HDFS block, a multiple of 512, at least `dfs.namenode.fs-limits.min-block-size`.

        Raises:
            AlreadyExistsError: The path exists.
        """
        ...

    def append_stream(self, path: str, chunks: Iterable[bytes]) -> None:
        """Add bytes to a file that no writer has open; its block size stays. Chunks as for `write_stream`.

        Raises:
            AlreadyExistsError: Another writer has it open, or had when it died and HDFS has not closed it yet.
            NotFoundError: There is none.
        """
        ...

    def read_stream(self, path: str) -> Iterator[bytes]:
        """The bytes of a file as they come."""
        ...

    def file_checksum(self, path: str) -> FileChecksum:
        """Checksum of a file, computed by the DataNodes that hold it.

        Raises:
            StorageError: A writer has it open.
        """
        ...
