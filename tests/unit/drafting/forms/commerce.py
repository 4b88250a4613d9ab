"""Money and goods: orders, banks, exchanges, stock, shops."""

from decimal import Decimal
from random import Random

from tests.unit.drafting.forms.form import Form, days, quarters_of, text, times

_NEW_YEAR = "2019-01-01"


def _orders() -> Form:
    """Lines of orders: the number of an order repeats, and some lines are equal in all but their quantity."""
    random, moments = Random(1), times("2019-02-01 08:00", 300, hours=9)
    pieces = [-1 if place == 77 else random.choice((1, 2, 6, 12)) for place in range(len(moments))]
    rows = [
        f'{"C" if n < 0 else ""}{536365 + place // 3},{random.randrange(20000, 20050)}B,"MUG, RED ""{place % 7}""",{n},'
        f"{moment:%m/%d/%Y %H:%M},{random.randrange(99, 999) / 100},{'' if place % 5 == 0 else 17850 + place % 9}"
        for place, (moment, n) in enumerate(zip(moments, pieces, strict=True))
    ]
    return Form(
        "retail orders",
        {"orders.csv": text("InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID", *rows)},
        quarters_of(moments),
        "invoice_date",
        "2019-02-01 08:00:00",
        doubts=("invoice_no: Letters in",),
        sums={"quantity": str(sum(pieces))},
    )


def _prices() -> Form:
    dates, symbols = days("2020-11-02", 60), ("ABX", "BCY", "CDZ", "DE.A")
    closes = [Decimal(1000 + 7 * place + 11 * n) / 100 for place in range(len(dates)) for n in range(len(symbols))]
    pairs = [(day, symbol) for day in dates for symbol in symbols]
    rows = [
        f"{day},{symbol},{close},{close + 1},{100 * (n % 9)}"
        for n, ((day, symbol), close) in enumerate(zip(pairs, closes, strict=True))
    ]
    return Form(
        "prices by symbol and day",
        {"prices.csv": text("date,symbol,open,close,volume", *rows)},
        quarters_of(day for day, _ in pairs),
        "date",
        "2020-11-02",
        key=("date", "symbol"),
        sums={"open": str(sum(closes))},
    )


def _statement(name: str, negative: str) -> Form:
    """A bank's export: titles, decimal commas, an amount below zero marked in its own way."""
    dates, cents = days("2021-03-20", 90, 1), [(n * 7919 % 250_000) - 120_000 for n in range(90)]
    amounts = [
        (negative if amount < 0 else "{}").format(f"{abs(amount) // 100},{abs(amount) % 100:02}") for amount in cents
    ]
    rows = [f"{day:%d.%m.%Y};Überweisung {n % 4};{amounts[n]};EUR" for n, day in enumerate(dates)]
    return Form(
        name,
        {"umsatz.csv": text("Konto 123", "", "Buchung;Text;Betrag;Währung", *rows, end="\r\n", encoding="cp1252")},
        quarters_of(dates),
        "buchung",
        "2021-03-20",
        doubts=(
            "titles (skipLines)",
            "windows-1252 is a guess",
            *([] if negative == "-{}" else ["betrag: Numbers with"]),
        ),
        sums={"betrag": str(sum(map(Decimal, cents)) / 100)} if negative == "-{}" else {},
    )


def _stock() -> Form:
    """A count of all articles each evening: one file a day, the article's number repeats in the next."""
    articles = 40

    def evening(day: int) -> bytes:
        rows = [f"2022-06-{day:02},A{n:03},{(n * 7 + day) % 30},{n}.95" for n in range(articles)]
        return text("snapshot_date,article_no,on_hand,price", *rows)

    return Form(
        "stock of a shop, by evening",
        {f"stock-{day}.csv": evening(day) for day in (29, 30)},
        {"2022Q2": 2 * articles},
        "snapshot_date",
        "2022-06-29",
        doubts=("If each file is a snapshot",),
        sums={"on_hand": str(sum((n * 7 + day) % 30 for day in (29, 30) for n in range(articles)))},
        later=1,
    )


def _rates() -> Form:
    """Currencies in columns, N/A on holidays, a comma at the end of each line, newest day first."""
    dates = list(reversed(days(_NEW_YEAR, 120)))
    rates = [Decimal(11000 + n) / 10000 for n in range(120)]
    rows = [
        f"{day},{rate},{'N/A' if n % 9 == 0 else 120 + n},,"
        for n, (day, rate) in enumerate(zip(dates, rates, strict=True))
    ]
    return Form(
        "currency rates, a column a currency",
        {"rates.csv": text("Date,USD,JPY,BGN,", *rows)},
        quarters_of(dates),
        "date",
        "2019-01-01",
        doubts=("has no name in the header",),
        sums={"usd": str(sum(rates))},
    )


def _footer() -> Form:
    """A report with a line of totals at its end, which must not be added to the rows that it is the total of."""
    dates = days("2020-05-01", 150)
    rows = [f"{day:%Y-%m-%d},North,{n}" for n, day in enumerate(dates)]
    return Form(
        "a report with a footer of totals",
        {"report.csv": text("day,region,sold", *rows, f"Total,,{sum(range(150))}")},
        quarters_of(dates),
        "day",
        "2020-05-01",
        doubts=("day: 1 value is not DATE",),
        sums={"sold": str(sum(range(150)))},
        quarantined=1,
    )


def _dollars() -> Form:
    """Amounts as a spreadsheet shows them, with a sign of the currency and grouped digits."""
    dates = days("2023-01-15", 60, 3)
    rows = [f'{day:%m/%d/%Y},Vendor {n % 6},"${1000 + n:,}.50"' for n, day in enumerate(dates)]
    return Form(
        "payments with a dollar sign",
        {"payments.csv": text("Payment Date,Vendor,Amount", *rows)},
        quarters_of(dates),
        "payment_date",
        "2023-01-15",
        doubts=("amount: ",),
    )


def _excel() -> Form:
    """What Excel saves in Germany: a line that names the delimiter, title lines, grouped digits, decimal comma."""
    dates = days("2021-11-01", 100)
    rows = [f"{day:%d.%m.%Y};Köln;1.{n:03},25" for n, day in enumerate(dates)]
    head = ["sep=;", "Umsatzbericht", "Datum;Ort;Umsatz"]
    return Form(
        "Excel with sep=; and titles",
        {"umsatz.csv": text(*head, *rows, end="\r\n")},
        quarters_of(dates),
        "datum",
        "2021-11-01",
        doubts=("The first 2 lines are taken for titles",),
        sums={"umsatz": str(sum(Decimal(1000 + n) + Decimal("0.25") for n in range(100)))},
    )


COMMERCE = (
    _orders(),
    _prices(),
    _statement("a bank statement with signs before amounts", "-{}"),
    _statement("a bank statement with minus after amounts", "{}-"),
    _statement("a bank statement with parentheses around amounts", "({})"),
    _stock(),
    _rates(),
    _footer(),
    _dollars(),
    _excel(),
)
