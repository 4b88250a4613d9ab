"""What Hive would answer wrongly whatever is set: refused by the shipped server, and wrong without the guard."""

import pytest

from hive.connection import connect
from tests.answers.battery import in_duckdb
from tests.answers.comparison import difference
from tests.answers.engines import HiveEngine
from warehouse.errors import QueryError

VIEWS = {
    "matched": "SELECT a.k, a.n FROM answers.facts a WHERE EXISTS (SELECT 1 FROM answers.others b WHERE b.k = a.k)",
    "amount": "SELECT COUNT(*) AS n FROM answers.facts",
}

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
    "a total grouped again and not shown": (
        "SELECT 1 FROM (SELECT COUNT(flag) AS n FROM answers.facts) t GROUP BY t.n",
        "over a total",
    ),
    "distinct totals that are not shown": (
        "SELECT 1.5 FROM (SELECT DISTINCT n FROM (SELECT MAX(d) AS n FROM answers.facts) t) u",
        "over a total",
    ),
    "a total that is no more, grouped again": (
        "SELECT COUNT(*) FROM (SELECT COUNT(flag) AS n FROM answers.facts) t WHERE n > 1000 GROUP BY n",
        "over a total",
    ),
    "a total of WITH grouped again": (
        "WITH t AS (SELECT COUNT(flag) AS n FROM answers.facts) SELECT COUNT(*) FROM t WHERE n > 1000 GROUP BY n",
        "over a total",
    ),
    "a total of a view grouped again": (
        "SELECT MAX(n) FROM answers.amount WHERE n > 1000 GROUP BY n",
        "over a total",
    ),
    "two totals joined and grouped again": (
        "SELECT COUNT(*) FROM (SELECT COUNT(*) AS n FROM answers.facts) a CROSS JOIN "
        "(SELECT COUNT(*) AS m FROM answers.others) b WHERE n > 1000 GROUP BY n, m",
        "over a total",
    ),
    "a value before a total": (
        "SELECT COALESCE(1, n) FROM (SELECT MAX(id) AS n FROM answers.facts) t",
        "returns nothing that depends on its total",
    ),
    "CASE with equal values over a total": (
        "SELECT x FROM (SELECT CASE WHEN n > 5 THEN 1 ELSE 1 END AS x, n FROM answers.amount) t",
        "returns nothing that depends on its total",
    ),
    "a total left joined to nothing": (
        "SELECT b.rate FROM (SELECT COUNT(DISTINCT id) AS n FROM answers.facts) a LEFT JOIN places.places b "
        "ON a.n = b.cap AND b.since BETWEEN DATE '2004-02-29' AND DATE '2001-04-01' GROUP BY b.rate",
        "returns nothing that depends on its total",
    ),
    "a value before the total of what is never read": (
        "SELECT COALESCE(1, n) FROM (SELECT COUNT(*) AS n FROM answers.facts WHERE 1 = 0) t",
        "returns nothing that depends on its total",
    ),
    "a value before the total of no row": (
        "SELECT IF(1 = 1, 'a', k) FROM (SELECT MAX(k) AS k FROM answers.facts WHERE id = 9999) t",
        "returns nothing that depends on its total",
    ),
}
"""A query, and what is said of it."""

FALLBACK = """
    SELECT 'x' FROM (
        SELECT COUNT(TRUE) AS n FROM places.places a
        WHERE EXISTS (SELECT 1 FROM places.places b WHERE b.quarter_start = a.since)
    ) t LEFT JOIN (SELECT 2 AS two FROM answers.others GROUP BY price) u ON 'a' IN ('b', 'c', 'c')
    WHERE 'a' IS NOT DISTINCT FROM 'b' GROUP BY t.n
"""
"""No plan of the optimizer; the planner before it leaves the row of COUNT."""

ANSWERED = {
    "two equal totals": "SELECT a.k, b.c FROM (SELECT k, COUNT(*) AS c FROM answers.facts GROUP BY ROLLUP (k)) a "
    "JOIN (SELECT k, COUNT(*) AS c FROM answers.facts GROUP BY ROLLUP (k)) b ON a.k = b.k",
    "many sets": "SELECT k, COUNT(*) FROM answers.others GROUP BY CUBE (k, n, m, d, txt, flag)",
    "totals beside IN": "SELECT flag, COUNT(*) FROM answers.facts WHERE k IN (SELECT k FROM places.places) "
    "GROUP BY ROLLUP (flag)",
    "totals of nothing": "SELECT k, COUNT(*) FROM answers.facts WHERE n > 3 AND n < 2 GROUP BY ROLLUP (k) "
    "HAVING COUNT(*) > 0",
    "distinct values of another column": "SELECT k, COUNT(DISTINCT n) FROM answers.facts GROUP BY ROLLUP (k)",
    "a total grouped again and shown": "SELECT t.n FROM (SELECT COUNT(*) AS n FROM answers.facts) t GROUP BY n",
    "a value after a total": "SELECT COALESCE(n, 0), n + 1 FROM "
    "(SELECT MAX(id) AS n FROM answers.facts WHERE id = 9999) t",
    "totals of two tables": "SELECT n FROM (SELECT COUNT(*) AS n FROM answers.facts) t UNION ALL "
    "SELECT n FROM (SELECT COUNT(DISTINCT k) AS n FROM answers.others) u",
    "a total left joined and not shown": "SELECT p.k, 1 FROM places.places p LEFT JOIN "
    "(SELECT COUNT(*) AS n, 5 AS z FROM answers.facts) t ON p.cap = t.z",
    "a total in a condition": "SELECT k FROM answers.facts a "
    "WHERE n = (SELECT MAX(n) FROM answers.others b WHERE b.k = a.k)",
    "a total of totals": "SELECT SUM(n) FROM (SELECT COUNT(*) AS n FROM answers.facts UNION ALL SELECT COUNT(*) FROM "
    "answers.others) t",
    "one total shown twice": "SELECT 'a', COUNT(*) FROM answers.facts UNION ALL "
    "SELECT 'b', COUNT(*) FROM answers.facts",
    "two totals of one table": "SELECT 1, MAX(n) FROM answers.facts UNION ALL SELECT 2, MIN(n) FROM answers.facts "
    "UNION ALL SELECT 3, MAX(n) + 1 FROM answers.facts WHERE k = 'ATL'",
    "a total by two ways": "SELECT a.n, b.n FROM (SELECT COUNT(*) AS n FROM answers.facts) a CROSS JOIN "
    "(SELECT COUNT(*) AS n FROM answers.facts f) b",
    "columns of a total by LIMIT": "SELECT * FROM (SELECT COUNT(*) AS n FROM answers.facts) t LIMIT 0",
    "columns of a total by WHERE": "SELECT * FROM (SELECT COUNT(*) AS n FROM answers.facts) t WHERE 1 = 0",
    "a total of what is never read": "SELECT COUNT(*) FROM (SELECT MAX(id) AS n FROM answers.facts) t WHERE 1 = 0",
    "columns of a view": "SELECT * FROM answers.amount LIMIT 0",
    "columns of a total by FALSE": "SELECT n FROM answers.amount WHERE n > 3 AND FALSE",
    "a total beside rows": "SELECT k, n FROM places.places CROSS JOIN answers.amount",
    "a constant beside a total": "SELECT 'x' FROM (SELECT COUNT(*) AS n FROM answers.facts) t",
    "a total of what is no more": "SELECT n FROM (SELECT COUNT(*) AS n FROM answers.nothing) t WHERE n > 0",
    "groups grouped again": "SELECT COUNT(*) FROM (SELECT k, COUNT(*) AS n FROM answers.facts GROUP BY k) t GROUP BY n",
    "groups of what has a total": "SELECT MAX(k) FROM (SELECT k, COUNT(*) OVER () AS n FROM answers.facts) t "
    "GROUP BY n",
    "a total of groups": "SELECT COUNT(*) FROM (SELECT DISTINCT k FROM answers.facts) t",
    "a name of its own": "WITH places AS (SELECT * FROM places.places) SELECT COUNT(*) FROM places GROUP BY grp",
}
"""What is like them and right."""


def make_views(server):
    for view, text in VIEWS.items():
        server.execute(f"CREATE OR REPLACE VIEW answers.{view} AS {text}")


@pytest.fixture(scope="module")
def shipped(awkward):
    with connect(awkward.endpoints) as server:
        make_views(server)
        yield server


@pytest.fixture(scope="module")
def judge(duck):
    """DuckDB with the same views."""
    for view, text in VIEWS.items():
        duck.connection.execute(f"CREATE OR REPLACE VIEW answers.{view} AS {in_duckdb(text)}")
    return duck


@pytest.mark.parametrize("name", REFUSED)
def test_query_is_refused(shipped, name):
    query, reason = REFUSED[name]
    with pytest.raises(QueryError, match=reason):
        shipped.fetch(query)


@pytest.mark.parametrize("name", ANSWERED)
def test_query_like_it_is_answered(shipped, judge, name):
    query = ANSWERED[name]
    right = judge.ask(in_duckdb(query))
    assert right.error == ""
    assert difference(HiveEngine(shipped).ask(query), right) == ""


@pytest.mark.parametrize("name", REFUSED)
def test_query_is_wrong_without_the_guard(unlocked, judge, name):
    query, _ = REFUSED[name]
    with connect(unlocked) as server:
        server.fetch("SET hive.semantic.analyzer.hook=")
        make_views(server)
        answer = HiveEngine(server).ask(query)
    right = judge.ask(in_duckdb(query))
    assert answer.error == right.error == ""
    assert difference(answer, right) != ""


def test_query_without_a_plan_of_the_optimizer_is_refused(shipped):
    with pytest.raises(QueryError, match="could not plan the statement"):
        shipped.fetch(FALLBACK)


def test_older_planner_is_wrong(unlocked, duck):
    with connect(unlocked) as server:
        server.fetch("SET hive.cbo.fallback.strategy=CONSERVATIVE")
        answer = HiveEngine(server).ask(FALLBACK)
    assert answer.error == ""
    assert difference(answer, duck.ask(in_duckdb(FALLBACK))) != ""
