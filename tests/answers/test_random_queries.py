"""Random queries: the same answers from Hive as from DuckDB."""

import secrets

import pytest

from hive.connection import connect
from tests.answers.campaign import compare, questions, smallest
from tests.answers.dialects import to_duckdb, to_hive
from tests.answers.engines import HiveEngine
from tests.answers.random_queries import random_query

SHORT, FULL = 100, 10_000
SEED = 1
_REDUCED = 3


def test_queries_differ_and_a_seed_repeats_them():
    texts = [to_hive(random_query(SEED, number).tree) for number in range(50)]
    assert texts == [to_hive(random_query(SEED, number).tree) for number in range(50)]
    assert len(set(texts)) == len(texts)


def test_most_queries_have_an_answer_with_rows(duck):
    answers = [duck.ask(to_duckdb(random_query(SEED, number).tree)) for number in range(300)]
    assert sum(bool(answer.error) for answer in answers) < 10
    assert sum(bool(answer.rows) for answer in answers) > 150


def judged(servers, duck, seed, count):
    """Ask, and make the first that are different small."""
    outcome = compare(servers, questions(duck, seed, 0, count))
    print(f"seed {seed}: {outcome.asked} queries, {outcome.refused} refused, {len(outcome.different)} different")
    with connect(servers[0]) as server:
        small = [smallest(HiveEngine(server), duck, found) for found in outcome.different[:_REDUCED]]
    assert outcome.different == [], "\n".join([*map(str, outcome.different), *small])
    # A server that refuses everything is never wrong. Of a thousand about 40 are refused, of a hundred up to 11.
    assert outcome.asked - outcome.refused > 0.8 * count


def test_random_queries_are_right(unlocked, duck):
    judged([unlocked], duck, SEED, SHORT)


@pytest.mark.full
def test_ten_thousand_random_queries_are_right(two_servers, duck, request):
    given = request.config.getoption("--seed")
    judged(two_servers, duck, secrets.randbelow(10**6) if given is None else given, FULL)
