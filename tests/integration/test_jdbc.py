"""JDBC as programs of others use it: the examples in Java and Python, against what `consumers.client` reads."""

import os
import pickle
import subprocess
import sys
import zipfile

import pandas as pd
import pytest

from cli.beeline import jdbc_url
from consumers.client import connect
from consumers.jdbc.driver import fetch_driver
from consumers.jdbc.read_jdbc import SQL
from hadoop.java import find_java_home
from tests.integration.conftest import Answer
from warehouse.settings import REPOSITORY

TYPES = {
    "day": ("CAST(? AS DATE)", "2001-04-01"),
    "amount": ("CAST(1.50 AS DECIMAL(9,2))", "1.50"),
    # An hour that New York did not have.
    "moment": ("CAST('2001-04-01 02:30:00.123456' AS TIMESTAMP)", "2001-04-01T02:30:00.123456"),
    "long": ("CAST(9007199254740993 AS BIGINT)", "9007199254740993"),
    "whole": ("7", "7"),
    "short": ("CAST(-3 AS SMALLINT)", "-3"),
    "tiny": ("CAST(1 AS TINYINT)", "1"),
    "double_": ("2.5D", "2.5"),
    "single": ("CAST(0.5 AS FLOAT)", "0.5"),
    "truth": ("TRUE", "true"),
    "bytes": ("unhex('FF00FE')", "FF00FE"),
    "text": ("'ä'", "ä"),
    "list": ("array(1, 2)", "[1,2]"),
}
"""Of each type an expression, and its value as Java prints it."""

EVERY_TYPE = (
    "SELECT "
    + ", ".join(f"IF(n = 0, {value}, NULL) AS `{name}`" for name, (value, _) in TYPES.items())
    + " FROM (SELECT explode(array(0, 1)) AS n) numbers"
)
NOWHERE = "SELECT * FROM flights.nowhere WHERE quarter_start = CAST(? AS DATE)"
READ = """
import pickle, sys
from pathlib import Path
from consumers.jdbc.read_jdbc import connect, read_quarter
from warehouse.quarter import Quarter
from warehouse.settings import load_settings
url, jars, out, *queries = sys.argv[1:]
endpoints = load_settings().endpoints
with connect(url, endpoints.user, endpoints.password, Path(jars)) as session:
    frames = [read_quarter(session, sql, Quarter.parse("2001Q2")) for sql in queries]
    found = session.getMetaData().getColumns(None, "flights", "delays_by_quarter", "%")
    comments = {}
    while found.next():
        comments[str(found.getString("COLUMN_NAME"))] = str(found.getString("REMARKS"))
Path(out).write_bytes(pickle.dumps((frames, comments)))
"""


@pytest.fixture(scope="module")
def driver(settings):
    return fetch_driver(settings.jars)


@pytest.fixture(scope="module")
def java(driver, settings):
    password = {"STACKHOUSE_HIVE_PASSWORD_FILE": str(settings.logins.password_file(settings.user))}

    def run(*arguments):
        program = [find_java_home() / "bin" / "java", "-cp", f"{driver}/classes:{driver}/jdbc/*", "QuarterlyDelays"]
        return answer(*program, *arguments, **password)

    return run


@pytest.fixture(scope="module")
def python(driver):
    return lambda *arguments: answer(sys.executable, "-m", "consumers.jdbc.read_jdbc", *arguments)


def answer(*command, **more):
    # On summer time, unlike the server and the rest of the suite.
    environment = {**os.environ, "TZ": "America/New_York", **more}
    done = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False)
    return Answer(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def expected(flights, settings):
    """The mart of the examples and a row of every type, as the client reads them."""
    with connect("flights", endpoints=settings.endpoints) as client:
        return [client.read_sql(sql.replace("?", "'2001-04-01'")) for sql in (SQL, EVERY_TYPE)]


@pytest.fixture(scope="module")
def read(flights, settings, driver, tmp_path_factory):
    """What Python reads by JDBC: frames, and the comments of a mart's columns."""
    out = tmp_path_factory.mktemp("jdbc") / "frames.pickle"
    done = answer(sys.executable, "-c", READ, jdbc_url(settings), driver / "jdbc", out, SQL, EVERY_TYPE)
    assert (done.code, done.out, done.err) == (0, "", "")
    return pickle.loads(out.read_bytes())  # noqa: S301 - our own file


def test_java_prints_a_quarter_as_the_client_reads_it(java, settings, expected):
    done = java(jdbc_url(settings), "2001Q2")
    assert (done.code, done.err) == (0, "")
    mart = expected[0]
    assert len(mart) == 1
    assert done.out.splitlines() == [
        "\t".join(map(str, line)) for line in (mart.columns, *mart.itertuples(index=False))
    ]


def test_java_has_every_type_and_null(java, settings):
    done = java(jdbc_url(settings), "2001Q2", EVERY_TYPE)
    assert (done.code, done.err) == (0, "")
    assert [line.split("\t") for line in done.out.splitlines()] == [
        list(TYPES),
        [text for _, text in TYPES.values()],
        ["null"] * len(TYPES),
    ]


def test_python_gives_the_frames_of_the_client(read, expected):
    for found, wanted in zip(read[0], expected, strict=True):
        pd.testing.assert_frame_equal(found, wanted)
    assert [str(kind) for kind in read[0][1].dtypes[["day", "amount", "moment", "long"]]] == [
        "object",
        "object",
        "datetime64[us]",
        "Int64",
    ]


def test_tools_see_the_comments_of_the_contract(read, server):
    described = {name: comment for name, _, comment in server.fetch("DESCRIBE flights.delays_by_quarter").rows}
    assert read[1]["late_share"] == "Share of flights that arrived 15 minutes late or later, 0 to 1."
    assert {name: comment for name, comment in read[1].items() if name in described} == described


def test_python_prints_a_quarter(python, settings, expected):
    done = python(jdbc_url(settings), "2001Q2")
    assert (done.code, done.err) == (0, "")
    names, row = done.out.splitlines()
    assert names.split() == list(expected[0].columns)
    assert row.split()[:2] == ["2001-04-01", "2001Q2"]


def test_query_of_the_examples_starts_no_job(flights, server):
    plan = " ".join(row[0] for row in server.fetch("EXPLAIN " + SQL.replace("?", "'2001-04-01'")).rows)
    assert "Fetch Operator" in plan
    assert "Tez" not in plan


@pytest.mark.parametrize("language", ["java", "python"])
def test_server_that_is_not_there_is_one_line(request, language):
    done = request.getfixturevalue(language)("jdbc:hive2://localhost:1/default", "2001Q2")
    assert (done.code, done.out, len(done.err.splitlines())) == (4, "", 1), done.err
    assert "jdbc:hive2://localhost:1/default: java.net.ConnectException: Connection refused" in done.err


@pytest.mark.parametrize("language", ["java", "python"])
def test_table_that_is_not_there_is_one_line(request, flights, settings, language):
    done = request.getfixturevalue(language)(jdbc_url(settings), "2001Q2", NOWHERE)
    assert (done.code, done.out, len(done.err.splitlines())) == (1, "", 1), done.err
    assert "Table not found 'nowhere'" in done.err


def test_examples_ask_the_same():
    text = (REPOSITORY / "consumers" / "jdbc" / "QuarterlyDelays.java").read_text()
    java = text.partition("String SQL = ")[2].partition(";")[0].replace('"', "").replace("+", "")
    assert java.split() == SQL.split()


def test_jars_have_one_binding_for_logs(driver):
    jars = sorted((driver / "jdbc").iterdir())
    bindings = [
        jar.name for jar in jars if "org/slf4j/impl/StaticLoggerBinder.class" in zipfile.ZipFile(jar).namelist()
    ]
    assert [jar.name.partition("-")[0] for jar in jars] == ["hive", "slf4j"]
    assert bindings == [jars[1].name]
