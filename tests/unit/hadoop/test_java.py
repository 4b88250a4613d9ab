"""Which Java is chosen, and what is said when none fits."""

import pytest

from hadoop.java import find_java_home
from warehouse.errors import SetupError


def java(home, version):
    """A home that says its version; its `java` cannot run and need not."""
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "java").write_text("#!/bin/sh\nexit 1\n")
    (home / "bin" / "java").chmod(0o755)
    (home / "release").write_text(f'IMPLEMENTOR="x"\nJAVA_VERSION="{version}"\n')
    return home


@pytest.fixture
def bare(monkeypatch, tmp_path):
    """A machine without any Java."""
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "none"))
    monkeypatch.setattr("hadoop.java._INSTALLED", tmp_path / "jvm")
    return tmp_path


def test_java_home_is_taken(bare, monkeypatch):
    monkeypatch.setenv("JAVA_HOME", str(java(bare / "seventeen", "17.0.15")))
    assert find_java_home() == bare / "seventeen"


def test_java_17_is_found_behind_another_one_on_path(bare, monkeypatch):
    monkeypatch.setenv("PATH", str(java(bare / "new", "25.0.1") / "bin"))
    java(bare / "jvm" / "java-17", "17.0.1")
    assert find_java_home() == bare / "jvm" / "java-17"


@pytest.mark.parametrize(("version", "said"), [("1.8.0_392", "Java 8"), ("25.0.1", "Java 25")])
def test_wrong_java_is_named_with_its_place(bare, monkeypatch, version, said):
    home = java(bare / "other", version)
    monkeypatch.setenv("PATH", str(home / "bin"))
    with pytest.raises(SetupError, match=f"Java 17 is needed, found {said} at {home}.*openjdk-17"):
        find_java_home()
    monkeypatch.setenv("JAVA_HOME", str(home))
    with pytest.raises(SetupError, match=f"JAVA_HOME is {home}, {said}"):
        find_java_home()


def test_no_java_is_said(bare):
    with pytest.raises(SetupError, match="found no Java; install openjdk-17"):
        find_java_home()


def test_java_home_without_java_is_said(bare, monkeypatch):
    monkeypatch.setenv("JAVA_HOME", str(bare))
    with pytest.raises(SetupError, match="no bin/java works"):
        find_java_home()
