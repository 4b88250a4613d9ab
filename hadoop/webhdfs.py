"""HDFS over WebHDFS, the REST interface of the NameNode and the DataNodes."""

import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from functools import partial
from posixpath import basename, dirname

import tenacity
from hdfs import InsecureClient

from hadoop.webhdfs_clients import WebHdfsClients
from hadoop.webhdfs_errors import translated
from warehouse.errors import (
    AlreadyExistsError,
    DataNodeDownError,
    NotFoundError,
    StackhouseError,
    StorageError,
)
from warehouse.settings import Endpoints
from warehouse.steps import confirm
from warehouse.storage import FileChecksum, FileStatus
from warehouse.workers import Workers

_CHUNK_BYTES = 1024 * 1024
_READERS = 8

# Within 5 s (dfs.namenode.stale.datanode.interval) the NameNode notices that a DataNode is gone and names another.
_asked_again = tenacity.retry(
    retry=tenacity.retry_if_exception_type(DataNodeDownError),
    wait=tenacity.wait_fixed(1),
    stop=tenacity.stop_after_attempt(8) | tenacity.stop_after_delay(40),
    reraise=True,
)


class WebHdfs:
    """Storage on a running HDFS, and what loading needs besides: streams, sizes, checksums.

    Who has lost a lock changes nothing any more: `warehouse.steps.confirm`. Several threads may use one.
    """

    def __init__(self, endpoints: Endpoints) -> None:
        """Make a client; nothing is asked of HDFS yet."""
        self._clients = WebHdfsClients(endpoints)
        self.url = self._clients.url
        self.user = endpoints.user
        self.root = endpoints.root

    @property
    def _client(self) -> InsecureClient:
        return self._clients.mine

    def list(self, path: str) -> list[str]:
        """Names in a directory, sorted; empty when it does not exist."""
        try:
            with self._errors(path):
                return sorted(self._client.list(path))
        except NotFoundError:
            return []

    def list_status(self, path: str) -> Sequence[FileStatus]:
        """What is in a directory, by name; empty when it does not exist."""
        try:
            with self._errors(path):
                # The public method asks again where there is one file, as in most partitions.
                found = self._client._list_status(path).json()["FileStatuses"]["FileStatus"]
                files = [FileStatus(one["pathSuffix"], one["length"], one["modificationTime"]) for one in found]
        except NotFoundError:
            return []
        return sorted(files, key=lambda file: file.name)

    def list_all(self, paths: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """`list` of several directories, by path; several are asked for at once."""
        return dict(zip(paths, Workers(self.list, _READERS).do(paths), strict=True))

    def exists(self, path: str) -> bool:
        """Whether a file or directory is there."""
        try:
            self._status(path)
        except NotFoundError:
            return False
        return True

    def size(self, path: str) -> int:
        """Bytes of a file."""
        return int(self._status(path)["length"])

    @_asked_again
    def read(self, path: str) -> bytes:
        """Content of a small file."""
        with self._errors(path), self._client.read(path) as stream:
            return bytes(stream.read())

    def read_all(self, paths: Sequence[str]) -> dict[str, bytes]:
        """Content of small files by path, several read at once; those that are not there are left out."""
        found = zip(paths, Workers(self._read_if_there, _READERS).do(paths), strict=True)
        return {path: content for path, content in found if content is not None}

    def create(self, path: str, content: bytes) -> None:
        """Write a new small file; parents are made."""
        confirm()
        with self._errors(path):
            self._client.makedirs(dirname(path))
            self._client.write(path, data=content)

    @_asked_again
    def publish(self, path: str, content: bytes) -> None:
        """Write a small file beside its place and rename it: it appears complete or not at all."""
        self._write_beside(path, content, self.rename)

    @_asked_again
    def replace(self, path: str, content: bytes) -> None:
        """Write a small file, in the place of the one that is there: readers find the old or the new one, complete."""
        self._write_beside(path, content, partial(self._rename, option="OVERWRITE"))

    def rename(self, source: str, target: str) -> None:
        """Move a file or directory; the target's parents are made."""
        try:
            self._rename(source, target, "NONE")
        except (AlreadyExistsError, NotFoundError):
            raise
        except StorageError as problem:
            # A file and a directory are told to be different kinds, not that one is in the other's place.
            if self.exists(target):
                raise AlreadyExistsError(f"{target} exists in HDFS already") from problem
            raise

    def make_directory(self, path: str, permission: str) -> None:
        """Make a directory with its parents, or set the permission of the one that is there.

        Args:
            path: Directory.
            permission: Octal, e.g. `1777`.
        """
        confirm()
        with self._errors(path):
            self._client.makedirs(path)
            # Not the permission of MKDIRS, which the NameNode's umask narrows.
            self._client.set_permission(path, permission)

    def give(self, path: str, owner: str, group: str, *, whole: bool = False) -> None:
        """Change whose a file or directory is, and if asked all that is below; for HDFS's superuser.

        Args:
            path: File or directory.
            owner: New owner.
            group: New group.
            whole: Change everything below it as well.
        """
        confirm()
        with self._errors(path):
            self._client.set_owner(path, owner, group)
            for above, directories, files in self._client.walk(path) if whole else ():
                for name in (*directories, *files):
                    self._client.set_owner(f"{above}/{name}", owner, group)

    def owner(self, path: str) -> str:
        """Whose a file or directory is."""
        return str(self._status(path)["owner"])

    def delete(self, path: str) -> None:
        """Remove a file or a whole directory; no error when there is none."""
        confirm()
        # For good: DELETE of Hadoop 3.4.3 leaves the trash alone whatever fs.trash.interval says (tried; HDFS-14320,
        # which would have changed that, is not in it).
        with self._errors(path):
            self._client.delete(path, recursive=True)

    def move_to_trash(self, path: str) -> str:
        """Move a file or directory to the user's trash, where the NameNode deletes it after fs.trash.interval."""
        target = f"/user/{self.user}/.Trash/Current{path}"
        try:
            self.rename(path, target)
        except AlreadyExistsError:
            # As `hdfs dfs -rm` names what is removed again.
            target += str(time.time_ns() // 1_000_000)
            self.rename(path, target)
        return target

    def content_size(self, path: str) -> int:
        """Bytes of all files below a directory, or of a file; replicas not counted."""
        with self._errors(path):
            return int(self._client.content(path)["length"])

    def touch(self, path: str) -> None:
        """Set the modification time of a file to now."""
        with self._errors(path):
            self._client.set_times(path, modification_time=int(time.time() * 1000))

    def modified(self, path: str) -> int:
        """Modification time of a file or directory, milliseconds since 1970; 0 when there is none."""
        try:
            return int(self._status(path)["modificationTime"])
        except NotFoundError:
            return 0

    def write_stream(self, path: str, chunks: Iterable[bytes], block_size: int) -> None:
        """Write a new file as its bytes come; never more than one chunk is held.

        Args:
            path: New file in a directory that exists.
            chunks: The bytes. An `OSError` it raises would pass for a failure of HDFS.
            block_size: Bytes per HDFS block, a multiple of 512, at least `dfs.namenode.fs-limits.min-block-size`.

        Raises:
            AlreadyExistsError: The path exists.
        """
        confirm()
        with self._errors(path):
            self._client.write(path, data=iter(chunks), blocksize=block_size)

    def append_stream(self, path: str, chunks: Iterable[bytes]) -> None:
        """Add bytes to a file; arguments and errors as of `FileStorage.append_stream`."""
        confirm()
        with self._errors(path):
            self._client.write(path, data=iter(chunks), append=True)

    def read_stream(self, path: str) -> Iterator[bytes]:
        """The bytes of a file as they come."""
        with self._errors(path), self._client.read(path, chunk_size=_CHUNK_BYTES) as chunks:
            yield from chunks

    @_asked_again
    def file_checksum(self, path: str) -> FileChecksum:
        """Checksum of a file, computed by the DataNodes that hold it (GETFILECHECKSUM)."""
        with self._errors(path):
            found = self._client.checksum(path)
        # The server sends the whole array of its buffer; only `length` bytes of it are the checksum.
        return FileChecksum(found["algorithm"], found["bytes"][: 2 * found["length"]])

    def _read_if_there(self, path: str) -> bytes | None:
        try:
            return self.read(path)
        except NotFoundError:
            return None

    def _write_beside(self, path: str, content: bytes, move: Callable[[str, str], None]) -> None:
        temporary = f"{dirname(path)}/_{basename(path)}.{secrets.token_hex(8)}"
        try:
            self.create(temporary, content)
            move(temporary, path)
        except StackhouseError:
            with suppress(StackhouseError):
                self.delete(temporary)
            raise

    def _rename(self, source: str, target: str, option: str) -> None:
        confirm()
        with self._errors(target):
            self._client.makedirs(dirname(target))
            # With an option the NameNode calls rename2, which says what is wrong. Without it the answer is
            # a bare false, and a target that is a directory swallows the source. No public method has it.
            self._client._rename(source, destination=target, renameoptions=option)

    def _status(self, path: str) -> dict[str, int | str]:
        with self._errors(path):
            status: dict[str, int | str] = self._client.status(path)
        return status

    def _errors(self, path: str) -> AbstractContextManager[None]:
        return translated(self.url, self.user, path)
