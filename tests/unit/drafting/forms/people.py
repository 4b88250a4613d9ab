"""What people do and say: surveys, matches, elections, hospitals, posts; and exports of tools that they use."""

from datetime import date
from random import Random

from tests.unit.drafting.forms.form import Form, days, quarters_of, text, times

_LIKERT = ("Strongly agree", "Agree", "Neutral", "Disagree", "N/A")
_NULL = r"\N"


def _survey() -> Form:
    """Answers of a form: texts with quotes and line ends, and N/A as one of the answers."""
    moments = times("2022-06-28 09:15:07", 120, hours=1)
    rows = [
        f'{moment:%Y/%m/%d %H:%M:%S},{_LIKERT[n % 5]},"line one\nsaid ""{n}"", twice",{n % 10}'
        for n, moment in enumerate(moments)
    ]
    return Form(
        "a survey",
        {"survey.csv": text('Timestamp,"I like it","Why?","How likely, 0 to 10?"', *rows)},
        quarters_of(moments),
        "timestamp",
        "2022-06-28 09:15:07",
        sums={"how_likely_0_to_10": str(sum(n % 10 for n in range(120)))},
    )


def _matches() -> Form:
    """Results of a league: two-digit years, and matches of one day that either team tells apart."""
    random = Random(4)
    pairs = [
        (day, teams, n)
        for day in days("2018-08-11", 40, 7)
        for teams in [random.sample(range(10), 10)]
        for n in range(5)
    ]
    rows = [
        f"E0,{day:%d/%m/%y},Team {teams[n]},Team {teams[-1 - n]},{n * k % 4},{k % 3},{'HDA'[k % 3]}"
        for k, (day, teams, n) in enumerate(pairs)
    ]
    return Form(
        "results of matches",
        {"E0.csv": text("Div,Date,HomeTeam,AwayTeam,FTHG,FTAG,FTR", *rows)},
        quarters_of(day for day, *_ in pairs),
        "date",
        "2018-08-11",
        doubts=("Years of two digits", "No two rows of the sample share date and home_team"),
        sums={"ftag": str(sum(k % 3 for k in range(200)))},
    )


def _hospitals() -> Form:
    """A snapshot of all regions each day; the next file has the same codes."""

    def snapshot(day: int) -> bytes:
        rows = [f"2020-03-{day:02}T17:00:00,ITA,{n:02},Region {n},{n * day}" for n in range(1, 21)]
        return text("data,stato,codice_regione,denominazione_regione,ricoverati", *rows)

    return Form(
        "counts of hospitals, by day",
        {f"dpc-{day}.csv": snapshot(day) for day in (24, 25)},
        {"2020Q1": 40},
        "data",
        "2020-03-24 17:00:00",
        doubts=("If each file is a snapshot",),
        later=1,
    )


def _election() -> Form:
    rows = [f"{n % 16:02};Wahlkreis {n};{1000 + n};{n * 3};{n * 2}" for n in range(90)]
    return Form(
        "results of an election, without a date",
        {"wahl.csv": text("Land;Wahlkreis;Wähler;Partei A;Partei B", *rows, encoding="latin-1")},
        doubts=("No column holds dates", "windows-1252 is a guess"),
    )


def _quarters() -> Form:
    labels = [f"{2010 + n // 4}-Q{n % 4 + 1}" for n in range(40)]
    rows = [f"{label},GDP,{100 + n}.5" for n, label in enumerate(labels)]
    return Form(
        "labels of quarters",
        {"gdp.csv": text("TIME_PERIOD,INDICATOR,OBS_VALUE", *rows)},
        {f"{2010 + n // 4}Q{n % 4 + 1}": 1 for n in range(40)},
        "time_period",
        "2010-01-01",
        doubts=("each date is the first day of its quarter (partialDate)",),
        sums={"obs_value": str(sum(100 + n for n in range(40)) + 20)},
    )


def _posts() -> Form:
    """Posts with ids of 19 digits, emoji, line ends, and Twitter's times."""
    moments = times("2021-12-30 21:00", 140, minutes=31)
    rows = [
        f'{1476000000000000000 + 12345 * n},{moment:%a %b %d %H:%M:%S +0000 %Y},"RT @x: ""hi"" 😀\n#tag, {n}",{n % 12}'
        for n, moment in enumerate(moments)
    ]
    return Form(
        "an export of posts",
        {"tweets.csv": text("id,created_at,text,retweets", *rows)},
        quarters_of(moments),
        "created_at",
        "2021-12-30 21:00:00",
        key=("id",),
        sums={"retweets": str(sum(n % 12 for n in range(140)))},
    )


def _r_frame() -> Form:
    """R's write.csv: a first column of row names without a name, NA, every text in quotes."""
    dates = days("2015-12-01", 120)
    rows = [f'"{n + 1}","{day}",{"NA" if n % 10 == 0 else n / 4},"a"' for n, day in enumerate(dates)]
    return Form(
        "R's write.csv",
        {"frame.csv": text('"","day","x","group"', *rows)},
        quarters_of(dates),
        "day",
        "2015-12-01",
        doubts=("has no name in the header", "column_1 numbers the rows"),
        sums={"x": str(sum(n / 4 for n in range(120) if n % 10))},
    )


def _pandas_frame() -> Form:
    """pandas' to_csv: an index from 0 in each file, nothing for NaN, whole numbers with .0."""

    def frame(month: int) -> bytes:
        rows = [
            f"{n},2023-{month:02}-{n % 28 + 1:02} 00:00:00,{'' if n % 9 == 0 else f'{n * 3}.0'},{n % 2 == 0}"
            for n in range(120)
        ]
        return text(",when,count,flag", *rows)

    return Form(
        "pandas' to_csv",
        {f"frame-{month}.csv": frame(month) for month in (3, 4)},
        {"2023Q1": 120, "2023Q2": 120},
        "when",
        "2023-03-01 00:00:00",
        doubts=("has no name in the header", "column_1 numbers the rows"),
        sums={"count": str(2 * sum(n * 3 for n in range(120) if n % 9))},
        later=1,
    )


def _dump() -> Form:
    r"""A dump of a table: tabs, \N for NULL, backslashes before tabs, no header."""
    moments = times("2021-09-30 23:00:00", 100, minutes=1)
    rows = [
        f"{5000 + 3 * n}\t{moment}\t{_NULL if n % 4 else n}\tname {n % 5}\t{n}.50" for n, moment in enumerate(moments)
    ]
    return Form(
        r"a dump of a table with \N",
        {"orders.tsv": text(*rows)},
        quarters_of(moments),
        "column_2",
        "2021-09-30 23:00:00",
        doubts=("so the file has no header",),
        sums={"column_5": "5000", "column_3": str(sum(range(0, 100, 4)))},
    )


def _registry() -> Form:
    """A government's file: Latin-1, semicolons, codes with leading zeros, numbers with blanks between thousands."""
    dates = days("2020-10-01", 130)
    rows = [f"0{n % 9}001;Évry {n % 4};{day:%d/%m/%Y};1 {n:03},5;M" for n, day in enumerate(dates)]
    return Form(
        "a file of a government in Latin-1",
        {"registre.csv": text("code_insee;libellé;date_mesure;valeur;statut", *rows, end="\r\n", encoding="latin-1")},
        quarters_of(dates),
        "date_mesure",
        "2020-10-01",
        doubts=("windows-1252 is a guess",),
        sums={"valeur": str(sum(1000 + n for n in range(130)) + 65)},
    )


def _swapped_days() -> Form:
    """British dates of which none has a day after the 12th: nothing tells day and month apart."""
    moments = [date(2021, month, day) for month in range(1, 13) for day in range(1, 13)]
    rows = [f"{moment:%d/%m/%Y},{n}" for n, moment in enumerate(moments)]
    return Form(
        "dates of which day and month can be swapped",
        {"days.csv": text("Date,Count", *rows)},
        quarters_of(moments),
        "date",
        "2021-01-01",
        doubts=("could be read the other way round",),
    )


def _months_in_german() -> Form:
    """A club's list of meetings: names of months in German, in full where they are short."""
    names = ["Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."]
    dates = days("2022-01-20", 40, 9)
    rows = [f"{day.day}. {names[day.month - 1]} {day.year};{20 + n}" for n, day in enumerate(dates)]
    return Form(
        "names of months in German",
        {"treffen.csv": text("Tag;Gäste", *rows)},
        quarters_of(dates),
        "tag",
        "2022-01-20",
        sums={"gaste": str(sum(20 + n for n in range(40)))},
    )


PEOPLE = (
    _months_in_german(),
    _survey(),
    _matches(),
    _hospitals(),
    _election(),
    _quarters(),
    _posts(),
    _r_frame(),
    _pandas_frame(),
    _dump(),
    _registry(),
    _swapped_days(),
)
