"""How severe a vulnerability is, as its database says."""

from collections.abc import Callable
from typing import Any

from cvss import CVSS2, CVSS3, CVSS4, CVSSError

from sbom.advisory import Advisory, Affected, Rating

UNKNOWN = "unknown"
RANKS = ("critical", "high", "medium", "low", "none", UNKNOWN)
"""The worst first."""

_CALCULATORS: dict[str, Callable[[str], Any]] = {"CVSS_V4": CVSS4, "CVSS_V3": CVSS3, "CVSS_V2": CVSS2}
_WORDS = {"moderate": "medium"}
"""Words of databases, by CVSS's."""


def severity_of(advisory: Advisory, affected: Affected) -> str:
    """One of `RANKS`: by the vectors for the package, or else those of the record, or else the database's word."""
    rated = {_rated(rating) for rating in affected.severity or advisory.severity} - {UNKNOWN}
    word = str(advisory.database_specific.get("severity", "")).lower()
    told = {_WORDS.get(word, word)} & set(RANKS)
    return min(rated or told or {UNKNOWN}, key=RANKS.index)


def _rated(rating: Rating) -> str:
    calculator = _CALCULATORS.get(rating.type)
    if calculator is None:
        return UNKNOWN
    try:
        (word, *_) = calculator(rating.score).severities()
    except CVSSError:
        return UNKNOWN
    return str(word).lower()
