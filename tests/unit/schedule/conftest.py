"""A checkout in which run-quarter.sh can be called."""

import pytest

from tests.unit.schedule.checkout import Checkout


@pytest.fixture
def checkout(tmp_path):
    return Checkout(tmp_path)
