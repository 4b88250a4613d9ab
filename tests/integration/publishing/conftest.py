"""Two releases with their files, and readers on the first."""

from collections.abc import Iterator

import pytest

from hive.connection import HiveServer, connect
from hive.publish import (
    create_release_tables,
    live_release,
    point_views,
    releases_with_tables,
)
from tests.integration.publishing.two_releases import (
    CONTRACT,
    DATASET,
    PATHS,
    remove_everything,
    write_quarantine,
    write_release,
)
from warehouse.release.manifest import Release
from warehouse.settings import Settings
from warehouse.storage import Storage


@pytest.fixture(scope="module")
def releases(settings: Settings, storage: Storage) -> Iterator[dict[int, Release]]:
    with connect(settings.endpoints) as server:
        remove_everything(server, storage)
        write_quarantine(storage)
        yield {number: write_release(storage, number) for number in (1, 2)}
    with connect(settings.endpoints) as server:
        remove_everything(server, storage)


@pytest.fixture
def server(settings: Settings) -> Iterator[HiveServer]:
    with connect(settings.endpoints) as server:
        yield server


@pytest.fixture
def live_one(server: HiveServer, releases: dict[int, Release]) -> HiveServer:
    """Both releases have tables and readers see the first, as most tests leave it."""
    if live_release(server, DATASET) != 1 or not releases.keys() <= releases_with_tables(server, DATASET):
        for release in releases.values():
            create_release_tables(server, CONTRACT, release, PATHS.release_tables)
        point_views(server, releases[1])
    return server
