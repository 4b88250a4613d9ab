"""A small cluster in containers, and docker compose as a test gives it commands."""

import subprocess

import pytest

from cli.progress import StepBoard
from stack.compose import check_engine, compose_command, compose_environment
from stack.lifecycle import start_stack
from warehouse.errors import SetupError
from warehouse.settings import load_settings

PROJECT = "stackhouse-smoke"


def compose(settings, *arguments):
    done = subprocess.run(
        compose_command(*arguments), env=compose_environment(settings), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done


def begin_the_schema(settings):
    """As a first start that was killed in the middle leaves it: some tables and no version."""
    compose(settings, "up", "--detach", "--wait", "--quiet-pull", "metastore-db")
    table = """CREATE TABLE "BUCKETING_COLS" (x int)"""
    psql = f"PGPASSWORD=$(cat /secrets/password) psql --username=metastore --command '{table}'"
    compose(settings, "exec", "--user", "postgres", "metastore-db", "sh", "-c", psql)


@pytest.fixture(scope="session")
def cluster():
    """A small cluster of one node each; removed afterwards with all it holds."""
    try:
        check_engine()
    except SetupError as problem:
        pytest.skip(f"no container engine: {problem}")
    changes = {
        "STACKHOUSE_PROFILE": "compose",
        "COMPOSE_PROJECT_NAME": PROJECT,
        "STACKHOUSE_DATANODES": "1",
        "STACKHOUSE_NODEMANAGERS": "1",
        "STACKHOUSE_PORT_OFFSET": "12000",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in changes.items():
            patch.setenv(name, value)
        settings = load_settings()
        try:
            begin_the_schema(settings)
            with StepBoard() as board:
                start_stack(settings, board)
            yield settings
        finally:
            compose(settings, "down", "--volumes", "--timeout", "10")
