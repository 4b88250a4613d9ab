"""The jars that `./stackhouse up` fetches, for tests that come before any `up`."""

from pathlib import Path

import pytest

from hadoop.artifacts import artifact_directory, fetch_artifacts
from warehouse.settings import load_settings


@pytest.fixture(scope="session")
def jars() -> Path:
    """Their directory, filled."""
    settings = load_settings()
    if not artifact_directory(settings).exists():
        fetch_artifacts(settings, print)
    return artifact_directory(settings)
