"""Random expressions of a wanted type over the columns in scope."""

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from sqlglot import exp

from tests.answers import tables
from tests.answers.decimals import Decimals
from tests.answers.kinds import BOOL, DATE, DOUBLE, MAX_WHOLE, MOMENT, TEXT, Kind, Scope, Value
from tests.answers.trees import call, number, paren

Make = Callable[[Scope, int], Value]


class Expressions:
    """Writes expressions."""

    def __init__(self, random: Random) -> None:
        """Take the source of all choices."""
        self._random = random
        dec = Decimals(random, self.small_int, self.small_dec)
        self._makers: dict[str, Sequence[Make]] = {
            "int": (self._sum_of_int, self._product, self._remainder, self._date_part, self._length, self._days,
                    self._whole_of_decimal, self._absolute, self._int_of_flag, self._choice_of("int")),
            "dec": (dec.sum, dec.product, dec.rounded, dec.floor, dec.of_int, dec.quotient, self._choice_of("dec"),
                    dec.absolute),
            "dbl": (self._quotient, self._choice_of("dbl")),
            "str": (self._concat, self._changed_text, self._text_of, self._choice_of("str"), self._substr),
            "bool": (self._comparison, self._logic, self._negation, self._null_test, self._in_list, self._like,
                     self._between, self._same),
            "date": (self._moved_day, self._last_day, self._day_of_moment, self._choice_of("date")),
            "ts": (self._choice_of("ts"), self._moment_of_day),
        }  # fmt: skip

    def value(self, name: str, scope: Scope, depth: int) -> Value:
        """An expression.

        Args:
            name: Of its type.
            scope: Columns that it may have.
            depth: How deep at most.
        """
        if depth <= 0 or self._random.random() < 0.25:
            return self.leaf(name, scope)
        return self._random.choice(self._makers[name])(scope, depth - 1)

    def condition(self, scope: Scope, depth: int) -> exp.Expression:
        """A predicate."""
        return self._random.choice(self._makers["bool"])(scope, depth).tree

    def leaf(self, name: str, scope: Scope) -> Value:
        """A column, or a literal where there is none or by chance."""
        columns = [value for value in scope if value.kind.name == name]
        if columns and self._random.random() < 0.85:
            return self._random.choice(columns)
        return self.literal(name)

    def literal(self, name: str) -> Value:
        """A constant; never NULL alone, whose type the engines take for different ones."""
        makers: dict[str, Callable[[], Value]] = {
            "int": self._int_literal,
            "dec": self._dec_literal,
            "dbl": lambda: Value(exp.cast(number(self._pick(["0.25", "1.5", "-2.5", "1024"])), "double"), DOUBLE),
            "str": lambda: Value(exp.Literal.string(self._pick(tables.TEXTS + tables.KEYS)), TEXT),
            "bool": lambda: Value(self._pick([exp.true(), exp.false()]), BOOL),
            "date": lambda: Value(_day(self._pick(tables.DAYS)), DATE),
            "ts": lambda: Value(
                exp.cast(exp.Literal.string(self._pick(tables.MOMENTS).isoformat(sep=" ")), "timestamp"), MOMENT
            ),
        }
        return makers[name]()

    def _pick(self, choices: list[Any]) -> Any:
        return self._random.choice(choices)

    def _int_literal(self) -> Value:
        text = str(self._pick([0, 1, 2, 3, 7, -1, 10, 100, 12345]))
        return Value(number(text), Kind("int", len(text.lstrip("-"))))

    def _dec_literal(self) -> Value:
        text = self._pick(["0.5", "1.25", "0.3", "-2.75", "100.01", "0.05"])
        whole, fraction = text.lstrip("-").split(".")
        return Value(number(text), Kind("dec", len(whole), len(fraction)))

    # --- whole numbers --------------------------------------------------------------------------------

    def small_int(self, scope: Scope, depth: int, most: int = 8) -> Value:
        """A whole number that arithmetic does not carry out of its type."""
        for _ in range(4):
            found = self.value("int", scope, depth)
            if found.kind.whole <= most:
                return found
        return self.literal("int")

    def _sum_of_int(self, scope: Scope, depth: int) -> Value:
        a, b = self.small_int(scope, depth, MAX_WHOLE), self.small_int(scope, depth, MAX_WHOLE)
        operation = self._random.choice([exp.Add, exp.Sub])
        tree = operation(this=paren(a.tree), expression=paren(b.tree))
        return Value(exp.Paren(this=tree), Kind("int", max(a.kind.whole, b.kind.whole) + 1))

    def _product(self, scope: Scope, depth: int) -> Value:
        """As BIGINT, because what functions give, days and years, is INT to Hive, and their product may not be."""
        a, b = self.small_int(scope, depth), self.small_int(scope, depth)
        tree = exp.Mul(this=exp.cast(paren(a.tree), "bigint"), expression=paren(b.tree))
        return Value(exp.Paren(this=tree), Kind("int", a.kind.whole + b.kind.whole))

    def _remainder(self, scope: Scope, depth: int) -> Value:
        a, b = self.small_int(scope, depth), self.literal("int")
        if self._random.random() < 0.5:
            return Value(call("pmod", paren(a.tree), number(7)), Kind("int", 1))
        return Value(exp.Paren(this=exp.Mod(this=paren(a.tree), expression=paren(b.tree))), Kind("int", a.kind.whole))

    def _date_part(self, scope: Scope, depth: int) -> Value:
        part = self._random.choice(["year", "quarter", "month", "day", "dayofweek", "hour"])
        kind = "ts" if part == "hour" else self._random.choice(["date", "ts"])
        return Value(call(part, self.value(kind, scope, depth).tree), Kind("int", 4))

    def _length(self, scope: Scope, depth: int) -> Value:
        return Value(call("length", self.value("str", scope, depth).tree), Kind("int", 3))

    def _days(self, scope: Scope, depth: int) -> Value:
        a, b = self.value("date", scope, depth), self.value("date", scope, depth)
        return Value(call("datediff", a.tree, b.tree), Kind("int", 7))

    def _whole_of_decimal(self, scope: Scope, depth: int) -> Value:
        found = self.small_dec(scope, depth, 12, 12)
        return Value(exp.cast(call("floor", found.tree), "bigint"), Kind("int", found.kind.whole + 1))

    def _absolute(self, scope: Scope, depth: int) -> Value:
        found = self.small_int(scope, depth, MAX_WHOLE)
        return Value(call("abs", found.tree), found.kind)

    def _int_of_flag(self, scope: Scope, depth: int) -> Value:
        return Value(exp.cast(paren(self.condition(scope, depth)), "bigint"), Kind("int", 1))

    def small_dec(self, scope: Scope, depth: int, whole: int, scale: int) -> Value:
        """A decimal of that many digits at most before and behind the point."""
        for _ in range(4):
            found = self.value("dec", scope, depth)
            if found.kind.whole <= whole and found.kind.scale <= scale:
                return found
        return self.literal("dec")

    # --- others ---------------------------------------------------------------------------------------

    def _quotient(self, scope: Scope, depth: int) -> Value:
        a, b = self.small_int(scope, depth), self.small_int(scope, depth)
        tree = exp.Div(this=paren(exp.cast(a.tree, "double")), expression=paren(exp.cast(b.tree, "double")))
        return Value(exp.Paren(this=tree), DOUBLE)

    def _concat(self, scope: Scope, depth: int) -> Value:
        return Value(call("concat", self.value("str", scope, depth).tree, self.value("str", scope, depth).tree), TEXT)

    def _changed_text(self, scope: Scope, depth: int) -> Value:
        name = self._random.choice(["upper", "lower", "trim", "replace", "lpad"])
        more = {
            "replace": [exp.Literal.string("a"), exp.Literal.string("xy")],
            "lpad": [number(5), exp.Literal.string("*")],
        }
        return Value(call(name, self.value("str", scope, depth).tree, *more.get(name, [])), TEXT)

    def _substr(self, scope: Scope, depth: int) -> Value:
        start, size = self._random.choice([1, 2, 3]), self._random.choice([1, 2, 5])
        return Value(call("substr", self.value("str", scope, depth).tree, number(start), number(size)), TEXT)

    def _text_of(self, scope: Scope, depth: int) -> Value:
        name = self._random.choice(["int", "date"])
        return Value(exp.cast(self.value(name, scope, depth).tree, "text"), TEXT)

    def _moved_day(self, scope: Scope, _: int) -> Value:
        """Within the calendar that both engines have."""
        days, call_name = number(self._pick([1, 31, 90])), self._pick(["date_add", "date_sub"])
        found = self.leaf("date", scope).tree
        if not isinstance(found, exp.Column):
            # Of a CASE of constants alone the planner never comes back: StackOverflowError, docs/answers.md.
            return Value(call(call_name, _day(tables.DAYS[7]), days), DATE)
        within = exp.Between(this=found, low=_day(tables.DAYS[2]), high=_day(tables.DAYS[-2]))
        return Value(call(call_name, exp.Case(ifs=[exp.If(this=within, true=found)]), days), DATE)

    def _last_day(self, scope: Scope, depth: int) -> Value:
        return Value(exp.cast(call("last_day", self.value("date", scope, depth).tree), "date"), DATE)

    def _day_of_moment(self, scope: Scope, depth: int) -> Value:
        return Value(exp.cast(self.value("ts", scope, depth).tree, "date"), DATE)

    def _moment_of_day(self, scope: Scope, depth: int) -> Value:
        return Value(exp.cast(self.value("date", scope, depth).tree, "timestamp"), MOMENT)

    # --- choices --------------------------------------------------------------------------------------

    def _choice_of(self, name: str) -> Make:
        def make(scope: Scope, depth: int) -> Value:
            a, b = self._narrow(name, scope, depth), self._narrow(name, scope, depth)
            kind = Kind(a.kind.name, max(a.kind.whole, b.kind.whole), max(a.kind.scale, b.kind.scale))
            # Hive compares in NULLIF what is left of the second once it has the type of the first.
            if name != "dec" and self._random.random() < 0.12:
                both = [exp.cast(each.tree, "bigint") if name == "int" else each.tree for each in (a, b)]
                return Value(exp.Nullif(this=both[0], expression=both[1]), kind)
            return Value(self._choose(a.tree, b.tree, scope, depth), kind)

        return make

    def _narrow(self, name: str, scope: Scope, depth: int) -> Value:
        if name == "dec":
            return self.small_dec(scope, depth, MAX_WHOLE, 14)
        return self.value(name, scope, depth)

    def _choose(self, a: exp.Expression, b: exp.Expression, scope: Scope, depth: int) -> exp.Expression:
        form = self._random.choice(["case", "case", "if", "coalesce", "nvl", "greatest", "least", "half"])
        if form == "case":
            ifs = [exp.If(this=self.condition(scope, depth), true=a)]
            if self._random.random() < 0.3:
                ifs.append(exp.If(this=self.condition(scope, depth), true=b))
            return exp.Case(ifs=ifs, default=b)
        if form == "half":
            return exp.Case(ifs=[exp.If(this=self.condition(scope, depth), true=a)])
        if form == "if":
            return call("if", self.condition(scope, depth), a, b)
        if form == "coalesce":
            return exp.Coalesce(this=a, expressions=[b])
        return call(form, a, b)

    # --- predicates -----------------------------------------------------------------------------------

    def _pair(self, scope: Scope, depth: int) -> tuple[exp.Expression, exp.Expression]:
        name = self._random.choice(["int", "int", "dec", "str", "date", "ts", "date"])
        first = self._narrow(name, scope, depth)
        second = self.literal(name) if self._random.random() < 0.5 else self._narrow(name, scope, depth)
        return paren(first.tree), paren(second.tree)

    def _comparison(self, scope: Scope, depth: int) -> Value:
        a, b = self._pair(scope, depth)
        operation = self._random.choice([exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.EQ])
        return Value(operation(this=a, expression=b), BOOL)

    def _same(self, scope: Scope, depth: int) -> Value:
        a, b = self._pair(scope, depth)
        return Value(exp.NullSafeEQ(this=a, expression=b), BOOL)

    def _between(self, scope: Scope, depth: int) -> Value:
        name = self._random.choice(["int", "date", "ts", "dec"])
        low, high = self.literal(name).tree, self.literal(name).tree
        return Value(exp.Between(this=paren(self._narrow(name, scope, depth).tree), low=low, high=high), BOOL)

    def _in_list(self, scope: Scope, depth: int) -> Value:
        name = self._random.choice(["int", "str", "date"])
        values = [self.literal(name).tree for _ in range(self._random.choice([1, 2, 3]))]
        tree: exp.Expression = exp.In(this=paren(self.value(name, scope, depth).tree), expressions=values)
        return Value(exp.Not(this=tree) if self._random.random() < 0.3 else tree, BOOL)

    def _like(self, scope: Scope, depth: int) -> Value:
        pattern = self._random.choice(["a%", "%b", "%L", "_", "%", "A__", "", "%ä%", "b"])
        return Value(
            exp.Like(this=paren(self.value("str", scope, depth).tree), expression=exp.Literal.string(pattern)), BOOL
        )

    def _null_test(self, scope: Scope, depth: int) -> Value:
        name = self._random.choice(["int", "dec", "str", "bool", "date", "ts"])
        tree: exp.Expression = exp.Is(this=paren(self.value(name, scope, depth).tree), expression=exp.null())
        return Value(exp.Not(this=tree) if self._random.random() < 0.5 else tree, BOOL)

    def _logic(self, scope: Scope, depth: int) -> Value:
        operation = self._random.choice([exp.And, exp.Or])
        a, b = (self.value("bool", scope, depth).tree for _ in range(2))
        return Value(exp.Paren(this=operation(this=paren(a), expression=paren(b))), BOOL)

    def _negation(self, scope: Scope, depth: int) -> Value:
        return Value(exp.Not(this=paren(self.value("bool", scope, depth).tree)), BOOL)


def _day(day: object) -> exp.Expression:
    return exp.cast(exp.Literal.string(str(day)), "date")
