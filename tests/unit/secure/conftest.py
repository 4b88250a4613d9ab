"""A KDC for the tests that need one, and a client of it."""

from dataclasses import replace

import pytest

from secure.state import make_keytabs
from tests.kdc import running_kdc
from warehouse.identity import Identity


@pytest.fixture(scope="package")
def home(tmp_path_factory, jars):
    """A state directory with a KDC that answers."""
    home = tmp_path_factory.mktemp("state")
    (home / "secure" / "keytabs").mkdir(parents=True)
    make_keytabs(home / "secure" / "keytabs", "ann")
    with running_kdc(jars / "kdc", home / "secure" / "keytabs", home / "secure"):
        yield home


@pytest.fixture
def ann(home, tmp_path, monkeypatch):
    """Without tickets."""
    # The library leaves its own value behind, which is of this home.
    monkeypatch.setenv("KRB5_CONFIG", "/none")
    return replace(Identity.of_stack(home, "ann", "owner"), tickets=tmp_path / "tickets")
