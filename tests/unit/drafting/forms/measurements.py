"""What instruments write: sensors, weather, meters, earthquakes, air, positions."""

import json
from datetime import UTC, date, datetime, timedelta
from random import Random

from tests.unit.drafting.forms.form import Form, days, quarters_of, text, times


def _telemetry() -> Form:
    """Several devices report together; a device has one row a second."""
    moments = [moment for moment in times("2021-06-30 23:55", 120, seconds=5) for _ in range(3)]
    rows = [f"{moment},dev-{n % 3},{20 + n / 8},{n % 2}" for n, moment in enumerate(moments)]
    return Form(
        "sensor telemetry",
        {"telemetry.csv": text("timestamp,device_id,temperature,light", *rows)},
        quarters_of(moments),
        "timestamp",
        "2021-06-30 23:55:00",
        key=("timestamp", "device_id"),
        sums={"light": "180"},
    )


def _messages() -> Form:
    """A message a line, with an epoch in milliseconds, nested readings, and keys that only some have."""
    first = int(datetime(2022, 3, 31, 23, tzinfo=UTC).timestamp() * 1000)
    rows = [
        {
            "ts": first + 60_000 * n,
            "dev": f"a{n % 4}",
            "v": n % 50,
            "gps": {"lat": 1.5},
            **({"err": "x"} if n % 7 == 0 else {}),
        }
        for n in range(120)
    ]
    return Form(
        "IoT JSON lines",
        {"iot.jsonl": text(*map(json.dumps, rows))},
        {"2022Q1": 60, "2022Q2": 60},
        "ts",
        "2022-03-31 23:00:00",
        doubts=("ts holds numbers, read as epoch-milliseconds",),
        sums={"v": str(sum(n % 50 for n in range(120)))},
    )


def _weather() -> Form:
    """A weather service pads its fields, writes hours without separators, and -999 where it has no value."""
    moments = times("2018-12-30 00:00", 96, hours=1)
    rows = [
        f"  44;{moment:%Y%m%d%H};    3;{-999 if n % 11 == 0 else n / 10:7.1f};eor" for n, moment in enumerate(moments)
    ]
    return Form(
        "hourly weather, padded",
        {"produkt.txt": text("STATIONS_ID;MESS_DATUM;QN_9;TT_TU;eor", *rows)},
        quarters_of(moments),
        "mess_datum",
        "2018-12-30 00:00:00",
        doubts=("Blanks around all values", "Does -999"),
    )


def _meter() -> Form:
    """A meter's local time: on the last Sunday in October the hour from 2 to 3 comes twice."""
    local = [*times("2021-10-30 00:00", 108 + 96, minutes=15)]
    repeated = [moment for moment in local if moment.date() == date(2021, 10, 31) and moment.hour == 2]
    place = local.index(repeated[-1]) + 1
    moments = [*local[:place], *repeated, *local[place:]]
    rows = [f"{moment:%d.%m.%Y %H:%M};{n % 9},{n % 10}" for n, moment in enumerate(moments)]
    return Form(
        "a meter every 15 minutes, with the end of summer time",
        {"lastgang.csv": text("Zeitstempel;Verbrauch kWh", *rows)},
        quarters_of(moments),
        "zeitstempel",
        "2021-10-30 00:00:00",
        sums={"verbrauch_k_wh": str(sum(n % 9 * 10 + n % 10 for n in range(len(moments))) / 10)},
    )


def _meters() -> Form:
    """Many meters, a column each, as utilities export them; days in rows."""
    moments = times("2014-01-01 00:15", 200, minutes=15)
    rows = [f'"{moment}";{n % 7},1;{n},25;0' for n, moment in enumerate(moments)]
    return Form(
        "load diagrams, a column a client",
        {"ld.txt": text('"";"MT_001";"MT_002";"MT_003"', *rows)},
        quarters_of(moments),
        "column_1",
        "2014-01-01 00:15:00",
        doubts=("has no name in the header",),
        sums={"mt_002": str(sum(range(200)) + 50)},
    )


def _earthquakes() -> Form:
    """ISO times with Z and milliseconds, a unique id, a second time at which the row was revised."""
    random, moments = Random(2), times("2020-03-31 12:00:00.250", 150, minutes=13)
    rows = [
        f"{moment.isoformat(timespec='milliseconds')}Z,{random.randrange(-900, 900) / 10},{n % 5}.1,ml,us{n:07x},"
        f'{(moment + timedelta(days=60)).isoformat(timespec="milliseconds")}Z,"{n}km NE of Town, Country"'
        for n, moment in enumerate(moments)
    ]
    return Form(
        "earthquakes",
        {"query.csv": text("time,latitude,mag,magType,id,updated,place", *rows)},
        quarters_of(moments),
        "time",
        "2020-03-31 12:00:00.25",
        key=("id",),
        doubts=("It could be updated",),
        sums={"mag": str(sum(n % 5 * 10 + 1 for n in range(150)) / 10)},
    )


def _air() -> Form:
    """Several stations a day; -9999 where a station was silent, less often than any measure."""
    pairs = [(day, station) for day in days("2017-09-01", 50) for station in ("S1", "S2", "S3")]
    rows = [f"{station},{day},{-9999 if n % 13 == 0 else n % 6 + 10}" for n, (day, station) in enumerate(pairs)]
    return Form(
        "air quality with -9999",
        {"air.csv": text("station,date,pm10", *rows)},
        quarters_of(day for day, _ in pairs),
        "date",
        "2017-09-01",
        key=("station", "date"),
        doubts=("Does -9999",),
    )


def _track() -> Form:
    """A GPS track with seconds since 1970."""
    first = int(datetime(2021, 1, 1, tzinfo=UTC).timestamp())
    rows = [f"{first + 30 * n},{52 + n / 1e5:.6f},{13 + n / 1e5:.6f},{n % 40}" for n in range(200)]
    return Form(
        "a GPS track with epochs",
        {"track.csv": text("time,lat,lon,ele", *rows)},
        {"2021Q1": 200},
        "time",
        "2021-01-01 00:00:00",
        doubts=("time holds numbers, read as epoch-seconds",),
        sums={"ele": str(sum(n % 40 for n in range(200)))},
    )


def _columns() -> Form:
    """Fields at fixed places, filled up with blanks; no delimiter but these."""
    dates = days("2016-01-01", 60)
    rows = [f"{day:%Y%m%d}  {n % 30:5d}  OSLO      " for n, day in enumerate(dates)]
    return Form(
        "fixed columns, padded",
        {"station.txt": text("DATE       TEMP  NAME      ", *rows)},
        doubts=("No column holds dates",),
    )


def _end_of_day() -> Form:
    """Load of a grid by the hour, whose last hour ends at 24:00."""
    moments = times("2019-12-30 01:00", 96, hours=1)
    rows = [f"{_with_24(moment, '%d.%m.%Y')}:00;{n},5" for n, moment in enumerate(moments)]
    return Form(
        "hours that end at 24:00",
        {"last.csv": text("Zeit;MW", *rows)},
        quarters_of(moments),
        "zeit",
        "2019-12-30 01:00:00",
        doubts=("zeit: 24:00, in 4 values, is read as 00:00 of the next day",),
        sums={"mw": str(sum(n * 10 + 5 for n in range(96)) / 10)},
    )


def _hours_of_day() -> Form:
    """Demand with year, month, day and an hour from 1 to 24 apart."""
    moments = times("2020-06-29 01:00", 96, hours=1)
    rows = [f"{_with_24(moment, '%Y,%m,%d', ',')},{n}" for n, moment in enumerate(moments)]
    return Form(
        "hours from 1 to 24 in a column",
        {"demand.csv": text("Year,Month,Day,Hour,Demand", *rows)},
        quarters_of(moments),
        "recorded_at",
        "2020-06-29 01:00:00",
        doubts=("hours from 0 to 24",),
        sums={"demand": str(sum(range(96)))},
    )


def _with_24(moment: datetime, form: str, separator: str = " ") -> str:
    """A moment by the hour, midnight as 24 o'clock of the day before."""
    day, hour = (moment, moment.hour) if moment.hour else (moment - timedelta(days=1), 24)
    return f"{day:{form}}{separator}{hour:02}"


MEASUREMENTS = (
    _end_of_day(),
    _hours_of_day(),
    _telemetry(),
    _messages(),
    _weather(),
    _meter(),
    _meters(),
    _earthquakes(),
    _air(),
    _track(),
    _columns(),
)
