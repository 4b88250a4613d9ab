"""Parts of trees, in no dialect yet."""

from sqlglot import exp

PREFIX = "x_"
"""Begins the name of a function that `oracle.sql` defines for DuckDB and that Hive has without it."""


def call(name: str, *arguments: exp.Expression) -> exp.Expression:
    """A function of Hive, e.g. `year`."""
    return exp.Anonymous(this=PREFIX + name, expressions=list(arguments))


def number(text: str | int) -> exp.Expression:
    """A literal, in parentheses where it has a sign."""
    literal = exp.Literal.number(str(text).lstrip("-"))
    return exp.Paren(this=exp.Neg(this=literal)) if str(text).startswith("-") else literal


def paren(tree: exp.Expression) -> exp.Expression:
    """An operand that keeps together."""
    return tree if isinstance(tree, exp.Column | exp.Anonymous | exp.Literal | exp.Paren) else exp.Paren(this=tree)
