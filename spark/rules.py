"""The rules a row must keep, as expressions that name the broken ones and the values that break them.

Rule ids, in the order they are tried: `row:encoding`, `row:length` and `row:parse` or `row:pattern` alone, since
nothing else can be said about such a record; then `row:header`, `row:unknown_key` (JSON), per column
`<column>:transform`, `:type`, `:gap`, `:required`, `:minimum`, `:maximum`, `:pattern`, `:values`, and last `row:<name>`
of the contract's row rules. All broken ones are named.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from operator import and_

from pyspark.sql import Column as Expression
from pyspark.sql import functions as F
from pyspark.sql.types import DecimalType

from spark.datetimes import is_in_gap
from spark.reading.json_fields import unknown_keys
from spark.reading.lines import LINE
from spark.reading.records import FAULT, Records
from spark.schema import spark_type
from spark.transforms import failed, fields_shown
from spark.values import matches
from warehouse.contract.hive_type import MAX_PRECISION, integer_bound
from warehouse.contract.model import Column

SEPARATOR = " "
"""Between rule ids in the text that `broken_rules` gives; ids hold no space."""


@dataclass(frozen=True)
class Rule:
    """One rule of a contract.

    Attributes:
        id: Name in the quarantine.
        broken: Whether a row breaks it; NULL means no.
        value: Text of what breaks it, NULL when that is the record itself.
    """

    id: str
    broken: Expression
    value: Expression


def broken_rules(records: Records) -> Expression:
    """Ids of the broken rules of a row as one text, empty when it breaks none.

    A text and not an array: it is computed for every row, and most break nothing.

    Args:
        records: Whose contract's columns stand in the frame too, typed, under their names.
    """
    named = [F.when(rule.broken, F.lit(rule.id)) for rule in _rules(records)]
    return F.coalesce(F.col(FAULT), F.concat_ws(SEPARATOR, *named))


def offending_values(records: Records) -> Expression:
    """The value that breaks each rule, in the order of `broken_rules`; NULL where it is the record itself."""
    found = F.array(*(F.when(rule.broken, F.struct(rule.value.alias("value"))) for rule in _rules(records)))
    values = F.transform(F.array_compact(found), lambda item: item["value"])
    return F.when(F.col(FAULT).isNotNull(), F.array(F.lit(None).cast("string"))).otherwise(values)


def _rules(records: Records) -> Iterator[Rule]:
    contract, record = records.contract, F.lit(None).cast("string")
    if records.header:
        # A contract of texts only would take a header in mid-file for a row.
        names = [records.field(column) == name for column, name in records.header.items()]
        yield Rule("row:header", reduce(and_, names), record)
    if records.is_json and not contract.input_format.ignore_unknown:
        unknown = unknown_keys(F.col(LINE), contract)
        yield Rule("row:unknown_key", F.size(unknown) > 0, F.array_join(unknown, ", "))
    for column in contract.columns:
        yield from _column_rules(column, records)
    for row_rule in contract.row_rules:
        yield Rule(f"row:{row_rule.name}", ~F.expr(row_rule.predicate), _named_in(row_rule.predicate, records))


def _column_rules(column: Column, records: Records) -> Iterator[Rule]:
    text, field = records.text(column.name), records.field(column.name)
    if column.transform is None:
        rules = _value_rules(column, text)
    else:
        unknown = failed(column, records)
        yield Rule(f"{column.name}:transform", unknown, fields_shown(column, records))
        rules = ((name, broken & ~unknown) for name, broken in _value_rules(column, text))
    yield from (Rule(f"{column.name}:{name}", broken, field) for name, broken in rules)


def _value_rules(column: Column, text: Expression) -> Iterator[tuple[str, Expression]]:
    value = F.col(column.name)
    gap = is_in_gap(text, column)
    if gap is not None:
        yield "type", text.isNotNull() & value.isNull() & ~F.coalesce(gap, F.lit(False))
        yield "gap", gap
    elif column.type != "STRING":
        yield "type", text.isNotNull() & value.isNull()
    if column.required:
        yield "required", text.isNull()
    if column.minimum is not None:
        yield "minimum", value < _limit(column, column.minimum)
    if column.maximum is not None:
        yield "maximum", value > _limit(column, column.maximum)
    if column.pattern is not None:
        yield "pattern", ~matches(text, column.pattern)
    if column.values:
        yield "values", ~value.isin(*(F.lit(accepted).cast(spark_type(column.type)) for accepted in column.values))


def _limit(column: Column, limit: float | str) -> Expression:
    if isinstance(limit, str):
        return F.lit(limit).cast(spark_type(column.type))
    # A limit of 0.1 means the decimal 0.1; its nearest double is a little larger.
    exact = Decimal(str(limit))
    if column.type == "DOUBLE" or _digits(exact) > MAX_PRECISION:
        # A text, since Spark has no integer and no decimal as long as Python's.
        return F.lit(str(limit)).cast("double")
    # In the column's own type if that can hold it: else every value would be converted to be compared.
    return F.lit(exact).cast(spark_type(column.type)) if _can_hold(column.type, exact) else F.lit(exact)


def _digits(value: Decimal) -> int:
    return sum(letter.isdigit() for letter in f"{value:f}")


def _can_hold(hive_type: str, value: Decimal) -> bool:
    kind = spark_type(hive_type)
    if isinstance(kind, DecimalType):
        # Not as Decimal, which rounds to 28 digits.
        number, whole = Fraction(value), kind.precision - kind.scale
        return (number * 10**kind.scale).denominator == 1 and bool(abs(number) < 10**whole)
    return value == int(value) and abs(value) < integer_bound(hive_type)


def _named_in(predicate: str, records: Records) -> Expression:
    """The columns that a predicate names, `fare=-3.00, tip=1.00`."""
    words = set(re.findall(r"\w+", predicate.lower()))
    named = [column.name for column in records.contract.columns if column.name in words]
    texts = (F.concat(F.lit(f"{name}="), F.coalesce(records.field(name), F.lit(""))) for name in named)
    return F.concat_ws(", ", *texts)
