"""Training sets against a model that goes through the rows one by one, with rows of the future planted among them."""

from datetime import date, datetime
from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consumers.training import Feature, join
from tests.unit.consumers.shop_sales import AS_OF, FEATURES, MEANING, RELEASE, asked, table
from warehouse.errors import UsageError
from warehouse.release.manifest import Release

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


def test_event_clock_is_that_of_the_contract_when_it_has_one():
    zoned = Release(**{**RELEASE.__dict__, "meaning": {**MEANING, "time_zone": "America/New_York"}})
    late = asked([("a", 24 * 30 - 1)])
    join(RELEASE, table([]), late, AS_OF, FEATURES, "at", "decimal")
    with pytest.raises(UsageError, match="is later than as_of"):
        join(zoned, table([]), late, AS_OF, FEATURES, "at", "decimal")


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
