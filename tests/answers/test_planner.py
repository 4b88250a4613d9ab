"""HiveServer2 compiles what the planner asks of its metadata once, not once more for every statement."""

import re

from hadoop.environment import stack_environment
from hadoop.java import run_java
from warehouse.settings import REPOSITORY, load_settings

HOOKS = "stackhouse-hive-hooks.jar"


def runs(class_path: str, directory) -> bool:
    environment = stack_environment(load_settings())
    return run_java(environment, class_path, "stackhouse.tests.KnownProviders", [], directory / "java.log")


def test_steps_of_the_planner_share_their_handlers(quick_classes, tmp_path):
    shipped = stack_environment(load_settings())["STACKHOUSE_HIVE_CLASS_PATH"]
    assert runs(f"{quick_classes}:{shipped}", tmp_path), (tmp_path / "java.log").read_text()


def test_hive_by_itself_would_compile_them_at_every_step(quick_classes, jars, tmp_path):
    theirs = ":".join(str(jar) for jar in sorted((jars / "hive").glob("*.jar")) if jar.name != HOOKS)
    assert not runs(f"{quick_classes}:{theirs}", tmp_path)
    assert "two steps have providers that are not equal" in (tmp_path / "java.log").read_text()


def test_containers_find_our_class_first_too():
    (class_path,) = re.findall(r"CLASSPATH=(\S+)", (REPOSITORY / "hive/Dockerfile").read_text())
    ours, theirs = (class_path.index(f"/jars/hive/{name}") for name in (HOOKS, "*"))
    assert ours < theirs
