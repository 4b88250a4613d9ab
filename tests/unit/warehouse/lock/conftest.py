"""A storage in memory."""

import pytest

from tests.unit.memory_storage import MemoryStorage


@pytest.fixture
def storage():
    return MemoryStorage()
