"""Writes one tree as SQL of Hive 4 and of DuckDB."""

from sqlglot import exp

from hive.proof.shared_sql import Hive4
from tests.answers.trees import PREFIX


class Hive4WithSets(Hive4):
    """Hive 4, which names the grouped columns before their sets."""

    class Generator(Hive4.Generator):
        """Writes a tree."""

        def group_sql(self, expression: exp.Group) -> str:
            """GROUP BY."""
            sets = expression.args.get("grouping_sets")
            if not sets:
                return super().group_sql(expression)
            columns = {column.sql(): column for column in sets[0].find_all(exp.Column)}
            listed = ", ".join(self.sql(column) for column in columns.values())
            return self.seg(f"GROUP BY {listed} {self.sql(sets[0])}")


def to_duckdb(tree: exp.Expression) -> str:
    """SQL for DuckDB, in which `oracle.sql` has run."""
    return tree.sql(dialect="duckdb")


def to_hive(tree: exp.Expression) -> str:
    """SQL for Hive."""
    copy = tree.copy()
    # Innermost first: what stands in a call is translated before it.
    for node in reversed(list(copy.find_all(exp.Anonymous))):
        if node.name.startswith(PREFIX):
            translated = _as_hive(node)
            if node is copy:
                copy = translated
            else:
                node.replace(translated)
    return copy.sql(dialect=Hive4WithSets)


def _as_hive(node: exp.Anonymous) -> exp.Expression:
    arguments = node.expressions
    if node.name == "x_ratio":
        return exp.Paren(this=exp.Div(this=exp.Paren(this=arguments[0]), expression=exp.Paren(this=arguments[1])))
    if node.name == "x_mean":
        return exp.Avg(this=arguments[0])
    return exp.Anonymous(this=node.name.removeprefix(PREFIX).upper(), expressions=arguments)
