"""When a NameNode's directory is formatted."""

import subprocess

import pytest

from hadoop.namespace import is_formatted
from warehouse.settings import REPOSITORY, load_settings


@pytest.mark.parametrize(
    ("names", "formatted"),
    [
        ([], False),
        (["VERSION"], False),
        # The checksum is written before the image gets its name.
        (["fsimage.ckpt_0000000000000000000", "fsimage_0000000000000000000.md5"], False),
        (["fsimage_0000000000000000000", "fsimage_0000000000000000000.md5"], True),
    ],
)
def test_an_image_says_so_and_nothing_else(tmp_path, names, formatted):
    current = tmp_path / "hdfs" / "namenode" / "current"
    current.mkdir(parents=True)
    for name in names:
        (current / name).touch()
    assert is_formatted(load_settings({"STACKHOUSE_HOME": str(tmp_path)})) == formatted
    # The same in the container.
    script = (REPOSITORY / "hadoop" / "daemon.sh").read_text()
    function = script[script.index("format_empty_namespace()") : script.index("case ")].replace(
        "java ", "echo formats "
    )
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", f"STACKHOUSE_HOME={tmp_path}\n{function}\nformat_empty_namespace"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ("formats" in done.stdout) == (not formatted)
