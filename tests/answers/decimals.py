"""Random arithmetic of decimals, within the digits that both engines have."""

from collections.abc import Callable
from random import Random

from sqlglot import exp

from tests.answers.kinds import MAX_WHOLE, Kind, Scope, Value
from tests.answers.trees import call, number, paren

_SCALE = 14
"""More digits than these might be more than an engine has after the next operation."""

Small = Callable[..., Value]


class Decimals:
    """Writes it."""

    def __init__(self, random: Random, small_int: Small, small_dec: Small) -> None:
        """Take the source of all choices, and what operands come from: `Expressions.small_int`, `.small_dec`."""
        self._random = random
        self._small_int = small_int
        self._small_dec = small_dec

    def sum(self, scope: Scope, depth: int) -> Value:
        """A sum or a difference."""
        a = self._small_dec(scope, depth, MAX_WHOLE, _SCALE)
        b = self._small_dec(scope, depth, MAX_WHOLE, _SCALE)
        operation = self._random.choice([exp.Add, exp.Sub])
        kind = Kind("dec", max(a.kind.whole, b.kind.whole) + 1, max(a.kind.scale, b.kind.scale))
        return Value(exp.Paren(this=operation(this=paren(a.tree), expression=paren(b.tree))), kind)

    def product(self, scope: Scope, depth: int) -> Value:
        """A product with a decimal or a whole number."""
        a = self._small_dec(scope, depth, 8, 6)
        b = self._small_int(scope, depth, 5) if self._random.random() < 0.4 else self._small_dec(scope, depth, 6, 4)
        # Of BIGINT both engines take all 19 digits for possible ones.
        digits = 19 if b.kind.name == "int" else b.kind.whole
        other = exp.cast(b.tree, "decimal(5,0)") if b.kind.name == "int" else b.tree
        tree = exp.Mul(this=paren(a.tree), expression=paren(other))
        return Value(exp.Paren(this=tree), Kind("dec", a.kind.whole + min(digits, 6), a.kind.scale + b.kind.scale))

    def rounded(self, scope: Scope, depth: int) -> Value:
        """ROUND."""
        found = self._small_dec(scope, depth, MAX_WHOLE, _SCALE)
        digits = self._random.choice([0, 1, 2, 4])
        return Value(call("round", found.tree, number(digits)), Kind("dec", found.kind.whole + 1, digits))

    def floor(self, scope: Scope, depth: int) -> Value:
        """FLOOR or CEIL."""
        found = self._small_dec(scope, depth, MAX_WHOLE, _SCALE)
        return Value(call(self._random.choice(["floor", "ceil"]), found.tree), Kind("dec", found.kind.whole + 1, 0))

    def absolute(self, scope: Scope, depth: int) -> Value:
        """ABS."""
        found = self._small_dec(scope, depth, MAX_WHOLE, _SCALE)
        return Value(call("abs", found.tree), found.kind)

    def of_int(self, scope: Scope, depth: int) -> Value:
        """A whole number with a point."""
        found = self._small_int(scope, depth)
        return Value(exp.cast(found.tree, "decimal(12,2)"), Kind("dec", 10, 2))

    def quotient(self, scope: Scope, depth: int) -> Value:
        """A division; its scale is that of Hive, max(6, scale of the one + precision of the other + 1)."""
        a, b = (exp.cast(self._small_dec(scope, depth, 5, 2).tree, "decimal(9,2)") for _ in range(2))
        return Value(ratio(a, b, (9, 2), (9, 2)), Kind("dec", 9, 12))


def ratio(a: exp.Expression, b: exp.Expression, of_a: tuple[int, int], of_b: tuple[int, int]) -> exp.Expression:
    """A division of decimals, each with its precision and scale."""
    scale = max(6, of_a[1] + of_b[0] + 1)
    tens = [number(10**digits) for digits in (of_a[1], of_b[1], scale - of_a[1] + of_b[1])]
    return call("ratio", a, b, *tens, number(f"{0:.{scale - 1}f}1"))


def mean(tree: exp.Expression, scale: int) -> exp.Expression:
    """AVG of decimals with a scale."""
    return call("mean", tree, number(10**scale), number(10**4), number(f"{0:.{scale + 3}f}1"))
