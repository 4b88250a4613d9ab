"""Drafts of what MongoDB exports: the value of an object with one key is the value of the column."""

import json
from pathlib import Path
from typing import Any

import pytest

from drafting.draft import Draft, draft
from warehouse.contract.file import load_contract
from warehouse.contract.model import Column


def _drafted(root: Path, values: list[Any]) -> tuple[Draft, Column]:
    rows = [{"day": f"2021-01-{n % 28 + 1:02}", "v": value} for n, value in enumerate(values * 20)]
    (root / "a.json").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return draft("things", root / "a.json", root), load_contract("things", root).column("v")


@pytest.mark.parametrize(
    ("values", "kind", "formats", "transform"),
    [
        (
            [{"$date": "2021-05-01T10:00:00Z"}, {"$date": "2021-05-01T10:00:00.123Z"}, None],
            "TIMESTAMP",
            ("yyyy-MM-dd'T'HH:mm:ss[.SSSSSS]XXX",),
            "IF(SPLIT_PART(`v`, '\"', 2) = '$date', SPLIT_PART(`v`, '\"', 4), `v`)",
        ),
        (
            [{"$date": {"$numberLong": "1619863200000"}}],
            "TIMESTAMP",
            ("epoch-milliseconds",),
            "IF(SPLIT_PART(`v`, '\"', 2) = '$date', SPLIT_PART(`v`, '\"', 6), `v`)",
        ),
        (
            [{"$date": 1619863200000}, None],
            "TIMESTAMP",
            ("epoch-milliseconds",),
            "IF(SPLIT_PART(`v`, '\"', 2) = '$date', TRIM(BOTH ' :}' FROM SPLIT_PART(`v`, '\"', 3)), `v`)",
        ),
        (
            [{"$oid": "5f8f8c44b54764421b7156c1"}, "x"],
            "STRING",
            (),
            "IF(SPLIT_PART(`v`, '\"', 2) = '$oid', SPLIT_PART(`v`, '\"', 4), `v`)",
        ),
        (
            [{"$numberInt": "5"}, {"$numberLong": "5000000000"}, 7],
            "BIGINT",
            (),
            "IF(SPLIT_PART(`v`, '\"', 2) IN ('$numberInt', '$numberLong'), SPLIT_PART(`v`, '\"', 4), `v`)",
        ),
        (
            [{"$numberDecimal": "1.50"}],
            "DECIMAL(6,2)",
            (),
            "IF(SPLIT_PART(`v`, '\"', 2) = '$numberDecimal', SPLIT_PART(`v`, '\"', 4), `v`)",
        ),
    ],
)
def test_a_wrapped_value_is_computed(
    tmp_path: Path, values: list[Any], kind: str, formats: tuple[str, ...], transform: str
) -> None:
    _, column = _drafted(tmp_path, values)
    assert (column.type, column.formats, column.transform) == (kind, formats, transform)


@pytest.mark.parametrize(
    "values",
    [
        [{"$date": "2021-05-01T10:00:00Z", "x": "1"}],
        [{"$oid": "a"}, {"$date": "2021-05-01T10:00:00Z"}],
        [{"$numberLong": "5"}, {"n": 1}],
        [{"$date": 1619863200000}, {"$date": "2021-05-01T10:00:00Z"}],
        ['{"$oid"'],
    ],
)
def test_another_object_is_kept_as_its_text(tmp_path: Path, values: list[Any]) -> None:
    _, column = _drafted(tmp_path, values)
    assert (column.type, column.transform) == ("STRING", None)


def test_a_wrapped_number_with_a_zero_after_the_point_is_computed_from_both(tmp_path: Path) -> None:
    _, column = _drafted(tmp_path, [{"$numberDouble": f"{n}.0"} for n in range(20)])
    value = "IF(SPLIT_PART(`v`, '\"', 2) = '$numberDouble', SPLIT_PART(`v`, '\"', 4), `v`)"
    assert column.type == "BIGINT"
    assert column.transform == f"IF(ENDSWITH({value}, '.0'), LEFT({value}, LENGTH({value}) - 2), {value})"
