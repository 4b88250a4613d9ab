"""The parts of a `transformLogic`: each has a kind, and is refused where another kind is expected."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from sqlglot import exp

from warehouse.errors import UnreadableSqlError

Kind = Literal["text", "number", "date", "timestamp", "truth"]

MAX_DEPTH = 30
"""Parts inside each other: the parser and Spark call themselves for each."""

WORDS: dict[Kind, str] = {
    "text": "a string",
    "number": "a number",
    "date": "a date",
    "timestamp": "a timestamp",
    "truth": "true or false",
}
_CALLED: dict[type[exp.Expr], str] = {
    exp.Subquery: "a subquery",
    exp.Select: "a query",
    exp.Window: "a window",
    exp.Star: "*",
    exp.Alias: "an alias (AS)",
    exp.Placeholder: "a parameter",
    exp.Parameter: "a parameter",
}


@dataclass
class Translation:
    """One pass over an expression.

    Attributes:
        rules: How each part is written.
        named: The same for functions of which the parser knows the name alone.
        fields: Name of the Spark column that has the text of each field; `None`: the field's own.
        reads: Names of the fields that were met.
        depth: Parts that are around the present one.
    """

    rules: Mapping[type[exp.Expr], "Rule"]
    named: Mapping[str, "Rule"]
    fields: Mapping[str, str] | None
    reads: dict[str, None] = field(default_factory=dict)
    depth: int = 0

    def part(self, node: exp.Expr) -> tuple[str, Kind | None]:
        """SQL and kind of a node."""
        rule = self.rules.get(type(node))
        if rule is None and isinstance(node, exp.Anonymous):
            rule = self.named.get(node.name.upper().removeprefix("TRY_"))
        if rule is None:
            raise UnreadableSqlError(f"{_called(node)} is not allowed")
        if self.depth == MAX_DEPTH:
            raise UnreadableSqlError(f"more than {MAX_DEPTH} levels of nesting: CONCAT joins many values at once")
        self.depth += 1
        found = rule(self, node)
        self.depth -= 1
        return found

    def of(self, node: exp.Expr, kind: Kind) -> str:
        """SQL of a part that must be of a kind."""
        return _checked(node, *self.part(node), kind)

    def text(self, node: exp.Expr) -> str:
        """SQL of a part as a string; numbers, dates and timestamps are written as Spark writes them."""
        sql, kind = self.part(node)
        written = kind in ("number", "date", "timestamp")
        return f"TRY_CAST({sql} AS STRING)" if written else _checked(node, sql, kind, "text")

    def number(self, node: exp.Expr, hive_type: str) -> str:
        """SQL of a part as a number; a string that is not one gives NULL."""
        sql, kind = self.part(node)
        return f"TRY_CAST({sql if kind == 'text' else _checked(node, sql, kind, 'number')} AS {hive_type})"

    def alike(self, nodes: list[exp.Expr]) -> tuple[list[str], Kind | None]:
        """SQL of parts that must all be of one kind, and that kind."""
        parts = [(node, *self.part(node)) for node in nodes]
        kind = next((found for _, _, found in parts if found), None)
        return [_checked(*part, kind) for part in parts], kind


Rule = Callable[[Translation, exp.Expr], tuple[str, Kind | None]]
"""Gives SQL and kind of a node."""


def _checked(node: exp.Expr, sql: str, found: Kind | None, kind: Kind | None) -> str:
    if found is None or kind is None or found == kind:
        return sql
    raise UnreadableSqlError(f"{node.sql(dialect='spark')} is {WORDS[found]}, {_wanted(node, kind)}")


def _wanted(node: exp.Expr, kind: Kind) -> str:
    if kind == "number":
        return f"not a number: write CAST({node.sql(dialect='spark')} AS DECIMAL(12,2)), BIGINT or DOUBLE"
    return f"expected {WORDS[kind]}: CAST converts it"


def _called(node: exp.Expr) -> str:
    if type(node) in _CALLED:
        return _CALLED[type(node)]
    if isinstance(node, exp.Anonymous):
        return node.name.upper()
    if isinstance(node, exp.Func):
        return node.sql(dialect="spark").partition("(")[0]
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(node).__name__).upper()


def only(node: exp.Expr, *known: str) -> None:
    """Refuse arguments that no rule reads, so that none is dropped silently."""
    for name in node.args.keys() - {*known, "this", "expression", "expressions", "safe", "coalesce", "typed"}:
        if node.args[name]:
            raise UnreadableSqlError(f"{_called(node)} is not allowed with {name.strip('_').upper()}")
