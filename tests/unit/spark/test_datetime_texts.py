"""What Spark reads by itself is left to it, so such a column costs what it did."""

from typing import Any, cast

import pytest

from spark.datetime_texts import readable


@pytest.mark.parametrize(
    ("pattern", "locale"),
    [
        ("yyyy-MM-dd'T'HH:mm:ss[.SSSSSS]XXX", "en"),
        ("d MMMM yyyy h:mm a", "en"),
        ("dd.MM.yyyy", "de"),
        ("'E pp 'yyyy-MM-dd''", "en"),
    ],
)
def test_text_and_pattern_that_spark_knows_are_unchanged(pattern: str, locale: str) -> None:
    text = cast(Any, object())
    assert readable(text, pattern, locale) == (text, pattern)
