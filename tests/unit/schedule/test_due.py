"""Which quarters are due, given the moment, the lateness and what was run."""

import os
import time
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schedule.due import EVERYTHING, Calendar, Progress, next_step, quarters_due
from warehouse.errors import StorageError, UsageError
from warehouse.paths import run_of
from warehouse.quarter import Quarter
from warehouse.run import began_at, new_run_id

Q = Quarter
QUARTERS = st.builds(Quarter, st.integers(1975, 2060), st.integers(1, 4))
MOMENTS = st.datetimes(datetime(1975, 1, 1), datetime(2060, 12, 31), timezones=st.just(UTC))
# Half hours, the ends of the day line, and clocks that skip midnight where a quarter begins.
ZONES = st.sampled_from(
    ["UTC", "Europe/Berlin", "Asia/Kolkata", "America/St_Johns", "Pacific/Kiritimati", "Etc/GMT+12", "America/Asuncion"]
).map(ZoneInfo)
LATENESS = st.one_of(
    st.integers(0, 400).map(lambda days: timedelta(days=days)),
    st.integers(0, 9999).map(lambda hours: timedelta(hours=hours)),
)
CALENDARS = st.builds(Calendar, LATENESS, ZONES)
BERLIN = Calendar(timedelta(days=10), ZoneInfo("Europe/Berlin"))
INSTANT = timedelta(microseconds=1)


def first_day_after(quarter):
    """By counting days, not by months."""
    day = quarter.start
    while Quarter.of(day) == quarter:
        day += timedelta(days=1)
    return day


def midnight(day, zone):
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


@given(QUARTERS, CALENDARS)
@example(Q(2023, 4), Calendar(timedelta(), ZoneInfo("UTC")))
@example(Q(2024, 1), Calendar(timedelta(days=29), ZoneInfo("UTC")))
@example(Q(2023, 3), Calendar(timedelta(), ZoneInfo("America/Asuncion")))
def test_quarter_is_complete_from_midnight_of_its_wall_clock_and_the_lateness_on(quarter, calendar):
    complete = midnight(first_day_after(quarter), calendar.zone) + calendar.lateness
    assert calendar.last_complete(complete) == quarter
    assert calendar.last_complete(complete - INSTANT) == quarter.previous


@given(MOMENTS, CALENDARS, ZONES)
# Ninety days before it, clocks in Berlin showed an hour more than a sum of wall clocks says.
@example(
    datetime(2023, 12, 29, 22, 30, tzinfo=UTC),
    Calendar(timedelta(days=90), ZoneInfo("Europe/Berlin")),
    ZoneInfo("Europe/Berlin"),
)
def test_zone_in_which_a_moment_is_written_does_not_matter(moment, calendar, zone):
    assert calendar.last_complete(moment.astimezone(zone)) == calendar.last_complete(moment)


@given(MOMENTS, MOMENTS, CALENDARS)
def test_what_is_complete_stays_so(one, other, calendar):
    first, second = sorted((one, other))
    assert calendar.last_complete(first) <= calendar.last_complete(second)


@pytest.mark.parametrize(
    ("lateness", "zone", "moment", "last"),
    [
        (timedelta(), "UTC", "2024-01-01 00:00:00", Q(2023, 4)),
        (timedelta(), "UTC", "2023-12-31 23:59:59", Q(2023, 3)),
        (timedelta(), "Europe/Berlin", "2023-12-31 23:00:00", Q(2023, 4)),
        (timedelta(), "Europe/Berlin", "2024-06-30 22:00:00", Q(2024, 2)),
        (timedelta(), "America/New_York", "2024-01-01 04:59:59", Q(2023, 3)),
        (timedelta(), "Pacific/Kiritimati", "2023-12-31 10:00:00", Q(2023, 4)),
        # 60 days after the end of 2023 is the 29th of February.
        (timedelta(days=59), "UTC", "2024-02-29 00:00:00", Q(2023, 4)),
        (timedelta(days=60), "UTC", "2024-02-29 23:59:59", Q(2023, 3)),
        (timedelta(hours=36), "UTC", "2024-04-02 11:59:59", Q(2023, 4)),
        (timedelta(hours=36), "UTC", "2024-04-02 12:00:00", Q(2024, 1)),
        # Ten times 24 hours, although clocks in Berlin went forward on the fifth day.
        (timedelta(days=90), "Europe/Berlin", "2024-03-30 22:59:59", Q(2023, 3)),
        (timedelta(days=90), "Europe/Berlin", "2024-03-30 23:00:00", Q(2023, 4)),
    ],
)
def test_boundaries(lateness, zone, moment, last):
    assert Calendar(lateness, ZoneInfo(zone)).last_complete(datetime.fromisoformat(f"{moment}+00:00")) == last


@pytest.fixture
def in_auckland(monkeypatch):
    monkeypatch.setitem(os.environ, "TZ", "Pacific/Auckland")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_without_a_zone_it_is_the_wall_clock_of_this_machine(in_auckland):
    calendar = Calendar(timedelta(), None)
    # Summer time in January, winter time in July.
    for moment, last in (("2023-12-31 11:00", Q(2023, 4)), ("2024-06-30 12:00", Q(2024, 2))):
        found = datetime.fromisoformat(f"{moment}+00:00")
        assert (calendar.last_complete(found), calendar.last_complete(found - INSTANT)) == (last, last.previous)


def test_calendar_is_that_of_the_contract():
    contract = SimpleNamespace(lateness=timedelta(days=3), time_zone="Asia/Tokyo")
    assert Calendar.of(contract) == Calendar(timedelta(days=3), ZoneInfo("Asia/Tokyo"))
    contract.time_zone = None
    assert Calendar.of(contract).zone is None


PROGRESS = st.builds(
    Progress, st.frozensets(QUARTERS, max_size=12), st.dictionaries(QUARTERS, MOMENTS, max_size=12), st.integers(0, 2)
)


@given(PROGRESS, CALENDARS, MOMENTS)
def test_due_is_what_is_complete_and_was_not_run_since(progress, calendar, now):
    def complete_from(quarter):
        return midnight(first_day_after(quarter), calendar.zone) + calendar.lateness

    due = quarters_due(progress, calendar, now)
    assert due == sorted(due)
    assert set(due) == {
        quarter
        for quarter in progress.rows
        if complete_from(quarter) <= now
        and not (quarter in progress.begun and complete_from(quarter) <= progress.begun[quarter])
    }


@given(st.frozensets(QUARTERS, min_size=1, max_size=8), CALENDARS, st.lists(st.integers(1, 400), max_size=40))
def test_every_quarter_is_run_once_and_in_order_however_many_days_are_missed(rows, calendar, gaps):
    now, progress, ran = datetime(1974, 1, 1, 4, 30, tzinfo=UTC), Progress(rows), []
    for gap in [*gaps, 400 * 100]:
        now += timedelta(days=gap)
        taken = []
        while (step := next_step(progress, calendar, now, taken)) is not None:
            assert step not in taken
            taken.append(step)
            assert step[0] <= calendar.last_complete(now)
            progress = progress.with_runs({step[0]: now})
        ran += [step[0] for step in taken]
    assert ran == sorted(rows)


@pytest.mark.parametrize("end", [Q(2023, 4), Q(2024, 1), Q(2024, 2)])
def test_run_before_a_quarter_was_complete_does_not_count(end):
    complete = midnight(first_day_after(end), BERLIN.zone) + BERLIN.lateness
    early, right = (Progress(frozenset({end}), {end: began}) for began in (complete - INSTANT, complete))
    assert quarters_due(early, BERLIN, complete) == [end]
    assert quarters_due(right, BERLIN, complete) == []


def test_of_two_runs_of_a_quarter_the_later_counts():
    early, late = datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 4, 1, tzinfo=UTC)
    for one, other in ((early, late), (late, early)):
        assert Progress(begun={Q(2023, 4): one}).with_runs({Q(2023, 4): other}).begun == {Q(2023, 4): late}
    assert Progress(begun={Q(2023, 3): early}).with_runs({Q(2023, 4): late}).begun.keys() == {Q(2023, 3), Q(2023, 4)}


NOW = datetime(2024, 4, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rows", "begun", "unstaged", "step"),
    [
        ([], [], 0, None),
        # Nobody knows of which quarters these rows are: the last one may be among them.
        ([], [], 1, EVERYTHING),
        ([Q(2023, 4)], [Q(2023, 4)], 1, EVERYTHING),
        ([Q(2024, 1)], [Q(2024, 1)], 1, None),
        ([Q(2023, 3), Q(2023, 4)], [], 1, (Q(2023, 3),)),
        # Rows of the quarter that goes on.
        ([Q(2024, 2)], [], 0, None),
        # No rows of the last one.
        ([Q(2023, 4)], [Q(2023, 4)], 0, None),
    ],
)
def test_next_step(rows, begun, unstaged, step):
    progress = Progress(frozenset(rows), dict.fromkeys(begun, NOW), unstaged)
    assert next_step(progress, BERLIN, NOW) == step


def test_no_step_is_taken_twice():
    progress = Progress(frozenset({Q(2023, 3), Q(2023, 4)}), {}, 1)
    taken = [next_step(progress, BERLIN, NOW)]
    for _ in range(3):
        taken.append(next_step(progress, BERLIN, NOW, taken))
    assert taken == [(Q(2023, 3),), (Q(2023, 4),), EVERYTHING, None]


@given(MOMENTS)
def test_run_id_says_when_the_run_began(moment):
    assert began_at(new_run_id(moment)) == moment.replace(microsecond=0)


@pytest.mark.parametrize("run", ["", "run1", "20261324T142605Zf00dab"])
def test_what_is_no_run_id_is_refused(run):
    with pytest.raises(StorageError, match="not a run id"):
        began_at(run)


def test_directory_names_the_run_that_wrote_it():
    assert run_of("/stackhouse/clean/x/run=20261124T142605Zf00dab/quarter_start=2001-04-01") == "20261124T142605Zf00dab"
    with pytest.raises(UsageError, match="/stackhouse/raw/x"):
        run_of("/stackhouse/raw/x")


@given(QUARTERS)
def test_quarter_before(quarter):
    assert quarter.previous == Quarter.of(quarter.start - timedelta(days=1))


def test_before_the_first_quarter_is_none():
    with pytest.raises(UsageError):
        _ = Quarter.of(date(1, 1, 1)).previous
