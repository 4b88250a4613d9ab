"""One real stack for the whole session, made anew, and a command line to use it as a user would."""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from cli.board import StepBoard
from cli.stack import start_stack, stop_stack
from hive.connection import connect
from ingestion.webhdfs import WebHdfs
from warehouse.settings import REPOSITORY, Settings, load_settings


@dataclass(frozen=True)
class Answer:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def run_command(*arguments: str) -> Answer:
    done = subprocess.run(
        [sys.executable, "-m", "cli", *arguments], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    return Answer(done.returncode, done.stdout, done.stderr)


def must(answer: Answer) -> Answer:
    assert answer.code == 0, answer.err
    return answer


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


@pytest.fixture(scope="session")
def stackhouse(settings):
    """Runs a command of `./stackhouse` on the running stack."""
    return run_command


@pytest.fixture(scope="session")
def flights(stackhouse):
    """The real flights, loaded and published: the report of the run."""
    files = sorted(str(path) for path in (REPOSITORY / "data" / "flights").glob("*.csv.gz"))
    loaded = must(stackhouse("load", "flights", *files, "--json")).json
    report = must(stackhouse("run", "flights", "--json")).json
    return {"load": loaded, "run": report}


def fetch(settings: Settings, sql: str) -> Sequence[tuple[Any, ...]]:
    with connect(settings) as server:
        return server.fetch(sql).rows
