"""Spark SQL of a `transformLogic`: what it may say, and how it is run so that no value of a file can end a job.

An allow-list: what is not listed may give another answer the second time. Every part has a kind, and
nothing is converted silently, since Spark's conversions of texts raise errors or round. CAST, arithmetic and
MAKE_TIMESTAMP are run in their try forms, which give NULL for an error.
"""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from warehouse.contract.hive_type import INTEGERS, decimal_digits
from warehouse.contract.transform.functions import FUNCTIONS, NAMED
from warehouse.contract.transform.terms import WORDS, Kind, Rule, Translation, only
from warehouse.errors import UnreadableSqlError

# It logs what it cannot read; without a handler Python would print that to the user as well.
logging.getLogger("sqlglot").addHandler(logging.NullHandler())

_NUMBER = re.compile(r"[0-9]{1,18}(?:[.][0-9]{1,18})?")
_TYPES: dict[str, tuple[str, Kind]] = {
    **{name: (name, "number") for name in (*INTEGERS, "DECIMAL", "DOUBLE")},
    "TEXT": ("STRING", "text"),
    "BOOLEAN": ("BOOLEAN", "truth"),
    "DATE": ("DATE", "date"),
    **dict.fromkeys(("TIMESTAMP", "TIMESTAMPTZ", "TIMESTAMPNTZ"), ("TIMESTAMP_NTZ", "timestamp")),
}
"""By sqlglot's name: the type in Spark, and its kind. TIMESTAMP is a wall clock, as in the contract."""
_CASTS: dict[Kind, set[Kind]] = {
    "text": {"text", "number", "truth", "date", "timestamp"},
    "number": {"text", "number"},
    "truth": {"text", "truth"},
    "date": {"text", "date", "timestamp"},
    "timestamp": {"text", "date", "timestamp"},
}


@dataclass(frozen=True)
class Term:
    """A part of an expression, checked.

    Attributes:
        sql: Spark SQL that gives NULL for an error.
        kind: Kind of its values; `None`: it is NULL.
        reads: Names of the fields that it reads, each once.
    """

    sql: str
    kind: Kind | None
    reads: tuple[str, ...] = ()


def translate(sql: str, fields: Mapping[str, str] | None = None) -> Term:
    """Check an expression and write it so that it raises no error.

    Args:
        sql: The `transformLogic`.
        fields: Name of the Spark column that has the text of each field, by the field's name; `None`: the same.

    Raises:
        UnreadableSqlError: It is not one scalar expression, or names what is not allowed.
    """
    try:
        trees = sqlglot.parse(sql, read="spark")
        if len(trees) != 1 or trees[0] is None:
            raise UnreadableSqlError("expected one expression in Spark SQL")
        return _term(trees[0], fields)
    except SqlglotError as problem:
        reason = " ".join(re.sub(r"\x1b\[\d*m", "", str(problem)).split())
        raise UnreadableSqlError(f"not an expression in Spark SQL: {reason}") from problem
    except RecursionError as problem:
        raise UnreadableSqlError("it is nested too deeply") from problem


def _term(tree: exp.Expr, fields: Mapping[str, str] | None) -> Term:
    found = Translation(_RULES, NAMED, fields)
    sql, kind = found.part(tree)
    return Term(sql, kind, tuple(found.reads))


def _field(found: Translation, node: exp.Expr) -> tuple[str, Kind | None]:
    if not isinstance(node.this, exp.Identifier) or node.args.get("table") or not node.name:
        raise UnreadableSqlError(f"{node.sql(dialect='spark')} is not the name of a column of the file")
    found.reads[node.name] = None
    name = node.name if found.fields is None else found.fields[node.name]
    return "`" + name.replace("`", "``") + "`", "text"


def _literal(_: Translation, node: exp.Expr) -> tuple[str, Kind | None]:
    if node.args.get("is_string"):
        return node.sql(dialect="spark"), "text"
    if not _NUMBER.fullmatch(node.name):
        raise UnreadableSqlError(f"the number {node.name} is not allowed: up to 18 digits on each side of a point are")
    return node.name, "number"


def _cast(found: Translation, node: exp.Expr) -> tuple[str, Kind | None]:
    only(node, "to")
    sql, before = found.part(node.this)
    written = node.args["to"].sql(dialect="spark").upper().replace(" ", "")
    hive_type, kind = _TYPES.get(node.args["to"].this.name, ("", "text"))
    if hive_type == "DECIMAL":
        if decimal_digits(written) is None:
            raise UnreadableSqlError(f"CAST to {written}: write DECIMAL(precision,scale), precision 1 to 38")
        hive_type = written
    if not hive_type or (before and kind not in _CASTS[before]):
        raise UnreadableSqlError(f"CAST of {WORDS[before] if before else 'NULL'} to {written} is not allowed")
    return f"TRY_CAST({sql} AS {hive_type})", kind


def _arithmetic(function: str) -> Rule:
    def rule(found: Translation, node: exp.Expr) -> tuple[str, Kind | None]:
        only(node)
        return f"{function}({found.of(node.this, 'number')}, {found.of(node.expression, 'number')})", "number"

    return rule


def _negative(found: Translation, node: exp.Expr) -> tuple[str, Kind | None]:
    return f"TRY_SUBTRACT(0, {found.of(node.this, 'number')})", "number"


def _comparison(operator: str) -> Rule:
    def rule(found: Translation, node: exp.Expr) -> tuple[str, Kind | None]:
        only(node)
        (left, right), _ = found.alike([node.this, node.expression])
        return f"({left} {operator} {right})", "truth"

    return rule


def _logical(operator: str) -> Rule:
    def rule(found: Translation, node: exp.Expr) -> tuple[str, Kind | None]:
        return f"({found.of(node.this, 'truth')} {operator} {found.of(node.expression, 'truth')})", "truth"

    return rule


def _is(found: Translation, node: exp.Expr) -> tuple[str, Kind | None]:
    if isinstance(node.expression, exp.Null):
        return f"({found.part(node.this)[0]} IS NULL)", "truth"
    if isinstance(node.expression, exp.Boolean):
        return f"({found.of(node.this, 'truth')} IS {node.expression.sql(dialect='spark')})", "truth"
    raise UnreadableSqlError("IS is allowed only with NULL, TRUE and FALSE")


def _in(found: Translation, node: exp.Expr) -> tuple[str, Kind | None]:
    if node.args.get("query"):
        raise UnreadableSqlError("a subquery is not allowed")
    only(node)
    (value, *others), _ = found.alike([node.this, *node.expressions])
    return f"({value} IN ({', '.join(others)}))", "truth"


def _between(found: Translation, node: exp.Expr) -> tuple[str, Kind | None]:
    only(node, "low", "high")
    (value, low, high), _ = found.alike([node.this, node.args["low"], node.args["high"]])
    return f"({value} BETWEEN {low} AND {high})", "truth"


def _case(found: Translation, node: exp.Expr) -> tuple[str, Kind | None]:
    only(node, "ifs", "default")
    branches = node.args["ifs"]
    default = node.args.get("default")
    values, kind = found.alike([*(branch.args["true"] for branch in branches), *([default] if default else [])])
    if node.this is None:
        subject, conditions = "", [found.of(branch.this, "truth") for branch in branches]
    else:
        (subject, *conditions), _ = found.alike([node.this, *(branch.this for branch in branches)])
    whens = " ".join(f"WHEN {when} THEN {then}" for when, then in zip(conditions, values, strict=False))
    return f"CASE {subject} {whens} ELSE {values[-1] if default else 'NULL'} END", kind


def _if(found: Translation, node: exp.Expr) -> tuple[str, Kind | None]:
    default = node.args.get("false") or exp.Null()
    values, kind = found.alike([node.args["true"], default])
    return f"IF({found.of(node.this, 'truth')}, {', '.join(values)})", kind


def _coalesce(found: Translation, node: exp.Expr) -> tuple[str, Kind | None]:
    only(node)
    values, kind = found.alike([node.this, *node.expressions])
    return f"COALESCE({', '.join(values)})", kind


_RULES: dict[type[exp.Expr], Rule] = {
    exp.Column: _field,
    exp.Literal: _literal,
    exp.RawString: lambda _, node: (node.sql(dialect="spark"), "text"),
    exp.Null: lambda _, __: ("NULL", None),
    exp.Boolean: lambda _, node: (node.sql(dialect="spark"), "truth"),
    exp.Paren: lambda found, node: found.part(node.this),
    **dict.fromkeys((exp.Cast, exp.TryCast), _cast),
    exp.Add: _arithmetic("TRY_ADD"),
    exp.Sub: _arithmetic("TRY_SUBTRACT"),
    exp.Mul: _arithmetic("TRY_MULTIPLY"),
    **dict.fromkeys((exp.Div, exp.SafeDivide), _arithmetic("TRY_DIVIDE")),
    exp.Mod: _arithmetic("TRY_MOD"),
    exp.Neg: _negative,
    exp.EQ: _comparison("="),
    exp.NEQ: _comparison("<>"),
    exp.NullSafeEQ: _comparison("<=>"),
    exp.GT: _comparison(">"),
    exp.GTE: _comparison(">="),
    exp.LT: _comparison("<"),
    exp.LTE: _comparison("<="),
    exp.And: _logical("AND"),
    exp.Or: _logical("OR"),
    exp.Not: lambda found, node: (f"(NOT {found.of(node.this, 'truth')})", "truth"),
    exp.Is: _is,
    exp.In: _in,
    exp.Between: _between,
    exp.Case: _case,
    exp.If: _if,
    exp.Coalesce: _coalesce,
    **FUNCTIONS,
}
