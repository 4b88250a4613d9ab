"""Random queries, typed so that only meaningful ones come out; the same seed and number give the same query."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from sqlglot import exp

from tests.answers.aggregates import GROUPED, OUTPUT, Aggregates
from tests.answers.expressions import Expressions
from tests.answers.kinds import Kind, Value, kind_of
from tests.answers.tables import AwkwardTable, awkward_tables
from tests.answers.trees import call, paren
from warehouse.quarter import PARTITION_COLUMN


@dataclass(frozen=True)
class Source:
    """What a SELECT reads.

    Attributes:
        select: `FROM`, joins and `WHERE`; no item yet.
        scope: Columns that items may have.
    """

    select: exp.Select
    scope: Sequence[Value]


@dataclass(frozen=True)
class Query:
    """A query and the types of its columns `c0`, `c1` and so on.

    Attributes:
        tree: In no dialect yet.
        kinds: Of its columns.
        ordered: Whether the order of its rows is part of the answer.
    """

    tree: exp.Query
    kinds: tuple[Kind, ...]
    ordered: bool = False


def random_query(seed: int, number: int) -> Query:
    """The query of that number."""
    return _Writer(Random(f"{seed}.{number}")).query()


def random_condition(seed: int, number: int) -> tuple[exp.Expression, exp.Expression]:
    """A table and a condition on its rows."""
    random = Random(f"{seed}.{number}")
    table = awkward_tables()[0]
    tree = exp.alias_(exp.table_(table.name, db=table.dataset), "t", table=True)
    return tree, Expressions(random).condition(_scope(table, "t"), 3)


class _Writer:
    def __init__(self, random: Random) -> None:
        self._random = random
        self._expressions = Expressions(random)
        self._aggregates = Aggregates(random, self._expressions)
        self._aliases = 0

    def query(self) -> Query:
        roll = self._random.random()
        if roll < 0.12:
            return self._united()
        found = self._any(2)
        if roll < 0.30:
            return self._in_order(found)
        return found

    def _any(self, depth: int) -> Query:
        return self._random.choice(
            [self._plain, self._plain, self._grouped, self._grouped, self._windowed, self._grouping_sets, self._total]
        )(depth)

    # --- what is read ---------------------------------------------------------------------------------

    def _alias(self) -> str:
        self._aliases += 1
        return f"t{self._aliases}"

    def _table(self, depth: int) -> tuple[exp.Expression, list[Value]]:
        alias = self._alias()
        if depth > 0 and self._random.random() < 0.2:
            inner = self._any(depth - 1)
            scope = [Value(exp.column(f"c{number}", table=alias), kind) for number, kind in enumerate(inner.kinds)]
            return inner.tree.subquery(alias), scope
        table = self._random.choice([t for t in awkward_tables() for _ in range(1 if not t.rows else 4)])
        return exp.alias_(exp.table_(table.name, db=table.dataset), alias, table=True), _scope(table, alias)

    def _source(self, depth: int) -> Source:
        first, scope = self._table(depth)
        select = exp.Select().from_(first)
        for _ in range(self._random.choice([0, 0, 1, 1, 1, 2])):
            select, scope = self._joined(select, scope, depth)
        if self._random.random() < 0.5:
            select = select.where(self._filter(scope, depth))
        return Source(select, scope)

    def _joined(self, select: exp.Select, scope: list[Value], depth: int) -> tuple[exp.Select, list[Value]]:
        table, more = self._table(depth)
        side = self._random.choice(["INNER", "LEFT", "LEFT", "LEFT", "RIGHT", "FULL", "LEFT SEMI"])
        condition = self._equality(scope, more)
        if condition is None:
            return select, scope
        if side in ("INNER", "LEFT", "LEFT SEMI") and self._random.random() < 0.35:
            # Hive filters before an outer join by what the condition says of one side.
            condition = exp.And(this=condition, expression=paren(self._expressions.condition(more, 1)))
        select = select.join(table, on=condition, join_type=side)
        return select, scope if side == "LEFT SEMI" else [*scope, *more]

    def _equality(self, left: Sequence[Value], right: Sequence[Value]) -> exp.Expression | None:
        pairs = [
            (a, b) for a in left for b in right
            if a.kind.name == b.kind.name and a.kind.name in ("str", "int", "date", "dec", "bool")
            and (a.kind.whole == b.kind.whole or max(a.kind.whole, b.kind.whole) < 30)
        ]  # fmt: skip
        keys = [(a, b) for a, b in pairs if a.tree.name == b.tree.name]
        if not pairs:
            return None
        a, b = self._random.choice(keys if keys and self._random.random() < 0.7 else pairs)
        return exp.EQ(this=a.tree, expression=b.tree)

    def _filter(self, scope: Sequence[Value], depth: int) -> exp.Expression:
        roll = self._random.random()
        found = self._expressions.condition(scope, 2)
        if roll < 0.25:
            found = exp.And(this=paren(found), expression=paren(self._date_parts(scope)))
        elif roll < 0.45 and depth > 0:
            found = exp.And(this=paren(found), expression=self._subquery(scope))
        return found

    def _date_parts(self, scope: Sequence[Value]) -> exp.Expression:
        days = [value.tree for value in scope if value.kind.name in ("date", "ts")]
        if not days:
            return self._expressions.condition(scope, 1)
        day, random = self._random.choice(days), self._random
        year = exp.EQ(this=call("year", day), expression=exp.Literal.number(random.choice([1, 2000, 2001, 2004, 9999])))
        part, most = random.choice([("quarter", 4), ("month", 12), ("day", 28)])
        operation = random.choice([exp.EQ, exp.GTE, exp.LT, exp.NEQ])
        other = operation(this=call(part, day), expression=exp.Literal.number(random.randint(1, most)))
        return exp.And(this=year, expression=other)

    def _subquery(self, scope: Sequence[Value]) -> exp.Expression:
        outer = [value for value in scope if value.kind.name in ("str", "int", "date")]
        table = self._random.choice([t for t in awkward_tables() if t.rows])
        alias = self._alias()
        inner = _scope(table, alias)
        select = exp.Select().from_(exp.alias_(exp.table_(table.name, db=table.dataset), alias, table=True))
        pairs = [(a, b) for a in outer for b in inner if a.kind.name == b.kind.name]
        if not pairs:
            return self._expressions.condition(scope, 1)
        a, b = self._random.choice(pairs)
        if self._random.random() < 0.5:
            tree: exp.Expression = exp.In(
                this=a.tree, query=self._sometimes_filtered(select.select(b.tree), inner).subquery()
            )
        else:
            matching = exp.EQ(this=b.tree, expression=a.tree)
            tree = exp.Exists(this=self._sometimes_filtered(select.select("1").where(matching), inner))
        return exp.Not(this=tree) if self._random.random() < 0.4 else tree

    def _sometimes_filtered(self, select: exp.Select, scope: Sequence[Value]) -> exp.Select:
        return select.where(self._expressions.condition(scope, 1)) if self._random.random() < 0.6 else select

    # --- what is asked --------------------------------------------------------------------------------

    def _plain(self, depth: int) -> Query:
        source = self._source(depth)
        names = [self._random.choice(OUTPUT) for _ in range(self._random.randint(1, 4))]
        values = [self._expressions.value(name, source.scope, 2) for name in names]
        select = _select(source.select, values)
        # To Hive, 0.0 and -0.0 beside another column are two groups: docs/answers.md.
        distinct = self._random.random() < 0.1 and all(value.kind.is_exact for value in values)
        return Query(select.distinct() if distinct else select, _kinds(values))

    def _grouped(self, depth: int) -> Query:
        source = self._source(depth)
        groups = self._aggregates.groups(source.scope, self._random.choice([1, 1, 2]))
        values = [*groups, *(self._aggregates.any(source.scope) for _ in range(self._random.randint(1, 3)))]
        select = _select(source.select, values).group_by(*(value.tree for value in groups))
        if self._random.random() < 0.3:
            select = select.having(self._aggregates.having(source.scope))
        return Query(select, _kinds(values))

    def _total(self, depth: int) -> Query:
        source = self._source(depth)
        values = [self._aggregates.any(source.scope) for _ in range(self._random.randint(1, 4))]
        return Query(_select(source.select, values), _kinds(values))

    def _grouping_sets(self, depth: int) -> Query:
        source = self._source(depth)
        columns = [value for value in source.scope if value.kind.name in GROUPED]
        if len(columns) < 2:
            return self._grouped(depth)
        groups = self._random.sample(columns, self._random.choice([2, 2, 3]) if len(columns) > 2 else 2)
        trees = [value.tree for value in groups]
        values: list[Value] = [
            *groups,
            *(self._aggregates.any(source.scope) for _ in range(self._random.randint(1, 2))),
        ]
        form = self._random.choice(["rollup", "cube", "sets"])
        if form == "sets":
            sets = [exp.Tuple(expressions=trees[:1]), exp.Tuple(expressions=trees[1:]), exp.Tuple(expressions=[])]
            group = exp.Group(grouping_sets=[exp.GroupingSets(expressions=sets)])
        else:
            kind = exp.Rollup if form == "rollup" else exp.Cube
            group = exp.Group(**{form: [kind(expressions=trees)]})
        select = _select(source.select, values)
        select.set("group", group)
        # Of no row at all Hive gives no total; docs/answers.md says so.
        some = exp.GT(this=exp.Count(this=exp.Star()), expression=exp.Literal.number(0))
        return Query(select.having(some), _kinds(values))

    def _windowed(self, depth: int) -> Query:
        """Over rows that differ from each other, so that an order by all columns has no ties."""
        inner = self._plain(depth)
        exact = [f"c{number}" for number, kind in enumerate(inner.kinds) if kind.is_exact]
        if not exact:
            return inner
        inside, alias = self._alias(), self._alias()
        distinct = exp.Select().from_(inner.tree.subquery(inside)).select(*exact).distinct()
        columns = [Value(exp.column(name, table=alias), inner.kinds[int(name[1:])]) for name in exact]
        values = [*columns, *(self._window(columns) for _ in range(self._random.randint(1, 2)))]
        return Query(_select(exp.Select().from_(distinct.subquery(alias)), values), _kinds(values))

    def _window(self, columns: Sequence[Value]) -> Value:
        pick = self._random.choice
        function = pick(
            ["row_number", "rank", "dense_rank", "count", "min", "max", "lag", "lead", "sum", "first_value"]
        )
        column = pick(columns)
        if function == "sum":
            numbers = [value for value in columns if value.kind.name == "int" and value.kind.whole <= 12]
            function, column = ("sum", pick(numbers)) if numbers else ("count", column)
        plain = function in ("row_number", "rank", "dense_rank")
        this = exp.Anonymous(this=function.upper(), expressions=[] if plain else [column.tree])
        rows = function in ("count", "min", "max", "sum", "first_value") and self._random.random() < 0.5
        # What counts whole ranges does not depend on the order of rows that tie.
        ties = not rows and function in ("rank", "dense_rank", "count", "min", "max", "sum")
        by = [pick(columns)] if ties and self._random.random() < 0.5 else columns
        order = exp.Order(expressions=[self._ordered(value.tree) for value in by])
        parts = [pick(columns).tree] if self._random.random() < 0.6 else []
        window = exp.Window(this=this, partition_by=parts, order=order)
        if rows:
            window.set("spec", exp.WindowSpec(kind="ROWS", start=pick(["1", "2"]), start_side="PRECEDING",
                                              end="CURRENT ROW"))  # fmt: skip
        counted = function in ("row_number", "rank", "dense_rank", "count")
        return Value(window, Kind("int", 4) if counted else column.kind)

    def _united(self) -> Query:
        names = [self._random.choice(GROUPED[:4]) for _ in range(self._random.choice([1, 2]))]
        sides = []
        for _ in range(2):
            source = self._source(1)
            values = [self._same_type(self._expressions.value(name, source.scope, 1)) for name in names]
            sides.append((_select(source.select, values), values))
        (left, values), (right, _) = sides
        operation = self._random.choice([exp.Union, exp.Union, exp.Intersect, exp.Except])
        distinct = operation is not exp.Union or self._random.random() < 0.5
        return Query(operation(this=left, expression=right, distinct=distinct), _kinds(values))

    def _same_type(self, value: Value) -> Value:
        """Whole numbers of both sides as one type."""
        return Value(exp.cast(value.tree, "bigint"), Kind("int", 19)) if value.kind.name == "int" else value

    def _in_order(self, query: Query) -> Query:
        if not all(kind.is_exact for kind in query.kinds):
            return query
        columns = [exp.column(f"c{number}") for number in range(len(query.kinds))]
        tree = query.tree.order_by(*(self._ordered(column) for column in columns))
        if self._random.random() < 0.6:
            tree = tree.limit(self._random.choice([1, 3, 10, 1000]))
        return Query(tree, query.kinds, ordered=True)

    def _ordered(self, tree: exp.Expression) -> exp.Ordered:
        first, descending = self._random.random() < 0.5, self._random.random() < 0.4
        return exp.Ordered(this=tree, desc=descending, nulls_first=first)


def _scope(table: AwkwardTable, alias: str) -> list[Value]:
    columns = {**table.columns, PARTITION_COLUMN: "DATE"}
    return [Value(exp.column(name, table=alias), kind_of(kind)) for name, kind in columns.items()]


def _select(select: exp.Select, values: Sequence[Value]) -> exp.Select:
    return select.select(*(exp.alias_(value.tree, f"c{number}") for number, value in enumerate(values)))


def _kinds(values: Sequence[Value]) -> tuple[Kind, ...]:
    return tuple(value.kind for value in values)
