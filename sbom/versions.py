"""Which versions an advisory is about.

In the order of their ecosystem: for PyPI PEP 440, by `packaging`; for Maven that of its ComparableVersion
(https://maven.apache.org/pom.html#version-order-specification), by `univers`. The rules of the ranges are those of
https://ossf.github.io/osv-schema/#evaluation.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from packaging.utils import canonicalize_version
from packaging.version import Version
from univers.versions import MavenVersion

from sbom.advisory import Affected, Event, Range
from sbom.component import Ecosystem

Order = Callable[[str], Any]
"""Makes a version comparable; a `ValueError` says that it cannot."""

_RELEASE = re.compile(r"[.-]release$", re.IGNORECASE)
"""No qualifier for Maven 3.8, as final is; `univers` does not know that."""

_ORDERS: dict[Ecosystem, Order] = {"Maven": lambda text: MavenVersion(_RELEASE.sub("", text)), "PyPI": Version}
_SPELLINGS: dict[Ecosystem, Callable[[str], str]] = {"Maven": str, "PyPI": canonicalize_version}
"""A database may list 1.0.0-rc1 where the package index has 1.0rc1."""

_FIRST = "0"
"""An event before every version."""

_ANY_LIMIT = "*"


def is_affected(affected: Affected, ecosystem: Ecosystem, version: str) -> bool:
    """Whether a version is listed or in a range. Where versions cannot be compared, it is taken to be.

    Args:
        affected: What an advisory says of the package.
        ecosystem: Of the package.
        version: Version of the package that is used here.
    """
    spelling = _SPELLINGS[ecosystem]
    if spelling(version) in map(spelling, affected.versions):
        return True
    order = _ORDERS[ecosystem]
    try:
        own = order(version)
        return any(_holds(each, own, order) for each in _ordered(affected))
    except ValueError:
        return True


def first_fixed(affected: Affected, ecosystem: Ecosystem, version: str) -> str | None:
    """The lowest version above this one that is said to be fixed; arguments as of `is_affected`."""
    order = _ORDERS[ecosystem]
    try:
        own = order(version)
        fixed = [event.fixed for each in _ordered(affected) for event in each.events if event.fixed]
        return min((later for later in fixed if order(later) > own), key=order, default=None)
    except ValueError:
        return None


def highest(versions: Iterable[str], ecosystem: Ecosystem) -> str | None:
    """The last of versions that can be compared; `None` if there are none."""
    return max(versions, key=_ORDERS[ecosystem], default=None)


def _ordered(affected: Affected) -> Iterator[Range]:
    return (each for each in affected.ranges if each.type != "GIT")


def _holds(versions: Range, own: Any, order: Order) -> bool:
    limits = [event.limit for event in versions.events if event.limit]
    if limits and not any(limit == _ANY_LIMIT or own < order(limit) for limit in limits):
        return False
    inside = False
    for event in sorted(versions.events, key=lambda event: _place(event, order)):
        if event.introduced is not None:
            inside = inside or event.introduced == _FIRST or own >= order(event.introduced)
        elif event.fixed is not None:
            inside = inside and own < order(event.fixed)
        elif event.last_affected is not None:
            inside = inside and own <= order(event.last_affected)
    return inside


def _place(event: Event, order: Order) -> tuple[bool, Any]:
    at = event.introduced or event.fixed or event.last_affected or _FIRST
    return (False, 0) if at == _FIRST else (True, order(at))
