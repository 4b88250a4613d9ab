"""Staging of dates and times in every format: the same values come out."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from tests.staging import staged_rows
from tests.unit.spark.odd_files import COLUMNS as _COLUMNS
from tests.unit.spark.odd_files import odd_contract as _contract
from tests.unit.spark.odd_files import rejected as _rejected
from tests.unit.spark.odd_files import stage as _stage
from warehouse.contract.datetimes.calendar_names import LOCALES, months, weekdays
from warehouse.contract.model import Column

# --- Dates and times ---


def _moments(
    spark: SparkSession, home: Path, texts: list[str], zone: str | None = None, **options: Any
) -> tuple[list[datetime | None], list[tuple[str, list[str]]]]:
    """Values of the good texts, and of the bad ones the rules."""
    columns = (Column("day", "day", "DATE", "d", required=True), Column("at", "at", "TIMESTAMP", "d", **options))
    content = "".join(f"2001-01-01|{text}\n" for text in texts).encode()
    _stage(spark, home, {"a.csv": content}, _contract(columns, zone, delimiter="|", header=False))
    good = [at for (at,) in staged_rows(spark, home, "at")]
    return good, [(texts[line - 1], rules) for line, rules, *_ in _rejected(spark, home)]


def test_the_first_format_that_fits_counts(spark: SparkSession, tmp_path: Path) -> None:
    formats = ("yyyy-MM-dd HH:mm:ss", "dd/MM/yyyy", "MM/dd/yyyy hh:mm a")
    texts = ["2001-02-03 04:05:06", "03/02/2001", "02/03/2001 04:05 PM", "02/30/2001 04:05 PM", "2001-02-03"]
    good, bad = _moments(spark, tmp_path, texts, formats=formats)
    assert good == [datetime(2001, 2, 3, 4, 5, 6), datetime(2001, 2, 3), datetime(2001, 2, 3, 16, 5)]
    assert bad == [(texts[3], ["at:type"]), (texts[4], ["at:type"])]


def test_the_name_of_a_weekday_is_read_and_not_compared_with_the_date(spark: SparkSession, tmp_path: Path) -> None:
    formats = ("EEE MMM ppd HH:mm:ss yyyy", "EEEE, d MMMM yyyy", "'['EEE MMM dd HH:mm yyyy']'")
    texts = ["Sun Dec 04 04:47:44 2005", "sun Dec  4 04:47:44 2005", "Mon Dec 14 04:47:44 2005",
             "Sunday, 4 December 2005", "[Sun Dec 04 04:47 2005]"]  # fmt: skip
    wrong = [" Dec 04 04:47:44 2005", "Xyz Dec 04 04:47:44 2005", "Sund Dec 04 04:47:44 2005",
             "Sun Feb 30 04:47:44 2005", "Sun Dec 04 04:47:44 2005 Sun", "Sun"]  # fmt: skip
    good, bad = _moments(spark, tmp_path, [*texts, *wrong], formats=formats)
    clock = datetime(2005, 12, 4, 4, 47, 44)
    assert good == [clock, clock, clock.replace(day=14), datetime(2005, 12, 4), datetime(2005, 12, 4, 4, 47)]
    assert bad == [(text, ["at:type"]) for text in wrong]


def test_a_weekday_before_an_offset(spark: SparkSession, tmp_path: Path) -> None:
    formats = ("EEE, d MMM yyyy HH:mm:ss XX", "EEE MMM dd HH:mm:ss XX yyyy", "EEE MMM dd yyyy HH:mm:ss 'GMT'XX")
    texts = ["Sun, 04 Dec 2005 04:47:44 +0200", "Wed Aug 27 13:08:45 +0000 2008", "Sun Dec 04 2005 04:47:44 GMT-0100"]
    wrong = ["04 Dec 2005 04:47:44 +0200", "Sun, 04 Dec 2005 04:47:44", "}"]
    good, bad = _moments(spark, tmp_path, [*texts, *wrong], "UTC", formats=formats, zoned=True)
    assert good == [
        datetime(2005, 12, 4, 2, 47, 44),
        datetime(2008, 8, 27, 13, 8, 45),
        datetime(2005, 12, 4, 5, 47, 44),
    ]
    assert bad == [(text, ["at:type"]) for text in wrong]


def test_forms_of_logs_and_exports(spark: SparkSession, tmp_path: Path) -> None:
    formats = ("yyyy-MM-dd HH:mm:ss[,SSSSSS]", "yyyyMMddHH", "d-MMM-yy hh.mm.ss[.SSSSSS] a", "dd/MM/yyyy HH.mm.ss")
    texts = ["2015-07-29 23:59:00,123", "2019010113", "15-NOV-19 03.04.05.000001 PM", "10/03/2004 18.00.00"]
    good, bad = _moments(spark, tmp_path, [*texts, "2019010124"], formats=formats)
    assert good == [datetime(2015, 7, 29, 23, 59, 0, 123000), datetime(2019, 1, 1, 13),
                    datetime(2019, 11, 15, 15, 4, 5, 1), datetime(2004, 3, 10, 18)]  # fmt: skip
    assert bad == [("2019010124", ["at:type"])]


def test_brackets_around_a_moment_of_apache(spark: SparkSession, tmp_path: Path) -> None:
    good, _ = _moments(spark, tmp_path, ["[01/Jul/1995:00:00:01 -0400]"], "UTC", zoned=True,
                       formats=("'['dd/MMM/yyyy:HH:mm:ss XX']'",))  # fmt: skip
    assert good == [datetime(1995, 7, 1, 4, 0, 1)]


@pytest.mark.parametrize(
    ("unit", "text", "value"),
    [
        ("epoch-seconds", "-5000000000", datetime(1811, 7, 23, 15, 6, 40)),
        ("epoch-milliseconds", "1700000000123", datetime(2023, 11, 14, 22, 13, 20, 123000)),
        ("epoch-microseconds", "4102444800000001", datetime(2100, 1, 1, 0, 0, 0, 1)),
    ],
)
def test_counts_since_1970(spark: SparkSession, tmp_path: Path, unit: str, text: str, value: datetime) -> None:
    worst = ["9" * 18, "9" * 19, "1.5", "x", "-" + "9" * 18]
    good, bad = _moments(spark, tmp_path, [text, *worst], "UTC", formats=(unit,))
    assert good == [value]
    assert bad == [(wrong, ["at:type"]) for wrong in worst]


def test_seconds_with_a_fraction_are_rounded_to_microseconds(spark: SparkSession, tmp_path: Path) -> None:
    texts = ["1594512094.3859746", "1594512094", "-0.0000005", "0.0000004"]
    wrong = ["1e9", "1594512094.", ".5", "1594512094,5", "9" * 30, "NaN"]
    good, bad = _moments(spark, tmp_path, [*texts, *wrong], "UTC", formats=("epoch-fractional-seconds",))
    first, start = datetime(2020, 7, 12, 0, 1, 34), datetime(1970, 1, 1)
    assert good == [first.replace(microsecond=385975), first, datetime(1969, 12, 31, 23, 59, 59, 999999), start]
    assert bad == [(text, ["at:type"]) for text in wrong]


def test_nanoseconds_are_cut_to_microseconds(spark: SparkSession, tmp_path: Path) -> None:
    texts = ["1594512094385974699", "-1", "-9223372036854775808"]
    good, bad = _moments(spark, tmp_path, [*texts, "9223372036854775808"], "UTC", formats=("epoch-nanoseconds",))
    assert good == [datetime(2020, 7, 12, 0, 1, 34, 385974), datetime(1969, 12, 31, 23, 59, 59, 999999),
                    datetime(1677, 9, 21, 0, 12, 43, 145224)]  # fmt: skip
    assert bad == [("9223372036854775808", ["at:type"])]


def test_the_magnitude_of_a_count_gives_its_unit(spark: SparkSession, tmp_path: Path) -> None:
    texts = ["1735689600", "1735689600000", "1735689600000000", "99999999999", "100000000000", "-100000000000",
             "99999999999999", "100000000000000"]  # fmt: skip
    wrong = ["100000000000000000", "-9223372036854775808", "1735689600.5"]
    good, bad = _moments(spark, tmp_path, [*texts, *wrong], "UTC", formats=("epoch-auto",))
    assert good == [*[datetime(2025, 1, 1)] * 3, datetime(5138, 11, 16, 9, 46, 39), datetime(1973, 3, 3, 9, 46, 40),
                    datetime(1966, 10, 31, 14, 13, 20), datetime(5138, 11, 16, 9, 46, 39, 999000),
                    datetime(1973, 3, 3, 9, 46, 40)]  # fmt: skip
    assert bad == [(text, ["at:type"]) for text in wrong]


def test_a_month_or_year_is_its_first_day(spark: SparkSession, tmp_path: Path) -> None:
    texts = ["1949-02", "1990", "Mar 2001"]
    good, bad = _moments(spark, tmp_path, [*texts, "1949-13"], formats=("yyyy-MM", "yyyy", "MMM yyyy"))
    assert good == [datetime(1949, 2, 1), datetime(1990, 1, 1), datetime(2001, 3, 1)]
    assert bad == [("1949-13", ["at:type"])]


def test_a_quarter_is_its_first_day(spark: SparkSession, tmp_path: Path) -> None:
    formats = ("yyyy-'Q'Q", "yyyy[ ]'Q'Q", "'Q'Q/yy", "Q'. Quartal 'yyyy")
    texts = ["2019-Q3", "2019Q1", "2019 q4", "Q2/98", "4. Quartal 2020"]
    wrong = ["2019-Q0", "2019-Q5", "2019-Q", "2019-Q33", "19-Q3", "2019-07", "", "5. Quartal 2020", "12019-Q3"]
    good, bad = _moments(spark, tmp_path, [*texts, *wrong], formats=formats, pivot_year=1969)
    # The empty field is NULL.
    assert good == [
        datetime(2019, 7, 1), datetime(2019, 1, 1), datetime(2019, 10, 1), datetime(1998, 4, 1), datetime(2020, 10, 1),
        None,
    ]  # fmt: skip
    assert bad == [(text, ["at:type"]) for text in wrong if text]


def test_two_digits_of_a_year_mean_one_from_the_pivot_on(spark: SparkSession, tmp_path: Path) -> None:
    texts = ["31-DEC-98", "01-JAN-68", "01-JAN-69", "29-FEB-00", "01/02/1950"]
    good, bad = _moments(spark, tmp_path, [*texts, "29-FEB-99"], formats=("dd-MMM-yy", "dd/MM/yyyy"), pivot_year=1969)
    assert good == [datetime(1998, 12, 31), datetime(2068, 1, 1), datetime(1969, 1, 1), datetime(2000, 2, 29),
                    datetime(1950, 2, 1)]  # fmt: skip
    assert bad == [("29-FEB-99", ["at:type"])]


def test_days_of_excel_are_those_of_its_calendar(spark: SparkSession, tmp_path: Path) -> None:
    # Python counts, in exact decimals, from the day that Excel calls 0 after its 29th of February 1900.
    texts = ["61", "25569", "44197.0", "45474.5208333333", "45474,25", "36526.99998843", "2958465.999"]
    expected = [
        datetime(1899, 12, 30) + timedelta(milliseconds=int(round(Decimal(text.replace(",", ".")) * 86_400_000, 0)))
        for text in texts
    ]
    assert expected[:2] + expected[3:4] == [datetime(1900, 3, 1), datetime(1970, 1, 1), datetime(2024, 7, 1, 12, 30)]
    wrong = ["60.9", "0", "-1", "1e5", "2958466", "2958465.99999999999", "45474 ", "45.474,25", ".5", "9" * 99]
    good, bad = _moments(spark, tmp_path, [*texts, "01.02.2024", *wrong], formats=("excel-days", "dd.MM.yyyy"))
    assert good == [*expected, datetime(2024, 2, 1)]
    assert bad == [(text, ["at:type"]) for text in wrong]


def test_24_oclock_is_midnight_at_the_end_of_the_day(spark: SparkSession, tmp_path: Path) -> None:
    formats = {
        "yyyy-MM-dd HH:mm[:ss[.SSS]]": ["2000-02-28 24:00", "2000-02-28 24:00:00.000", "2000-02-28 23:59"],
        "yyyyMMddHH": ["1999123124", "1999123123"],
        "d.M.yyyy 'um' H 'Uhr'": ["24.12.2024 um 24 Uhr", "24.12.2024 um 2 Uhr"],
        "EEE, ppd MMM yy[ HH'h'mm]": ["Fri,  1 Mar 24 24h00", "Fri,  1 Mar 24 12h24", "Fri, 24 Mar 24"],
        "HH:mm MM/dd/yyyy": ["24:00 12/31/1998"],
    }
    wrong = ["2000-02-28 24:01", "2000-02-28 24:00:00.001", "2000-02-30 24:00", "1999123125", "24:24 12/31/1998"]
    texts = [text for found in formats.values() for text in found]
    options = {"formats": tuple(formats), "hour_24": True, "pivot_year": 1969}
    good, bad = _moments(spark, tmp_path, [*texts, *wrong, "9999-12-31 24:00"], **options)
    assert good == [
        datetime(2000, 2, 29), datetime(2000, 2, 29), datetime(2000, 2, 28, 23, 59),
        datetime(2000, 1, 1), datetime(1999, 12, 31, 23),
        datetime(2024, 12, 25), datetime(2024, 12, 24, 2),
        datetime(2024, 3, 2), datetime(2024, 3, 1, 12, 24), datetime(2024, 3, 24),
        datetime(1999, 1, 1),
    ]  # fmt: skip
    assert bad == [(text, ["at:type"]) for text in (*wrong, "9999-12-31 24:00")]


def test_24_oclock_of_a_zone_is_the_next_day_there(spark: SparkSession, tmp_path: Path) -> None:
    # The night in which clocks go forward; and the last year of two digits.
    texts = ["24-03-30 24:00", "68-12-31 24:00"]
    options = {"formats": ("yy-MM-dd HH:mm",), "hour_24": True, "source_zone": "Europe/Berlin", "pivot_year": 1969}
    good, _ = _moments(spark, tmp_path, texts, "UTC", **options)
    assert good == [datetime(2024, 3, 30, 23), datetime(2068, 12, 31, 23)]


@pytest.mark.parametrize("hour_24", [True, False])
def test_24_oclock_in_the_format_that_none_is_named_for(spark: SparkSession, tmp_path: Path, hour_24: bool) -> None:
    texts = ["2001-02-03 24:00:00", "2001-02-03 00:00:00"]
    good, bad = _moments(spark, tmp_path, texts, hour_24=hour_24)
    assert good == [*([datetime(2001, 2, 4)] if hour_24 else []), datetime(2001, 2, 3)]
    assert bad == ([] if hour_24 else [(texts[0], ["at:type"])])


def test_names_of_other_languages(spark: SparkSession, tmp_path: Path) -> None:
    formats = ("EEEE, d. MMMM yyyy", "dd.MMM.yyyy HH:mm", "ddMMMyyyy")
    texts = ["Sonntag, 4. Dezember 2005", "04.MÄRZ.2005 01:02", "04.Mrz.2005 01:02", "04Okt2005"]
    wrong = ["Sunday, 4. Dezember 2005", "04.Oct.2005 01:02", "04.12.2005 01:02", "04.Marz.2005 01:02"]
    good, bad = _moments(spark, tmp_path, [*texts, *wrong], formats=formats, locale="de")
    assert good == [datetime(2005, 12, 4), *[datetime(2005, 3, 4, 1, 2)] * 2, datetime(2005, 10, 4)]
    assert bad == [(text, ["at:type"]) for text in wrong]


def test_a_weekday_that_is_called_like_a_month(spark: SparkSession, tmp_path: Path) -> None:
    texts = ["mar 4 mar 2005 01:00:00 +0100", "martes 12 abril 2005 01:00:00 +0000"]
    options = {"formats": ("E d MMM yyyy HH:mm:ss XX",), "zoned": True, "locale": "es"}
    good, bad = _moments(spark, tmp_path, texts, "UTC", **options)
    assert (good, bad) == ([datetime(2005, 3, 4), datetime(2005, 4, 12, 1)], [])


def test_names_of_months_are_those_of_java(spark: SparkSession) -> None:
    java = spark._jvm.java  # type: ignore[union-attr]
    for locale in LOCALES:
        names = java.text.DateFormatSymbols.getInstance(java.util.Locale.forLanguageTag(locale))
        for found in (names.getMonths(), names.getShortMonths()):
            numbers = [months(locale)[name.lower().rstrip(".")] for name in list(found)[:12]]
            assert numbers == list(range(1, 13)), locale
        for found in (names.getWeekdays(), names.getShortWeekdays()):
            assert {name.lower().rstrip(".") for name in list(found)[1:]} <= set(weekdays(locale)), locale


def test_counts_are_published_in_the_zone_of_the_contract(spark: SparkSession, tmp_path: Path) -> None:
    good, _ = _moments(spark, tmp_path, ["0"], "Asia/Kathmandu", formats=("epoch-seconds",))
    assert good == [datetime(1970, 1, 1, 5, 30)]


def test_offsets_become_the_wall_clock_of_the_zone(spark: SparkSession, tmp_path: Path) -> None:
    formats = ("yyyy-MM-dd'T'HH:mm:ss[.SSSSSS]XXX", "yyyy-MM-dd HH:mm:ss VV")
    texts = ["2024-07-01T12:00:00+02:00", "2024-07-01T12:00:00.000001Z", "2024-07-01 12:00:00 America/New_York",
             "2024-07-01T12:00:00", '2024-07-01T12:00:00Z"', "0001-01-01T00:00:00+14:00"]  # fmt: skip
    good, bad = _moments(spark, tmp_path, texts, "Europe/Berlin", formats=formats, zoned=True)
    assert good == [datetime(2024, 7, 1, 12), datetime(2024, 7, 1, 14, 0, 0, 1), datetime(2024, 7, 1, 18)]
    assert [text for text, _ in bad] == texts[3:]


def test_a_clock_that_never_was_is_a_gap_and_of_two_the_first_is_meant(spark: SparkSession, tmp_path: Path) -> None:
    texts = ["2024-03-10 01:59:59", "2024-03-10 02:00:00", "2024-03-10 02:59:59", "2024-03-10 03:00:00",
             "2024-11-03 00:59:59", "2024-11-03 01:30:00", "2024-11-03 02:00:00", "nonsense"]  # fmt: skip
    good, bad = _moments(spark, tmp_path, texts, "UTC", source_zone="America/New_York")
    assert good == [datetime(2024, 3, 10, 6, 59, 59), datetime(2024, 3, 10, 7), datetime(2024, 11, 3, 4, 59, 59),
                    datetime(2024, 11, 3, 5, 30), datetime(2024, 11, 3, 7)]  # fmt: skip
    assert bad == [(texts[1], ["at:gap"]), (texts[2], ["at:gap"]), ("nonsense", ["at:type"])]


def test_a_zone_in_the_text_has_gaps_too(spark: SparkSession, tmp_path: Path) -> None:
    formats = ("yyyy-MM-dd HH:mmXXX", "yyyy-MM-dd HH:mm VV", "VV yyyy-MM-dd HH:mm", "MMM d yyyy h:mm a VV")
    left_out = ["2024-03-31 02:30 Europe/Berlin", "2024-03-31 02:00 europe/berlin", "2024-03-10 02:30 EST5EDT",
                "America/Argentina/Buenos_Aires 2007-12-30 00:30", "Mar 10 2024 2:30 AM America/New_York"]  # fmt: skip
    texts = ["2024-03-31 01:59 Europe/Berlin", "2024-03-31 03:00 Europe/Berlin", "2024-03-31 02:30 Asia/Tokyo",
             "2024-03-31 02:30+01:00", "2024-03-31 02:30 +01:00", "2024-03-31 02:30 UTC+01:00",
             "2024-10-27 02:30 Europe/Berlin", "2024-03-31 02:30 Nowhere/Berlin", *left_out]  # fmt: skip
    good, bad = _moments(spark, tmp_path, texts, "UTC", formats=formats, zoned=True)
    assert good == [datetime(2024, 3, 31, 0, 59), datetime(2024, 3, 31, 1), datetime(2024, 3, 30, 17, 30),
                    *[datetime(2024, 3, 31, 1, 30)] * 3, datetime(2024, 10, 27, 0, 30)]  # fmt: skip
    assert bad == [(texts[7], ["at:type"]), *((text, ["at:gap"]) for text in left_out)]


def test_a_date_with_a_clock_that_never_was_stays_the_day(spark: SparkSession, tmp_path: Path) -> None:
    columns = (replace(_COLUMNS[0], formats=("yyyy-MM-dd HH:mm VV",)),)
    _stage(spark, tmp_path, {"a.csv": b"2024-03-31 02:30 Europe/Berlin"}, _contract(columns, header=False))
    assert staged_rows(spark, tmp_path, "day") == [(date(2024, 3, 31),)]


def test_a_gap_of_the_first_format_that_fits_counts(spark: SparkSession, tmp_path: Path) -> None:
    formats = ("d/M/yyyy HH:mm VV", "M/d/yyyy HH:mm VV")
    texts = ["10/3/2024 02:30 America/New_York", "3/10/2024 02:30 America/New_York"]
    good, bad = _moments(spark, tmp_path, texts, "UTC", formats=formats, zoned=True)
    assert (good, bad) == ([datetime(2024, 10, 3, 6, 30)], [(texts[0], ["at:gap"])])
