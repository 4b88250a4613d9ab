"""Names of views in a user's SQL, and the rows of a release in their place."""

import pytest

from hive import ddl
from hive.release_query import find_names, splice
from hive.release_table import ReleaseTable
from warehouse.errors import UsageError

VIEWS = {"clean": "ROWS", "totals": "SUMS"}


def spliced(sql: str, dataset: str = "sales") -> str:
    return splice(sql, [name for name in find_names(sql) if name.dataset == dataset], VIEWS)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT * FROM sales.clean", "SELECT * FROM (ROWS) AS `clean`"),
        ("SELECT clean.id FROM sales.clean", "SELECT clean.id FROM (ROWS) AS `clean`"),
        ("SELECT c.id FROM sales.clean c", "SELECT c.id FROM (ROWS) c"),
        ("SELECT c.id FROM sales.clean AS `c`", "SELECT c.id FROM (ROWS) AS `c`"),
        ("SELECT * FROM Sales.CLEAN", "SELECT * FROM (ROWS) AS `clean`"),
        ("SELECT * FROM `sales`.`clean`", "SELECT * FROM (ROWS) AS `clean`"),
        ("SELECT * FROM sales . \n `clean` WHERE x", "SELECT * FROM (ROWS) AS `clean` WHERE x"),
        ("FROM sales.clean SELECT id", "FROM (ROWS) AS `clean` SELECT id"),
        (
            "SELECT * FROM sales.clean a JOIN sales.totals ON a.q = totals.q LEFT JOIN sales.clean b ON a.id = b.id",
            "SELECT * FROM (ROWS) a JOIN (SUMS) AS `totals` ON a.q = totals.q LEFT JOIN (ROWS) b ON a.id = b.id",
        ),
        ("SELECT * FROM sales.clean, sales.totals t", "SELECT * FROM (ROWS) AS `clean`, (SUMS) t"),
        (
            "SELECT id FROM sales.clean UNION ALL SELECT n FROM sales.totals ORDER BY 1",
            "SELECT id FROM (ROWS) AS `clean` UNION ALL SELECT n FROM (SUMS) AS `totals` ORDER BY 1",
        ),
        (
            "SELECT (SELECT MAX(n) FROM sales.totals) FROM x WHERE id IN (SELECT id FROM sales.clean)",
            "SELECT (SELECT MAX(n) FROM (SUMS) AS `totals`) FROM x WHERE id IN (SELECT id FROM (ROWS) AS `clean`)",
        ),
        (
            "SELECT x FROM sales.clean c LATERAL VIEW explode(split(c.a, ',')) t AS x",
            "SELECT x FROM (ROWS) c LATERAL VIEW explode(split(c.a, ',')) t AS x",
        ),
        ("WITH clean AS (SELECT * FROM sales.clean) SELECT * FROM clean",
         "WITH clean AS (SELECT * FROM (ROWS) AS `clean`) SELECT * FROM clean"),
        ("WITH sales AS (SELECT 1 AS clean) SELECT sales.clean FROM sales JOIN sales.clean",
         "WITH sales AS (SELECT 1 AS clean) SELECT sales.clean FROM sales JOIN (ROWS) AS `clean`"),
        ("SELECT 'sales.clean', \"it's sales.clean\", 'a\\'sales.clean' FROM sales.clean -- sales.clean\n",
         "SELECT 'sales.clean', \"it's sales.clean\", 'a\\'sales.clean' FROM (ROWS) AS `clean` -- sales.clean\n"),
        ("SELECT /* sales.clean */ `sales.clean` FROM sales.clean",
         "SELECT /* sales.clean */ `sales.clean` FROM (ROWS) AS `clean`"),
        ("SELECT 'ü😀' AS `größe` FROM sales.clean", "SELECT 'ü😀' AS `größe` FROM (ROWS) AS `clean`"),
        ("SELECT * FROM sales.clean JOIN ops.runs r JOIN clean",
         "SELECT * FROM (ROWS) AS `clean` JOIN ops.runs r JOIN clean"),
        ("SELECT  *\tFROM x", "SELECT  *\tFROM x"),
    ],
)  # fmt: skip
def test_release_stands_where_its_views_stood_and_nowhere_else(sql, expected):
    assert spliced(sql) == expected


def test_names_know_their_dataset():
    names = find_names("SELECT * FROM sales.clean JOIN Flights.totals JOIN sales.clean x JOIN clean")
    assert [(name.dataset, name.view) for name in names] == [
        ("sales", "clean"), ("flights", "totals"), ("sales", "clean"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1; SELECT 2",
        "INSERT INTO x SELECT * FROM sales.clean",
        "CREATE TABLE x AS SELECT * FROM sales.clean",
        "DROP VIEW sales.clean",
        "SHOW TABLES",
        "EXPLAIN SELECT * FROM sales.clean",
        "SET x=y",
        "selec",
    ],
)
def test_only_one_query_is_taken(sql, capfd):
    with pytest.raises(UsageError, match=r"give one SELECT"):
        find_names(sql)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("sql", ["SELECT * FROM sales.clean WHERE (", "SELECT 'open FROM sales.clean", "SELECT FROM ,"])
def test_what_cannot_be_parsed_is_refused_in_one_line(sql):
    with pytest.raises(UsageError, match="the statement cannot be read: ") as caught:
        find_names(sql)
    assert "\x1b" not in str(caught.value)


def test_view_that_the_release_does_not_have_is_named_with_those_it_has():
    with pytest.raises(UsageError, match="the release has no view extra; it has: clean, totals"):
        spliced("SELECT * FROM sales.extra JOIN sales.clean")


def test_rows_of_a_view_have_its_columns_in_its_order():
    columns = [ddl.TableColumn(name, "STRING", "") for name in ("source_file", "rules", "source_batch")]
    (view,) = ddl.views("quarantine", columns)
    assert ddl.select_view(view, ReleaseTable("shop", "quarantine", 7)) == (
        "SELECT `source_batch` AS `source_batch`, `source_file` AS `source_file`, `rules` AS `rules`, "
        "CAST(`record` AS STRING) AS `record_text` FROM `shop_releases`.`quarantine__r000007`"
    )
