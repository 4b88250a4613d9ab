"""Compares many random queries, several at a time, and makes those that differ small."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from queue import SimpleQueue

from sqlglot import exp

from hive.connection import connect
from tests.answers.comparison import difference
from tests.answers.dialects import to_duckdb, to_hive
from tests.answers.engines import Answer, Engine, HiveEngine
from tests.answers.random_queries import random_query
from tests.answers.reduction import reduced
from warehouse.settings import Endpoints

_PORTION = 300

REFUSALS = (
    "could not compile the statement",
    "could not plan the statement",
    "cannot run a join on an expression of the partition column",
    "Internal error: unsupported conversion",
    "types as first argument, got VOID",
    "types as 2nd argument, got VOID",
    "ExprNodeColumnDesc cannot be cast",
    "Try set hive.optimize.reducededuplication=false",
    "ROLLUP, CUBE or GROUPING SETS",
    "GROUP BY or DISTINCT over a total",
    "returns nothing that depends on its total",
)
"""Part of what is said instead of an answer, which is no wrong one: docs/answers.md explains each."""


def is_refused(answer: Answer) -> bool:
    """Whether Hive gave a reason that is known, and no rows."""
    return _is_known(answer.error)


def _is_known(reason: str) -> bool:
    return any(part in reason for part in REFUSALS)


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


@dataclass(frozen=True)
class Outcome:
    """What became of many questions.

    Attributes:
        asked: How many.
        refused: How many of them Hive refused for a reason that is known.
        different: The others that have no right answer.
    """

    asked: int
    refused: int
    different: list[Difference]


def questions(duck: Engine, seed: int, first: int, count: int) -> Iterator[Question]:
    """Random queries with their right answers, without those that overflow in DuckDB."""
    for number in range(first, first + count):
        query = random_query(seed, number)
        right = duck.ask(to_duckdb(query.tree))
        if not right.error:
            yield Question(seed, number, query.tree, right, query.ordered)


def compare(servers: Sequence[Endpoints], asked: Iterable[Question]) -> Outcome:
    """Ask Hive all of them, each server one at a time."""
    free = SimpleQueue[HiveEngine]()

    def ask(question: Question) -> str:
        hive = free.get()
        try:
            return difference(hive.ask(to_hive(question.tree)), question.right, question.ordered)
        finally:
            free.put(hive)

    count, refused, different, rest = 0, 0, list[Difference](), iter(asked)
    with ExitStack() as sessions, ThreadPoolExecutor(len(servers)) as pool:
        for endpoints in servers:
            free.put(HiveEngine(sessions.enter_context(connect(endpoints))))
        while portion := list(islice(rest, _PORTION)):
            for question, found in zip(portion, pool.map(ask, portion), strict=True):
                count += 1
                if _is_known(found):
                    refused += 1
                elif found:
                    different.append(Difference(question, found))
    return Outcome(count, refused, different)


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
