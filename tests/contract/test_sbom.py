"""The bills of materials: all that is locked is in them, once, in the form of CycloneDX."""

import hashlib
import json
import re
from importlib.resources import files
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from hadoop.jars.coordinates import read_coordinates
from sbom.bill import write_bill
from sbom.jars import locked_jars
from sbom.spark_jars import listed_spark_jars
from sbom.wheels import locked_wheels
from warehouse.settings import REPOSITORY

JARS = (REPOSITORY / "hadoop" / "jars" / "jars.sha256").read_text()
WHEELS = (REPOSITORY / "requirements" / "all.lock").read_text()
EDGE = (REPOSITORY / "requirements" / "edge.lock").read_text()


def bill(directory, components):
    path = directory / "bill.cdx.json"
    write_bill(components, path)
    return path.read_text()


@pytest.fixture(scope="module")
def jars(tmp_path_factory):
    return bill(tmp_path_factory.mktemp("jars"), locked_jars())


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    return bill(tmp_path_factory.mktemp("wheels"), locked_wheels())


def hashes(component):
    assert {one["alg"] for one in component["hashes"]} == {"SHA-256"}
    return [one["content"] for one in component["hashes"]]


@pytest.mark.parametrize("name", ["jars", "wheels"])
def test_bill_is_valid_by_the_schema(name, request):
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(request.getfixturevalue(name)) is None


@pytest.mark.parametrize("name", ["jars", "wheels"])
def test_bill_is_of_stackhouse_which_needs_all_that_is_in_it(name, request):
    found = json.loads(request.getfixturevalue(name))
    ours = found["metadata"]["component"]
    assert (ours["name"], ours["licenses"]) == ("stackhouse", [{"license": {"id": "Apache-2.0"}}])
    references = [component["bom-ref"] for component in found["components"]]
    assert len(references) == len(set(references)) > 90
    needed = {one["ref"]: one.get("dependsOn", []) for one in found["dependencies"]}
    assert sorted(needed[ours["bom-ref"]]) == sorted(references)


def test_every_locked_jar_and_script_is_in_it_once_with_its_hash_and_its_places(jars):
    locked = {place: digest for digest, place in re.findall(r"(?m)^([0-9a-f]{64})  (\S+)$", JARS)}
    assert len(locked) == len(JARS.splitlines())
    found = [
        (one["location"], *hashes(component))
        for component in json.loads(jars)["components"]
        for one in component["evidence"]["occurrences"]
    ]
    assert sorted(found) == sorted(locked.items())


def test_every_jar_has_the_name_that_scanners_know_it_by(jars):
    components = json.loads(jars)["components"]
    scripts = [component for component in components if "purl" not in component]
    assert {component["type"] for component in scripts} == {"file"}
    assert all(component["name"].startswith("metastore/scripts/") for component in scripts)
    for component in components:
        if component in scripts:
            continue
        url = PackageURL.from_string(component["purl"])
        assert (url.type, url.namespace) == ("maven", component["group"])
        classifier = "".join(f"-{name}" for name in [url.qualifiers.get("classifier")] if name)
        file = f"{url.name}-{url.version}{classifier}.{url.qualifiers.get('type', 'jar')}"
        assert {one["location"].split("/")[-1] for one in component["evidence"]["occurrences"]} == {file}


def test_coordinates_are_of_exactly_the_locked_jars():
    assert set(read_coordinates()) == set(re.findall(r"(?m)/([^/]+\.(?:jar|pom))$", JARS))


def test_every_locked_wheel_is_in_it_once_with_its_hash(wheels):
    parts = re.findall(r"(?m)^([\w.-]+)==([^\s;]+)[^\\]*((?:\\\n\s+--hash=\S+\s*)+)", WHEELS)
    locked = {
        (re.sub(r"[-_.]+", "-", name).lower(), version): sorted(re.findall(r"sha256:([0-9a-f]{64})", text))
        for name, version, text in parts
    }
    assert sum(map(len, locked.values())) == WHEELS.count("--hash=")
    components = json.loads(wheels)["components"]
    assert len(components) == len(locked)
    found = {(component["name"], component["version"]): sorted(hashes(component)) for component in components}
    assert found == locked
    assert [one["purl"] for one in components] == [f"pkg:pypi/{one['name']}@{one['version']}" for one in components]


def test_wheels_that_the_stack_does_not_need_are_marked(wheels):
    needed = {re.sub(r"[-_.]+", "-", name).lower() for name in re.findall(r"(?m)^([\w.-]+)==", EDGE)}
    scopes = {component["name"]: component["scope"] for component in json.loads(wheels)["components"]}
    assert {name for name, scope in scopes.items() if scope == "required"} == needed
    assert set(scopes.values()) == {"required", "optional"}


def test_jars_of_spark_are_those_of_the_package(tmp_path):
    components = json.loads(bill(tmp_path, listed_spark_jars()))["components"]
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str((tmp_path / "bill.cdx.json").read_text()) is None
    listed = {one["evidence"]["occurrences"][0]["location"]: hashes(one)[0] for one in components}
    assert len(listed) == len(components)
    installed = Path(str(files("pyspark")))
    assert listed == {
        f"pyspark/jars/{path.name}": hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (installed / "jars").glob("*.jar")
    }
    groups = {(one["name"], one["version"]): one["group"] for one in components}
    both = {(known.artifact, known.version): known.group for known in read_coordinates().values()}.items()
    shared = [(artifact, group) for artifact, group in both if artifact in groups]
    assert len(shared) > 10
    assert [(artifact, group) for artifact, group in shared if groups[artifact] != group] == []
