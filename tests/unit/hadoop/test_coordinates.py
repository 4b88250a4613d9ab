"""What Maven calls the jars, against what the jars say of themselves."""

import os
import re
import zipfile

import pytest

from hadoop.jars import coordinates
from hadoop.jars.coordinates import COORDINATES, Coordinates, read_coordinates

OWN = re.compile(r"META-INF/maven/[^/]+/[^/]+/pom\.properties")


@pytest.mark.parametrize(
    ("text", "file"),
    [
        ("org.apache.hadoop:hadoop-common:jar:3.4.3", "hadoop-common-3.4.3.jar"),
        ("org.apache.hadoop:hadoop-hdfs:jar:tests:3.4.3", "hadoop-hdfs-3.4.3-tests.jar"),
        ("org.apache.curator:apache-curator:pom:5.2.0", "apache-curator-5.2.0.pom"),
    ],
)
def test_file_of_an_artifact_has_the_name_that_maven_gives_it(text, file):
    assert Coordinates.parse(text).file == file


def test_coordinates_are_sorted_and_no_two_have_one_file():
    lines = COORDINATES.read_text().splitlines()
    assert lines == sorted(set(lines))
    assert len(read_coordinates()) == len(lines)


RESOLVED = """
The following files have been resolved:
   org.apache.hadoop:hadoop-hdfs:jar:tests:3.4.3:compile
   org.apache.hadoop:hadoop-hdfs:jar:3.4.3:compile -- module hadoop.hdfs (auto)
   org.slf4j:slf4j-reload4j:jar:1.7.36:runtime

The following files have been resolved:
   none

The following files have been resolved:
   org.slf4j:slf4j-reload4j:jar:1.7.36:runtime -- module org.slf4j.reload4j [auto]
   com.google.code.findbugs:jsr305:jar:3.0.2:compile (optional)
"""
"""As dependency:list of Maven's dependency plugin writes it for a class path of each module."""


def test_what_maven_resolves_is_kept_once(tmp_path, monkeypatch):
    (tmp_path / "resolved").write_text(RESOLVED)
    (tmp_path / "mvn").write_text(
        f"""#!/bin/sh
for word; do case $word in -DoutputFile=*) cp {tmp_path}/resolved ${{word#*=}} ;; esac; done
"""
    )
    (tmp_path / "mvn").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(coordinates, "COORDINATES", tmp_path / "coordinates.txt")
    coordinates.write_coordinates()
    assert coordinates.COORDINATES.read_text().splitlines() == [
        "com.google.code.findbugs:jsr305:jar:3.0.2",
        "org.apache.hadoop:hadoop-hdfs:jar:3.4.3",
        "org.apache.hadoop:hadoop-hdfs:jar:tests:3.4.3",
        "org.slf4j:slf4j-reload4j:jar:1.7.36",
    ]


def properties(jar):
    """Coordinates in a jar: its own, and those of what was packed into it."""
    with zipfile.ZipFile(jar) as content:
        for name in filter(OWN.fullmatch, content.namelist()):
            text = content.read(name).decode("latin-1")
            found = dict(re.findall(r"(?m)^(groupId|artifactId|version)\s*=\s*(\S+?)\s*$", text))
            yield found.get("groupId"), found.get("artifactId"), found.get("version")


def test_jars_that_say_what_they_are_say_the_same(jars):
    known, told = read_coordinates(), 0
    for path in {
        path.name: path for place in ("hadoop", "hive", "kdc") for path in (jars / place).glob("*.jar")
    }.values():
        if path.name.startswith("stackhouse-"):
            continue
        ours = known[path.name]
        groups = {
            group
            for group, artifact, version in properties(path)
            if (artifact, version) == (ours.artifact, ours.version)
        }
        assert groups <= {ours.group}, path.name
        told += bool(groups)
    assert told > len(known) / 2
