"""Splits the text of a line into one field per contract column.

Quoting is that of RFC 4180, strictly: a field is quoted as a whole or not at all, and a quote inside is doubled.
A record is one line; a quoted line end is not known.
"""

import re

from pyspark.sql import Column as Expression
from pyspark.sql import functions as F

from warehouse.contract import Contract, InputFormat

_CORRUPT = "_corrupt"
# Spark's CSV parser stops the whole job at a line with more fields than this.
_MOST_FIELDS = 20480


def split_fields(line: Expression, contract: Contract) -> Expression:
    """A struct of STRINGs named like the contract's columns, NULL when the line does not split into exactly these."""
    shape = [f"`{column.name}` STRING" for column in contract.columns]
    return F.from_csv(
        F.when(_parseable(line, contract.input_format), line),
        ", ".join([*shape, f"{_CORRUPT} STRING"]),
        _options(contract.input_format),
    )


def is_complete(fields: Expression) -> Expression:
    """Whether `split_fields` found exactly one field per column."""
    return fields.isNotNull() & fields[_CORRUPT].isNull()


def text_of(fields: Expression, column: str, input_format: InputFormat) -> Expression:
    """Text of one field; NULL when it is empty or a null token."""
    text = fields[column]
    return F.when(~text.isin(*input_format.null_tokens), text) if input_format.null_tokens else text


def _options(input_format: InputFormat) -> dict[str, str]:
    return {
        "mode": "PERMISSIVE",
        "columnNameOfCorruptRecord": _CORRUPT,
        "sep": input_format.delimiter,
        "quote": input_format.quote,
        # Spark's own default is the backslash.
        "escape": input_format.quote,
        "nullValue": "",
        "emptyValue": "",
        "ignoreLeadingWhiteSpace": "false",
        "ignoreTrailingWhiteSpace": "false",
        "maxColumns": str(_MOST_FIELDS),
    }


def _parseable(line: Expression, input_format: InputFormat) -> Expression:
    delimiter, quote = F.lit(input_format.delimiter), F.lit(input_format.quote)
    delimiters = F.length(line) - F.length(F.replace(line, delimiter))
    few_fields = (F.octet_length(line) < _MOST_FIELDS) | (delimiters < _MOST_FIELDS)
    well_quoted = ~F.contains(line, quote) | line.rlike(_quoting(input_format))
    return F.is_valid_utf8(line) & few_fields & well_quoted


def _quoting(input_format: InputFormat) -> str:
    # Possessive (`+` after a quantifier): Java's matcher would otherwise recurse once per field and overflow its stack.
    delimiter, quote = re.escape(input_format.delimiter), re.escape(input_format.quote)
    field = rf"(?:{quote}[^{quote}]*+(?:{quote}{quote}[^{quote}]*+)*+{quote}|[^{quote}{delimiter}]*+)"
    return rf"\A{field}(?:{delimiter}{field})*+\z"
