"""Fetching the JDBC driver: once, whole or not at all, and one line when it fails. Maven is a script."""

import pytest

from consumers.jdbc.driver import fetch_driver
from warehouse.errors import SetupError

FETCHES = """#!/bin/sh
for word; do case $word in -Dstackhouse.jars=*) mkdir -p "${word#*=}/jdbc" "${word#*=}/classes";; esac; done
echo run >>"$0.runs"
"""
FAILS = """#!/bin/sh
for word; do case $word in -Dstackhouse.jars=*) mkdir -p "${word#*=}/jdbc";; esac; done
echo '[INFO] Scanning'
echo '[ERROR] Could not resolve hive-jdbc'
echo '[ERROR] Help'
exit 1
"""


@pytest.fixture
def maven(tmp_path, monkeypatch):
    path = tmp_path / "bin" / "mvn"
    path.parent.mkdir()
    monkeypatch.setenv("PATH", str(path.parent), prepend=":")

    def write(script):
        path.write_text(script)
        path.chmod(0o755)
        return path

    return write


def test_driver_is_fetched_once(maven, tmp_path):
    script = maven(FETCHES)
    found = fetch_driver(tmp_path / "jars")
    assert sorted(path.name for path in found.iterdir()) == ["classes", "jdbc"]
    assert fetch_driver(tmp_path / "jars") == found
    assert script.with_name("mvn.runs").read_text() == "run\n"


def test_failure_is_one_line_and_leaves_nothing_that_looks_whole(maven, tmp_path):
    maven(FAILS)
    with pytest.raises(SetupError) as caught:
        fetch_driver(tmp_path / "jars")
    log = tmp_path / "jars" / "maven-jdbc.log"
    assert str(caught.value) == f"Maven could not fetch the JDBC driver: Could not resolve hive-jdbc; log: {log}"
    maven(FETCHES)
    assert (fetch_driver(tmp_path / "jars") / "classes").is_dir()


def test_without_maven_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SetupError, match="install the package `maven`"):
        fetch_driver(tmp_path / "jars")
