"""The directories in HDFS that a stack needs, who may use them, and the archives that Tez and Spark run from."""

import tarfile
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from hadoop.jars.lock import TEZ_ARCHIVE
from hadoop.webhdfs import WebHdfs
from warehouse.settings import REPOSITORY, Settings, load_settings

TEZ_DIRECTORY = "/apps/tez"
"""Path of the archive that YARN unpacks for every Tez container."""
_SPARK_DIRECTORY = "/apps/spark"

_DIRECTORIES = {
    # All may write, none may remove what belongs to another.
    "/tmp": "1777",  # noqa: S108 - a path in HDFS, not on this machine
    "/tmp/hive": "1777",  # noqa: S108 - a directory of HDFS
    "/user": "755",
    # Readable by all, so that YARN keeps one copy of an archive for all.
    "/apps": "755",
    TEZ_DIRECTORY: "755",
    _SPARK_DIRECTORY: "755",
    "/warehouse": "750",
    "/warehouse/managed": "750",
    "/warehouse/external": "750",
}
"""Permission by directory."""

_DATA_PERMISSION = "750"
"""Data is for the owner and its group."""

_CHUNK_BYTES = 4 * 2**20
_BLOCK_BYTES = 128 * 2**20


def prepare_layout(settings: Settings, tez: Path) -> None:
    """Make what is missing; safe to repeat.

    Args:
        settings: Settings of the stack.
        tez: The archive of Tez on this machine.
    """
    storage = WebHdfs(settings.endpoints)
    target = f"{TEZ_DIRECTORY}/{TEZ_ARCHIVE}"
    if storage.exists(target) and storage.size(target) == tez.stat().st_size:
        return
    for path, permission in {**_DIRECTORIES, settings.root: _DATA_PERMISSION}.items():
        storage.make_directory(path, permission)
    storage.make_directory(f"/user/{settings.user}", "700")
    bring(storage, tez, target)


def bring_spark(settings: Settings) -> str:
    """Put the jars of Spark into HDFS unless they are there, for nodes that are not this machine.

    YARN unpacks the archive once on every node and keeps it; without it each application would bring 460 MB along.

    Returns:
        URL of the archive.
    """
    storage = WebHdfs(settings.endpoints)
    name = f"spark-{version('pyspark')}.tar"
    target = f"{_SPARK_DIRECTORY}/{name}"
    if settings.profile.belongs_to_others and not storage.exists(target):
        # On a cluster of another owner only the directory for all data is needed.
        target = f"{settings.root}/spark/{name}"
    if not storage.exists(target):
        settings.home.mkdir(parents=True, exist_ok=True)
        storage.make_directory(target.rpartition("/")[0], "755")
        with tempfile.TemporaryDirectory(dir=settings.home) as directory:
            packed = Path(directory) / "spark.tar"
            with tarfile.open(packed, "w") as archive:
                for jar in sorted(Path(str(files("pyspark") / "jars")).glob("*.jar")):
                    archive.add(jar, arcname=jar.name)
            bring(storage, packed, target)
    return f"hdfs://{target}"


def bring(storage: WebHdfs, source: Path, target: str) -> None:
    """Write a file of this machine into HDFS, in the place of one that is there; it appears whole.

    Args:
        storage: HDFS.
        source: The file.
        target: Path in HDFS.
    """
    storage.delete(f"{target}.incomplete")
    storage.write_stream(f"{target}.incomplete", _chunks(source), _BLOCK_BYTES)
    storage.delete(target)
    storage.rename(f"{target}.incomplete", target)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as content:
        while chunk := content.read(_CHUNK_BYTES):
            yield chunk


if __name__ == "__main__":
    # In a container of the edge's image, whose Dockerfile puts the archive there.
    prepare_layout(load_settings(), REPOSITORY / "jars" / TEZ_ARCHIVE)
    bring_spark(load_settings())
