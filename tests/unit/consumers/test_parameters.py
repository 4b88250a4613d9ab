"""Parameters of a statement: what Hive reads, and which values are refused."""

from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from consumers.parameters import fill
from warehouse.errors import UsageError


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("1.50"), "1.50BD"),
        # Behind a minus sign a bare one would begin a comment.
        (Decimal("-1.50"), "(-1.50BD)"),
        (-3, "(-3)"),
        (np.datetime64("2001-01-01T10:00:00", "ns"), "'2001-01-01 10:00:00.000000'"),
        (np.int64(7), "7"),
        (np.float64(0.5), "0.5"),
        ("it's", "'it\\'s'"),
        (None, "NULL"),
        (date(2001, 4, 1), "'2001-04-01'"),
        (["it's", None], "('it\\'s',NULL)"),
        ([1, -1], "(1,-1)"),
        ((Decimal("1.50"), Decimal("-1.50")), "(1.50BD,-1.50BD)"),
        (np.array(["2001-04-01"], "datetime64[ns]"), "('2001-04-01 00:00:00.000000')"),
        (pd.Series([0.5, 1]), "(0.5,1.0)"),
        ([(1, "a"), (2, "b")], "((1,'a'),(2,'b'))"),
    ],
)
def test_values_become_what_hive_reads(value, text):
    assert fill("SELECT %(x)s", {"x": value}) == f"SELECT {text}"


@pytest.mark.parametrize(
    ("sql", "parameters"),
    [
        ("SELECT %(missing)s", {"x": 1}),
        ("SELECT 1 WHERE 'a' LIKE '%x%' AND 1 = %(x)s", {"x": 1}),
        ("SELECT %(x)s", {"x": object()}),
    ],
)
def test_parameters_that_do_not_fit_are_named(sql, parameters):
    with pytest.raises(UsageError, match=r"do not fit the statement.*%% for a percent sign"):
        fill(sql, parameters)


@pytest.mark.parametrize(
    "value",
    [
        Decimal("NaN"),
        float("inf"),
        float("nan"),
        np.float32("nan"),
        pd.NaT,
        np.datetime64("NaT"),
        np.datetime64("NaT", "ns"),
        datetime(2001, 1, 1, tzinfo=UTC),
        pd.Timestamp(2001, 1, 1, tz="UTC"),
    ],
)
@pytest.mark.parametrize("within", [lambda v: v, lambda v: [v], lambda v: (1, v), lambda v: [(1, v)]])
def test_parameter_that_would_mean_something_else_to_hive_is_refused(value, within):
    with pytest.raises(UsageError, match=r"not a value that Hive can|has a time zone"):
        fill("SELECT %(x)s", {"x": within(value)})
