"""The queries written by hand: right by every way to Hive, and wrong without any one of the settings."""

import csv
import io

import pytest

from cli.beeline import jdbc_url
from consumers.jdbc.driver import fetch_driver
from consumers.jdbc.read_jdbc import connect as connect_jdbc
from consumers.jdbc.read_jdbc import rows_of
from hive import answer_settings
from hive.connection import connect
from tests.answers.battery import battery
from tests.answers.comparison import difference
from tests.answers.conftest import tables_in_local_hive
from tests.answers.engines import Answer, HiveEngine, common
from tests.integration.conftest import run_command
from warehouse.errors import QueryError

RULES = {
    "DateRange": ("moments", "two date parts in a filter"),
    "ReduceExpressions": ("groups", "rollup with a filter on a grouped column"),
    "FilterAggregateTranspose": ("conditions", "a constant false filter over an aggregate"),
    "SemiJoinRuleSwapInputs": ("joins", "groups left joined to what is shown"),
}
"""A rule that is excluded, and a query that it makes wrong."""

WITHOUT = {
    "hive.vectorized.execution.enabled": ("true", "groups", "group by of negative zero"),
    "hive.auto.convert.anti.join": ("true", "joins", "a column that is NULL in the partner too"),
    **{
        f"hive.cbo.rule.exclusion.regex {rule}": (f".*({'|'.join(set(RULES) - {rule})}).*", *query)
        for rule, query in RULES.items()
    },
    "parquet.filter.record-level.enabled": ("true", "numbers", "negative zero"),
    "parquet.filter.dictionary.enabled": ("true", "numbers", "negative zero"),
}
"""A setting, what Hive has without ours, and a query that is then answered wrongly."""


def named(group, name):
    (found,) = [query for query in battery() if (query.group, query.name) == (group, name)]
    return found


DECODED = ("numbers", "moments", "texts", "partitions")
"""Groups that have a value of every type: how an answer is found does not depend on who asks."""


FULL = pytest.param("all", marks=pytest.mark.full)


@pytest.fixture(params=["every value once", FULL])
def read_by_a_program(request, duck):
    """Of those, the queries that show a value, of a type, which none before shows.

    Hive finds an answer in the same way for every program; what differs is how each reads the values.
    """
    if request.param == "all":
        return battery()
    seen, chosen = set(), []
    for query in battery():
        found = duck.connection.execute(query.duckdb)
        types = [str(kind) for _, kind, *_ in found.description]
        shown = {(kind, str(value)) for row in found.fetchall() for kind, value in zip(types, row, strict=True)}
        if query.group in DECODED and shown - seen:
            chosen.append(query)
            seen |= shown
    return chosen


def failures(duck, answers):
    """Of pairs of a query and an answer."""
    found = [(query, difference(answer, duck.ask(query.duckdb), query.ordered)) for query, answer in answers]
    return [f"{query.group}: {query.name}: {text}" for query, text in found if text]


def test_duckdb_answers_the_whole_battery(duck):
    assert len(battery()) > 150
    assert [(query.name, error) for query in battery() if (error := duck.ask(query.duckdb).error)] == []
    answered = [query for query in battery() if duck.ask(query.duckdb).rows]
    assert len(answered) > 0.9 * len(battery())


def test_battery_is_right(unlocked, duck):
    with connect(unlocked) as server:
        hive = HiveEngine(server)
        assert failures(duck, [(query, hive.ask(query.hive)) for query in battery()]) == []


def test_battery_is_right_through_pyhive(awkward, duck, read_by_a_program):
    with connect(awkward.endpoints) as server:
        hive = HiveEngine(server)
        assert failures(duck, [(query, hive.ask(query.hive)) for query in read_by_a_program]) == []


def as_printed(value):
    """What beeline prints of a value."""
    return "NULL" if value is None else str(value).lower() if isinstance(value, bool) else value


def test_battery_is_right_through_beeline(awkward, duck, tmp_path, read_by_a_program):
    """Compared as text, but numbers, which it prints as Java does, as numbers."""
    script = tmp_path / "battery.sql"
    script.write_text("".join(f"SELECT '=== {n}' AS m;\n{query.hive};\n" for n, query in enumerate(read_by_a_program)))
    answer = run_command("beeline", "--silent=true", "--outputformat=csv2", "-f", script)
    assert answer.code == 0, answer.err
    parts = answer.out.split("m\n=== ")[1:]
    assert len(parts) == len(read_by_a_program)
    wrong = []
    for query, part in zip(read_by_a_program, parts, strict=True):
        _, _, *rows = csv.reader(io.StringIO(part))
        right = duck.ask(query.duckdb).rows
        printed = Answer(tuple(tuple(map(number_or_text, row)) for row in rows if row))
        expected = Answer(tuple(tuple(number_or_text(str(as_printed(value))) for value in row) for row in right))
        if text := difference(printed, expected, query.ordered):
            wrong.append(f"{query.group}: {query.name}: {text}")
    assert wrong == []


def number_or_text(text):
    """Java's text of a number has other digits at its end, that of a moment no zeros."""
    try:
        return common(float(text))
    except ValueError:
        return text.rstrip("0").rstrip(".") if ":" in text and "." in text else text


@pytest.fixture(scope="module")
def jdbc(awkward):
    jars = fetch_driver(awkward.jars) / "jdbc"
    with connect_jdbc(jdbc_url(awkward), awkward.endpoints.user, awkward.endpoints.password, jars) as session:
        yield session


def test_battery_is_right_through_jdbc(duck, jdbc, read_by_a_program):
    def ask(sql):
        with jdbc.createStatement() as statement, statement.executeQuery(sql) as found:
            return Answer(tuple(tuple(map(common, row)) for row in rows_of(found).rows))

    assert failures(duck, [(query, ask(query.hive)) for query in read_by_a_program]) == []


@pytest.mark.parametrize("setting", WITHOUT)
def test_battery_is_wrong_without_a_setting(unlocked, duck, setting):
    value, group, name = WITHOUT[setting]
    query = named(group, name)
    with connect(unlocked) as server:
        hive = HiveEngine(server)
        assert failures(duck, [(query, hive.ask(query.hive))]) == []
        server.fetch(f"SET {setting.split()[0]}={value}")
        assert len(failures(duck, [(query, hive.ask(query.hive))])) == 1


def test_battery_is_wrong_without_the_guard(duck, tmp_path, quick_classes):
    """It changes Hive when it is loaded, so this takes a server that never loads it."""
    query = named("numbers", "division by zero is NULL")
    changed = {"hive.query.lifetime.hooks": ""}
    with tables_in_local_hive(tmp_path, quick_classes, changed, "others") as endpoints, connect(endpoints) as server:
        hive = HiveEngine(server)
        assert len(failures(duck, [(query, hive.ask(query.hive))])) == 1


def test_every_setting_is_taken_away_by_a_test():
    elsewhere = {"hive.query.lifetime.hooks", "hive.semantic.analyzer.hook", "hive.cbo.fallback.strategy"}
    assert {name.split()[0] for name in WITHOUT} | elsewhere == set(answer_settings.NAMES)
    assert answer_settings.shipped()["hive.cbo.rule.exclusion.regex"] == f".*({'|'.join(RULES)}).*"


@pytest.mark.parametrize("name", answer_settings.NAMES)
def test_session_cannot_take_a_setting_back(server, name):
    # Hive looks first whether a value is one that it knows.
    value = "CONSERVATIVE" if name == "hive.cbo.fallback.strategy" else "x"
    with pytest.raises(QueryError, match="modif"):
        server.fetch(f"SET {name}={value}")
    assert answer_settings.missing_settings(server) == []
