"""Archives of classes: one for each JDK, class path and kind of process, whole or not there. Java itself writes one."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from hadoop.artifacts import artifact_directory
from hadoop.jars import class_archive
from hadoop.jars.class_archive import discard_archive, keep_archive, writes_archive
from hadoop.java import find_java_home
from spark.launch import spark_jars
from tests.waiting import until
from warehouse.settings import load_settings

WHOLE = bytes.fromhex("a8ab0bf0") + b"rest"


@pytest.fixture
def settings(tmp_path):
    settings = replace(load_settings(), jars=tmp_path / "jars", home=tmp_path / "state")
    (artifact_directory(settings) / "hive").mkdir(parents=True)
    return settings


@pytest.fixture
def java_home(tmp_path):
    (tmp_path / "java" / "bin").mkdir(parents=True)
    (tmp_path / "java" / "bin" / "java").write_bytes(b"java 17.0.1")
    return tmp_path / "java"


@pytest.fixture
def jars(settings):
    directory = artifact_directory(settings) / "hive"
    (directory / "a.jar").write_bytes(b"a")
    return directory


def archive_options(*arguments):
    """Of a process of a kind that ran before."""
    return class_archive.archive_options(*arguments, has_run=True)


def written(options):
    """Where these options let a JVM write."""
    option, quiet = options.split()
    assert quiet == "-Xlog:cds*=off"
    return Path(option.removeprefix("-XX:ArchiveClassesAtExit="))


def test_second_process_uses_what_the_first_one_wrote(settings, java_home, jars):
    place = written(archive_options(settings, java_home, "metastore", jars))
    place.write_bytes(WHOLE)
    assert written(archive_options(settings, java_home, "metastore", jars)) == place
    keep_archive(settings, "metastore")
    option = archive_options(settings, java_home, "metastore", jars)
    assert Path(option.removeprefix("-XX:SharedArchiveFile=")).read_bytes() == WHOLE
    assert not place.exists()
    assert written(archive_options(settings, java_home, "hiveserver2", jars))


def test_first_process_of_a_stack_writes_none(settings, java_home, jars):
    assert class_archive.archive_options(settings, java_home, "metastore", jars, has_run=False) == ""
    written(archive_options(settings, java_home, "metastore", jars)).write_bytes(WHOLE)
    keep_archive(settings, "metastore")
    options = class_archive.archive_options(settings, java_home, "metastore", jars, has_run=False)
    assert "SharedArchiveFile" in options


def test_process_that_writes_one_is_known_by_its_command():
    sleeper = ["-c", "import time; time.sleep(60)"]
    for option, writes in (("-XX:ArchiveClassesAtExit=a", True), ("-XX:SharedArchiveFile=a", False)):
        with subprocess.Popen([sys.executable, *sleeper, option]) as process:
            # For an instant a process that became another program has no arguments.
            until(psutil.Process(process.pid).cmdline, 10)
            assert writes_archive(process.pid) is writes
            process.kill()
        assert not writes_archive(process.pid)


@pytest.mark.parametrize("content", [b"", b"\0" * 4096, None])
def test_half_an_archive_is_never_used(settings, java_home, jars, content):
    place = written(archive_options(settings, java_home, "metastore", jars))
    if content is not None:
        place.write_bytes(content)
    keep_archive(settings, "metastore")
    assert written(archive_options(settings, java_home, "metastore", jars)) == place


def test_discarded_archive_is_not_kept(settings, java_home, jars):
    place = written(archive_options(settings, java_home, "metastore", jars))
    place.write_bytes(WHOLE)
    discard_archive(settings, "metastore")
    keep_archive(settings, "metastore")
    assert written(archive_options(settings, java_home, "metastore", jars)) == place


@pytest.mark.parametrize("change", ["java", "jar", "new jar", "time of a jar"])
def test_other_java_or_class_path_has_another_archive_and_the_old_one_goes(settings, java_home, jars, change):
    first = written(archive_options(settings, java_home, "metastore", jars))
    first.write_bytes(WHOLE)
    keep_archive(settings, "metastore")
    if change == "java":
        (java_home / "bin" / "java").write_bytes(b"java 17.0.12")
    elif change == "jar":
        (jars / "a.jar").write_bytes(b"other")
    elif change == "new jar":
        (jars / "b.jar").write_bytes(b"b")
    else:
        os.utime(jars / "a.jar", (1, 1))
    second = written(archive_options(settings, java_home, "metastore", jars))
    assert second != first
    second.write_bytes(WHOLE)
    keep_archive(settings, "metastore")
    assert len(list((artifact_directory(settings) / "archives").iterdir())) == 1
    assert "SharedArchiveFile" in archive_options(settings, java_home, "metastore", jars)


def test_stacks_that_share_jars_share_archives_but_never_write_to_one_file(settings, java_home, jars):
    other = replace(settings, home=settings.home.with_name("other"))
    assert written(archive_options(settings, java_home, "metastore", jars)) != written(
        archive_options(other, java_home, "metastore", jars)
    )
    written(archive_options(settings, java_home, "metastore", jars)).write_bytes(WHOLE)
    keep_archive(other, "metastore")
    assert "ArchiveClassesAtExit" in archive_options(other, java_home, "metastore", jars)
    keep_archive(settings, "metastore")
    assert "SharedArchiveFile" in archive_options(other, java_home, "metastore", jars)


def test_turned_off_no_archive_is_used_or_written(settings, java_home, jars):
    assert archive_options(replace(settings, class_archives=False), java_home, "metastore", jars) == ""


def test_java_maps_the_classes_of_the_process_before(settings, jars):
    java_home, main = find_java_home(), "org.apache.spark.launcher.Main"
    (jars / "a.jar").unlink()
    shutil.copy2(next(spark_jars().glob("spark-launcher_*.jar")), jars)

    def run():
        options = archive_options(settings, java_home, "launcher", jars).split()
        command = [java_home / "bin" / "java", "-Xlog:class+load", *options, "-cp", f"{jars}/*", main]
        printed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        keep_archive(settings, "launcher")
        return next(line for line in printed.splitlines() if f" {main} source:" in line)

    assert str(jars) in run()
    assert "shared objects file (top)" in run()
