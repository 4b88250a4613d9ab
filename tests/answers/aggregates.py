"""Random aggregates, and what they are grouped by."""

from random import Random

from sqlglot import exp

from tests.answers.decimals import mean
from tests.answers.expressions import Expressions
from tests.answers.kinds import Kind, Scope, Value

OUTPUT = ("int", "int", "dec", "str", "bool", "date", "ts", "dbl")
"""Types of what is shown; a type that appears twice comes twice as often."""

GROUPED = ("int", "str", "bool", "date", "dec")
"""Types of what is grouped by."""


class Aggregates:
    """Writes them."""

    def __init__(self, random: Random, expressions: Expressions) -> None:
        """Take the source of all choices, and of all expressions."""
        self._random = random
        self._expressions = expressions

    def groups(self, scope: Scope, count: int) -> list[Value]:
        """What to group by: columns, or what is computed from them."""
        columns = [value for value in scope if value.kind.name in GROUPED]
        found = []
        for _ in range(count):
            if columns and self._random.random() < 0.6:
                found.append(self._random.choice(columns))
            else:
                found.append(self._expressions.value(self._random.choice(GROUPED[:4]), scope, 2))
        return [value for value in found if value.tree.find(exp.Column)] or columns[:1] or found[:1]

    def having(self, scope: Scope) -> exp.Expression:
        """A condition on a group."""
        operation = self._random.choice([exp.GT, exp.LTE, exp.NEQ])
        return operation(this=self._count(scope).tree, expression=exp.Literal.number(self._random.choice([0, 1, 3])))

    def any(self, scope: Scope) -> Value:
        """An aggregate."""
        return self._random.choice(
            [self._rows, self._count, self._count_distinct, self._sum, self._sum_of_dec, self._extreme, self._mean,
             self._mean_of_int]
        )(scope)  # fmt: skip

    def _rows(self, _: Scope) -> Value:
        return Value(exp.Count(this=exp.Star()), Kind("int", 6))

    def _count(self, scope: Scope) -> Value:
        found = self._expressions.value(self._random.choice(OUTPUT[:-1]), scope, 2).tree
        return Value(exp.Count(this=found), Kind("int", 6))

    def _count_distinct(self, scope: Scope) -> Value:
        found = self._expressions.value(self._random.choice(OUTPUT[:-1]), scope, 2).tree
        return Value(exp.Count(this=exp.Distinct(expressions=[found])), Kind("int", 6))

    def _sum(self, scope: Scope) -> Value:
        found = self._expressions.small_int(scope, 2)
        return Value(exp.cast(exp.Sum(this=found.tree), "bigint"), Kind("int", found.kind.whole + 6))

    def _mean_of_int(self, scope: Scope) -> Value:
        return Value(exp.Avg(this=self._expressions.small_int(scope, 2).tree), Kind("dbl"))

    def _sum_of_dec(self, scope: Scope) -> Value:
        """Cast, because DuckDB has 38 digits of a sum, and then none to spare behind the point in a COALESCE."""
        found = self._expressions.small_dec(scope, 2, 9, 6)
        kind = Kind("dec", found.kind.whole + 6, found.kind.scale)
        return Value(exp.cast(exp.Sum(this=found.tree), f"decimal({kind.whole + kind.scale},{kind.scale})"), kind)

    def _extreme(self, scope: Scope) -> Value:
        found = self._expressions.value(self._random.choice(["int", "dec", "str", "date", "ts"]), scope, 2)
        return Value(self._random.choice([exp.Min, exp.Max])(this=found.tree), found.kind)

    def _mean(self, scope: Scope) -> Value:
        """Of DECIMAL(9,2): in Hive it has four digits more behind the point."""
        found = self._expressions.small_dec(scope, 2, 7, 2).tree
        return Value(mean(exp.cast(found, "decimal(9,2)"), 2), Kind("dec", 7, 6))
