"""Training sets against a model that goes through the rows one by one, with rows of the future planted among them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consumers.training import Feature, columns_needed, join, release_at
from warehouse.errors import UsageError
from warehouse.release.ledger import Event
from warehouse.release.manifest import Release

START = datetime(2020, 1, 1)
AS_OF = datetime(2020, 1, 31, tzinfo=UTC)
MEANING = {
    "columns": [
        {"name": "shop", "type": "STRING"},
        {"name": "sold_at", "type": "TIMESTAMP"},
        {"name": "units", "type": "INT"},
        {"name": "amount", "type": "DECIMAL(9,2)"},
        {"name": "ratio", "type": "DOUBLE"},
    ],
    "event_time": "sold_at",
    "time_zone": None,
}
RELEASE = Release("sales", 4, "r4", "0123456789abcdef", MEANING, "2020-02-01 00:00:00", "ann", {}, {}, {})
SCHEMA = pa.schema(
    [
        ("shop", pa.string()),
        ("units", pa.int32()),
        ("amount", pa.decimal128(9, 2)),
        ("ratio", pa.float64()),
        ("sold_at", pa.timestamp("us")),
    ]
)
FEATURES = [
    Feature("sales", "units", "count"),
    Feature("units_sold", "units", "sum", days=7),
    Feature("income", "amount", "sum"),
    Feature("mean_units", "units", "mean", days=1.5),
    Feature("lowest", "amount", "min"),
    Feature("highest", "amount", "max", days=10),
    Feature("newest", "units", "last"),
    Feature("late", "units", "sum", lag_days=2),
    Feature("late_units", "units", "sum", days=3, lag_days=0.5),
]

hours = st.integers(0, 24 * 60)
rows = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c"]),
        hours,
        st.one_of(st.none(), st.integers(-5, 5)),
        st.one_of(st.none(), st.decimals(-9, 9, places=2)),
    ),
    max_size=25,
)
entities = st.lists(st.tuples(st.sampled_from(["a", "b", "zzz"]), st.integers(0, 24 * 30)), min_size=1, max_size=6)


def table(found):
    columns = list(zip(*((s, u, a, 0.5, START + timedelta(hours=h)) for s, h, u, a in found), strict=True)) or [()] * 5
    return pa.table([pa.array(c, f.type) for c, f in zip(columns, SCHEMA, strict=True)], schema=SCHEMA)


def asked(found):
    moments = pd.Series([START + timedelta(hours=h) for _, h in found], dtype="datetime64[us]")
    return pd.DataFrame({"shop": [shop for shop, _ in found], "at": moments})


def expected(feature, found, shop, at):
    """The values of a feature, one by one."""
    index = {"units": 2, "amount": 3}[feature.column]
    until = at - 24 * feature.lag_days
    before = [row for row in found if row[0] == shop and row[1] < until and row[index] is not None]
    if feature.days is not None:
        before = [row for row in before if row[1] >= until - 24 * feature.days]
    values = [row[index] for row in before]
    if feature.function == "count":
        return len(values)
    if not values:
        return None
    if feature.function == "last":
        return max((row[1], row[index]) for row in before)[1]
    return {"sum": sum, "min": min, "max": max, "mean": lambda v: sum(v) / len(v)}[feature.function](values)


def build(found, wanted, features=FEATURES):
    return join(RELEASE, table(found), asked(wanted), AS_OF, features, "at", "decimal")


def same(value, model):
    if model is None:
        return bool(pd.isna(value))
    return value == pytest.approx(model) if isinstance(model, float) else value == model


@given(rows, entities)
@settings(deadline=None, max_examples=50)
def test_each_feature_is_that_of_the_rows_before_the_moment(found, wanted):
    frame = build(found, wanted).frame
    assert list(frame["shop"]) == [shop for shop, _ in wanted]
    for (_, row), (shop, at) in zip(frame.iterrows(), wanted, strict=True):
        for feature in FEATURES:
            assert same(row[feature.name], expected(feature, found, shop, at)), (feature, shop, at)


@given(rows, entities, rows)
@settings(deadline=None, max_examples=50)
def test_rows_at_or_after_the_moments_change_nothing(found, wanted, planted):
    last = max(at for _, at in wanted)
    future = [(shop, last + hour, units, amount) for shop, hour, units, amount in planted]
    pd.testing.assert_frame_equal(build([*found, *future], wanted).frame, build(found, wanted).frame)


def test_a_row_at_the_moment_is_not_known_and_one_at_the_start_of_the_days_is():
    found = [("a", 47, 1, None), ("a", 48, 10, None), ("a", 71, 100, None), ("a", 72, 1000, None)]
    features = [
        Feature("all", "units", "sum"),
        Feature("day", "units", "sum", days=1),
        Feature("late", "units", "sum", lag_days=1),
        Feature("late_hour", "units", "sum", days=1 / 24, lag_days=1),
        Feature("newest", "units", "last"),
    ]
    frame = build(found, [("a", 72)], features).frame
    assert frame.loc[0, [feature.name for feature in features]].tolist() == [111, 110, 1, 1, 100]


def test_a_day_is_known_when_it_is_over():
    meaning = {
        "columns": [
            {"name": "shop", "type": "STRING"},
            {"name": "day", "type": "DATE"},
            {"name": "units", "type": "INT"},
        ],
        "event_time": "day",
        "time_zone": None,
    }
    release = Release(**{**RELEASE.__dict__, "meaning": meaning})
    days = [date(2020, 1, 1), date(2020, 1, 2), date(2020, 1, 3)]
    rows = pa.table({"shop": ["a"] * 3, "day": days, "units": pa.array([1, 10, 100], pa.int32())})
    features = [
        Feature("all", "units", "sum"),
        Feature("yesterday", "units", "sum", days=1),
        Feature("late", "units", "sum", lag_days=1),
    ]
    for hours, figures in ((48, [11, 10, 1]), (71, [11, 10, 1]), (72, [111, 100, 11])):
        frame = join(release, rows, asked([("a", hours)]), AS_OF, features, "at", "decimal").frame
        assert frame.loc[0, ["all", "yesterday", "late"]].tolist() == figures, hours


def test_entities_may_have_the_same_labels():
    wanted = asked([("a", 5), ("a", 50)]).set_index(pd.Index([1, 1]))
    made = join(RELEASE, table([("a", 1, 2, None), ("a", 9, 3, None)]), wanted, AS_OF, [FEATURES[0]], "at", "float")
    assert list(made.frame["sales"]) == [1, 2]
    assert list(made.frame.index) == [1, 1]


def test_moments_in_nanoseconds_meet_rows_of_any_year():
    wanted = asked([("a", 5)]).astype({"at": "datetime64[ns]"})
    rows = table([("a", 1, 2, None)])
    early = rows.set_column(4, "sold_at", pa.array([datetime(1, 1, 1)], pa.timestamp("us")))
    made = join(RELEASE, pa.concat_tables([rows, early]), wanted, AS_OF, [FEATURES[0]], "at", "decimal")
    assert list(made.frame["sales"]) == [2]
    assert made.frame["at"].dtype == "datetime64[ns]"


def test_index_and_other_names_of_the_moment_are_kept():
    wanted = asked([("a", 5), ("a", 50)]).rename(columns={"at": "when"}).set_index(pd.Index([7, 3], name="id"))
    made = join(RELEASE, table([("a", 1, 2, None)]), wanted, AS_OF, [FEATURES[0]], "when", "float")
    assert list(made.frame.index) == [7, 3]
    assert list(made.frame["sales"]) == [1, 1]
    assert (made.release, made.contract, made.as_of) == (4, "0123456789abcdef", AS_OF)


def test_types_do_not_depend_on_what_is_missing():
    for found in ([], [("a", 1, 2, Decimal("1.25"))]):
        frame = build(found, [("a", 5)]).frame
        assert [str(frame[name].dtype) for name in ("sales", "units_sold", "newest")] == ["Int64", "Int64", "Int64"]
        assert str(frame["mean_units"].dtype) == "float64"


def events(*moves):
    return [Event("sales", kind, release, f"r{release}", at, "ann") for kind, release, at in moves]


MOVES = events(
    ("publishing", 1, "2020-01-01 09:59:00"),
    ("published", 1, "2020-01-01 10:00:00"),
    ("published", 2, "2020-02-01 10:00:00"),
    ("rolled_back", 1, "2020-03-01 10:00:00"),
    ("held", 3, "2020-04-01 10:00:00"),
)


@pytest.mark.parametrize(
    ("as_of", "release"),
    [
        ("2020-01-01 10:00:01", 1),
        ("2020-02-01 10:00:00", 1),
        # In the second of a move nobody can know later whether it was before or after.
        ("2020-02-01 10:00:00.999999", 1),
        ("2020-02-01 10:00:01", 2),
        ("2020-03-01 10:00:01", 1),
        ("2021-01-01 00:00:00", 1),
    ],
)
def test_release_is_the_one_that_readers_saw_then(as_of, release):
    assert release_at("sales", MOVES, datetime.fromisoformat(as_of).replace(tzinfo=UTC)) == release


def test_release_of_another_time_zone_is_that_of_the_same_instant():
    assert release_at("sales", MOVES, datetime.fromisoformat("2020-02-01 15:45:00+05:45")) == 1
    assert release_at("sales", MOVES, datetime.fromisoformat("2020-02-01 15:45:01+05:45")) == 2


@pytest.mark.parametrize(
    ("as_of", "moves", "words"),
    [
        (datetime(2020, 1, 1), MOVES, "has no time zone"),
        (datetime(2020, 1, 1, tzinfo=UTC), MOVES, "had no release at .*first was published at 2020-01-01 10:00:00"),
        (datetime(2020, 1, 1, tzinfo=UTC), [], "it has none yet"),
        (datetime.now(UTC) + timedelta(days=1), MOVES, "in the future"),
    ],
)
def test_moment_without_an_answer_is_refused(as_of, moves, words):
    with pytest.raises(UsageError, match=words):
        release_at("sales", moves, as_of)


def test_event_clock_is_that_of_the_contract_when_it_has_one():
    zoned = Release(**{**RELEASE.__dict__, "meaning": {**MEANING, "time_zone": "America/New_York"}})
    late = asked([("a", 24 * 30 - 1)])
    join(RELEASE, table([]), late, AS_OF, FEATURES, "at", "decimal")
    with pytest.raises(UsageError, match="is later than as_of"):
        join(zoned, table([]), late, AS_OF, FEATURES, "at", "decimal")


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


@pytest.mark.parametrize(
    ("function", "days", "lag_days", "words"),
    [
        ("median", None, 0, "unknown function 'median', expected one of: count"),
        ("sum", 0, 0, "covers no row"),
        ("sum", float("inf"), 0, "or None for all"),
        ("sum", None, -1, "before it happened"),
    ],
)
def test_feature_that_cannot_be_computed_is_refused(function, days, lag_days, words):
    with pytest.raises(UsageError, match=words):
        Feature("x", "units", function, days, lag_days)


def test_moments_behind_as_of_or_missing_are_refused():
    with pytest.raises(UsageError, match="is later than as_of"):
        build([], [("a", 24 * 31)])
    wanted = asked([("a", 1), ("a", 2)])
    wanted.loc[0, "at"] = pd.NaT
    with pytest.raises(UsageError, match="missing time"):
        join(RELEASE, table([]), wanted, AS_OF, FEATURES, "at", "decimal")
