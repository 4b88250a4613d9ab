"""Classes of ours that make HiveServer2 quicker: a program of Java looks at each, with the shipped class path."""

import re
from pathlib import Path

import pytest

from hadoop.environment import stack_environment
from hadoop.java import run_java
from warehouse.settings import REPOSITORY, load_settings

HOOKS = "stackhouse-hive-hooks.jar"


def runs(class_path: str, log: Path, program: str, *arguments: str) -> bool:
    # No program is found, so none can be started.
    environment = {**stack_environment(load_settings()), "PATH": "/nowhere"}
    return run_java(environment, class_path, program, list(arguments), log)


@pytest.fixture
def shipped(quick_classes):
    return f"{quick_classes}:{stack_environment(load_settings())['STACKHOUSE_HIVE_CLASS_PATH']}"


@pytest.fixture
def log(tmp_path):
    return tmp_path / "java" / "log"


def test_steps_of_the_planner_share_their_handlers(shipped, log):
    assert runs(shipped, log, "stackhouse.tests.KnownProviders"), log.read_text()


def test_hive_by_itself_would_compile_them_at_every_step(quick_classes, jars, log):
    theirs = ":".join(str(jar) for jar in sorted((jars / "hive").glob("*.jar")) if jar.name != HOOKS)
    assert not runs(f"{quick_classes}:{theirs}", log, "stackhouse.tests.KnownProviders")
    assert "two steps have providers that are not equal" in log.read_text()


def test_containers_find_our_class_first_too():
    (class_path,) = re.findall(r"CLASSPATH=(\S+)", (REPOSITORY / "hive/Dockerfile").read_text())
    ours, theirs = (class_path.index(f"/jars/hive/{name}") for name in (HOOKS, "*"))
    assert ours < theirs


@pytest.mark.parametrize(("digits", "letters"), [("600", "rw-------"), ("754", "rwxr-xr--"), ("067", "---rw-rwx")])
def test_permissions_of_local_files_are_set_without_another_process(shipped, log, tmp_path, digits, letters):
    program = "stackhouse.tests.PermissionsOfLocalFiles"
    assert runs(shipped, log, program, str(tmp_path / "file"), digits, "ours"), log.read_text()
    assert log.read_text().splitlines()[-1] == letters


def test_hadoop_by_itself_starts_one(shipped, log, tmp_path):
    assert not runs(shipped, log, "stackhouse.tests.PermissionsOfLocalFiles", str(tmp_path / "file"), "600", "theirs")
    assert 'Cannot run program "chmod"' in log.read_text()
