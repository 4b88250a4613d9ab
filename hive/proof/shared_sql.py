"""What Spark and Hive compute alike: the only SQL by which a mart is proved.

What is not listed here may be right in both engines, but is not tested: `tests/integration/test_proofs.py` has both
compute every function that is. Known to differ, and therefore left out, are among others: ADD_MONTHS (Hive keeps
the last day of a month), STDDEV and VARIANCE (of a sample in Spark, of a population in Hive), the text of a BOOLEAN,
SUBSTRING from the end, SIGN, hashes, estimates; and whatever depends on the order of equal rows: ROW_NUMBER, LAG,
FIRST, ROWS frames, LIMIT.
"""

from collections.abc import Callable

from sqlglot import exp
from sqlglot.dialects.hive import Hive


class Hive4(Hive):
    """As Hive 4 reads it: `hive.default.nulls.last` makes NULL the greatest value; in Spark it is the least."""

    NULL_ORDERING = "nulls_are_large"


_SHAPES: tuple[type[exp.Expr], ...] = (
    exp.Select, exp.From, exp.Where, exp.Group, exp.Having, exp.Join, exp.With, exp.CTE, exp.Subquery, exp.Union,
    exp.Distinct, exp.Alias, exp.TableAlias, exp.Table, exp.Column, exp.Identifier, exp.Star, exp.Literal, exp.Boolean,
    exp.Null, exp.Paren, exp.Tuple, exp.DataType, exp.DataTypeParam, exp.Var, exp.Window, exp.Order, exp.Ordered,
)  # fmt: skip
_OPERATORS: tuple[type[exp.Expr], ...] = (
    exp.Add, exp.Sub, exp.Mul, exp.Div, exp.IntDiv, exp.Mod, exp.Neg, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE,
    exp.NullSafeEQ, exp.And, exp.Or, exp.Not, exp.Is, exp.Between, exp.In, exp.Exists, exp.Like, exp.RegexpLike,
    exp.DPipe, exp.Case, exp.If, exp.Cast, exp.TryCast, exp.Coalesce, exp.Nullif, exp.Nvl2, exp.SafeDivide,
)  # fmt: skip
_AGGREGATES: tuple[type[exp.Expr], ...] = (
    exp.Count, exp.CountIf, exp.Sum, exp.Avg, exp.Min, exp.Max, exp.Filter, exp.StddevSamp, exp.StddevPop, exp.Corr,
    exp.CovarPop, exp.CovarSamp, exp.Rank, exp.DenseRank,
)  # fmt: skip
_OF_NUMBERS: tuple[type[exp.Expr], ...] = (
    exp.Abs, exp.Ceil, exp.Floor, exp.Round, exp.Sqrt, exp.Pow, exp.Exp, exp.Ln,
)  # fmt: skip
_OF_TEXTS: tuple[type[exp.Expr], ...] = (
    exp.Concat, exp.ConcatWs, exp.Length, exp.Lower, exp.Upper, exp.Trim, exp.Pad, exp.Replace, exp.Reverse,
    exp.StrPosition, exp.Substring,
)  # fmt: skip
_OF_DAYS: tuple[type[exp.Expr], ...] = (
    exp.Year, exp.Quarter, exp.Month, exp.Day, exp.DayOfMonth, exp.DayOfWeek, exp.WeekOfYear, exp.Hour, exp.Minute,
    exp.Second, exp.TimeToStr, exp.TimeStrToTime, exp.TsOrDsToDate, exp.TsOrDsAdd, exp.DateDiff, exp.LastDay,
    exp.DateTrunc, exp.TimestampTrunc,
)  # fmt: skip
_SHARED = frozenset((*_SHAPES, *_OPERATORS, *_AGGREGATES, *_OF_NUMBERS, *_OF_TEXTS, *_OF_DAYS))
_JOINS = {"", "INNER", "LEFT", "RIGHT", "FULL", "CROSS", "OUTER"}
_TRUTHS = (exp.Predicate, exp.Boolean, exp.And, exp.Or, exp.Not)
_TRUNCATED = {
    **dict.fromkeys(("YEAR", "YYYY", "YY"), "YEAR"),
    **dict.fromkeys(("MONTH", "MM", "MON"), "MM"),
    **dict.fromkeys(("QUARTER", "Q"), "Q"),
}
"""What Spark and Hive call the unit that a date is cut to."""


def unshared(tree: exp.Expr, truths: frozenset[str]) -> str | None:
    """The first thing of a query in Spark SQL that Hive may compute otherwise, in words; `None`: there is none.

    Args:
        tree: The query.
        truths: Names of the BOOLEAN columns that it reads.
    """
    for node in tree.walk():
        if type(node) not in _SHARED:
            return f"{_name(node)} is not known to mean the same in Spark and Hive"
        if found := _wrong_use(node, truths):
            return found
    return None


def _name(node: exp.Expr) -> str:
    if isinstance(node, exp.Anonymous):
        return node.name.upper()
    return node.sql(dialect="spark").partition("(")[0] if isinstance(node, exp.Func) else type(node).__name__.upper()


def _wrong_use(node: exp.Expr, truths: frozenset[str]) -> str | None:
    check = _USES.get(type(node))
    if check is not None:
        return check(node)
    is_text = isinstance(node, (exp.Cast, exp.TryCast)) and node.to.this in exp.DataType.TEXT_TYPES
    if is_text or isinstance(node, (exp.Concat, exp.ConcatWs, exp.DPipe)):
        parts = (part for part in node.iter_expressions() if not isinstance(part, exp.DataType))
        if any(_is_truth(part, truths) for part in parts):
            return "a BOOLEAN as a string is 'true' in Spark and 'TRUE' in Hive"
    return None


def _is_truth(node: exp.Expr, truths: frozenset[str]) -> bool:
    return isinstance(node, _TRUTHS) or any(column.name.lower() in truths for column in node.find_all(exp.Column))


def _substring(node: exp.Expr) -> str | None:
    start = node.args.get("start")
    counts = isinstance(start, exp.Literal) and not start.is_string
    return None if counts else "SUBSTRING from the end differs in Spark and Hive"


def _join(node: exp.Expr) -> str | None:
    if node.args.get("using") or node.args.get("method"):
        return "a JOIN with USING or NATURAL is not known to mean the same in Spark and Hive"
    found = {str(node.args.get(part) or "").upper() for part in ("side", "kind")} - _JOINS
    return f"a {found.pop()} JOIN is not known to mean the same in Spark and Hive" if found else None


def _truncated(node: exp.Expr) -> str | None:
    unit = node.args["unit"].name.upper()
    known = unit in _TRUNCATED or (unit == "DAY" and isinstance(node, exp.TimestampTrunc))
    return None if known else f"Hive cannot truncate a date to {unit}"


def _window(node: exp.Expr) -> str | None:
    if node.args.get("spec"):
        return "the frame of a window is not known to mean the same in Spark and Hive"
    return None


def _filtered(node: exp.Expr) -> str | None:
    return "DISTINCT with FILTER has no equivalent in Hive" if isinstance(node.this.this, exp.Distinct) else None


_USES: dict[type[exp.Expr], Callable[[exp.Expr], str | None]] = {
    exp.Substring: _substring,
    exp.Join: _join,
    exp.Filter: _filtered,
    exp.DateTrunc: _truncated,
    exp.TimestampTrunc: _truncated,
    exp.Window: _window,
}


def rewrite(tree: exp.Expr) -> None:
    """Write what Hive writes otherwise, and sqlglot does not translate; the inner parts first."""
    for node in reversed(list(tree.walk())):
        if change := _REWRITES.get(type(node)):
            node.replace(change(node))


def _count_if(node: exp.Expr) -> exp.Expr:
    return exp.Count(this=exp.Case().when(node.this, exp.Literal.number(1)))


def _filter(node: exp.Expr) -> exp.Expr:
    """`SUM(x) FILTER (WHERE c)` as `SUM(CASE WHEN c THEN x END)`."""
    aggregate: exp.Expr = node.this.copy()
    condition = node.expression.this
    value = exp.Literal.number(1) if isinstance(aggregate.this, exp.Star) else aggregate.this
    aggregate.set("this", exp.Case().when(condition, value))
    return aggregate


def _decimal(node: exp.Expr) -> exp.Expr:
    """A literal with its type: 1.0 is a DECIMAL(2,1) in Spark and a DECIMAL(1,0) in Hive."""
    whole, point, fraction = node.name.partition(".")
    if node.args.get("is_string") or not point or not (whole + fraction).isdigit():
        return node
    digits = len(whole.lstrip("0")) + len(fraction)
    kind = exp.DataType.build(f"DECIMAL({digits},{len(fraction)})", dialect="hive")
    return exp.Cast(this=exp.Literal.string(node.name), to=kind)


def _cut(node: exp.Expr) -> exp.Expr:
    kind = "DATE" if isinstance(node, exp.DateTrunc) else "TIMESTAMP"
    unit = node.args["unit"].name.upper()
    if unit == "DAY":
        return exp.cast(exp.cast(node.this, "DATE"), kind)
    cut = exp.Anonymous(this="TRUNC", expressions=[node.this, exp.Literal.string(_TRUNCATED[unit])])
    return exp.cast(cut, kind)


def _last_day(node: exp.Expr) -> exp.Expr:
    # Of Hive it is a text.
    return exp.cast(exp.Anonymous(this="LAST_DAY", expressions=[node.this]), "DATE")


_REWRITES: dict[type[exp.Expr], Callable[[exp.Expr], exp.Expr]] = {
    exp.CountIf: _count_if,
    exp.Filter: _filter,
    exp.Literal: _decimal,
    exp.DateTrunc: _cut,
    exp.TimestampTrunc: _cut,
    exp.LastDay: _last_day,
}
