from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.errors import UsageError
from warehouse.paths import partition_name
from warehouse.quarter import Quarter

DAYS = st.dates(min_value=date(1, 1, 1))


@given(DAYS)
def test_a_day_lies_in_its_quarter_and_the_quarter_is_three_months(day):
    quarter = Quarter.of(day)
    months = {3 * (quarter.number - 1) + n for n in (1, 2, 3)}
    assert (quarter.year, day.month in months) == (day.year, True)
    assert quarter.start == date(day.year, min(months), 1)


@given(DAYS)
def test_text_and_partition_value_lead_back_to_the_quarter(day):
    quarter = Quarter.of(day)
    assert Quarter.parse(str(quarter)) == quarter
    assert Quarter.from_partition(quarter.start.isoformat()) == quarter


@given(DAYS, DAYS)
def test_quarters_sort_as_their_first_days_and_their_texts(one, other):
    first, second = Quarter.of(one), Quarter.of(other)
    assert (first < second) == (first.start < second.start) == (str(first) < str(second))


@pytest.mark.parametrize("start", ["2001-01-01", "2001-04-01", "2001-07-01", "2001-10-01"])
def test_the_day_before_a_quarter_lies_in_another(start):
    first = date.fromisoformat(start)
    assert Quarter.of(first - timedelta(days=1)) < Quarter.of(first)


@pytest.mark.parametrize("text", ["2001Q2", "2001q2", "2001-Q2", " 2001Q2 "])
def test_quarter_is_read_as_people_write_it(text):
    assert Quarter.parse(text) == Quarter(2001, 2)


@pytest.mark.parametrize(
    "text", ["", "2001", "2001Q0", "2001Q5", "01Q1", "2001Q22", "Q2 2001", "0000Q1", "٢٠٠١Q2", "1Q2\n"]
)
def test_what_is_no_quarter_is_refused_with_the_text(text):
    with pytest.raises(UsageError) as problem:
        Quarter.parse(text)
    assert "\n" not in str(problem.value)


@pytest.mark.parametrize(
    "value", ["2001-04-02", "2001-05-01", "20010401", "0000-01-01", "", "__HIVE_DEFAULT_PARTITION__"]
)
def test_partition_value_that_starts_no_quarter_is_refused(value):
    with pytest.raises(UsageError, match="quarter"):
        Quarter.from_partition(value)


def test_partition_directory_is_the_first_day():
    assert partition_name(Quarter(2001, 2).start.isoformat()) == "quarter_start=2001-04-01"
