"""From the text of a field to its value: strict, so that a text either is a value of its type or is a type error.

| type | text |
|---|---|
| STRING | any, spaces kept |
| TINYINT ... BIGINT | optional sign, digits; within the width of the type |
| DECIMAL(p,s) | optional sign, digits, at most s of them after a point; never rounded |
| DOUBLE | the same with any number of digits and an exponent; neither NaN nor infinite |
| BOOLEAN | true false t f yes no y n 1 0, in any case |
| DATE, TIMESTAMP | exactly the column's `format`; year 1 to 9999, since neither Hive nor Python knows others |

Spaces around a number, date or boolean are a type error. The empty field, quoted or not, and the format's
null tokens are NULL.
"""

import re

from pyspark.sql import Column as Expression
from pyspark.sql import functions as F

from spark.schema import spark_type
from warehouse.contract import Column

DEFAULT_FORMATS = {"DATE": "yyyy-MM-dd", "TIMESTAMP": "yyyy-MM-dd HH:mm:ss[.SSSSSS]"}
"""Datetime pattern of a column that has none."""

_FIRST_MOMENT, _LAST_MOMENT = "0001-01-01 00:00:00", "9999-12-31 23:59:59.999999"
_INTEGER = r"[+-]?[0-9]+"
_DOUBLE = r"[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?"
_BOOLEAN = r"(?i)true|false|t|f|yes|no|y|n|1|0"


def matches(text: Expression, pattern: str) -> Expression:
    r"""Whether the whole text matches; `\z` because `$` also matches before a line end."""
    return text.rlike(rf"\A(?:{pattern})\z")


def value_of(text: Expression, column: Column) -> Expression:
    """The typed value of a text, NULL when the text is NULL or no value of the column's type."""
    if column.type == "STRING":
        return text
    if column.type in DEFAULT_FORMATS:
        return _moment(text, column)
    value = F.when(matches(text, _number_pattern(column.type)), text.try_cast(spark_type(column.type)))
    return F.when(F.abs(value) < F.lit(float("inf")), value) if column.type == "DOUBLE" else value


def _number_pattern(hive_type: str) -> str:
    if hive_type == "DOUBLE":
        return _DOUBLE
    if hive_type == "BOOLEAN":
        return _BOOLEAN
    decimal = re.fullmatch(r"DECIMAL\(\d+,(\d+)\)", hive_type)
    if decimal is None or decimal[1] == "0":
        return _INTEGER
    return rf"[+-]?([0-9]+([.][0-9]{{1,{decimal[1]}}})?|[.][0-9]{{1,{decimal[1]}}})"


def _moment(text: Expression, column: Column) -> Expression:
    # A DATE too is read as a wall clock: to_date would shift a text with a zone to the session's.
    moment = F.try_to_timestamp(text, F.lit(column.format or DEFAULT_FORMATS[column.type]))
    first, last = (F.lit(limit).cast("timestamp_ntz") for limit in (_FIRST_MOMENT, _LAST_MOMENT))
    return F.when(moment.between(first, last), moment).cast(spark_type(column.type))
