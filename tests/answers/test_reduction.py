"""The tool that makes a wrong query small, on an engine that is wrong on purpose."""

import sqlglot

from tests.answers.comparison import difference
from tests.answers.engines import Answer
from tests.answers.reduction import reduced

LONG = """SELECT a.id, a.n + 1 AS more, UPPER(a.k) AS name FROM answers.facts a LEFT JOIN places.places b ON a.k = b.k
WHERE (a.n > 1 OR b.cap IS NULL) AND CASE WHEN a.flag THEN UPPER(a.k) ELSE 'none' END = 'ATL' ORDER BY a.id LIMIT 3"""


def test_query_is_reduced_to_what_is_wrong():
    tree = sqlglot.parse_one(LONG, read="hive")
    small = reduced(tree, lambda query: "UPPER" in query.sql() and "facts" in query.sql())
    assert small.sql() in (
        "SELECT UPPER(a.k) AS name FROM answers.facts AS a",
        "SELECT UPPER(a.k) FROM answers.facts AS a",
    )


def test_query_that_cannot_be_reduced_stays():
    tree = sqlglot.parse_one("SELECT 1 FROM t", read="hive")
    assert reduced(tree, lambda query: query.sql() == "SELECT 1 FROM t").sql() == "SELECT 1 FROM t"


def test_differences_are_named():
    right = Answer(((1, "a"), (2, "b")))
    assert difference(Answer(((2, "b"), (1, "a"))), right) == ""
    assert difference(Answer(((2, "b"), (1, "a"))), right, ordered=True).startswith("another order")
    assert "only in Hive [(2, c)], missing [(2, b)]" in difference(Answer(((1, "a"), (2, "c"))), right)
    assert difference(Answer(((1, "a"),)), right).startswith("1 rows, right are 2")
    assert difference(Answer(error="refused"), right) == "no answer: refused"
