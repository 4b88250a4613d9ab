"""What offices, programs and people make of tables before they pass them on."""

import json
from datetime import date, timedelta
from decimal import Decimal

from tests.unit.drafting.forms.form import Form, days, quarters_of, text, times

_NULL = r"\N"


def _write_table() -> Form:
    """R's write.table: row names come first in each row, and the header has no field for them."""
    dates = days("2012-03-01", 60)
    rows = [f'"{n + 1}" "{day}" {n / 4} "a b"' for n, day in enumerate(dates)]
    return Form(
        "R's write.table",
        {"table.csv": text('"day","x","group"', *(row.replace(" ", ",", 3) for row in rows))},
        quarters_of(dates),
        "column_2",
        "2012-03-01",
        doubts=("taken for a title (skipLines)",),
        sums={"column_3": str(Decimal(sum(range(60))) / 4)},
    )


def _units() -> Form:
    """A line of units below the header, as loggers of data write it."""
    dates = times("2019-12-31 20:00", 200, minutes=10)
    rows = [f"{moment:%Y-%m-%d %H:%M:%S},{n % 30}.25,{n}" for n, moment in enumerate(dates)]
    return Form(
        "a line of units below the header",
        {"logger.csv": text("TIMESTAMP,AirT,Count", "TS,Deg C,n", *rows)},
        quarters_of(dates),
        "timestamp",
        "2019-12-31 20:00:00",
        doubts=("timestamp: 1 value is not TIMESTAMP",),
        quarantined=1,
    )


def _documents() -> Form:
    """MongoDB's mongoexport: ids, dates and decimals are objects."""
    moments = times("2021-03-31 22:00", 60, hours=1)
    rows = [
        {
            "_id": {"$oid": f"{n:024x}"},
            "at": {"$date": f"{moment.isoformat()}{'.5' if n % 7 == 0 else ''}Z"},
            "n": n,
            "price": {"$numberDecimal": f"{n}.25"} if n % 5 else None,
            "tags": [{"$oid": "1"}],
        }
        for n, moment in enumerate(moments)
    ]
    return Form(
        "documents of MongoDB",
        {"things.json": text(*(json.dumps(row, separators=(",", ":")) for row in rows))},
        quarters_of(moments),
        "at",
        "2021-03-31 22:00:00.5",
        key=("id",),
        sums={"n": str(sum(range(60))), "price": str(sum(n * 4 + 1 for n in range(60) if n % 5) / 4)},
    )


def _years() -> Form:
    """A column a year, below titles, each line ends with a delimiter."""
    rows = [f'"Country {n}","C{n:02}","Population","{n * 100}","","{n * 102}",' for n in range(50)]
    head = ['"Data Source","Indicators",', "", '"Last Updated Date","2021-12-16",', ""]
    return Form(
        "a column a year",
        {"api.csv": text(*head, '"Country Name","Country Code","Indicator","2018","2019","2020",', *rows)},
        doubts=("No column holds dates", "titles (skipLines)"),
    )


def _countries() -> Form:
    """NA is Namibia in one column, and no value in another."""
    pairs = [(day, code) for day in days("2020-01-01", 50) for code in ("DE", "NA", "ZA")]
    rows = [f"{day},{code},{'NA' if n % 10 == 0 else n}" for n, (day, code) in enumerate(pairs)]
    return Form(
        "countries, one of which is NA",
        {"cases.csv": text("date,geo,cases", *rows)},
        quarters_of(day for day, _ in pairs),
        "date",
        "2020-01-01",
        doubts=("NA means NULL in every column, also where it is text: geo (50 rows)",),
        sums={"cases": str(sum(n for n in range(150) if n % 10))},
    )


def _one_country() -> Form:
    """The Norwegian part of a file of many countries, of women, in degrees Fahrenheit: NO, F and F are no booleans."""
    dates = days("2021-12-01", 90)
    rows = [f"{day},NO,F,{n % 60},F" for n, day in enumerate(dates)]
    return Form(
        "codes that look like booleans",
        {"part.csv": text("day,country,sex,temperature,unit", *rows)},
        quarters_of(dates),
        "day",
        "2021-12-01",
        values={"country": "NO", "sex": "F", "unit": "F"},
    )


def _offsets() -> Form:
    """Local times with their offset: quarters are not those of the clock that wrote them."""
    moments = times("2022-03-31 20:00", 48, minutes=15)
    rows = [f"{moment.isoformat()}+02:00,{n}" for n, moment in enumerate(moments)]
    return Form(
        "local times with offsets",
        {"intervals.csv": text("interval_start,kwh", *rows)},
        quarters_of(moment - timedelta(hours=2) for moment in moments),
        "interval_start",
        "2022-03-31 18:00:00",
        doubts=("interval_start: ", "UTC (timeZone)"),
    )


def _serials() -> Form:
    """Excel's days since 1899-12-30, where cells had no format of dates; in some cells the date is a text."""
    dates = days("2020-12-02", 60)
    rows = [f"{(day - date(1899, 12, 30)).days if n % 4 else f'{day:%d.%m.%Y}'};{n},5" for n, day in enumerate(dates)]
    return Form(
        "days of Excel as numbers",
        {"serials.csv": text("Order Date;Sold", *rows)},
        quarters_of(dates),
        "order_date",
        "2020-12-02",
        doubts=("order_date: Numbers are read as days of Excel, from 2020-12-02 to 2021-01-30 (excel-days)",),
        sums={"sold": str(sum(n * 10 + 5 for n in range(60)) / 10)},
    )


def _year_and_month() -> Form:
    rows = [f"{2015 + n // 12},{n % 12 + 1},{n}" for n in range(72)]
    return Form(
        "year and month apart, no day",
        {"production.csv": text("Year,Month,Megawatt hours", *rows)},
        doubts=("No column holds dates",),
    )


def _concatenated() -> Form:
    """Files that were put one after the other, each with its header."""
    dates = days("2019-06-01", 200)
    rows = [f"{day},{n % 9}" for n, day in enumerate(dates)]
    header = "day,visits"
    return Form(
        "files put one after the other with their headers",
        {"all.csv": text(header, *rows[:100], header, *rows[100:])},
        quarters_of(dates),
        "day",
        "2019-06-01",
        doubts=("day: 1 value is not DATE",),
        sums={"visits": str(sum(n % 9 for n in range(200)))},
        quarantined=1,
    )


def _titles() -> Form:
    """Tabs, and quotes that are part of the text."""
    dates = days("1999-12-01", 60)
    rows = [f'tt{n:07}\tThe "{n}" Show\t{day}\t{_NULL if n % 3 else n}' for n, day in enumerate(dates)]
    return Form(
        "tabs and loose quotes",
        {"titles.tsv": text("tconst\ttitle\treleased\tminutes", *rows)},
        quarters_of(dates),
        "released",
        "1999-12-01",
        doubts=("Quotes inside fields are text",),
        sums={"minutes": str(sum(range(0, 60, 3)))},
    )


def _post_codes() -> Form:
    """Post codes of the west in the first file, of the east, with leading zeros, in the next."""
    dates = days("2020-09-01", 30)
    west, east = ([f"{day},{zip_code},{n}" for n, day in enumerate(dates)] for zip_code in ("80331", "01067"))
    return Form(
        "post codes, with leading zeros in a later file",
        {"a-west.csv": text("day,zip_code,n", *west), "b-east.csv": text("day,zip_code,n", *east)},
        {"2020Q3": 60},
        "day",
        "2020-09-01",
        values={"zip_code": "01067,80331"},
        later=1,
    )


def _flags() -> Form:
    """A statistical office: a letter after a number is a footnote, a colon is no value."""
    dates = [date(2000 + n // 12, n % 12 + 1, 1) for n in range(120)]
    rows = [f"{day},{':' if n % 40 == 0 else f'{n}.5 p' if n % 10 == 3 else f'{n}.5'}" for n, day in enumerate(dates)]
    return Form(
        "numbers with footnotes",
        {"office.csv": text("month,rate", *rows)},
        quarters_of(dates),
        "month",
        "2000-01-01",
        doubts=("rate: ",),
    )


def _summer_time() -> Form:
    """Two meters; the file of summer proves (meter, time), that of October breaks it: its run must be held."""

    def rows(moments: list) -> bytes:
        return text("meter_id,time,kwh", *(f"M{n},{at:%Y-%m-%d %H:%M},{at.hour + n}" for at in moments for n in (1, 2)))

    summer, autumn = times("2021-06-01", 96, minutes=15), times("2021-10-31", 96, minutes=15)
    repeated = [moment for moment in autumn if moment.hour == 2]
    return Form(
        "two meters, and the end of summer time in a later file",
        {"06.csv": rows(summer), "10.csv": rows([*autumn[:12], *repeated, *autumn[12:]])},
        {"2021Q2": 192, "2021Q4": 200},
        "time",
        "2021-06-01 00:00:00",
        key=("meter_id", "time"),
        superseded=8,
        later=1,
    )


EXPORTS = (
    _write_table(),
    _units(),
    _documents(),
    _years(),
    _countries(),
    _one_country(),
    _offsets(),
    _serials(),
    _year_and_month(),
    _concatenated(),
    _titles(),
    _post_codes(),
    _flags(),
    _summer_time(),
)
