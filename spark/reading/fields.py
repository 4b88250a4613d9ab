"""Splits a record of CSV into its fields.

Quoting is strict: a field is quoted as a whole or not at all (`warehouse.contract.csv_quoting`).
"""

import re
from collections.abc import Sequence

from pyspark.sql import Column as Expression
from pyspark.sql import functions as F

from warehouse.contract.csv_quoting import well_quoted
from warehouse.contract.model import MAX_RECORD_BYTES, InputFormat

FIELDS = "_fields"
"""Struct of STRINGs named like the contract's columns; NULL when the record cannot be read."""

CORRUPT = "_corrupt"
"""Field of that struct: the record, when it has another number of fields."""

PIECES = "_pieces"
"""Array of the texts that `split_plainly` gives."""

BOM = "\ufeff"
"""Byte order mark; one at the start of a file is not text, any other is."""

_BEFORE = "_before"
_REPLACED = "\ufffd"
# Spark's CSV parser stops the whole job at a line with more fields than this.
_MAX_FIELDS = 20480


def split_plainly(record: Expression, plain: Expression, form: InputFormat, count: int) -> Expression:
    """The texts between the delimiters of a record without quotes; NULL of any other, and of one that cannot be read.

    Java's split takes a fifth of the time of Spark's parser, which was a third of all that staging did. Where there are
    more texts than are wanted, the last one is the rest of the record.

    Args:
        record: Text of the record.
        plain: What `is_plain` says of it.
        form: Delimiter, quote and escape.
        count: Number of texts that are wanted.
    """
    unquoted = plain | ~F.contains(record, F.lit(form.quote))
    if form.escape:
        unquoted = unquoted & ~F.contains(record, F.lit(form.escape))
    simple = unquoted & is_readable(record, form) & is_short(record)
    return F.when(simple, F.split(record, F.lit(re.escape(form.delimiter)), count + 1))


def split_fields(record: Expression, pieces: Expression, form: InputFormat, names: Sequence[str]) -> Expression:
    """A struct of STRINGs; it is NULL, or its field `CORRUPT` is not, when the record does not split into them.

    One expression, with one call of the parser in it: whatever is asked of the struct is asked of its column.

    Args:
        record: Text of the record.
        pieces: Column with what `split_plainly` gave for it.
        form: Delimiter, quote and escape.
        names: Names of the fields, in order.
    """
    shape = ", ".join(f"`{name}` STRING" for name in (_BEFORE, *names, CORRUPT))
    # The parser drops a byte order mark at the start of the first record that it sees, and of no other: a record would
    # be what its task makes of it. Behind an empty field the mark is text.
    parsed = F.concat(F.lit(form.delimiter), record)
    by_parser = F.from_csv(F.when(_is_parseable(record, form), parsed), shape, _options(form))
    texts = [F.when(piece != "", piece) for piece in (F.get(pieces, F.lit(place)) for place in range(len(names)))]
    none = F.lit(None).cast("string")
    fields = zip((_BEFORE, *names, CORRUPT), (none, *texts, none), strict=True)
    # Of another number of fields the parser says what there is to say.
    return F.when(F.size(pieces) == len(names), F.struct(*(value.alias(name) for name, value in fields))).otherwise(
        by_parser
    )


def is_readable(record: Expression, form: InputFormat) -> Expression:
    """Whether the text is what its encoding allows."""
    return F.is_valid_utf8(record) if form.encoding == "utf-8" else ~F.contains(record, F.lit(_REPLACED))


def is_short(record: Expression, max_bytes: int = MAX_RECORD_BYTES) -> Expression:
    """Whether the record is short enough to be parsed."""
    return F.octet_length(record) <= max_bytes


def is_plain(record: Expression, form: InputFormat) -> Expression:
    """Whether no field can have quotes, or spaces or control characters around it.

    Then a number needs no closer look at its text. One search in the record, for one of some characters and for nothing
    longer, is much faster than a search in every field.
    """
    control = "".join(letter for letter in map(chr, (*range(0x20), 0x7F)) if letter != form.delimiter)
    found = record.rlike("[" + "".join(f"\\x{{{ord(letter):x}}}" for letter in control + form.quote) + "]")
    space = F.lit(" ")
    beside = F.contains(record, F.lit(f"{form.delimiter} ")) | F.contains(record, F.lit(f" {form.delimiter}"))
    around = beside | F.startswith(record, space) | F.endswith(record, space)
    # Most records of numbers have no space at all.
    return ~(found | (F.contains(record, space) & around))


def _options(input_format: InputFormat) -> dict[str, str]:
    return {
        "mode": "PERMISSIVE",
        "columnNameOfCorruptRecord": CORRUPT,
        "sep": input_format.delimiter,
        "quote": input_format.quote,
        # Spark's own default is the backslash.
        "escape": input_format.escape or input_format.quote,
        "nullValue": "",
        "emptyValue": "",
        "ignoreLeadingWhiteSpace": "false",
        "ignoreTrailingWhiteSpace": "false",
        "maxColumns": str(_MAX_FIELDS + 1),
        # The record is one already; any character may be in it.
        "lineSep": "\n",
        "multiLine": "true",
    }


def _is_parseable(record: Expression, form: InputFormat) -> Expression:
    delimiter, quote = F.lit(form.delimiter), F.lit(form.quote)
    delimiters = F.length(record) - F.length(F.replace(record, delimiter))
    few_fields = (F.octet_length(record) < _MAX_FIELDS) | (delimiters < _MAX_FIELDS)
    well = ~F.contains(record, quote) | record.rlike(well_quoted(form))
    return is_readable(record, form) & is_short(record) & few_fields & well
