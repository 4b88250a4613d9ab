"""A `Storage` in memory. `tests/integration/test_webhdfs.py` holds it and HDFS to the same behaviour."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from posixpath import dirname

from ingestion.checksum import HdfsChecksum
from ingestion.upload import BLOCK_BYTES
from warehouse.errors import AlreadyExistsError, NotFoundError, StorageError
from warehouse.settings import DEFAULT_ROOT
from warehouse.storage import FileChecksum, FileStatus


class MemoryStorage:
    def __init__(self, root: str = DEFAULT_ROOT) -> None:
        self.root = root
        self.files: dict[str, bytes] = {}
        self.directories: set[str] = {"/"}
        self.touched: dict[str, int] = {}

    def list(self, path: str) -> list[str]:
        if path in self.files:
            raise StorageError(f"{path} is a file")
        below = f"{path.rstrip('/')}/"
        names = [name for name in (*self.files, *self.directories) if name.startswith(below)]
        return sorted({name.removeprefix(below).split("/")[0] for name in names})

    def list_status(self, path: str) -> Sequence[FileStatus]:
        paths = {name: f"{path.rstrip('/')}/{name}" for name in self.list(path)}
        return [
            FileStatus(name, len(self.files.get(place, b"")), self.modified(place)) for name, place in paths.items()
        ]

    def list_all(self, paths: Sequence[str]) -> Mapping[str, Sequence[str]]:
        return {path: self.list(path) for path in paths}

    def exists(self, path: str) -> bool:
        return path in self.files or path in self.directories

    def read(self, path: str) -> bytes:
        if path not in self.files:
            raise NotFoundError(path)
        return self.files[path]

    def read_all(self, paths: Sequence[str]) -> dict[str, bytes]:
        return {path: self.files[path] for path in paths if path in self.files}

    def create(self, path: str, content: bytes) -> None:
        if self.exists(path):
            raise AlreadyExistsError(path)
        self._make_parents(path)
        self.files[path] = content

    def make_directory(self, path, permission):
        """Directories are where files are."""

    def publish(self, path: str, content: bytes) -> None:
        # The rename of a complete file has this effect and no other.
        self.create(path, content)

    def replace(self, path: str, content: bytes) -> None:
        self.files.pop(path, None)
        self.create(path, content)

    def rename(self, source: str, target: str) -> None:
        if not self.exists(source):
            raise NotFoundError(source)
        if self.exists(target):
            raise AlreadyExistsError(target)
        self._make_parents(target)
        for name in [name for name in self.files if name == source or name.startswith(f"{source}/")]:
            self.files[target + name.removeprefix(source)] = self.files.pop(name)
        for name in [name for name in self.directories if name == source or name.startswith(f"{source}/")]:
            self.directories.remove(name)
            self.directories.add(target + name.removeprefix(source))

    def delete(self, path: str) -> None:
        for name in [name for name in self.files if name == path or name.startswith(f"{path}/")]:
            del self.files[name]
        self.directories = {name for name in self.directories if name != path and not name.startswith(f"{path}/")}

    def move_to_trash(self, path: str) -> str:
        target = f"/user/ann/.Trash/Current{path}"
        attempt = 0
        while self.exists(f"{target}{attempt or ''}"):
            attempt += 1
        self.rename(path, f"{target}{attempt or ''}")
        return f"{target}{attempt or ''}"

    def content_size(self, path: str) -> int:
        if not self.exists(path):
            raise NotFoundError(path)
        return sum(len(self.files[name]) for name in self.files if name == path or name.startswith(f"{path}/"))

    def touch(self, path: str) -> None:
        if path not in self.files:
            raise NotFoundError(path)
        self.touched[path] = self.touched.get(path, 0) + 1

    def modified(self, path: str) -> int:
        return self.touched.get(path, 0)

    def size(self, path: str) -> int:
        return len(self.read(path))

    def write_stream(self, path: str, chunks: Iterable[bytes], block_size: int) -> None:  # noqa: ARG002
        self.create(path, b"".join(chunks))

    def append_stream(self, path: str, chunks: Iterable[bytes]) -> None:
        self.files[path] = self.read(path) + b"".join(chunks)

    def read_stream(self, path: str) -> Iterator[bytes]:
        yield self.read(path)

    def file_checksum(self, path: str) -> FileChecksum:
        checksum = HdfsChecksum(BLOCK_BYTES)
        checksum.update(self.read(path))
        return checksum.result()

    def _make_parents(self, path: str) -> None:
        parent = dirname(path)
        while parent not in self.directories:
            if parent in self.files:
                raise StorageError(f"{parent} is a file")
            self.directories.add(parent)
            parent = dirname(parent)
