"""hive/start-database.sh: begins a half-made directory of PostgreSQL anew, and never one that holds a database."""

import os
import subprocess

import pytest

from warehouse.settings import REPOSITORY

INITDB = ["PG_VERSION", "base/1/1255", "base/4/1255", "base/5/1255", "pg_hba.conf"]


@pytest.mark.parametrize(
    ("names", "kept"),
    [
        ([], []),
        (["PG_VERSION"], []),
        (INITDB, []),
        # Killed while it was being emptied.
        (["base/1/1255"], []),
        ([*INITDB, "base/16384/1255"], [*INITDB, "base/16384/1255"]),
    ],
)
def test_what_holds_no_database_of_anybody_is_made_anew(tmp_path, names, kept):
    data, programs = tmp_path / "data", tmp_path / "bin"
    data.mkdir()
    programs.mkdir()
    for name in names:
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).touch()
    entrypoint = programs / "docker-entrypoint.sh"
    entrypoint.write_text('#!/bin/sh\necho "started $*"\n')
    entrypoint.chmod(0o755)
    done = subprocess.run(
        ["sh", REPOSITORY / "hive" / "start-database.sh"],
        env={"PATH": f"{programs}:{os.environ['PATH']}", "PGDATA": str(data)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "started postgres"
    found = [str(path.relative_to(data)) for path in data.rglob("*") if path.is_file()]
    assert sorted(found) == sorted(kept)
    assert ("made again" in done.stdout) == (bool(names) and not kept)
