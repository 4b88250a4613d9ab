"""What must hold of any engine's answers, without a second engine."""

from collections import Counter

import pytest
from sqlglot import exp

from hive.connection import connect
from tests.answers.campaign import is_refused
from tests.answers.comparison import difference
from tests.answers.dialects import to_hive
from tests.answers.engines import HiveEngine
from tests.answers.random_queries import random_condition, random_query

SEED = 2
COUNT = 6

PLANS = {
    "hive.cbo.enable": "false",
    "hive.optimize.ppd": "false",
    "hive.auto.convert.join": "false",
    "hive.map.aggr": "false",
    "hive.optimize.shared.work": "false",
    "hive.tez.dynamic.partition.pruning": "false",
    "hive.fetch.task.conversion": "none",
}
"""Settings that change how an answer is found, not which it is. Vectorization is not among them: see test_battery."""


@pytest.fixture(scope="module")
def hive(unlocked):
    with connect(unlocked) as server:
        yield HiveEngine(server)


def test_rows_of_a_filter_its_opposite_and_its_nulls_are_all_rows(hive):
    for number in range(COUNT):
        table, condition = random_condition(SEED, number)
        parts = [
            condition,
            exp.Not(this=exp.Paren(this=condition)),
            exp.Is(this=exp.Paren(this=condition), expression=exp.null()),
        ]
        whole = hive.ask(to_hive(exp.Select().select("id").from_(table)))
        found = [hive.ask(to_hive(exp.Select().select("id").from_(table).where(part))) for part in parts]
        rows = Counter(row for answer in found for row in answer.rows)
        assert rows == Counter(whole.rows), to_hive(condition)


def test_view_and_its_text_agree(hive):
    compared = 0
    for number in range(COUNT):
        query = to_hive(random_query(SEED, number).tree)
        hive.server.execute(f"CREATE OR REPLACE VIEW answers.asked AS {query}")
        shown, typed = hive.ask("SELECT * FROM answers.asked"), hive.ask(query)
        if not (is_refused(shown) and is_refused(typed)):
            compared += 1
            assert difference(shown, typed) == "", query
    assert compared > COUNT / 2


@pytest.fixture(scope="module")
def answers(hive):
    """What is answered with the plans that Hive makes by itself, by query."""
    queries = [to_hive(random_query(SEED, number).tree) for number in range(COUNT)]
    return {query: hive.ask(query) for query in queries}


@pytest.mark.parametrize("setting", PLANS)
def test_another_plan_gives_the_same_answer(unlocked, answers, setting):
    compared = 0
    with connect(unlocked) as server:
        server.fetch(f"SET {setting}={PLANS[setting]}")
        other = HiveEngine(server)
        for query, usual in answers.items():
            answer = other.ask(query)
            # Without the optimizer Hive has no subqueries and no INTERSECT; it says so.
            if not answer.error:
                compared += 1
                assert difference(answer, usual) == "", query
    assert compared > COUNT / 3
