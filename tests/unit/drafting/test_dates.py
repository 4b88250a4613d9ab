"""Dates in a draft: their forms, names of months, two digits of years, days of Excel and offsets."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.unit.drafting.samples import DAYS, drafted_from, says, typed


@pytest.mark.parametrize(
    ("pattern", "values"),
    [
        ("yyyyMMdd", ["20210101", "20211231"]),
        ("yyyyMMddHH", ["2021010100", "2021123123"]),
        ("yyyyMMddHHmm", ["202101010059", "202112312300"]),
        ("yyyyMMddHHmmss", ["20210101005901", "20211231230000"]),
    ],
)
@pytest.mark.parametrize("name", ["Order Date", "MESS_DATUM"])
def test_digits_without_separators_are_dates_where_the_column_is_called_so(
    tmp_path: Path, pattern: str, values: list[str], name: str
) -> None:
    assert typed(tmp_path, values, name)[1].formats == (pattern,)


def test_digits_without_separators_are_numbers_elsewhere(tmp_path: Path) -> None:
    assert typed(tmp_path, ["20210101", "20211231"], "Amount")[1].type == "BIGINT"


def test_day_and_month_that_can_be_swapped_are_unsure(tmp_path: Path) -> None:
    drafted, column = typed(tmp_path, ["01/02/2020", "03/04/2020"])
    assert (column.formats, says(drafted, "other way round")) == (("MM/dd/yyyy",), True)


@pytest.mark.parametrize(
    ("values", "formats", "asked"),
    [
        # One day: nothing tells which number is the year.
        (["17/06/09"], ("dd/MM/yy",), "as yy/MM/dd"),
        (["17/06/09", "17/06/10", "17/06/11"], ("yy/MM/dd",), ""),
        (["09/06/17", "10/06/17", "11/06/17", "25/06/17"], ("dd/MM/yy",), ""),
        # There is no day 90.
        (["24/06/90", "25/07/91"], ("dd/MM/yy",), ""),
    ],
)
def test_two_digits_that_may_be_a_year_are_decided_by_the_dates_or_asked(
    tmp_path: Path, values: list[str], formats: tuple[str, ...], asked: str
) -> None:
    drafted, column = typed(tmp_path, values, "Date")
    assert tuple(pattern.replace("d/M/", "dd/MM/") for pattern in column.formats) == formats
    assert says(drafted, "is a guess") == bool(asked)
    assert not asked or says(drafted, asked)


@pytest.mark.parametrize(
    ("values", "formats", "most"),
    [
        (["2021-12-31 23:00", "2021-12-31 24:00"], ("yyyy-MM-dd HH:mm",), "2022-01-01 00:00:00"),
        (["31.12.2021 24:00:00", "31.12.2021 01:00:00"], ("d.M.yyyy H:mm:ss",), "2022-01-01 00:00:00"),
        (["2021-12-31T24:00:00.000", "2021-12-31T01:00:00.500"], ("yyyy-MM-dd'T'HH:mm:ss[.SSSSSS]",), "2022-01-01 00"),
        (["2021123124", "2021123101"], ("yyyyMMddHH",), "2022-01-01 00:00:00"),
    ],
)
def test_24_oclock_is_drafted_as_the_next_day(tmp_path: Path, values: list[str], formats: Any, most: str) -> None:
    drafted, column = typed(tmp_path, values, "Date")
    assert (column.formats, column.hour_24) == (formats, True)
    assert str(drafted.columns[1].most).startswith(most)
    assert says(drafted, "date: 24:00, in 20 values, is read as 00:00 of the next day (hour24).")


@pytest.mark.parametrize(
    "values", [["2021-12-31 24:01", "2021-12-31 01:00"], ["2021-12-31T24:00Z", "2021-12-31T01:00Z"]]
)
def test_other_clocks_beyond_23_stay_text(tmp_path: Path, values: list[str]) -> None:
    assert typed(tmp_path, values)[1].type == "STRING"


@pytest.mark.parametrize(
    ("values", "locale", "formats"),
    [
        (["4. März 2020", "12. Dezember 2020"], "de", ("d. MMM yyyy",)),
        (["04-Mrz-20", "12-Okt-20"], "de", ("dd-MMM-yy",)),
        # English has one of the names.
        (["4. Apr 2020", "12 Okt 2020"], "de", ("d[.] MMM yyyy",)),
        (["Mo, 4. Mai 2020", "Di, 5. Mai 2020"], "de", ("EEE, d. MMM yyyy",)),
        (["4 janv. 2020", "12 mai 2020", "1 août 2020"], "fr", ("d MMM[.] yyyy",)),
        (["lundi 4 février 2020 10:11", "mardi 12 mars 2020 11:12"], "fr", ("EEE d MMM yyyy HH:mm",)),
        (["4 de marzo de 2020", "12 de enero de 2020"], "es", ("d 'de' MMM 'de' yyyy",)),
        (["4 de março de 2020", "12 de dezembro de 2020"], "pt", ("d 'de' MMM 'de' yyyy",)),
        (["4 mrt 2020", "12 mei 2020"], "nl", ("d MMM yyyy",)),
        (["04 giu 2020", "12 lug 2020"], "it", ("dd MMM yyyy",)),
    ],
)
def test_names_of_months_in_other_languages(
    tmp_path: Path, values: list[str], locale: str, formats: tuple[str, ...]
) -> None:
    drafted, column = typed(tmp_path, values)
    # Both widths are right where a sample has both.
    found = tuple(re.sub(r"\bdd\b", "d", pattern) for pattern in column.formats)
    assert (column.locale, found) == (locale, tuple(re.sub(r"\bdd\b", "d", pattern) for pattern in formats))
    assert drafted.columns[1].fitting == 40


def test_one_name_tells_two_languages_apart(tmp_path: Path) -> None:
    # Spanish has all of them but one, which is enough for most of the values.
    values = [f"{n + 1} {'fev' if n == 7 else 'ago'} 2020" for n in range(20)]
    drafted, column = typed(tmp_path, values)
    assert (column.locale, drafted.columns[1].fitting, says(drafted, "Names of months")) == ("pt", 40, False)


def test_names_of_months_that_two_languages_have_are_a_doubt(tmp_path: Path) -> None:
    drafted, column = typed(tmp_path, ["4 ago 2020", "12 abr 2020"])
    assert (column.locale, says(drafted, "value: Names of months are taken for es, and could be pt")) == (
        "es",
        True,
    )


@pytest.mark.parametrize(
    "values",
    [["Set of 3 mugs", "Mai 2 Tai"], ["4. Mai 2020", "Freitag"], ["4. Mai 2020", "5 de Mai 2020"], ["30 février 2020"]],
)
def test_texts_with_the_name_of_a_month_stay_text(tmp_path: Path, values: list[str]) -> None:
    assert typed(tmp_path, values)[1].type == "STRING"


def test_offsets_give_a_time_zone(tmp_path: Path) -> None:
    _, contract = drafted_from(tmp_path, "at\n2020-01-01T00:00:00Z\n2020-01-01T02:00:00+02:00\n")
    assert (contract.time_zone, contract.columns[0].zoned) == ("UTC", True)


@pytest.mark.parametrize(("values", "pivot"), [(["31-DEC-98", "01-JAN-05"], 1969), (["31-DEC-08", "01-JAN-05"], 2000)])
def test_two_digits_of_years_that_would_lie_ahead_are_of_the_last_century(
    tmp_path: Path, values: list[str], pivot: int
) -> None:
    drafted, column = typed(tmp_path, values)
    assert column.pivot_year == pivot
    assert says(drafted, f"read as {pivot} to {pivot + 99}.")


@pytest.mark.parametrize(
    ("name", "values", "kind", "formats"),
    [
        ("Order Date", ["44197", "44561"], "DATE", ("excel-days",)),
        ("datum", ["44197.0", "44561.0"], "DATE", ("excel-days",)),
        ("Timestamp", ["44197.5208333333", "44561"], "TIMESTAMP", ("excel-days",)),
        ("date", ["44197", "44561", "31/12/2021"], "DATE", ("excel-days", "d/M/yyyy")),
        # Not called like a date, and not likely days.
        ("pickup_area", ["44197", "44561"], "BIGINT", ()),
        ("date", ["21001", "21365"], "BIGINT", ()),
    ],
)
def test_numbers_called_a_date_are_days_of_excel(
    tmp_path: Path, name: str, values: list[str], kind: str, formats: tuple[str, ...]
) -> None:
    drafted, column = typed(tmp_path, values, name)
    assert (column.type, column.formats) == (kind, formats)
    assert says(drafted, "Numbers are read as days of Excel, from 2021-01-01 to 2021-12-31") == bool(formats)


@pytest.mark.parametrize(("offset", "doubted"), [("+02:00", True), ("-0500", True), ("Z", False), ("+00:00", False)])
def test_offsets_that_move_quarters_are_a_doubt(tmp_path: Path, offset: str, doubted: bool) -> None:
    drafted, _ = drafted_from(tmp_path, "at,n\n" + "".join(f"{day}T10:00:00{offset},1\n" for day in DAYS))
    assert says(drafted, "at: offsets are applied, so quarters are those of UTC (timeZone)") == doubted
