"""Compares many random queries, several at a time, and makes those that differ small."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from threading import local

from sqlglot import exp

from hive.connection import connect
from tests.answers.comparison import difference
from tests.answers.dialects import to_duckdb, to_hive
from tests.answers.engines import Answer, Engine, HiveEngine
from tests.answers.random_queries import random_query
from tests.answers.reduction import reduced
from warehouse.settings import Endpoints

SESSIONS = 3
"""At once: enough that two cores never wait."""

_PORTION = 300

KNOWN = {"could not compile the statement": "Hive says so and answers nothing: docs/answers.md, habits of Hive"}
"""Part of what is found, and why it is no wrong answer."""


@dataclass(frozen=True)
class Question:
    """A query as both engines are asked, and the right answer."""

    seed: int
    number: int
    tree: exp.Query
    right: Answer
    ordered: bool


@dataclass(frozen=True)
class Difference:
    """A query that Hive answers in another way.

    Attributes:
        question: What was asked.
        found: What is different.
    """

    question: Question
    found: str

    def __str__(self) -> str:
        """As a report has it."""
        question = self.question
        return f"seed {question.seed}, query {question.number}: {self.found}\n  {to_hive(question.tree)}"


def questions(duck: Engine, seed: int, first: int, count: int) -> Iterator[Question]:
    """Random queries with their right answers, without those that overflow in DuckDB."""
    for number in range(first, first + count):
        query = random_query(seed, number)
        right = duck.ask(to_duckdb(query.tree))
        if not right.error:
            yield Question(seed, number, query.tree, right, query.ordered)


def compare(endpoints: Endpoints, asked: Iterable[Question], sessions: int = SESSIONS) -> tuple[int, list[Difference]]:
    """Ask Hive all of them; the number of answers, and what is different."""
    mine = local()

    def ask(question: Question) -> str:
        if not hasattr(mine, "hive"):
            mine.context = connect(endpoints)
            server = mine.context.__enter__()
            mine.hive = HiveEngine(server)
        return difference(mine.hive.ask(to_hive(question.tree)), question.right, question.ordered)

    count, different, rest = 0, list[Difference](), iter(asked)
    with ThreadPoolExecutor(sessions) as pool:
        while portion := list(islice(rest, _PORTION)):
            for question, found in zip(portion, pool.map(ask, portion), strict=True):
                count += 1
                if found and not any(part in found for part in KNOWN):
                    different.append(Difference(question, found))
    return count, different


def smallest(hive: Engine, duck: Engine, difference_found: Difference) -> str:
    """The smallest query that shows a difference, in Hive's SQL, and the difference."""
    question = difference_found.question
    refused = difference_found.found.startswith("no answer")

    def wrong(tree: exp.Expression) -> str:
        right = duck.ask(to_duckdb(tree))
        found = "" if right.error else difference(hive.ask(to_hive(tree)), right)
        return found if refused or not found.startswith("no answer") else ""

    small = reduced(question.tree, lambda tree: bool(wrong(tree)))
    return f"{to_hive(small)}\n  {wrong(small)}"
