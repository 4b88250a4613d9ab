"""Which versions a record of the OSV schema is about."""

import re
import shutil
import subprocess
from itertools import chain, combinations
from pathlib import Path

import pytest

from hadoop.jars.coordinates import read_coordinates
from hadoop.java import find_java_home
from sbom.advisory import Affected, Event, Range
from sbom.versions import _ORDERS, first_fixed, is_affected

AWKWARD = """
1 1.0 1.0.0 1.0.1 1.0-1 1-1 1.1 1.2 1.10 1.9 2 2.0 2.0.0.RELEASE 2.0.1.RELEASE 2.0-alpha 2.0-alpha-1
2.0-alpha-2 2.0-beta1 2.0-beta-2 2.0a1 2.0b1 2.0m1 2.0-M1 2.0-milestone-2 2.0-rc1 2.0-cr2 2.0-RC2 2.0-SNAPSHOT
2.0-ga 2.0-final 2.0.Final 2.0-sp 2.0-sp-1 2.0-x 2.0-foo 2.0-20240101 20030203.000129 r09 30.1-jre
30.1-android 32.0.0-jre 32.1.3-jre 4.1.100.Final 4.1.118.Final 4.2.0.Alpha1 4.2.0.Beta2 9.4.57.v20241219
9.4.58.v20250814 1.1.10.8 1.9.2-hive 3.25.5 2.3.9 2.12.0 1.7.36 1.2.25 42.7.14 0.10.5 1.0.0-rc.1 1.0.0-beta.3
5.2.0 3.4.3 4.0.0-alpha-1 4.0.0-alpha-2 4.0.0-beta-1 4.0.0 4.0.1 1.0.20-r12 2.0.0-1.0
"""
"""As Maven Central has them, and as Maven's own documentation does."""


def events(*told):
    return tuple(Event(**{name: version}) for name, version in told)


def ranged(*told, kind="ECOSYSTEM", versions=()):
    return Affected(ranges=(Range(kind, events(*told)),), versions=versions)


def maven_says(pairs):
    """Maven's own class on the versions of each pair: `<`, `==` or `>`."""
    maven = Path(shutil.which("mvn")).resolve().parent.parent / "lib"
    command = [find_java_home() / "bin" / "java", "-cp", f"{maven}/*"]
    command.append("org.apache.maven.artifact.versioning.ComparableVersion")
    done = subprocess.run([*command, *chain(*pairs)], capture_output=True, text=True, check=True)
    # It compares each of its arguments with the next one.
    return re.findall(r"^ +\S+ (<|==|>) \S+$", done.stdout, re.MULTILINE)[::2]


def sign(first, second):
    return "<" if first < second else ">" if first > second else "=="


def test_order_of_maven_is_that_of_maven_itself():
    versions = sorted({*AWKWARD.split(), *(coordinates.version for coordinates in read_coordinates().values())})
    own = {version: _ORDERS["Maven"](version) for version in versions}
    pairs = list(combinations(versions, 2))
    assert len(pairs) > 20_000
    told = zip(pairs, maven_says(pairs), strict=True)
    assert [(first, said, second) for (first, second), said in told if sign(own[first], own[second]) != said] == []


@pytest.mark.parametrize(
    ("told", "inside", "outside"),
    [
        ([("introduced", "0")], ["0.1", "9"], []),
        ([("introduced", "0"), ("fixed", "1.5")], ["1.4.9", "1.5rc1", "0"], ["1.5", "1.5.0", "1.6"]),
        ([("introduced", "1.0"), ("last_affected", "1.5")], ["1.0", "1.5", "1.4"], ["0.9", "1.5.1"]),
        (
            [("fixed", "2.3"), ("introduced", "2.0"), ("fixed", "1.2"), ("introduced", "1.0")],
            ["1.0", "1.1", "2.0", "2.2"],
            ["0.9", "1.2", "1.9", "2.3", "10"],
        ),
        ([("introduced", "0"), ("limit", "2.0")], ["1.9"], ["2.0", "3"]),
        ([("introduced", "0"), ("limit", "*")], ["1.9"], []),
        ([("introduced", "0"), ("limit", "2.0"), ("limit", "4.0")], ["3.9"], ["4.0"]),
        ([], [], ["1.0"]),
    ],
)
@pytest.mark.parametrize("ecosystem", ["Maven", "PyPI"])
def test_version_lies_between_the_events_of_a_range(ecosystem, told, inside, outside):
    assert [version for version in (*inside, *outside) if is_affected(ranged(*told), ecosystem, version)] == inside


def test_qualifiers_of_maven_come_before_and_after_their_version():
    affected = ranged(("introduced", "2.0"), ("fixed", "32.0.0-jre"))
    assert is_affected(affected, "Maven", "31.1-jre")
    assert is_affected(affected, "Maven", "32.0.0-android")
    assert not is_affected(affected, "Maven", "32.0.0-jre")
    assert not is_affected(affected, "Maven", "2.0-rc1")


@pytest.mark.parametrize(
    ("ecosystem", "listed", "version", "is_so"),
    [
        ("PyPI", "1.0.0-rc1", "1.0rc1", True),
        ("PyPI", "2004d", "1.0", False),
        ("Maven", "4.1.100.Final", "4.1.100.Final", True),
        ("Maven", "4.1.100.Final", "4.1.101.Final", False),
    ],
)
def test_listed_version_is_affected_whatever_the_ranges(ecosystem, listed, version, is_so):
    affected = ranged(("introduced", "99"), versions=(listed,))
    assert is_affected(affected, ecosystem, version) == is_so


def test_ranges_of_commits_say_nothing_of_versions():
    assert not is_affected(ranged(("introduced", "0"), kind="GIT"), "PyPI", "1.0")


def test_versions_that_cannot_be_compared_count_as_affected():
    assert is_affected(ranged(("introduced", "2004d")), "PyPI", "1.0")
    assert first_fixed(ranged(("introduced", "0"), ("fixed", "2004d")), "PyPI", "1.0") is None


@pytest.mark.parametrize(("version", "fixed"), [("1.1", "1.10"), ("2.0", "2.3"), ("2.4", None)])
def test_first_fixed_is_the_next_one_and_not_the_first_of_the_record(version, fixed):
    told = [("introduced", "2.0"), ("fixed", "2.3"), ("introduced", "1.0"), ("fixed", "1.10")]
    assert first_fixed(ranged(*told), "PyPI", version) == fixed
    assert first_fixed(ranged(*told), "Maven", version) == fixed
