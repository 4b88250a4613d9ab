"""An account that may not use a checkout is told so in one line, by the script and by the commands."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from warehouse.settings import REPOSITORY

SOURCES = ("stackhouse", "pyproject.toml", "requirements/build.lock", "requirements/all.lock")

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another account")


@pytest.fixture
def checkout():
    """Of root, readable by all, with a Python that says what it was asked."""
    # Not `tmp_path`: that is closed to others.
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        place.chmod(0o755)
        for source in SOURCES:
            _write(place / source, (REPOSITORY / source).read_text()).chmod((REPOSITORY / source).stat().st_mode)
        _write(place / "cli" / "__main__.py", "")
        _write(place / ".venv" / "bin" / "python", '#!/bin/sh\necho "$*"\n').chmod(0o755)
        content = b"".join((place / source).read_bytes() for source in SOURCES[1:])
        wanted = subprocess.run(["cksum"], input=content, capture_output=True, check=True).stdout.decode()
        _write(place / ".venv" / "requirements.sum", wanted)
        yield place


def _write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def as_nobody(*command):
    other = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "env", "HOME=/nonexistent"]
    return subprocess.run([*other, *command], capture_output=True, text=True, check=False)


def test_account_that_may_read_uses_the_packages_that_are_there(checkout):
    done = as_nobody(checkout / "stackhouse", "query", "SELECT 1")
    assert (done.stdout, done.stderr, done.returncode) == ("-m cli query SELECT 1\n", "", 0)


@pytest.mark.parametrize(
    ("closed", "mode", "words"),
    [
        (".venv/bin/python", 0o700, "may not use {0}/.venv, which root made"),
        (".venv/bin", 0o700, "may not use {0}/.venv, which root made"),
        (".venv", 0o700, "may not use {0}/.venv, which root made"),
        (".venv/requirements.sum", 0o600, "may not use {0}/.venv, which root made"),
        ("pyproject.toml", 0o600, "may not read {0}/pyproject.toml: let root run chmod -R a+rX on it"),
        ("cli", 0o700, "may not read {0}/cli/__main__.py: let root run chmod -R a+rX on it"),
    ],
)
def test_what_is_closed_is_told_in_one_line(checkout, closed, mode, words):
    (checkout / closed).chmod(mode)
    _told(as_nobody(checkout / "stackhouse", "status"), f"nobody {words.format(checkout)}")
    assert (checkout / ".venv" / "requirements.sum").is_file()


def test_packages_of_another_account_are_not_made_anew(checkout):
    (checkout / "requirements" / "all.lock").write_text("changed\n")
    _told(as_nobody(checkout / "stackhouse"), f"{checkout}/.venv is not up to date and nobody may not rebuild it")
    assert (checkout / ".venv" / "bin" / "python").is_file()


def test_packages_are_not_made_where_nothing_may_be_written(checkout):
    shutil.rmtree(checkout / ".venv")
    _told(as_nobody(checkout / "stackhouse"), f"there is no {checkout}/.venv and nobody may not make it: let root run")


def _told(done, words):
    assert done.returncode == 1, done
    assert done.stdout == ""
    assert done.stderr.startswith("stackhouse: ")
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert "Permission denied" not in done.stderr
