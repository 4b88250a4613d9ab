"""Databases of vulnerabilities as directories, zip files and single files."""

import json
import zipfile

import pytest

from sbom.database import read_database
from warehouse.errors import UsageError

SUBJECTS = {("PyPI", "some-package"), ("Maven", "org.example:library")}


def record(name, *packages, modified="2026-11-01T00:00:00Z", **more):
    """A record as osv.dev writes one, about all versions of packages."""
    affected = [
        {
            "package": {"ecosystem": ecosystem, "name": package, "purl": "pkg:generic/x"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}],
            "ecosystem_specific": {"imports": []},
        }
        for ecosystem, package in packages
    ]
    return {"schema_version": "1.7.0", "id": name, "modified": modified, "affected": affected, **more}


PYTHON = record("PYSEC-1", ("PyPI", "Some_Package"), modified="2026-11-02T10:00:00.123Z")
JAVA = record("GHSA-1", ("Maven", "org.example:library"))
OTHER = record("GHSA-2", ("npm", "some-package"), ("PyPI", "another"))


def write(path, *records):
    path.mkdir(parents=True, exist_ok=True)
    for each in records:
        (path / f"{each['id']}.json").write_text(json.dumps(each))


def pack(path, *records):
    with zipfile.ZipFile(path, "w") as archive:
        for each in records:
            archive.writestr(f"{each['id']}.json", json.dumps(each))
        archive.writestr("README.md", "not a record")


def ids(database):
    return {subject: sorted(one.id for one in found) for subject, found in database.advisories.items()}


BOTH = {("PyPI", "some-package"): ["PYSEC-1"], ("Maven", "org.example:library"): ["GHSA-1"]}


def test_directory_is_read_with_all_below_it(tmp_path):
    write(tmp_path / "python" / "vulns", PYTHON, OTHER)
    (tmp_path / "notes.txt").write_text("not a record")
    pack(tmp_path / "maven.zip", JAVA)
    database = read_database(tmp_path, SUBJECTS)
    assert {subject: found for subject, found in ids(database).items() if subject in SUBJECTS} == BOTH
    assert database.records == {"PyPI": 2, "npm": 1, "Maven": 1}
    assert database.newest.isoformat(timespec="seconds") == "2026-11-02T10:00:00+00:00"


def test_zip_file_is_read_alone(tmp_path):
    pack(tmp_path / "all.zip", PYTHON, JAVA)
    assert ids(read_database(tmp_path / "all.zip", SUBJECTS)) == BOTH


def test_file_is_read_alone(tmp_path):
    write(tmp_path, record("X-1", ("Maven", "org.example:library"), ("PyPI", "some-package")))
    assert ids(read_database(tmp_path / "X-1.json", SUBJECTS)) == {subject: ["X-1"] for subject in SUBJECTS}


def test_repository_of_an_ecosystem_does_not_hide_a_package(tmp_path):
    write(tmp_path, PYTHON, record("GHSA-1", ("Maven:https://maven.example.org", "org.example:library")))
    assert ids(read_database(tmp_path, SUBJECTS)) == BOTH


def test_record_that_was_changed_later_counts_and_a_withdrawn_one_does_not(tmp_path):
    write(tmp_path / "new", {**JAVA, "modified": "2026-11-03T00:00:00Z", "withdrawn": "2026-11-03T00:00:00Z"}, PYTHON)
    write(tmp_path / "old", JAVA)
    assert ids(read_database(tmp_path, SUBJECTS)) == {("PyPI", "some-package"): ["PYSEC-1"]}
    write(tmp_path / "zlast", {**JAVA, "modified": "2026-11-04T00:00:00Z"})
    assert ids(read_database(tmp_path, SUBJECTS)) == BOTH


@pytest.mark.parametrize(("records", "missing"), [([PYTHON, OTHER], "Maven"), ([JAVA], "PyPI"), ([], "Maven")])
def test_database_that_knows_nothing_of_an_ecosystem_is_refused(tmp_path, records, missing):
    write(tmp_path, *records)
    assert refusal(tmp_path) == (
        f"{tmp_path} has no record of {missing}, so nothing from there would be looked up; add the records of {missing}"
    )


def refusal(path):
    with pytest.raises(UsageError) as problem:
        read_database(path, SUBJECTS)
    assert "\n" not in str(problem.value)
    return str(problem.value)


def test_what_is_no_database_is_named_in_one_line(tmp_path):
    assert refusal(tmp_path / "none") == f"{tmp_path}/none cannot be read: No such file or directory"
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK\x03\x04 and no more")
    assert refusal(broken).startswith(f"{broken} is not a zip file that can be read: ")
    with zipfile.ZipFile(broken, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("GHSA-1.json", json.dumps(JAVA))
    whole = broken.read_bytes()
    for place in (60, 100, 200):
        broken.write_bytes(whole[:place] + b"\xff\xff\xff" + whole[place + 3 :])
        assert refusal(broken).startswith(f"{broken} is not a zip file that can be read: ")
    # The flag of an encrypted member, in both headers.
    broken.write_bytes(
        whole[:6] + b"\x01" + whole[7:].replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01")
    )
    assert "encrypted" in refusal(broken)
    odd = tmp_path / "package.json"
    odd.write_text('{"name": "x"}')
    assert refusal(odd).startswith(f"{odd} is not a record of the OSV schema: id: Field required; give ")
    odd.write_text("{")
    assert refusal(odd).startswith(f"{odd} is not a record of the OSV schema: Invalid JSON")
    odd.write_text(json.dumps({**JAVA, "affected": [{"package": {"ecosystem": "Maven"}}]}))
    assert "affected.0.package.name: Field required" in refusal(odd)
    odd.write_text(json.dumps({**JAVA, "modified": "2026-11-01T00:00:00"}))
    assert "modified: Input should have timezone info" in refusal(odd)
    pack(tmp_path / "odd.zip", {**JAVA, "modified": "yesterday"})
    assert refusal(tmp_path / "odd.zip").startswith(f"{tmp_path}/odd.zip/GHSA-1.json is not a record of the OSV schema")
