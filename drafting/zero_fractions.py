"""Whole numbers that are written with a zero after the point, as pandas does where a column has NULLs."""

from dataclasses import replace

from drafting.column_draft import ColumnDraft
from drafting.key_columns import ID_WORDS
from drafting.naming import field, words
from drafting.reading.sample import Sample

_MIN_DISTINCT = 20
"""A measure with so many values would show another fraction."""


def without_zero_fractions(sample: Sample, column: str, draft: ColumnDraft) -> ColumnDraft:
    """The draft of a column of decimals, as a whole number if each has `.0` or nothing after its digits.

    Args:
        sample: Has the column.
        column: Its place, `c0`.
        draft: The column as a DECIMAL.
    """
    if draft.held and len(draft.held.names) > 1:
        # A computed column has no other names.
        return draft
    if draft.source_name is None or not (words(draft.name) & ID_WORDS or draft.distinct >= _MIN_DISTINCT):
        return draft
    sql = f"""
        SELECT count_if(regexp_full_match({column}, '[+-]?[0-9]{{1,18}}([.]0)?')), count_if(suffix({column}, '.0'))
        FROM sample WHERE {column} IS NOT NULL AND NOT list_contains(?, {column})"""
    whole, written = sample.ask(sql, [list(draft.tokens)])[0]
    if whole < draft.values or not written:
        return draft
    name = field(draft.source_name)
    doubt = "Whole numbers written with .0, which transformLogic takes away. Another fraction is quarantined."
    return replace(
        draft,
        type="BIGINT",
        notes=(),
        doubts=(doubt,),
        transform=f"IF(ENDSWITH({name}, '.0'), LEFT({name}, LENGTH({name}) - 2), {name})",
    )
