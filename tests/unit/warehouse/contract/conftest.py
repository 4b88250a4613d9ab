"""A contract that a test may change."""

import copy

import pytest

from tests.unit.warehouse.contract.sales_contract import SALES


@pytest.fixture
def sales():
    return copy.deepcopy(SALES)
