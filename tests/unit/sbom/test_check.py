"""What is found in a database, and what is ignored for a time."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest

from sbom import ignored
from sbom.advisory import Advisory, Affected, AffectedPackage, Event, Range, Rating
from sbom.check import check, subjects
from sbom.component import LockedComponent
from sbom.database import Database
from sbom.ignored import Ignored, read_ignored
from tests import documents
from warehouse.errors import UsageError

TODAY = date(2026, 11, 29)
LIBRARY = LockedComponent("library", "1.1", ("a",), ecosystem="Maven", group="org.example")
TESTS = LockedComponent("library", "1.1", ("b",), "Maven", "org.example", (("classifier", "tests"),))
PACKAGE = LockedComponent("some-package", "2.0", ("c", "d"), ecosystem="PyPI")
SCRIPT = LockedComponent("metastore/make.sql", "", ("e",))
COMPONENTS = (LIBRARY, TESTS, PACKAGE, SCRIPT)
CRITICAL = Rating("CVSS_V3", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H")


def advisory(name, ecosystem, package, fixed=None, *, aliases=(), word="LOW", severity=()):
    events = (Event(introduced="0"), *([Event(fixed=fixed)] if fixed else []))
    return Advisory(
        name,
        datetime(2026, 11, 1, tzinfo=UTC),
        aliases=aliases,
        severity=severity,
        affected=(Affected(AffectedPackage(ecosystem, package), (Range("ECOSYSTEM", events),)),),
        database_specific={"severity": word},
    )


def found(*advisories, entries=()):
    by_package = {}
    for each in advisories:
        (affected,) = each.affected
        by_package.setdefault((affected.package.ecosystem, affected.package.name), []).append(each)
    database = Database(by_package, Counter(), datetime(2026, 11, 1, tzinfo=UTC))
    return check(COMPONENTS, database, entries, TODAY)


def shown(findings):
    return [(each.package, each.version, each.names, each.severity, each.fixed) for each in findings]


def test_packages_are_looked_up_by_their_names_in_their_ecosystems():
    assert subjects(COMPONENTS) == {("Maven", "org.example:library"), ("PyPI", "some-package")}


def test_artifact_of_two_jars_is_found_once():
    assert shown(found(advisory("GHSA-1", "Maven", "org.example:library", "1.2"))) == [
        ("org.example:library", "1.1", ("GHSA-1",), "low", "1.2")
    ]


def test_fixed_version_is_no_finding():
    assert found(advisory("GHSA-1", "Maven", "org.example:library", "1.1")) == []
    assert found(advisory("PYSEC-1", "PyPI", "some-package", "2.0")) == []


def test_record_about_other_packages_too_is_judged_by_the_part_for_this_one():
    both = advisory("GHSA-1", "Maven", "org.example:other")
    (fixed,) = advisory("GHSA-1", "Maven", "org.example:library", "1.0").affected
    both = Advisory(both.id, both.modified, affected=(*both.affected, fixed))
    database = Database({("Maven", "org.example:library"): [both]}, Counter(), datetime(2026, 11, 1, tzinfo=UTC))
    assert check(COMPONENTS, database, (), TODAY) == []


def test_records_of_one_vulnerability_are_one_finding_with_the_worst_and_the_last_of_them():
    records = (
        advisory("GHSA-1", "PyPI", "some-package", "2.9", aliases=["CVE-1"]),
        advisory("PYSEC-1", "PyPI", "some-package", "2.10", aliases=["CVE-2"], severity=(CRITICAL,)),
        advisory("X-1", "PyPI", "some-package", aliases=["CVE-1", "CVE-2"]),
        advisory("X-2", "PyPI", "some-package"),
    )
    assert shown(found(*records)) == [
        ("some-package", "2.0", ("CVE-1", "CVE-2", "GHSA-1", "PYSEC-1", "X-1"), "critical", "2.10"),
        ("some-package", "2.0", ("X-2",), "low", None),
    ]


def test_worst_comes_first():
    records = (
        advisory("GHSA-1", "Maven", "org.example:library", word="MODERATE"),
        advisory("GHSA-2", "PyPI", "some-package", word="CRITICAL"),
        advisory("GHSA-3", "PyPI", "some-package", word="unheard of"),
    )
    assert [each.severity for each in found(*records)] == ["critical", "medium", "unknown"]


@pytest.mark.parametrize(
    ("entry", "counts"),
    [
        (Ignored("CVE-1", "some-package", "Not called.", TODAY), False),
        (Ignored("PYSEC-1", "some-package", "Not called.", date(2027, 1, 1)), False),
        (Ignored("CVE-1", "some-package", "Not called.", date(2026, 11, 28)), True),
        (Ignored("CVE-1", "org.example:library", "Not called.", TODAY), True),
        (Ignored("CVE-2", "some-package", "Not called.", TODAY), True),
    ],
)
def test_entry_counts_for_its_package_by_any_name_until_its_last_day(entry, counts):
    (finding,) = found(advisory("PYSEC-1", "PyPI", "some-package", aliases=["CVE-1"]), entries=[entry])
    assert finding.ignored == (None if counts else entry)


def test_our_entries_are_read():
    assert all(entry.until > date(2026, 1, 1) for entry in read_ignored())


def test_entry_of_the_document_is_one(tmp_path, monkeypatch):
    monkeypatch.setattr(ignored, "IGNORED", tmp_path / "ignored.yaml")
    (example,) = documents.fenced("docs/security.md", "yaml")
    ignored.IGNORED.write_text(example)
    assert [entry.until for entry in read_ignored()] == [date(2027, 3, 31)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- {id: CVE-1, package: p, reason: r}", "entry 1: until: Field required"),
        ("- {id: CVE-1, package: p, until: 2027-01-01}", "entry 1: reason: Field required"),
        ("- {id: CVE-1, package: p, reason: ' ', until: 2027-01-01}", "entry 1: Value error, the reason is empty"),
        ("- {id: CVE-1, package: p, reason: r, until: soon}", "entry 1: until: Input should be a valid date"),
        ("- {id: CVE-1, package: p, reason: r, until: 2027-01-01, note: n}", "entry 1: note: Unexpected"),
        ("id: CVE-1", "Input should be a valid list"),
        ("- {", "is not YAML"),
    ],
)
def test_entry_without_reason_or_end_is_refused_in_one_line(tmp_path, monkeypatch, text, said):
    monkeypatch.setattr(ignored, "IGNORED", tmp_path / "ignored.yaml")
    ignored.IGNORED.write_text(text)
    with pytest.raises(UsageError) as problem:
        read_ignored()
    assert str(ignored.IGNORED) in str(problem.value)
    assert said in str(problem.value)
    assert "\n" not in str(problem.value)
