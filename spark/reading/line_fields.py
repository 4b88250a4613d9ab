"""Reads a line by the contract's pattern, into one text per contract column.

One replacement gives all groups at once, each after a line end: no line has one, so a line that does not match has
none afterwards either.
"""

from pyspark.sql import Column as Expression
from pyspark.sql import functions as F

from warehouse.contract.file_columns import column_positions
from warehouse.contract.lines.pattern import LinePattern
from warehouse.contract.model import Contract

GROUPS = "_groups"
"""Array of the texts that `matched_groups` gives."""

_LINE_END = "\n"


def matched_groups(line: Expression, pattern: LinePattern) -> Expression:
    """An empty text and the text of every group, in order; of a line that does not match only the line.

    Args:
        line: Text of the line, NULL when it is not to be read.
        pattern: The pattern.
    """
    texts = "".join(f"{_LINE_END}${number}" for number in range(1, len(pattern.names) + 1))
    return F.split(F.regexp_replace(line, F.lit(pattern.java), F.lit(texts)), _LINE_END)


def group_fields(line: Expression, groups: Expression, pattern: LinePattern, contract: Contract) -> Expression:
    """A struct of STRINGs named like the contract's columns, NULL when the line does not match.

    Args:
        line: Text of the line.
        groups: What `matched_groups` gave for it.
        pattern: The pattern.
        contract: Contract of the dataset.
    """
    places = column_positions(contract, pattern.names).items()
    texts = [_text(line, groups[place + 1], pattern, pattern.names[place]).alias(name) for name, place in places]
    return F.when(F.size(groups) > 1, F.struct(*texts))


def _text(line: Expression, group: Expression, pattern: LinePattern, name: str) -> Expression:
    """Text of a group, NULL when it took no part: the replacement has an empty text then too."""
    if name not in pattern.optional:
        return group
    found = group != ""
    if name in pattern.vague:
        found = found | line.rlike(pattern.java_with(name))
    return F.when(found, group)
