"""Texts that are numbers but for a mark beside the digits, as banks and offices write them."""

from drafting.reading.sample import Sample
from warehouse.wording import counted

_DIGITS = "[0-9][0-9.,' ]*"
_MARKS = (
    (f"[-+]?{_DIGITS}-", "a minus after the digits"),
    (f"[(] ?\\p{{Sc}}? ?{_DIGITS}[)]", "parentheses around the digits"),
    (f"[-+]?\\p{{Sc}} ?-?{_DIGITS}|[-+]?{_DIGITS}\\p{{Sc}}", "a sign of a currency"),
    (f"[-+]?{_DIGITS}%", "a percent sign"),
    ("[-+]?[0-9]{1,3}([\\x{A0}\\x{202F}\\x{2009}][0-9]{3})+([.,][0-9]+)?", "no-break spaces between the digits"),
    (f"[\\x{{2212}}\\x{{2013}}]{_DIGITS}", "a minus that is not the hyphen"),
)
_PLAIN = f"[-+]?{_DIGITS}"
_MOSTLY = 0.99
"""Share of a column's values that are numbers with or without a mark."""


def find_mark(sample: Sample, column: str, tokens: list[str]) -> str | None:
    """What stands beside the digits in a column of numbers, and in how many values; `None` if nothing known does.

    Args:
        sample: Has the column.
        column: Its place, `c0`.
        tokens: Strings that are not values.
    """
    counts = ", ".join("count_if(regexp_full_match(t, ?))" for _ in (_PLAIN, *_MARKS))
    sql = f"""
        WITH texts AS (SELECT {column} AS t FROM sample WHERE {column} IS NOT NULL AND NOT list_contains(?, {column}))
        SELECT count(*), {counts} FROM texts"""
    values, *found = sample.ask(sql, [tokens, _PLAIN, *(mark for mark, _ in _MARKS)])[0]
    marked = {name: rows for (_, name), rows in zip(_MARKS, found[1:], strict=True) if rows}
    if not marked or sum(marked.values()) + found[0] < _MOSTLY * values:
        return None
    return " or ".join(f"{name} in {counted(rows, 'value')}" for name, rows in marked.items())
