r"""From the text of a field to its value: strict, so that a text either is a value of its type or is a type error.

| type | text |
|---|---|
| STRING | any, spaces kept |
| TINYINT ... BIGINT | optional sign, digits; within the width of the type |
| DECIMAL(p,s) | optional sign, digits, at most s of them after the decimal separator; never rounded |
| DOUBLE | the same with any number of digits and an exponent; neither NaN nor infinite |
| BOOLEAN | true false t f yes no y n 1 0, in any case |
| DATE, TIMESTAMP | exactly one of the column's formats; year 1 to 9999, since neither Hive nor Python knows others |

Where the format has a thousands separator, the digits before the decimal separator may be in groups of three.
Spaces around a number, date or boolean are a type error. The empty field, quoted or not, and the format's
null tokens are NULL.
"""

from pyspark.sql import Column as Expression
from pyspark.sql import functions as F

from spark.datetimes import moment_of
from spark.schema import spark_type
from warehouse.contract.hive_type import decimal_digits
from warehouse.contract.model import Column, Contract, InputFormat
from warehouse.contract.number_text import NumberText

_BOOLEAN = r"(?i)true|false|t|f|yes|no|y|n|1|0"


def matches(text: Expression, pattern: str) -> Expression:
    r"""Whether the whole text matches; `\z` because `$` also matches before a line end."""
    return text.rlike(rf"\A(?:{pattern})\z")


def value_of(text: Expression, column: Column, contract: Contract, plain: Expression) -> Expression:
    """The typed value of a text, NULL when the text is NULL or no value of the column's type.

    Args:
        text: The field.
        column: Gives the type and formats.
        contract: Gives separators and the time zone.
        plain: Whether the text is known to have neither quotes nor a space or control character around it.
    """
    if column.type == "STRING":
        return text
    if column.type in ("DATE", "TIMESTAMP"):
        return moment_of(text, column, contract.time_zone)
    form = contract.input_format
    well_written = matches(text, _pattern(column.type, form))
    if form.decimal_separator == "." and form.thousands_separator is None:
        well_written = (plain & _casts_exactly(text, column.type)) | well_written
    number = _plain_number(text, form) if column.type != "BOOLEAN" else text
    value = F.when(well_written, number.try_cast(spark_type(column.type)))
    if column.type != "DOUBLE":
        return value
    # Adding zero makes 0.0 of -0.0: equal numbers, of which Hive makes two groups.
    return F.when(F.abs(value) < F.lit(float("inf")), value + F.lit(0.0))


def _casts_exactly(text: Expression, hive_type: str) -> Expression:
    """Whether a plain text that Spark casts at all is surely well written; a cast may round, but a search is slow."""
    if hive_type in ("DOUBLE", "BOOLEAN"):
        return F.lit(False)
    decimal = decimal_digits(hive_type)
    if decimal is None:
        return F.lit(True)
    _, scale = decimal
    point = F.instr(text, ".")
    has_exponent = F.contains(text, F.lit("e")) | F.contains(text, F.lit("E"))
    # Java reads the digits of every script.
    ascii_only = F.octet_length(text) == F.length(text)
    return ascii_only & ~has_exponent & ((point == 0) | (F.octet_length(text) - point).between(1, scale))


def _plain_number(text: Expression, form: InputFormat) -> Expression:
    """A number with a point and without groups."""
    if form.thousands_separator is not None:
        text = F.replace(text, F.lit(form.thousands_separator), F.lit(""))
    return text if form.decimal_separator == "." else F.replace(text, F.lit(form.decimal_separator), F.lit("."))


def _pattern(hive_type: str, form: InputFormat) -> str:
    if hive_type == "BOOLEAN":
        return _BOOLEAN
    number = NumberText(form.decimal_separator, form.thousands_separator)
    if hive_type == "DOUBLE":
        return number.double()
    _, scale = decimal_digits(hive_type) or (0, 0)
    return number.decimal(scale)
