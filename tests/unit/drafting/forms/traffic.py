"""What moves and is counted on the way: rides, flights, parking, timetables, requests, calls."""

import json
from datetime import UTC, datetime, timedelta
from random import Random

from tests.unit.drafting.forms.form import Form, quarters_of, text, times


def _rides() -> Form:
    random, starts = Random(3), times("2023-03-31 20:00", 200, minutes=7)
    rows = [
        f"{random.getrandbits(64):016X},{start},{start + timedelta(minutes=n % 40)},{n % 30},"
        f"{'' if n % 6 else 'Dock'},member"
        for n, start in enumerate(starts)
    ]
    return Form(
        "rides",
        {"rides.csv": text("ride_id,started_at,ended_at,start_station_id,end_station_name,member_casual", *rows)},
        quarters_of(starts),
        "started_at",
        "2023-03-31 20:00:00",
        key=("ride_id",),
        doubts=("It could be ended_at",),
    )


def _flights() -> Form:
    """The board of an airport: clocks without a date, so no quarter is any row's."""
    rows = [
        f"XY{100 + n},{n % 24:02}:{n % 60:02},{'Oslo' if n % 2 else 'Rome'},{'On time' if n % 3 else '14:05'}"
        for n in range(80)
    ]
    return Form(
        "a flight board without dates",
        {"board.csv": text("flight,scheduled,destination,status", *rows)},
        doubts=("No column holds dates",),
    )


def _stop_times() -> Form:
    """A timetable: clocks over 24:00:00 for what arrives after midnight, no date."""
    rows = [
        f"T{n // 10},{20 + n // 20}:{n % 20 + 10}:00,{20 + n // 20}:{n % 20 + 11}:00,S{n % 10},{n % 10}"
        for n in range(120)
    ]
    return Form(
        "GTFS stop times",
        {"stop_times.txt": text("trip_id,arrival_time,departure_time,stop_id,stop_sequence", *rows)},
        doubts=("No column holds dates",),
    )


def _calendar_dates() -> Form:
    """Exceptions of a timetable by day: yyyymmdd, and a service on many days."""
    moments = [moment for moment in times("2024-02-20", 60, days=1) for _ in range(3)]
    rows = [f"SV{n % 3},{moment:%Y%m%d},{1 + n % 2}" for n, moment in enumerate(moments)]
    return Form(
        "GTFS calendar dates",
        {"calendar_dates.txt": text("service_id,date,exception_type", *rows)},
        quarters_of(moments),
        "date",
        "2024-02-20",
        key=("service_id", "date"),
    )


def _parking() -> Form:
    """Car parks every half hour, each with its capacity; one of them was asked twice at once."""
    moments = [moment for moment in times("2016-12-30 07:59:42", 60, minutes=30) for _ in range(4)]
    rows = [f"BHM{n % 4:02},{500 + n % 4},{n * 37 % 400},{moment}" for n, moment in enumerate(moments)]
    return Form(
        "parking",
        {"parking.csv": text("SystemCodeNumber,Capacity,Occupancy,LastUpdated", *rows, rows[0])},
        quarters_of([*moments, moments[0]]),
        "last_updated",
        "2016-12-30 07:59:42",
        key=("system_code_number", "last_updated"),
        doubts=("Sent again with the same key: 1 of 241 rows",),
        superseded=1,
    )


def _access_log() -> Form:
    moments = times("2021-03-31 22:00", 150, minutes=1)
    rows = [
        f'10.0.0.{n % 9} - - [{moment:%d/%b/%Y:%H:%M:%S} +0000] "GET /{n} HTTP/1.1" {404 if n % 5 == 0 else 200} '
        f'{"-" if n % 5 == 0 else n} "-" "Mozilla/5.0 (X11; ""old"")"'.replace('""', "'")
        for n, moment in enumerate(moments)
    ]
    return Form(
        "an access log",
        {"access.log": text(*rows)},
        quarters_of(moments),
        "time",
        "2021-03-31 22:00:00",
        doubts=("The lines look like those of an access log",),
        sums={"bytes": str(sum(n for n in range(150) if n % 5))},
    )


def _analytics() -> Form:
    """A web analytics export: comment lines, yyyymmdd, grouped digits, shares in percent, a row of totals."""
    moments = times("2020-02-01", 120, days=1)
    rows = [f'{moment:%Y%m%d},/home,"{1000 + n:,}",{n % 100}.5%' for n, moment in enumerate(moments)]
    head = ["# ----------", "# All Web Site Data", "# 20200201-20200530", "# ----------", ""]
    return Form(
        "web analytics",
        {"analytics.csv": text(*head, "Date,Page,Pageviews,Bounce Rate", *rows)},
        quarters_of(moments),
        "date",
        "2020-02-01",
        doubts=("titles (skipLines)",),
        sums={"pageviews": str(sum(1000 + n for n in range(120)))},
    )


def _phone_log() -> Form:
    """Calls of a phone: American dates and clocks, durations as clocks, numbers with a plus and leading zeros."""
    moments = times("2019-09-25 09:05", 90, hours=5)
    rows = [
        f"+4930{n % 7:06},{moment:%m/%d/%y %I:%M %p},0:{n % 60:02}:0{n % 10},{'IN' if n % 2 else 'OUT'}"
        for n, moment in enumerate(moments)
    ]
    return Form(
        "calls of a phone",
        {"calls.csv": text("Number,Date,Duration,Type", *rows)},
        quarters_of(moments),
        "date",
        "2019-09-25 09:05:00",
        doubts=("Years of two digits",),
    )


def _unix_json() -> Form:
    """Events with seconds since 1970 in a text, an id that is a large number, and a time of another format beside."""
    first = int(datetime(2020, 9, 30, 23, tzinfo=UTC).timestamp())
    rows = [
        {"id": 10**17 + 17 * n, "created_utc": str(first + 60 * n), "score": n % 9, "body": 'He said "no"\nand left'}
        for n in range(120)
    ]
    return Form(
        "Unix times in JSON",
        {"posts.ndjson": text(*map(json.dumps, rows))},
        {"2020Q3": 60, "2020Q4": 60},
        "created_utc",
        "2020-09-30 23:00:00",
        key=("id",),
        doubts=("created_utc holds numbers, read as epoch-seconds",),
        sums={"score": str(sum(n % 9 for n in range(120)))},
    )


TRAFFIC = (
    _rides(),
    _flights(),
    _stop_times(),
    _calendar_dates(),
    _parking(),
    _access_log(),
    _analytics(),
    _phone_log(),
    _unix_json(),
)
