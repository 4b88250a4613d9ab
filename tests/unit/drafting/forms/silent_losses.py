"""Forms of which an early draft lost rows or values, published that, and said nothing."""

from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from tests.unit.drafting.forms.form import Form, days, quarters_of, text, times


def _snapshots() -> Form:
    """All provinces once a day, two more columns from the third day on: a code alone would be a key of one day."""

    def snapshot(number: int) -> bytes:
        more = ("", ",nuts,nota") if number < 2 else (",IT6,", ",nuts,nota")
        day = days("2021-03-30", 3)[number]
        rows = [f"{day}T17:00:00,{code:03},Provincia {code:03},{10 * code + 7 * number}{more[0]}" for code in codes]
        return text(f"data,codice,nome,casi{more[1] if number == 2 else ''}", *rows)

    codes = range(61, 81)
    return Form(
        "snapshots of a province's counts, with more columns later",
        {f"province-{number}.csv": snapshot(number) for number in range(3)},
        {"2021Q1": 40, "2021Q2": 20},
        "data",
        "2021-03-30 17:00:00",
        key=("data", "codice"),
        doubts=("codice: Codes with leading zeros",),
        sums={"casi": str(sum(10 * code + 7 * number for code in codes for number in range(3)))},
        values={"nuts": "IT6"},
    )


def _log() -> Form:
    """log4j's yy/MM/dd: that 17 is a year shows in nothing but the clock beside it; LineId begins anew in each file."""

    def node(first: str, count: int) -> bytes:
        rows = [
            f'{n},{moment:%y/%m/%d},{moment:%H:%M:%S},{("INFO", "WARN")[n % 2]},exec.Worker,"task {n}, stage 0"'
            for n, moment in enumerate(times(first, count, seconds=37), 1)
        ]
        return text("LineId,Date,Time,Level,Component,Content", *rows)

    return Form(
        "log4j's dates with the year first",
        {"node-a.csv": node("2017-06-08 20:10:44", 200), "node-b.csv": node("2017-06-09 22:46:23", 100)},
        {"2017Q2": 300},
        "recorded_at",
        "2017-06-08 20:10:44",
        doubts=("line_id numbers the rows", "Years of two digits"),
    )


def _ctime() -> Form:
    """Apache's error log in columns: the year comes last, after the clock."""
    moments = times("2005-12-04 04:47:44", 150, minutes=107)
    rows = [f'{n},{moment:%a %b %d %H:%M:%S %Y},notice,"child {n} ready"' for n, moment in enumerate(moments, 1)]
    return Form(
        "weekday, month, day, clock, year",
        {"error.csv": text("LineId,Time,Level,Content", *rows)},
        {"2005Q4": 150},
        "time",
        "2005-12-04 04:47:44",
        doubts=("line_id numbers the rows",),
    )


def _retail() -> Form:
    """A file a day; the invoices of returns have a C before their number, one in a hundred, and negative pieces."""

    def day(first: int, start: str) -> bytes:
        rows = [
            f"{'C' if n % 100 == 99 else ''}{first + n},{('POST', '22423', '85123A')[n % 3]},{pieces(n)},{moment},"
            f"{n % 7}.{n % 90 + 10},{'' if n % 50 == 0 else f'{12000 + n}.0'}"
            for n, moment in enumerate(times(start, 300, minutes=1))
        ]
        return text("InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice,CustomerID", *rows)

    def pieces(n: int) -> int:
        return -7 if n % 100 == 99 else n % 12 + 1

    return Form(
        "a shop's orders, a file a day, with returns",
        {
            "2010-12-01.csv": day(536000, "2010-12-01 08:00:00"),
            "2010-12-23.csv": day(536300, "2010-12-23 08:00:00"),
            "2011-01-04.csv": day(536600, "2011-01-04 08:00:00"),
        },
        {"2010Q4": 600, "2011Q1": 300},
        "invoice_date",
        "2010-12-01 08:00:00",
        key=("invoice_no",),
        doubts=("invoice_no: Letters in 9 values", "customer_id: Whole numbers written with .0"),
        sums={
            "quantity": str(3 * sum(map(pieces, range(300)))),
            "customer_id": str(3 * sum(12000 + n for n in range(300) if n % 50)),
        },
    )


def _candles() -> Form:
    """Prices by the hour without a header: milliseconds until the end of 2024, microseconds from then on."""

    def hours(start: datetime, unit: int) -> bytes:
        first = int(start.timestamp()) * unit
        rows = [
            f"{first + 3600 * unit * n},{94000 + n}.25,{n % 50}.5,{first + 3600 * unit * (n + 1) - 1},{n % 90 + 2000}"
            for n in range(168)
        ]
        return text(*rows)

    return Form(
        "epochs whose unit changes, without a header",
        {
            "pair-2024-12.csv": hours(datetime(2024, 12, 25, tzinfo=UTC), 1000),
            "pair-2025-01.csv": hours(datetime(2025, 1, 1, tzinfo=UTC), 1_000_000),
        },
        {"2024Q4": 168, "2025Q1": 168},
        "column_1",
        "2024-12-25 00:00:00",
        doubts=("column_1 holds numbers, read as epoch-auto", "so the file has no header"),
        sums={"column_2": str(2 * sum(94000 + n for n in range(168)) + 84)},
    )


def _fractions() -> Form:
    """Python's time.time() in quotes, of up to seven digits."""
    random, first = Random(5), Decimal("1594512094.3859746")
    moments = [first + n * 3 + Decimal(random.randrange(10**7)) / 10**7 * (n > 0) for n in range(200)]
    rows = [f'"{moment}","dev-{n % 3}","{20 + n % 9}.{n % 90 + 10}"' for n, moment in enumerate(moments)]
    micros = int((first * 10**6).quantize(Decimal(1), ROUND_HALF_UP))
    return Form(
        "seconds since 1970 with fractions",
        {"telemetry.csv": text('"ts","device","temp"', *rows)},
        {"2020Q3": 200},
        "ts",
        str(datetime(1970, 1, 1) + timedelta(microseconds=micros)),
        doubts=("ts holds numbers, read as epoch-fractional-seconds",),
    )


def _months() -> Form:
    rows = [f'"{1949 + n // 12}-{n % 12 + 1:02}",{101 + n}' for n in range(48)]
    return Form(
        "months",
        {"months.csv": text('"Month","Passengers"', *rows)},
        quarters_of(date(1949 + n // 12, n % 12 + 1, 1) for n in range(48)),
        "month",
        "1949-01-01",
        doubts=("first day of its month",),
        sums={"passengers": str(sum(101 + n for n in range(48)))},
    )


def _years() -> Form:
    pairs = [(entity, year) for entity in ("Drought", "Flood") for year in range(1990, 2010)]
    return Form(
        "years",
        {"years.csv": text("Entity,Year,Deaths", *(f"{entity},{year},{7 * year % 1000}" for entity, year in pairs))},
        {f"{year}Q1": 2 for year in range(1990, 2010)},
        "year",
        "1990-01-01",
        key=("entity", "year"),
        doubts=("first day of its year",),
        sums={"deaths": str(sum(7 * year % 1000 for _, year in pairs))},
    )


def _parts() -> Form:
    """Year, month, day and hour apart; No numbers the rows, and the wind of one row in ten is NA."""
    moments = times("2010-01-01", 300, hours=7)
    rows = [
        f"{n},{moment.year},{moment.month},{moment.day},{moment.hour},{'NA' if n % 10 == 0 else n % 400},{n % 9},NW"
        for n, moment in enumerate(moments, 1)
    ]
    return Form(
        "year, month, day and hour in columns",
        {"pm.csv": text("No,year,month,day,hour,pm2.5,TEMP,cbwd", *rows)},
        quarters_of(moments),
        "recorded_at",
        "2010-01-01 00:00:00",
        doubts=("recorded_at is computed", "no numbers the rows"),
        sums={
            "pm2_5": str(sum(n % 400 for n in range(1, 301) if n % 10)),
            "temp": str(sum(n % 9 for n in range(1, 301))),
        },
    )


def _date_and_time() -> Form:
    """Date and clock apart, with dots; decimal comma; -200 for no value; two columns at the end without a name."""
    moments = times("2004-03-10 18:00", 300, hours=1)
    rows = [
        f"{moment:%d/%m/%Y};{moment:%H.%M.%S};{'-200' if n % 20 == 0 else f'{n % 9},{n % 10}'};{n % 30},5;;"
        for n, moment in enumerate(moments)
    ]
    return Form(
        "date and time apart, and -200 for no value",
        {"air.csv": text("Date;Time;CO(GT);T;;", *rows, end="\r\n")},
        quarters_of(moments),
        "recorded_at",
        "2004-03-10 18:00:00",
        doubts=("recorded_at is computed", "Does -200 mean", "has no name in the header"),
        sums={"t": str(sum(n % 30 for n in range(300)) + 150)},
    )


def _logging() -> Form:
    """Python's logging: a comma before the milliseconds, within quotes."""
    moments = times("2023-05-30 23:59:00.123", 200, seconds=37.25)
    rows = [f'"{moment:%Y-%m-%d %H:%M:%S},{moment:%f}'[:-3] + f'",{("INFO", "ERROR")[n % 2]},step {n}'
            for n, moment in enumerate(moments)]  # fmt: skip
    return Form(
        "a comma before milliseconds",
        {"logging.csv": text("asctime,levelname,message", *rows)},
        {"2023Q2": 200},
        "asctime",
        "2023-05-30 23:59:00.123",
    )


def _closed() -> Form:
    """A file a day, and nothing in that of the day when the shops were closed."""

    def day(number: int) -> bytes:
        return text(
            "day,shop,sold", *(f"2020-01-0{number},{shop},{number * n % 50}" for n, shop in enumerate("ABCDEFGHIJ"))
        )

    return Form(
        "an empty file among others",
        {"day-1.csv": day(1), "day-2.csv": b"", "day-3.csv": day(3)},
        {"2020Q1": 20},
        "day",
        "2020-01-01",
        doubts=("No two rows of the sample share day and shop, which may be chance",),
        sums={"sold": str(sum(number * n % 50 for number in (1, 3) for n in range(10)))},
    )


def _rides() -> Form:
    """Rides of a city: another format of dates from one month on, other names of columns years later."""

    def month(head: str, dates: list[str], user: tuple[str, ...]) -> bytes:
        return text(head, *(f"{day},{100 + n},{user[n % len(user)]}" for n, day in enumerate(dates)))

    old, new, late = (times(first, 150, hours=4.5) for first in ("2014-08-01", "2014-09-01", "2021-02-01"))
    return Form(
        "formats and names of columns that change over the years",
        {
            "2014-08.csv": month("starttime,bikeid,usertype", list(map(str, old)), ("Customer", "Subscriber")),
            "2014-09.csv": month(
                "starttime,bikeid,usertype",
                [f"{at.month}/{at.day}/{at.year} {at:%H:%M:%S}" for at in new],
                (r"\N", "Customer"),
            ),
            "2021-02.csv": month("started_at,ride_id,member_casual", list(map(str, late)), ("member", "casual")),
        },
        quarters_of([*old, *new, *late]),
        "started_at",
        "2014-08-01 00:00:00",
        doubts=("taken for one column (otherPhysicalNames)", r"\N means NULL in every column"),
        sums={"ride_id": str(3 * sum(range(100, 250)))},
        values={"member_casual": "Customer,Subscriber,casual,member"},
    )


SILENT_LOSSES = (
    _snapshots(),
    _log(),
    _ctime(),
    _retail(),
    _candles(),
    _fractions(),
    _months(),
    _years(),
    _parts(),
    _date_and_time(),
    _logging(),
    _closed(),
    _rides(),
)
