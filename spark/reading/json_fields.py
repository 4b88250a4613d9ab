"""Reads a line of JSON, one object, into one text per contract column.

A number keeps the digits it is written with, a nested value is JSON that Spark rewrites, `null` and a missing key
are NULL.
Keys are compared exactly. A key that appears twice, two names of one column, or anything after the object make the
line unreadable.
"""

from collections.abc import Iterable
from functools import reduce
from operator import or_

from pyspark.sql import Column as Expression
from pyspark.sql import functions as F

from spark.schema import quoted
from warehouse.contract.file_columns import fields_of
from warehouse.contract.model import Column, Contract

# No column has a line end in its name.
_CORRUPT = "_corrupt\n"
_OPTIONS = {
    "mode": "PERMISSIVE",
    "columnNameOfCorruptRecord": _CORRUPT,
    "allowSingleQuotes": "false",
    "allowNonNumericNumbers": "false",
}
# What stands before a number, whole strings included, and the number; `\G` goes on where the last one ended, so
# that no match begins inside a string.
_NUMBER = (
    r'\G((?:[^"0-9\-]|"(?:[^"\\]|\\.)*+")*+)'
    r"(-?(?:0|[1-9][0-9]*+)(?:[.][0-9]++)?+(?:[eE][+\-]?[0-9]++)?+)(?![0-9.eE+\-])"
)


def read_object(line: Expression, contract: Contract) -> Expression:
    """A struct of STRINGs named like the contract's columns, NULL when the line is not one JSON object."""
    fields = fields_of(contract)
    source = [name for field in fields for name in field.source_names]
    shape = ", ".join(f"{quoted(name)} STRING" for name in (*source, _CORRUPT))
    found = F.from_json(line, shape, _OPTIONS)
    # Spark reads a number as a double before it is a text; in quotes it keeps its digits.
    exact = F.from_json(F.regexp_replace(line, F.lit(_NUMBER), F.lit('$1"$2"')), shape, _OPTIONS)
    texts = [_text(field, found, exact).alias(field.name) for field in fields]
    good = _is_one_object(line) & found[_CORRUPT].isNull() & ~_has_two_names(line, contract)
    return F.when(good, F.struct(*texts))


def _has_two_names(line: Expression, contract: Contract) -> Expression:
    """Whether a column is there under more than one of its names."""
    keys = F.json_object_keys(line)
    several = [column.source_names for column in contract.columns if column.other_source_names]
    return reduce(or_, (F.size(F.array_intersect(keys, _array(names))) > 1 for names in several), F.lit(False))


def _array(texts: Iterable[str]) -> Expression:
    return F.array(*map(F.lit, texts))


def _text(column: Column, found: Expression, exact: Expression) -> Expression:
    return F.coalesce(*(_text_called(name, column, found, exact) for name in column.source_names))


def _text_called(name: str, column: Column, found: Expression, exact: Expression) -> Expression:
    if column.type == "STRING":
        # In a list or an object, which Spark rewrites, the numbers stay numbers: in quotes they would be texts.
        return F.when(found[name].rlike(r"^[\[{]"), found[name]).otherwise(exact[name])
    return exact[name] if column.type.startswith(("DECIMAL", "DOUBLE")) else found[name]


def unknown_keys(line: Expression, contract: Contract) -> Expression:
    """Keys of the object that are not columns of the contract."""
    known = _array(name for field in fields_of(contract) for name in field.source_names)
    return F.array_except(F.json_object_keys(line), known)


def _is_one_object(line: Expression) -> Expression:
    # Spark stops reading after the first object; as the one element of a list, nothing can follow it.
    elements = F.from_json(F.concat(F.lit("["), line, F.lit("]")), "array<string>", _OPTIONS)
    keys = F.json_object_keys(line)
    # A list that ends after the object hides what follows; as the value of a key it does not.
    inside = F.json_object_keys(F.concat(F.lit('{"o":'), line, F.lit("}")))
    return F.coalesce(
        (F.size(elements) == 1)
        & inside.isNotNull()
        & F.startswith(F.ltrim(line), F.lit("{"))
        & (F.size(keys) == F.size(F.array_distinct(keys))),
        F.lit(False),
    )
