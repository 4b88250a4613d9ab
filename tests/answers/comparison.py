"""Whether two answers are the same."""

from collections import Counter

from tests.answers.engines import Answer

_SHOWN = 3


def difference(judged: Answer, right: Answer, ordered: bool = False) -> str:
    """What is different, in one line; empty: nothing.

    Args:
        judged: Of Hive.
        right: Of the other engine, which has no error.
        ordered: Whether the order of rows counts.
    """
    if judged.error:
        return f"no answer: {judged.error[:300]}"
    if len(judged.rows) != len(right.rows):
        return f"{len(judged.rows)} rows, right are {len(right.rows)}{_example(judged, right)}"
    if Counter(judged.rows) != Counter(right.rows):
        return f"other values{_example(judged, right)}"
    if ordered and judged.rows != right.rows:
        return f"another order: {judged.rows[:_SHOWN]}, right is {right.rows[:_SHOWN]}"
    return ""


def _example(judged: Answer, right: Answer) -> str:
    wrong = list((Counter(judged.rows) - Counter(right.rows)).elements())[:_SHOWN]
    missing = list((Counter(right.rows) - Counter(judged.rows)).elements())[:_SHOWN]
    return f"; only in Hive {_text(wrong)}, missing {_text(missing)}"


def _text(rows: list[tuple[object, ...]]) -> str:
    return "[" + ", ".join("(" + ", ".join(map(str, row)) + ")" for row in rows) + "]"
