"""What docs/contract.md says of arithmetic in Hive, asked of HiveServer2."""

import pytest

from hive.rows import as_text
from tests.contract.contract_examples import codes, table
from warehouse.errors import QueryError

TWO_ROWS = "(SELECT 9223372036854775807 AS n UNION ALL SELECT 9223372036854775807 AS n) numbers"


@pytest.fixture
def ask(server):
    """The different values of an expression over both rows, as the command line prints them."""

    def values(expression):
        rows = server.fetch(f"SELECT {expression} FROM {TWO_ROWS}").rows
        return {"NULL" if value is None else as_text(value) for (value,) in rows}

    return values


@pytest.mark.parametrize(("wrong", "told", "right", "value"), [[codes(c)[0] for c in r] for r in table("arithmetic")])
def test_result_that_does_not_fit_is_what_is_said_and_the_way_out_is_right(ask, wrong, told, right, value):
    assert ask(wrong) == {told}
    assert ask(right) == {value}


@pytest.mark.parametrize(("wrong", "right"), [[codes(c)[0] for c in r] for r in table("mismatches")])
def test_type_that_does_not_fit_is_refused_and_the_way_out_is_not(ask, wrong, right):
    with pytest.raises(QueryError):
        ask(wrong)
    assert len(ask(right)) == 1
