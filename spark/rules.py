"""The rules a row must keep, as expressions that name the broken ones.

Rule ids, in the order they are tried: `row:encoding` and `row:parse` alone, since nothing else can be said about
such a line; then `row:header`, per column `<column>:type`, `:required`, `:minimum`, `:maximum`, `:pattern`,
`:values`, and last `row:<name>` of the contract's row rules. All broken ones are named.
"""

from collections.abc import Iterator
from decimal import Decimal
from functools import reduce
from operator import and_

from pyspark.sql import Column as Expression
from pyspark.sql import functions as F

from spark.fields import is_complete, text_of
from spark.schema import spark_type
from spark.values import matches
from warehouse.contract import Column, Contract

SEPARATOR = " "
"""Between rule ids in the text that `broken_rules` gives; ids hold no space."""


def broken_rules(line: Expression, fields: Expression, contract: Contract) -> Expression:
    """Ids of the broken rules of a row as one text, empty when it breaks none.

    A text and not an array: it is computed for every row, and most break nothing.

    Args:
        line: The line.
        fields: What `split_fields` made of it.
        contract: Whose columns stand in the same frame, typed, under their names.
    """
    named = [F.when(broken, F.lit(rule)) for rule, broken in _rules(fields, contract)]
    return (
        F.when(is_complete(fields), F.concat_ws(SEPARATOR, *named))
        .when(F.is_valid_utf8(line), "row:parse")
        .otherwise("row:encoding")
    )


def _rules(fields: Expression, contract: Contract) -> Iterator[tuple[str, Expression]]:
    if contract.input_format.header:
        # A contract of texts only would take a header in mid-file for a row.
        names = [fields[column.name] == column.source_name for column in contract.columns]
        yield "row:header", reduce(and_, names)
    for column in contract.columns:
        text = text_of(fields, column.name, contract.input_format)
        for rule, broken in _column_rules(column, text):
            yield f"{column.name}:{rule}", broken
    for row_rule in contract.row_rules:
        yield f"row:{row_rule.name}", ~F.expr(row_rule.predicate)


def _column_rules(column: Column, text: Expression) -> Iterator[tuple[str, Expression]]:
    value = F.col(column.name)
    if column.type != "STRING":
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


def _limit(column: Column, limit: float) -> Expression:
    # A limit of 0.1 means the decimal 0.1; its nearest double is a little larger.
    return F.lit(limit) if column.type == "DOUBLE" else F.lit(Decimal(str(limit)))
