"""The metastore's database: made once for all stacks that use the same jars, whole or not there."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hive.metastore import create_database
from warehouse.errors import SetupError


class SchemaTool:
    """Makes a database of one file, and notes how often."""

    def __init__(self) -> None:
        self.made: list[Path] = []

    def __call__(self, directory: Path, arguments: list[str]) -> bool:
        assert arguments == ["-dbType", "derby", "-initSchema"]
        self.made.append(directory)
        (directory / "seg0").mkdir(parents=True)
        (directory / "seg0" / "c10.dat").write_bytes(b"schema")
        return True


@pytest.fixture
def jars(tmp_path: Path) -> Path:
    (tmp_path / "jars").mkdir()
    return tmp_path / "jars"


def tables(directory: Path) -> bytes:
    return (directory / "seg0" / "c10.dat").read_bytes()


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def test_second_stack_copies_what_was_made_for_the_first(tmp_path: Path, jars: Path) -> None:
    tool, log = SchemaTool(), tmp_path / "log"
    for stack in ("one", "two"):
        create_database(tmp_path / stack / "derby", jars / "template", tool, log)
        assert names(tmp_path / stack) == ["derby"]
    (tmp_path / "one" / "derby" / "seg0" / "c10.dat").write_bytes(b"schema and tables")
    # Neither another start nor another stack is given what the first one holds.
    create_database(tmp_path / "one" / "derby", jars / "template", tool, log)
    create_database(tmp_path / "three" / "derby", jars / "template", tool, log)
    found = [tables(tmp_path / stack / "derby") for stack in ("one", "two", "three")]
    assert (found, len(tool.made)) == ([b"schema and tables", b"schema", b"schema"], 1)


def test_account_that_may_not_write_beside_the_jars_makes_its_own(
    tmp_path: Path, jars: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hive.metastore.os.access", lambda *_: False)
    create_database(tmp_path / "one" / "derby", jars / "template", SchemaTool(), tmp_path / "log")
    assert (tables(tmp_path / "one" / "derby"), names(jars)) == (b"schema", [])


def test_template_that_may_not_be_read_is_not_needed(
    tmp_path: Path, jars: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = SchemaTool()
    create_database(tmp_path / "one" / "derby", jars / "template", tool, tmp_path / "log")

    def refuse(source: Path, target: Path) -> None:
        target.mkdir()
        raise shutil.Error([(str(source), str(target), "Permission denied")])

    monkeypatch.setattr("hive.metastore.shutil.copytree", refuse)
    create_database(tmp_path / "two" / "derby", jars / "template", tool, tmp_path / "log")
    assert (tables(tmp_path / "two" / "derby"), names(tmp_path / "two"), len(tool.made)) == (b"schema", ["derby"], 2)


def test_what_a_killed_start_left_is_removed_and_not_used(tmp_path: Path, jars: Path) -> None:
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    left = [jars / f"template.{int(gone.stdout)}.incomplete", tmp_path / "one" / f"derby.{int(gone.stdout)}.incomplete"]
    for directory in left:
        directory.mkdir(parents=True)
    create_database(tmp_path / "one" / "derby", jars / "template", SchemaTool(), tmp_path / "log")
    assert (names(jars), names(tmp_path / "one")) == (["template"], ["derby"])


def test_two_stacks_that_make_it_at_once_both_have_one(tmp_path: Path, jars: Path) -> None:
    tool = SchemaTool()

    def beaten(directory: Path, arguments: list[str]) -> bool:
        create_database(tmp_path / "two" / "derby", jars / "template", tool, tmp_path / "log")
        return tool(directory, arguments)

    create_database(tmp_path / "one" / "derby", jars / "template", beaten, tmp_path / "log")
    assert [tables(tmp_path / stack / "derby") for stack in ("one", "two")] == [b"schema", b"schema"]
    assert names(jars) == ["template"]


def test_a_tool_that_fails_leaves_none(tmp_path: Path, jars: Path) -> None:
    with pytest.raises(SetupError, match="schema could not be made"):
        create_database(tmp_path / "one" / "derby", jars / "template", lambda *_: False, tmp_path / "log")
    assert (names(jars), names(tmp_path / "one")) == ([], [])
