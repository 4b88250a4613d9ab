"""The directories in HDFS that a fresh stack needs, who may use them, and the archive that Tez runs from."""

from collections.abc import Iterator
from pathlib import Path

from hadoop.artifacts import TEZ_ARCHIVE, artifact_directory
from ingestion.webhdfs import WebHdfs
from warehouse.paths import ROOT
from warehouse.settings import Settings

_DIRECTORIES = {
    # Everybody may write, nobody may remove what is another's.
    "/tmp": "1777",  # noqa: S108 - a path in HDFS, not on this machine
    "/tmp/hive": "1777",  # noqa: S108
    "/user": "755",
    # Readable by all, so that YARN keeps one copy of the archive for everybody.
    "/apps/tez": "755",
    "/warehouse": "750",
    "/warehouse/managed": "750",
    "/warehouse/external": "750",
    # Data is for the owner and its group.
    ROOT: "750",
}
"""Permission by directory."""

_CHUNK_BYTES = 4 * 2**20
_BLOCK_BYTES = 128 * 2**20


def prepare_layout(settings: Settings) -> None:
    """Make what is missing; safe to repeat."""
    storage = WebHdfs(settings)
    archive = artifact_directory(settings) / TEZ_ARCHIVE
    target = f"/apps/tez/{TEZ_ARCHIVE}"
    if storage.exists(target) and storage.size(target) == archive.stat().st_size:
        return
    for path, permission in _DIRECTORIES.items():
        storage.make_directory(path, permission)
    storage.make_directory(f"/user/{settings.user}", "700")
    storage.delete(f"{target}.incomplete")
    storage.write_stream(f"{target}.incomplete", _chunks(archive), _BLOCK_BYTES)
    storage.delete(target)
    storage.rename(f"{target}.incomplete", target)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as content:
        while chunk := content.read(_CHUNK_BYTES):
            yield chunk
