"""The awkward tables in both engines, and a HiveServer2 in which anything may be set."""

import pytest

from hive.connection import connect
from tests.answers.engines import DuckEngine, make_hive_tables, write_local
from tests.answers.local_hive import local_hive
from warehouse.paths import root
from warehouse.settings import load_settings


@pytest.fixture(scope="session")
def duck():
    """The engine that is right."""
    return DuckEngine()


@pytest.fixture(scope="session")
def awkward(settings, storage):
    """The stack's settings, once the tables are there."""
    with connect(settings.endpoints) as server:
        make_hive_tables(server, storage.replace, f"{root()}/answers")
    return settings


@pytest.fixture(scope="session")
def unlocked(tmp_path_factory):
    """Where a HiveServer2 of its own answers, whose sessions may set what the shipped one refuses."""
    directory = tmp_path_factory.mktemp("hive")
    with local_hive(load_settings(), directory) as endpoints:
        with connect(endpoints) as server:
            make_hive_tables(server, write_local, str(directory / "tables"))
        yield endpoints
