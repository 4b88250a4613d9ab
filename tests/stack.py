"""One real stack for the whole session, made anew."""

import shutil

import pytest

from cli.board import StepBoard
from cli.stack import start_stack, stop_stack
from hive.connection import connect
from ingestion.webhdfs import WebHdfs
from warehouse.settings import Settings, load_settings


@pytest.fixture(scope="session")
def settings() -> Settings:
    """A running stack's settings."""
    settings = load_settings()
    with StepBoard() as board:
        stop_stack(settings, board)
        shutil.rmtree(settings.home, ignore_errors=True)
        start_stack(settings, board)
    yield settings
    with StepBoard() as board:
        stop_stack(settings, board)


@pytest.fixture(scope="session")
def storage(settings) -> WebHdfs:
    return WebHdfs(settings)


@pytest.fixture
def server(settings):
    """An open session on HiveServer2."""
    with connect(settings) as server:
        yield server
