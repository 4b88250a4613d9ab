"""The word for the severity of a vulnerability."""

from datetime import UTC, datetime

import pytest

from sbom.advisory import Advisory, Affected, Rating
from sbom.severity import severity_of

NOW = datetime(2026, 11, 29, tzinfo=UTC)
CRITICAL = Rating("CVSS_V3", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H")
"""9.8 in the calculator of the National Vulnerability Database (CVE-2021-44228 before its scope was changed)."""
MEDIUM = Rating("CVSS_V3", "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N")
HIGH_4 = Rating("CVSS_V4", "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:H/SC:N/SI:N/SA:N")
LOW_2 = Rating("CVSS_V2", "AV:L/AC:H/Au:M/C:N/I:N/A:P")


@pytest.mark.parametrize(
    ("ratings", "word", "severity"),
    [
        ((CRITICAL,), "LOW", "critical"),
        ((MEDIUM,), "", "medium"),
        ((HIGH_4,), "", "high"),
        ((LOW_2,), "", "low"),
        ((MEDIUM, HIGH_4), "", "high"),
        ((), "MODERATE", "medium"),
        ((), "HIGH", "high"),
        ((Rating("CVSS_V3", "CVSS:3.1/AV:N"),), "LOW", "low"),
        ((Rating("Ubuntu", "negligible"),), "", "unknown"),
        ((), "odd", "unknown"),
        ((), "", "unknown"),
    ],
)
def test_vectors_count_before_the_word_of_the_database(ratings, word, severity):
    told = {"severity": word} if word else {}
    assert severity_of(Advisory("X-1", NOW, severity=ratings, database_specific=told), Affected()) == severity


def test_rating_of_the_package_counts_before_that_of_the_record():
    advisory = Advisory("X-1", NOW, severity=(CRITICAL,))
    assert severity_of(advisory, Affected(severity=(MEDIUM,))) == "medium"
