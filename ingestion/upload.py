"""Sends the files of a batch to HDFS, from where a killed load of the same batch got to, and verifies them there."""

import hashlib
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

import tenacity

from ingestion.checksum import HdfsChecksum
from ingestion.input_file import CHUNK_BYTES
from ingestion.progress import Progress, in_turn
from warehouse.batch import Batch, BatchFile, write_batch
from warehouse.errors import DataNodeDownError, InputFileError, LoadError, StackhouseError, StorageError
from warehouse.input.input_path import InputPath
from warehouse.paths import MANIFEST_NAME, DatasetPaths
from warehouse.steps import Step, reached
from warehouse.storage import FileChecksum, FileStorage
from warehouse.workers import Workers

BLOCK_BYTES = 128 * 1024 * 1024
"""HDFS block size of raw files, HDFS's default; given with every file because its checksum depends on it."""

# Try again after 6 s, when the NameNode has chosen another DataNode, and then after 45 s: without a spare node it keeps
# naming the dead one for 40 s, and writing to that hangs.
_WAIT_FOR_DATANODE = tenacity.wait_chain(tenacity.wait_fixed(6), tenacity.wait_fixed(45))
_DATANODE_ATTEMPTS = 3

# A DataNode closes the file of a dead writer as soon as it sees the end of the connection. If the DataNode died too,
# the file stays open for a minute at least, so all of it is sent again.
_WAIT_FOR_CLOSING = tenacity.wait_fixed(1)
_CLOSING_ATTEMPTS = 10


@dataclass(frozen=True)
class _Task:
    """One file of the batch.

    Attributes:
        source: On this machine.
        target: In HDFS.
        file: What is in it.
        is_begun: A killed load left something under this name.
    """

    source: InputPath
    target: str
    file: BatchFile
    is_begun: bool


def send_batch(storage: FileStorage, batch: Batch, files: Sequence[InputPath], progress: Progress, jobs: int) -> int:
    """Send the files of a batch and make it visible.

    Args:
        storage: Where to.
        batch: The batch.
        files: Its files on this machine, in its order.
        progress: Told of every piece, phase `send`, or `resume` for those that HDFS has already.
        jobs: Files that are sent at once.

    Returns:
        Bytes that a killed load had sent.

    Raises:
        LoadError: Bytes did not arrive as they were sent, or a file changed meanwhile; nothing is visible.
        StorageError: HDFS refused; nothing is visible.
    """
    paths = DatasetPaths(batch.dataset, storage.root)
    incoming = paths.raw_incoming(batch.id)
    try:
        begun = _prepare(storage, batch, incoming)
        reached(Step.LOAD_BEGUN)
        tasks = [
            _Task(path, f"{incoming}/{file.name}", file, file.name in begun)
            for path, file in zip(files, batch.files, strict=True)
        ]
        resumed = _Upload(storage, progress, jobs).send(tasks)
        # Everything before this is hidden; this makes the batch.
        storage.rename(incoming, paths.raw_batch(batch.id))
        reached(Step.BATCH_LOADED)
    except BaseException:
        # If HDFS is gone too, the next load removes it or goes on from it.
        with suppress(StackhouseError):
            storage.delete(incoming)
        raise
    return resumed


def _prepare(storage: FileStorage, batch: Batch, incoming: str) -> set[str]:
    """Write the manifest; the names of the files that a killed load began."""
    found, wanted = set(storage.list(incoming)), {file.name for file in batch.files}
    # It may have died over the manifest too; all in the directory becomes part of the batch.
    for name in found - wanted:
        storage.delete(f"{incoming}/{name}")
    storage.publish(f"{incoming}/{MANIFEST_NAME}", write_batch(batch))
    return found & wanted


class _Upload:
    """The files of one batch on their way."""

    def __init__(self, storage: FileStorage, progress: Progress, jobs: int) -> None:
        self._storage = storage
        self._workers = Workers(self._send, jobs)
        self._progress = in_turn(progress, self._workers.check)

    def send(self, tasks: Sequence[_Task]) -> int:
        """Send all files; the bytes that were there."""
        return sum(self._workers.do(tasks, lambda _: reached(Step.FILE_SENT)))

    def _send(self, task: _Task) -> int:
        held = self._held(task) if task.is_begun else None
        if held is not None and self._go_on(task, held):
            return held.resumed
        if task.is_begun:
            self._storage.delete(task.target)
        self._retrying(DataNodeDownError, _WAIT_FOR_DATANODE, _DATANODE_ATTEMPTS)(self._send_whole, task)
        return 0

    def _held(self, task: _Task) -> "_Sent | None":
        """The bytes that HDFS has of a file, `None` when they are not its first or that cannot be told."""
        with suppress(StorageError, DataNodeDownError):
            # Only a file that no writer has open any more has a checksum, and a length that stays.
            ask = self._retrying(StorageError, _WAIT_FOR_CLOSING, _CLOSING_ATTEMPTS)
            checksum = ask(self._storage.file_checksum, task.target)
            size = self._storage.size(task.target)
            sent = _Sent(task.source, self._progress)
            if 0 < size <= task.file.size and sent.skip(size) == checksum:
                return sent
        return None

    def _go_on(self, task: _Task, sent: "_Sent") -> bool:
        """Send the rest of a file; False when HDFS does not take it."""
        try:
            if sent.size < task.file.size:
                self._storage.append_stream(task.target, sent.chunks())
                self._verify(task, sent)
            else:
                _refuse_changed(task, sent)
        except (StorageError, DataNodeDownError):
            sent.take_back()
            return False
        return True

    def _send_whole(self, task: _Task) -> None:
        sent = _Sent(task.source, self._progress)
        try:
            self._storage.write_stream(task.target, sent.chunks(), BLOCK_BYTES)
            self._verify(task, sent)
        except DataNodeDownError:
            sent.take_back()
            self._storage.delete(task.target)
            raise

    def _verify(self, task: _Task, sent: "_Sent") -> None:
        _refuse_changed(task, sent)
        if self._storage.file_checksum(task.target) == sent.checksum.result():
            return
        size = self._storage.size(task.target)
        if size != task.file.size:
            raise LoadError(f"{task.source}: {size} of {task.file.size} bytes arrived in HDFS", "load it again")
        # Encryption, erasure coding and settings of the cluster make other checksums of the same bytes.
        if _sha256(self._storage, task.target) != task.file.sha256:
            raise LoadError(f"{task.source}: the bytes in HDFS differ from those sent", "load it again")

    def _retrying(self, kind: type[Exception], wait: tenacity.wait.wait_base, attempts: int) -> tenacity.Retrying:
        return tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(kind),
            wait=wait,
            stop=tenacity.stop_after_attempt(attempts),
            sleep=self._workers.sleep,
            reraise=True,
        )


def _refuse_changed(task: _Task, sent: "_Sent") -> None:
    if sent.sha256.hexdigest() != task.file.sha256:
        raise LoadError(f"{task.source} changed while it was being loaded", "load it again when it is complete")


def _sha256(storage: FileStorage, path: str) -> str:
    found = hashlib.sha256()
    for chunk in storage.read_stream(path):
        found.update(chunk)
    return found.hexdigest()


class _Sent:
    """What HDFS has of a file on this machine.

    Attributes:
        size: Bytes so far, with those on their way.
        resumed: Bytes of these that were there before.
        sha256: SHA-256 of the bytes so far.
        checksum: The same as HDFS computes it.
    """

    def __init__(self, path: InputPath, progress: Progress) -> None:
        self.size = 0
        self.resumed = 0
        self._arrived = 0
        self.sha256 = hashlib.sha256()
        self.checksum = HdfsChecksum(BLOCK_BYTES)
        self._path = path
        self._progress = progress

    def skip(self, size: int) -> FileChecksum:
        """Count the first bytes as sent; their checksum."""
        for chunk in _chunks(self._path, 0, size):
            self._add(chunk)
            self.resumed += len(chunk)
            self._progress("resume", len(chunk))
        return self.checksum.result()

    def chunks(self) -> Iterator[bytes]:
        """The bytes after those, to be sent."""
        for chunk in _chunks(self._path, self.size):
            self._add(chunk)
            yield chunk
            self._arrived += len(chunk)
            self._progress("send", len(chunk))

    def take_back(self) -> None:
        """All of it will be sent again."""
        self._progress("send", -self._arrived)
        self._progress("resume", -self.resumed)

    def _add(self, chunk: bytes) -> None:
        self.size += len(chunk)
        self.sha256.update(chunk)
        self.checksum.update(chunk)


def _chunks(path: InputPath, start: int, end: int = sys.maxsize) -> Iterator[bytes]:
    try:
        with path.open() as file:
            file.seek(start)
            while chunk := file.read(min(CHUNK_BYTES, end - start)):
                yield chunk
                start += len(chunk)
    except OSError as problem:
        raise InputFileError(f"{path} cannot be read any more: {problem.strerror}") from problem
