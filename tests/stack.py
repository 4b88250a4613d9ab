"""One real stack for the whole session, made new each time."""

import shutil
import subprocess

import pytest

from cli.progress import StepBoard
from hadoop.webhdfs import WebHdfs
from hive.connection import connect
from stack.compose import compose_command, compose_environment
from stack.lifecycle import start_stack, stop_stack
from warehouse.settings import Settings, load_settings


@pytest.fixture(scope="session")
def settings() -> Settings:
    """A running stack's settings."""
    settings = load_settings()
    remove(settings)
    with StepBoard() as board:
        start_stack(settings, board)
    yield settings
    with StepBoard() as board:
        stop_stack(settings, board)


def remove(settings: Settings) -> None:
    """Stop the stack that an earlier session left, and remove all it holds."""
    with StepBoard() as board:
        stop_stack(settings, board)
    if settings.profile.in_containers:
        down = compose_command("down", "--volumes")
        subprocess.run(down, env=compose_environment(settings), check=True, capture_output=True)
    shutil.rmtree(settings.home, ignore_errors=True)


@pytest.fixture(scope="session")
def storage(settings) -> WebHdfs:
    return WebHdfs(settings.endpoints)


@pytest.fixture
def server(settings):
    """An open session on HiveServer2."""
    with connect(settings.endpoints) as server:
        yield server
