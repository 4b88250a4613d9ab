"""What another account of the machine can read of a stack: it looks itself, as that account."""

import contextlib
import os
import pwd
import stat
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from hadoop.artifacts import artifact_directory
from hadoop.processes import processes
from warehouse.settings import REPOSITORY

pytestmark = [
    pytest.mark.local,
    pytest.mark.skipif(os.geteuid() != 0, reason="root alone can look as another account: run the tests as root"),
]

OTHER = "nobody"

LOOK = """
while IFS= read -r path; do
  if [ -d "$path" ]; then [ -r "$path" ]; else ( : <"$path" ) 2>/dev/null; fi && printf '%s\\n' "$path"
done
exit 0
"""
"""Opens files: what /proc says of its own is not what it does."""


def seen_by_another(paths):
    """Of some paths those that another account can read."""
    account = pwd.getpwnam(OTHER)
    # By a shell: Python's interpreter may be below a directory that is closed to it.
    done = subprocess.run(
        ["/bin/sh", "-c", LOOK],
        input="".join(f"{path}\n" for path in paths),
        user=account.pw_uid,
        group=account.pw_gid,
        extra_groups=[],
        cwd="/",
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def held_outside(settings, process):
    """Files that a process has open or mapped, but code and what the machine has."""
    known = (settings.home, artifact_directory(settings), REPOSITORY, *map(Path, ("/usr", "/lib", "/lib64", "/etc")))
    found = set[Path]()
    with contextlib.suppress(psutil.NoSuchProcess):
        opened = [file.path for file in process.open_files()]
        found = {Path(path) for path in [*opened, *(mapped.path for mapped in process.memory_maps())]}
    code = (sys.prefix, sys.base_prefix, os.environ.get("JAVA_HOME", "/usr"))
    roots = (*known, *map(Path, code))
    # Libraries that jars unpack are code too, wherever they are put.
    data = {path for path in found if path.is_file() and path.suffix != ".so"}
    return {path for path in data if not any(path.is_relative_to(root) for root in roots)}


def test_another_account_reads_nothing_of_the_state(flights, settings):
    state = [settings.home, *settings.home.rglob("*")]
    assert len(state) > 1000
    assert seen_by_another(state) == []
    assert stat.S_IMODE(settings.home.stat().st_mode) == 0o700
    # So that the look is one.
    assert seen_by_another([REPOSITORY.anchor]) == [REPOSITORY.anchor]


def test_another_account_reads_nothing_of_the_processes(flights, settings):
    running = processes(settings)
    assert len(running) > 6
    inner = [Path("/proc", str(process.pid), name) for process in running for name in ("environ", "fd", "maps", "mem")]
    assert seen_by_another(inner) == []
    elsewhere = {path for process in running for path in held_outside(settings, process)}
    assert seen_by_another(elsewhere) == []


def test_another_account_sees_no_secret_in_what_is_typed(flights, settings):
    secrets = {settings.endpoints.password, (settings.home / "web.key").read_text()}
    assert all(len(secret) > 20 for secret in secrets)
    typed = " ".join(word for process in processes(settings) for word in process.cmdline())
    assert [secret for secret in secrets if secret in typed] == []
