"""The NameNode's own files: formats an empty one, and never one that may hold data."""

import re
import shutil
from pathlib import Path

from hadoop.java import run_java
from warehouse.errors import SetupError
from warehouse.settings import Settings

_NAMENODE = "org.apache.hadoop.hdfs.server.namenode.NameNode"


def is_formatted(settings: Settings) -> bool:
    """Whether there is a namespace image; a VERSION file alone proves nothing."""
    # Not its checksum, fsimage_N.md5, which is there a moment earlier.
    images = _directory(settings).glob("current/fsimage_*")
    return any(re.fullmatch(r"fsimage_\d+", image.name) for image in images)


def format_namespace(settings: Settings, environment: dict[str, str]) -> None:
    """Format HDFS unless it is formatted.

    Raises:
        SetupError: The image is gone but blocks are there, or formatting failed.
    """
    if is_formatted(settings):
        return
    blocks = settings.home / "hdfs" / "datanode"
    if any(blocks.glob("current/BP-*/current/*/subdir*")):
        raise SetupError(
            f"{_directory(settings)} has no fsimage but {blocks} holds blocks: formatting would lose them",
            f"bring the NameNode's directory back, or remove {settings.home} to start empty",
        )
    # What a killed format left holds no data: neither an image nor a block refers to it.
    shutil.rmtree(_directory(settings), ignore_errors=True)
    shutil.rmtree(blocks, ignore_errors=True)
    log = settings.home / "logs" / "format.log"
    class_path = environment["STACKHOUSE_HADOOP_CLASS_PATH"]
    if not run_java(environment, class_path, _NAMENODE, ["-format", "-nonInteractive"], log):
        raise SetupError(f"HDFS could not be formatted; log: {log}")


def _directory(settings: Settings) -> Path:
    return settings.home / "hdfs" / "namenode"
