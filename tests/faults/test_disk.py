"""A disk that is full: of DataNode, NodeManager and client, which share one on this machine."""

import os
import shutil
import subprocess
from collections.abc import Iterator

import pytest

from cli.progress import StepBoard
from hadoop.rest import hdfs_health
from stack.lifecycle import start_stack, stop_stack
from tests.faults.cases import prepare
from tests.faults.world import World
from tests.waiting import until
from warehouse.settings import load_settings

pytestmark = pytest.mark.local

DISK_BYTES = 3 * 2**30
LEFT_BYTES = 40 * 2**20
"""Less than a block of HDFS, and less than the tenth that a NodeManager wants."""

PORT_OFFSET = 15000


@pytest.fixture(scope="module")
def small_disk(tmp_path_factory) -> Iterator[World]:
    """A stack of its own on a file system of 3 GiB, with a dataset of one release."""
    disk = tmp_path_factory.mktemp("disk")
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(disk)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root can mount a small file system, to fill it")
    environment = {
        "STACKHOUSE_HOME": str(disk / "state"),
        "STACKHOUSE_PORT_OFFSET": str(PORT_OFFSET),
    }
    settings = load_settings({**os.environ, **environment})
    try:
        with StepBoard() as board:
            start_stack(settings, board)
        world = World(settings, tmp_path_factory.mktemp("full"), environment=environment)
        world.load()
        world.publish()
        yield world
    finally:
        with StepBoard() as board:
            stop_stack(settings, board)
        subprocess.run(["umount", "-l", str(disk)], check=True)


@pytest.fixture
def full(small_disk):
    """The disk is full until the ballast is removed."""
    home = small_disk.settings.home
    ballast = home / "ballast"

    def fill() -> None:
        with ballast.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(home).free - LEFT_BYTES)

    yield fill, ballast.unlink
    ballast.unlink(missing_ok=True)


@pytest.mark.long
@pytest.mark.parametrize("command", ["load", "run"])
def test_full_disk_is_named_and_the_next_command_converges(small_disk, full, matrix, command):
    fill, free = full
    case = prepare(small_disk, command)
    fill()
    ended = small_disk.do(*case.arguments, instant=False)
    message = ended.err.strip().splitlines()[-1] if ended.err.strip() else ""
    problems = []
    if ended.code not in (1, 4) or "disk" not in message.lower() or "Traceback" in ended.err:
        problems.append(f"with a full disk it ended with {ended.code}: {ended.err}")
    problems += small_disk.problems([case.before], settled=False)
    free()
    with StepBoard() as board:
        start_stack(small_disk.settings, board)
    # The NameNode learns of it with the DataNode's next heartbeat.
    until(lambda: hdfs_health(small_disk.settings).remaining > LEFT_BYTES, seconds=30)
    again = small_disk.do(*case.arguments, instant=False)
    if again.code != 0:
        problems.append(f"with room again it ended with {again.code}: {again.err}")
    problems += small_disk.problems([case.after], settled=True)
    matrix.note(command, "disk full", problems)
    assert problems == []
