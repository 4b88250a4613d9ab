"""Every line that the documents tell people to type is typed by a test, or it is said why not."""

import re
import subprocess
import sys
from collections import Counter
from importlib.metadata import requires
from itertools import chain

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests import documents
from warehouse.settings import REPOSITORY

TYPED = (
    *documents.FLIGHTS,
    *documents.TWO_RELEASES,
    *documents.OWN_DATA,
    *documents.JDBC,
    documents.JDBC_URL,
    *documents.TIMERS,
    *documents.USERS,
    documents.NAMED_FILE,
    documents.CERTIFICATE,
    *documents.BY_HAND,
)

IMPORT = """
import importlib
import re
import sys
from importlib.metadata import packages_distributions

allowed = set(sys.argv[1].split(","))
owners = {
    top: {re.sub(r"[-_.]+", "-", name).lower() for name in names} for top, names in packages_distributions().items()
}

class OnlyAllowed:
    def find_spec(self, name, path=None, target=None):
        if owners.get(name.partition(".")[0], allowed).isdisjoint(allowed):
            raise ModuleNotFoundError(f"{name} would not be installed", name=name)

sys.meta_path.insert(0, OnlyAllowed())
for module in sys.argv[2:]:
    importlib.import_module(module)
"""
"""Imports modules in a process that finds only what the allowed packages brought."""


def packages(name: str, extras: frozenset[str]) -> set[str]:
    """Names of all packages that a package with some extras brings, its own among them."""
    found, waiting = set[tuple[str, frozenset[str]]](), [(canonicalize_name(name), extras)]
    while waiting:
        if (asked := waiting.pop()) in found:
            continue
        found.add(asked)
        for line in requires(asked[0]) or []:
            wanted = Requirement(line)
            if wanted.marker is None or any(wanted.marker.evaluate({"extra": extra}) for extra in (*asked[1], "")):
                waiting.append((canonicalize_name(wanted.name), frozenset(wanted.extras)))
    return {package for package, _ in found}


def test_every_line_is_typed_by_a_test_or_it_is_said_why_not():
    written = set(chain.from_iterable(map(documents.lines, documents.DOCUMENTS)))
    known = Counter([*TYPED, *documents.ELSEWHERE])
    assert [line for line, times in known.items() if times > 1] == []
    assert known.keys() - written == set()
    assert written - known.keys() == set()


def test_tests_that_are_named_exist():
    named = re.findall(r"tests/[\w/.]+\w", " ".join(documents.ELSEWHERE.values()))
    assert len(named) > 5
    assert [name for name in named if not (REPOSITORY / name).exists()] == []


@pytest.mark.parametrize(
    ("extras", "modules"),
    [
        ("client", ["consumers.client", "consumers.training"]),
        ("client,ml", ["consumers.examples.forecast_delays"]),
        ("client,jdbc", ["consumers.jdbc.read_jdbc"]),
    ],
)
def test_the_packages_that_a_document_installs_are_enough(extras, modules):
    allowed = packages("stackhouse", frozenset(extras.split(",")))
    assert "pyspark" not in allowed
    command = [sys.executable, "-c", IMPORT, ",".join(allowed), *modules]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
