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


def judged(unlocked, duck, seed, count):
    """What is different, the first ones made small."""
    answered, different = compare(unlocked, questions(duck, seed, 0, count))
    print(f"{answered} queries of seed {seed}: {len(different)} different")
    with connect(unlocked) as server:
        small = [smallest(HiveEngine(server), duck, found) for found in different[:_REDUCED]]
    return answered, [*map(str, different), *small]


def test_random_queries_are_right(unlocked, duck):
    answered, different = judged(unlocked, duck, SEED, SHORT)
    assert answered > 0.95 * SHORT
    assert different == [], "\n".join(different)


@pytest.mark.full
def test_ten_thousand_random_queries_are_right(unlocked, duck, request):
    given = request.config.getoption("--seed")
    seed = secrets.randbelow(10**6) if given is None else given
    answered, different = judged(unlocked, duck, seed, FULL)
    assert answered > 0.95 * FULL
    assert different == [], "\n".join(different)
