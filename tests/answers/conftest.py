"""The awkward tables in both engines, and a HiveServer2 in which anything may be set."""

from contextlib import contextmanager

import pytest

from hive.connection import connect
from tests.answers.engines import DuckEngine, make_hive_tables, write_local
from tests.answers.local_hive import build_classes, local_hive
from warehouse.settings import load_settings


@pytest.fixture(scope="session")
def duck():
    """The engine that is right."""
    return DuckEngine()


@pytest.fixture(scope="session")
def awkward(settings, storage):
    """The stack's settings, once the tables are there."""
    with connect(settings.endpoints) as server:
        make_hive_tables(server, storage.replace, f"{storage.root}/answers")
    return settings


@pytest.fixture(scope="session")
def quick_classes(tmp_path_factory, jars):
    """What makes a HiveServer2 of its own quick, once there are the jars that it runs."""
    return build_classes(tmp_path_factory.mktemp("java"))


@pytest.fixture(scope="session")
def unlocked(tmp_path_factory, quick_classes):
    """Where a HiveServer2 of its own answers, whose sessions may set what the shipped one refuses."""
    with tables_in_local_hive(tmp_path_factory.mktemp("hive"), quick_classes) as endpoints:
        yield endpoints


@pytest.fixture(scope="session")
def two_servers(tmp_path_factory, quick_classes, unlocked):
    """As many as keep two cores busy."""
    with tables_in_local_hive(tmp_path_factory.mktemp("hive"), quick_classes) as endpoints:
        yield [unlocked, endpoints]


@contextmanager
def tables_in_local_hive(directory, quick_classes, unset=None, only=None):
    """A HiveServer2 of its own with the awkward tables; see `local_hive` and `make_hive_tables`."""
    with local_hive(load_settings(), directory, quick_classes, unset) as endpoints:
        with connect(endpoints) as server:
            make_hive_tables(server, write_local, str(directory / "tables"), only)
        yield endpoints
