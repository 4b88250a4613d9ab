"""What is installed on a bare machine, by an apt-get that only notes what it was asked."""

from dataclasses import replace

import pytest

from hadoop.packages import install_missing
from warehouse.errors import SetupError
from warehouse.settings import load_settings


@pytest.fixture
def bare(monkeypatch, tmp_path):
    """A machine with apt-get, root, and neither Java nor Maven; installing Java makes one."""
    jvm, programs, noted = tmp_path / "jvm", tmp_path / "bin", tmp_path / "apt.log"
    programs.mkdir()
    java_home = jvm / "java-17"
    (programs / "apt-get").write_text(
        f"""#!/bin/sh
echo "$@" >>{noted}
case "$*" in
  *openjdk*)
    /bin/mkdir -p {java_home}/bin
    : >{java_home}/bin/java
    echo 'JAVA_VERSION="17.0.1"' >{java_home}/release
    ;;
  *maven*) [ ! -e {tmp_path}/broken ] || {{ echo "E: Unable to locate package maven" >&2; exit 100; }} ;;
esac
"""
    )
    (programs / "apt-get").chmod(0o755)
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setattr("hadoop.java._INSTALLED", jvm)
    monkeypatch.setattr("hadoop.packages.os.geteuid", lambda: 0)
    return tmp_path


@pytest.fixture
def settings(tmp_path):
    return replace(load_settings(), jars=tmp_path / "jars")


def test_root_on_debian_gets_java_and_maven_and_is_told(bare, settings, capsys):
    install_missing(settings)
    assert (bare / "apt.log").read_text().splitlines() == [
        "update -qq",
        "install -y -qq openjdk-17-jre-headless",
        "update -qq",
        "install -y -qq maven",
    ]
    assert "installing openjdk-17-jre-headless with apt-get" in capsys.readouterr().err


def test_others_are_told_what_to_install(bare, settings, monkeypatch):
    monkeypatch.setattr("hadoop.packages.os.geteuid", lambda: 1000)
    with pytest.raises(SetupError, match="openjdk-17-jre-headless"):
        install_missing(settings)
    assert not (bare / "apt.log").exists()


def test_failure_of_apt_is_its_last_line(bare, settings):
    (bare / "broken").touch()
    with pytest.raises(SetupError, match="could not install maven: E: Unable to locate package maven"):
        install_missing(settings)


def test_chosen_java_is_not_replaced(bare, settings, monkeypatch):
    monkeypatch.setenv("JAVA_HOME", str(bare))
    with pytest.raises(SetupError, match="JAVA_HOME"):
        install_missing(settings)
    assert not (bare / "apt.log").exists()
