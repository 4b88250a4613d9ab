"""Columns that a training set is joined by: which types go together, and what is refused."""

from datetime import date
from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pytest

from consumers.training import Feature, columns_needed, join
from tests.unit.consumers.shop_sales import AS_OF, FEATURES, MEANING, RELEASE, START, asked, table
from warehouse.errors import UsageError
from warehouse.release.manifest import Release


@pytest.mark.parametrize(
    ("change", "features", "words"),
    [
        (lambda e: e.drop(columns="at"), FEATURES, "need a column 'at'"),
        (lambda e: e.assign(at="2020-01-01"), FEATURES, "need a column 'at' of type datetime64"),
        (lambda e: e.assign(at=e["at"].dt.tz_localize("UTC")), FEATURES, "without a time zone"),
        (lambda e: e.drop(columns="shop"), FEATURES, "at least one column"),
        (lambda e: e, [], "give at least one feature"),
        (lambda e: e.assign(city="x"), FEATURES, "have no city; they have: shop, sold_at"),
        (lambda e: e, [Feature("x", "nothing", "sum")], "have no nothing"),
        (lambda e: e, [Feature("shop", "units", "sum")], "same name"),
        (lambda e: pd.concat([e, e[["at"]]], axis=1), FEATURES, "same name: shop, at, at, sales"),
        (lambda e: pd.concat([e, e[["shop"]]], axis=1), FEATURES, "same name: shop, at, shop, sales"),
        (lambda e: e.rename(columns={"shop": 0}), FEATURES, "column 0 of the entities has a name that is not a string"),
        (lambda e: e, [Feature("x", "shop", "mean")], "feature x: shop is STRING, which has no mean"),
    ],
)
def test_what_cannot_be_joined_is_refused(change, features, words):
    with pytest.raises(UsageError, match=words):
        columns_needed(RELEASE, change(asked([("a", 1)])), features, "at")


def release_with_key(kind):
    columns = [*MEANING["columns"], {"name": "k", "type": kind}]
    return Release(**{**RELEASE.__dict__, "meaning": {**MEANING, "columns": columns}})


def needed(kind, values):
    moments = pd.Series([START] * len(values), dtype="datetime64[us]")
    return columns_needed(release_with_key(kind), pd.DataFrame({"k": values, "at": moments}), FEATURES, "at")


@pytest.mark.parametrize(
    ("kind", "values", "words"),
    [
        # "007", "07" and "7" would all be 7.
        (
            "STRING",
            pd.Series([7]),
            r"'k' is int64 in the entities and STRING in the clean rows of sales; .*\['k'\]\.astype\(str\)",
        ),
        # 2**53 and 2**53 + 1 would be the same.
        ("BIGINT", pd.Series([2.0**53, None]), r"is double .* BIGINT .*; .*\.astype\(\"Int64\"\)"),
        ("INT", pd.Series(["7"]), "is large_string .* INT"),
        ("INT", pd.Series([True]), "is bool .* INT"),
        ("DECIMAL(9,2)", pd.Series([1.25]), r"is double .* DECIMAL\(9,2\) .*; .*\.map\(Decimal\)"),
        ("DOUBLE", pd.Series([2**53 + 1]), "is int64 .* DOUBLE"),
        ("BOOLEAN", pd.Series([1]), "is int64 .* BOOLEAN"),
        ("DATE", pd.Series(["2020-01-01"]), "is large_string .* DATE"),
        (
            "TIMESTAMP",
            pd.Series([START]).dt.tz_localize("UTC"),
            r"tz=UTC\] .* TIMESTAMP .*; .*\.dt\.tz_localize\(None\)",
        ),
        ("STRING", pd.Series([7], dtype="category"), "is int64 .* STRING"),
        ("STRING", pd.Series([b"7"]), "is binary .* STRING"),
        ("INT", pd.Series([[7]]), "is list"),
        (
            "STRING",
            pd.Series(["a", 1]),
            "'k' of the entities has no type that fits all its values: .*'int' object; give",
        ),
        ("STRING", pd.Series([1, "a"]), "has no type that fits"),
        ("STRING", pd.Series([object()]), "has no type that fits"),
        ("BIGINT", pd.Series([2**70]), "has no type that fits .*: Python int too large"),
    ],
)
def test_keys_of_another_type_are_refused(kind, values, words):
    with pytest.raises(UsageError, match=words):
        needed(kind, values)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("STRING", pd.Series(["007"])),
        ("STRING", pd.Series(["007", None], dtype=object)),
        ("STRING", pd.Series(["007"], dtype="category")),
        ("STRING", pd.Series([], dtype=object)),
        ("TINYINT", pd.Series([7])),
        ("BIGINT", pd.Series([7], dtype="int8")),
        ("BIGINT", pd.Series([2**53 + 1, None], dtype="Int64")),
        ("BIGINT", pd.Series([2**53 + 1, None], dtype=object)),
        ("DECIMAL(9,2)", pd.Series([7])),
        ("DECIMAL(9,2)", pd.Series([Decimal("1.25"), None])),
        ("DOUBLE", pd.Series([1.25], dtype="float32")),
        ("BOOLEAN", pd.Series([True, None], dtype="boolean")),
        ("DATE", pd.Series([date(2020, 1, 1)])),
        ("DATE", pd.Series([START])),
        ("TIMESTAMP", pd.Series([START], dtype="datetime64[s]")),
    ],
)
def test_keys_of_a_like_type_are_accepted(kind, values):
    assert "k" in needed(kind, values)


def test_keys_that_fit_no_common_type_are_refused_in_one_line():
    rows = table([("a", 0, 1, None)]).append_column("k", pa.array([Decimal("1.5")], pa.decimal128(38, 30)))
    wanted = asked([("a", 1)]).assign(k=[2**60])
    with pytest.raises(UsageError, match=r"entities and rows of sales cannot be joined: [^\n]*$"):
        join(release_with_key("DECIMAL(38,30)"), rows, wanted, AS_OF, FEATURES, "at", "decimal")
