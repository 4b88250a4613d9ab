"""A draft of however much takes bounded time and memory: it reads a part."""

import subprocess
import sys
from pathlib import Path

from drafting.reading.source import MAX_BYTES
from warehouse.settings import REPOSITORY

_SECONDS, _MEBIBYTES = 20, 300
_LARGE = 5_000_000_000
_DRAFT = """
import sys
import time
from pathlib import Path

from drafting.draft import draft

draft("things", *map(Path, sys.argv[1:]))
(peak,) = (line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(time.process_time(), int(peak) / 1024)
"""
"""Prints what it took. The kernel's account of a child (getrusage) begins with the memory of its parent."""


def _cost(given: Path, root: Path) -> tuple[float, float]:
    """Seconds of processor time, and MiB at most, of a process that drafts."""
    command = [sys.executable, "-c", _DRAFT, str(given), str(root)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert (root / "data" / "things" / "dataset.yaml").exists()
    seconds, mebibytes = map(float, done.stdout.split())
    return seconds, mebibytes


def _rows(first: int, size: int) -> bytes:
    row = "{:09},2020-01-01 10:11:12,shop {},{}.25,a text of some length\n"
    return b"".join(row.format(first + n, n % 7, n).encode() for n in range(size // 60))


def test_a_file_of_5_gb(tmp_path: Path) -> None:
    file = tmp_path / "large.csv"
    with file.open("wb") as content:
        content.write(b"id,at,shop,paid,note\n" + _rows(0, MAX_BYTES))
        # A hole takes no space on the disk. Whoever read it would find NULs, which are no rows.
        content.seek(_LARGE)
        content.write(b"\n" + _rows(10**8, MAX_BYTES))
    seconds, mebibytes = _cost(file, tmp_path)
    assert seconds < _SECONDS
    assert mebibytes < _MEBIBYTES


def test_a_folder_of_5000_files(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    for number in range(5000):
        (folder / f"{number:04}.csv").write_bytes(b"id,at,shop,paid,note\n" + _rows(number * 1000, 1200))
    seconds, mebibytes = _cost(folder, tmp_path)
    assert seconds < _SECONDS
    assert mebibytes < _MEBIBYTES
