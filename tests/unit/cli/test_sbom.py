"""`./stackhouse sbom` and `sbom check`, as a maintainer types them."""

import json
import sys
from datetime import date

import pytest

from cli import sbom_commands
from cli.main import main
from cli.views import sbom as view
from sbom import ignored
from sbom.ignored import Ignored

JAR, WHEEL = "org.apache.hadoop:hadoop-common", "requests"


def record(name, ecosystem, package, **event):
    return {
        "schema_version": "1.7.0",
        "id": name,
        "modified": "2026-11-20T00:00:00Z",
        "aliases": [f"CVE-of-{name}"],
        "affected": [
            {
                "package": {"ecosystem": ecosystem, "name": package},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, event]}],
            }
        ],
        "database_specific": {"severity": "HIGH"},
    }


@pytest.fixture
def database(tmp_path):
    """Invented records: a jar and a wheel are vulnerable, another wheel was."""
    directory = tmp_path / "osv"
    directory.mkdir()
    for each in (
        record("GHSA-1", "Maven", JAR, fixed="99.0"),
        record("PYSEC-1", "PyPI", WHEEL, last_affected="99.0"),
        record("PYSEC-2", "PyPI", "numpy", fixed="1.0"),
    ):
        (directory / f"{each['id']}.json").write_text(json.dumps(each))
    return directory


@pytest.fixture
def entries(tmp_path, monkeypatch):
    """Takes the entries that are to be in the file of what is ignored."""
    monkeypatch.setattr(ignored, "IGNORED", tmp_path / "ignored.yaml")

    def write(*entries):
        lines = [f"{{id: {e.id}, package: '{e.package}', reason: {e.reason}, until: {e.until}}}" for e in entries]
        ignored.IGNORED.write_text("".join(f"- {line}\n" for line in lines) or "[]")

    write()
    return write


def ended(*arguments):
    """Exit code of a command."""
    try:
        main(["sbom", *map(str, arguments)])
    except SystemExit as end:
        return end.code or 0
    return 0


def test_bills_are_written_where_they_are_wanted(tmp_path, capsys):
    assert ended("--out", tmp_path / "bills") == 0
    names = {path.name: json.loads(path.read_text())["bomFormat"] for path in (tmp_path / "bills").iterdir()}
    assert names == dict.fromkeys(("jars.cdx.json", "spark-jars.cdx.json", "wheels.cdx.json"), "CycloneDX")
    said = capsys.readouterr().out
    assert all(f"{tmp_path}/bills/{name}: " in said for name in names)
    assert ended("--out", tmp_path / "bills") == 0


def test_vulnerable_jar_and_wheel_are_listed_and_end_with_3(database, entries, capsys):
    assert ended("check", "--database", database) == 3
    said = capsys.readouterr()
    table = [line.split() for line in said.out.splitlines()]
    assert [row[0] for row in table[1:3]] == [JAR, WHEEL]
    assert table[1][2:] == ["CVE-of-GHSA-1,", "GHSA-1", "high", "99.0"]
    assert " ".join(table[2][2:]) == "CVE-of-PYSEC-1, PYSEC-1 high no version known"
    assert "looked up in 1 of Maven, 2 of PyPI; the newest record is of 2026-11-20" in said.out
    assert said.err == (
        "stackhouse: known vulnerabilities found: 2; update the packages, "
        "or say in sbom/ignored.yaml why and until when they do not count\n"
    )


def test_json_has_all_of_it(database, entries, capsys):
    entries(Ignored("PYSEC-1", WHEEL, "Only in tests.", date(2999, 1, 1)))
    assert ended("check", "--database", database, "--json") == 3
    found = json.loads(capsys.readouterr().out)
    assert [(each["package"], each["ignored"] and each["ignored"]["reason"]) for each in found["findings"]] == [
        (JAR, None),
        (WHEEL, "Only in tests."),
    ]
    assert found["records"] == {"Maven": 1, "PyPI": 2}


def test_all_that_is_ignored_ends_with_0_and_is_told(database, entries, capsys):
    entries(
        Ignored("CVE-of-GHSA-1", JAR, "Not called.", date(2999, 1, 1)),
        Ignored("PYSEC-1", WHEEL, "Not called.", date(2999, 1, 1)),
        Ignored("PYSEC-9", WHEEL, "Gone.", date(2999, 1, 1)),
        Ignored("PYSEC-8", WHEEL, "Over.", date(2026, 1, 1)),
    )
    assert ended("check", "--database", database) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[:4] == [
        f"ignored until 2999-01-01: CVE-of-GHSA-1 in {JAR}",
        f"ignored until 2999-01-01: PYSEC-1 in {WHEEL}",
        f"the entry for PYSEC-9 in {WHEEL} of ignored.yaml is about nothing that was found: remove it, or look again",
        f"the entry for PYSEC-8 in {WHEEL} of ignored.yaml ended on 2026-01-01: remove it, or look again",
    ]


def test_entry_that_ended_ignores_nothing(database, entries, capsys):
    entries(Ignored("PYSEC-1", WHEEL, "Over.", date(2026, 1, 1)))
    assert ended("check", "--database", database) == 3
    assert "vulnerabilities found: 2" in capsys.readouterr().err


def test_database_without_jars_is_wrong_usage(database, entries, capsys):
    (database / "GHSA-1.json").unlink()
    assert ended("check", "--database", database) == 2
    assert "has no record of Maven" in capsys.readouterr().err


def test_image_without_the_packages_says_where_they_are(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(sbom_commands, "find_spec", lambda name: None if name == "cyclonedx" else sys)
    monkeypatch.setattr(view, "write_bill", None)
    assert ended("--out", tmp_path) == 1
    assert capsys.readouterr().err == (
        "stackhouse: the packages that sbom needs are not installed here; "
        "use the ./stackhouse of a checkout, which has them\n"
    )
