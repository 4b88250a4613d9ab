"""What Hive would answer wrongly whatever is set: refused by the shipped server, and wrong without the guard."""

import pytest

from hive.connection import connect
from tests.answers.battery import in_duckdb
from tests.answers.comparison import difference
from tests.answers.engines import HiveEngine
from warehouse.errors import QueryError

MATCHED = "SELECT a.k, a.n FROM answers.facts a WHERE EXISTS (SELECT 1 FROM answers.others b WHERE b.k = a.k)"

REFUSED = {
    "totals above EXISTS": (
        "SELECT a.k, COUNT(*) FROM answers.facts a WHERE EXISTS (SELECT 1 FROM answers.others b WHERE b.k = a.k) "
        "GROUP BY ROLLUP (a.k)",
        "would lose its totals",
    ),
    "totals above a view with EXISTS": (
        "SELECT k, COUNT(*) FROM answers.matched GROUP BY ROLLUP (k)",
        "would lose its totals",
    ),
    "distinct values of a grouped column": (
        "SELECT k, COUNT(DISTINCT k) FROM answers.facts GROUP BY ROLLUP (k)",
        r"COUNT\(DISTINCT ...\) of a column that ROLLUP",
    ),
    "distinct pairs with a grouped column": (
        "SELECT k, COUNT(DISTINCT k, n) FROM answers.facts GROUP BY ROLLUP (k)",
        r"COUNT\(DISTINCT ...\) of a column that ROLLUP",
    ),
    "coalesce of a constant column": (
        "SELECT COALESCE(z, 'all'), COUNT(*) FROM (SELECT 'a' AS z, m FROM answers.others) t GROUP BY ROLLUP (z)",
        "one constant",
    ),
    "total of a constant column": (
        "SELECT * FROM (SELECT z, COUNT(*) AS c FROM (SELECT 'a' AS z FROM answers.others) t GROUP BY ROLLUP (z)) u "
        "WHERE z IS NULL",
        "one constant",
    ),
}
"""A query, and what is said of it."""

ANSWERED = {
    "two equal totals": "SELECT a.k, b.c FROM (SELECT k, COUNT(*) AS c FROM answers.facts GROUP BY ROLLUP (k)) a "
    "JOIN (SELECT k, COUNT(*) AS c FROM answers.facts GROUP BY ROLLUP (k)) b ON a.k = b.k",
    "many sets": "SELECT k, COUNT(*) FROM answers.others GROUP BY CUBE (k, n, m, d, txt, flag)",
    "totals beside IN": "SELECT flag, COUNT(*) FROM answers.facts WHERE k IN (SELECT k FROM places.places) "
    "GROUP BY ROLLUP (flag)",
    "totals of nothing": "SELECT k, COUNT(*) FROM answers.facts WHERE n > 3 AND n < 2 GROUP BY ROLLUP (k) "
    "HAVING COUNT(*) > 0",
    "distinct values of another column": "SELECT k, COUNT(DISTINCT n) FROM answers.facts GROUP BY ROLLUP (k)",
}
"""What is like them and right."""


@pytest.fixture(scope="module")
def shipped(awkward):
    with connect(awkward.endpoints) as server:
        server.execute(f"CREATE OR REPLACE VIEW answers.matched AS {MATCHED}")
        yield server


@pytest.mark.parametrize("name", REFUSED)
def test_query_is_refused(shipped, name):
    query, reason = REFUSED[name]
    with pytest.raises(QueryError, match=reason):
        shipped.fetch(query)


@pytest.mark.parametrize("name", ANSWERED)
def test_query_like_it_is_answered(shipped, duck, name):
    query = ANSWERED[name]
    assert difference(HiveEngine(shipped).ask(query), duck.ask(in_duckdb(query))) == ""


@pytest.mark.parametrize("name", REFUSED)
def test_query_is_wrong_without_the_guard(unlocked, duck, name):
    query, _ = REFUSED[name]
    with connect(unlocked) as server:
        server.fetch("SET hive.semantic.analyzer.hook=")
        server.execute(f"CREATE OR REPLACE VIEW answers.matched AS {MATCHED}")
        answer = HiveEngine(server).ask(query)
    duck.connection.execute(f"CREATE OR REPLACE VIEW answers.matched AS {in_duckdb(MATCHED)}")
    assert answer.error == ""
    assert difference(answer, duck.ask(in_duckdb(query))) != ""
