"""Ordinary questions over three million flights that Hive 4.0.1 by itself answers wrongly; right answers by DuckDB."""

import csv
import io

import duckdb
import pytest

from cli.beeline import jdbc_url
from consumers.jdbc.driver import fetch_driver
from consumers.jdbc.read_jdbc import connect as connect_jdbc
from consumers.jdbc.read_jdbc import rows_of
from tests.answers.comparison import difference
from tests.answers.engines import Answer, common
from warehouse.settings import REPOSITORY

CLEAN = "(SELECT date AS scheduled_departure, * EXCLUDE (date) FROM read_csv('{directory}/*.csv.gz', header = true))"
"""What `flights.clean` is to DuckDB, but for the quarter."""

QUESTIONS = {
    "a CASE over a LEFT JOIN": (
        """SELECT COUNT(*), SUM(CASE WHEN (r.late OR l.m = 2) THEN 1 ELSE 0 END),
               SUM(CASE WHEN NOT (r.late AND l.m = 2) THEN 1 ELSE 0 END),
               SUM(CASE WHEN r.late IS NULL THEN 1 ELSE 0 END)
           FROM (SELECT destination, CAST(SUBSTR(CAST(scheduled_departure AS STRING), 6, 2) AS INT) AS m
                 FROM flights.clean WHERE CAST(SUBSTR(CAST(scheduled_departure AS STRING), 1, 4) AS INT) = 2001) l
           LEFT JOIN (SELECT destination, AVG(delay) > 8 AS late FROM flights.clean WHERE origin = 'ATL'
                      GROUP BY destination) r ON l.destination = r.destination""",
        """SELECT COUNT(*), SUM(CASE WHEN (r.late OR l.m = 2) THEN 1 ELSE 0 END),
               SUM(CASE WHEN NOT (r.late AND l.m = 2) THEN 1 ELSE 0 END),
               SUM(CASE WHEN r.late IS NULL THEN 1 ELSE 0 END)
           FROM (SELECT destination, month(scheduled_departure) AS m FROM {clean}
                 WHERE year(scheduled_departure) = 2001) l
           LEFT JOIN (SELECT destination, AVG(delay) > 8 AS late FROM {clean} WHERE origin = 'ATL'
                      GROUP BY destination) r ON l.destination = r.destination""",
    ),
    "ROUND of a computed decimal": (
        "SELECT SUM(ROUND(delay / 60.0, 2)) FROM flights.clean",
        # Rounded half away from zero in whole numbers: a division of decimals is a DOUBLE in DuckDB.
        "SELECT SUM(sign(delay) * ((abs(delay) * 200 + 60) // 120)) / 100 FROM {clean}",
    ),
    "year and quarter": (
        "SELECT COUNT(*) FROM flights.clean "
        "WHERE YEAR(scheduled_departure) = 2001 AND QUARTER(scheduled_departure) = 2",
        "SELECT COUNT(*) FROM {clean} WHERE year(scheduled_departure) = 2001 AND quarter(scheduled_departure) = 2",
    ),
    "year and hour": (
        "SELECT COUNT(*) FROM flights.clean WHERE YEAR(scheduled_departure) = 2001 AND HOUR(scheduled_departure) >= 20",
        "SELECT COUNT(*) FROM {clean} WHERE year(scheduled_departure) = 2001 AND hour(scheduled_departure) >= 20",
    ),
    "ROLLUP beside a filter": (
        "SELECT quarter_start, origin, COUNT(*) FROM flights.clean WHERE quarter_start = DATE '2001-07-01' "
        "GROUP BY ROLLUP(quarter_start, origin)",
        "SELECT q, origin, COUNT(*) FROM (SELECT CAST(date_trunc('quarter', scheduled_departure) AS DATE) AS q, origin "
        "FROM {clean}) WHERE q = DATE '2001-07-01' GROUP BY ROLLUP(q, origin)",
    ),
    "CASE of decimals": (
        "SELECT SUM(CASE WHEN destination = 'ATL' THEN CAST(distance AS DECIMAL(12,2)) * 0.3 "
        "ELSE CAST(delay AS DECIMAL(12,2)) END) FROM flights.clean WHERE quarter_start = DATE '2001-07-01'",
        "SELECT SUM(CASE WHEN destination = 'ATL' THEN CAST(distance AS DECIMAL(12,2)) * 0.3 "
        "ELSE CAST(delay AS DECIMAL(12,2)) END) FROM {clean} WHERE scheduled_departure >= '2001-07-01'",
    ),
    "a product of two narrow columns": (
        "SELECT SUM(delay * distance), MAX(delay * distance) FROM flights.clean",
        "SELECT SUM(delay * distance), MAX(delay * distance) FROM {clean}",
    ),
    "a share where there may be none": (
        "SELECT SUM(COALESCE(CAST(distance AS DECIMAL(9,0)) / delay, -1)) IS NOT NULL, "
        "COUNT(*) - COUNT(CASE WHEN COALESCE(distance / delay, -1) IS NULL THEN 1 END) FROM flights.clean",
        "SELECT true, COUNT(*) FROM {clean}",
    ),
}
"""What it is about: in Hive's SQL, in DuckDB's."""


@pytest.fixture(scope="module")
def right(flights):
    clean = CLEAN.format(directory=REPOSITORY / "data" / "flights")
    database = duckdb.connect()
    return {
        name: Answer(tuple(tuple(map(common, row)) for row in database.sql(sql.format(clean=clean)).fetchall()))
        for name, (_, sql) in QUESTIONS.items()
    }


@pytest.mark.parametrize("name", QUESTIONS)
def test_answer_is_right_through_pyhive(right, server, name):
    rows = server.fetch(QUESTIONS[name][0]).rows
    assert difference(Answer(tuple(tuple(map(common, row)) for row in rows)), right[name]) == ""


def test_answers_are_right_through_jdbc(right, settings):
    with connect_jdbc(jdbc_url(settings), "reader", fetch_driver(settings.jars) / "jdbc") as session:
        for name, (sql, _) in QUESTIONS.items():
            with session.createStatement() as statement, statement.executeQuery(sql) as found:
                rows = rows_of(found).rows
            assert difference(Answer(tuple(tuple(map(common, row)) for row in rows)), right[name]) == "", name


def test_answers_are_right_through_beeline(right, stackhouse, tmp_path):
    script = tmp_path / "questions.sql"
    script.write_text("".join(f"SELECT '{name}' AS question;\n{sql};\n" for name, (sql, _) in QUESTIONS.items()))
    answer = stackhouse("beeline", "--silent=true", "--outputformat=csv2", "-f", script)
    assert answer.code == 0, answer.err
    parts = answer.out.split("question\n")[1:]
    for part, name in zip(parts, QUESTIONS, strict=True):
        _, _, *rows = csv.reader(io.StringIO(part))
        printed = sorted(tuple(as_number(text) for text in row) for row in rows if row)
        assert printed == sorted(tuple(as_number(as_printed(value)) for value in row) for row in right[name].rows), name


def as_printed(value):
    return "NULL" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def as_number(text):
    try:
        return str(common(float(text)))
    except ValueError:
        return text
