"""Types, NULLs and the event time of a draft."""

import gzip
import io
import json
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cli.views.draft import print_draft
from tests.unit.drafting.samples import DAYS, drafted_from, read_or_ask, says, typed
from warehouse.contract.file import load_contract
from warehouse.input.batch_files import check_files


@pytest.mark.parametrize(
    ("values", "hive_type", "formats"),
    [
        (["1", "-20", "+3"], "BIGINT", ()),
        (["0", "1"], "BIGINT", ()),
        (["127", "-128"], "BIGINT", ()),
        (["999999999999999999", "-5"], "BIGINT", ()),
        (["1000000000000000000", "-5"], "DECIMAL(38,0)", ()),
        (["123456789012345678901", "5"], "DECIMAL(38,0)", ()),
        (["007", "123"], "STRING", ()),
        # Zeros alone are no code.
        (["000", "123"], "BIGINT", ()),
        (["+493012345", "+441234567"], "STRING", ()),
        (["1.5", "20"], "DECIMAL(7,2)", ()),
        (["1.123456", "-20.1"], "DECIMAL(11,6)", ()),
        (["1e10", "5"], "DOUBLE", ()),
        (["1.", "5.2"], "DOUBLE", ()),
        (["0.1234567890123456789", "2.5"], "DOUBLE", ()),
        (["true", "FALSE"], "BOOLEAN", ()),
        (["yes", "no"], "BOOLEAN", ()),
        (["Y", "N"], "STRING", ()),
        # Norway; a sex or a unit.
        (["NO"], "STRING", ()),
        (["F"], "STRING", ()),
        (["F", "T"], "BOOLEAN", ()),
        (["false"], "BOOLEAN", ()),
        (["1 ", "2"], "BIGINT", ()),
        (["1 ", "a"], "STRING", ()),
        (["nothing", "1"], "STRING", ()),
        (["2020-02-29"], "DATE", ("yyyy-MM-dd",)),
        (["2020-02-29 10:11:12"], "TIMESTAMP", ("yyyy-MM-dd HH:mm:ss",)),
        (["2020-02-29 10:11:12.5", "2020-02-29 10:11:12"], "TIMESTAMP", ("yyyy-MM-dd HH:mm:ss[.SSSSSS]",)),
        (["2020-02-29T10:11"], "TIMESTAMP", ("yyyy-MM-dd'T'HH:mm",)),
        (["2020-02-29T10:11:12Z", "2020-02-29T10:11:12+02:00"], "TIMESTAMP", ("yyyy-MM-dd'T'HH:mm:ssXXX",)),
        (["2020-02-29 10:11:12 UTC"], "TIMESTAMP", ("yyyy-MM-dd HH:mm:ss 'UTC'",)),
        (["29/02/2020", "01/12/2020"], "DATE", ("dd/MM/yyyy", )),
        (["2/29/2020 1:05 PM", "12/1/2020 11:59 am"], "TIMESTAMP", ("M/d/yyyy h:mm a",)),
        (["29.2.2020", "1.12.2020"], "DATE", ("d.M.yyyy",)),
        (["29-Feb-2020", "1-Mar-2020"], "DATE", ("d-MMM-yyyy",)),
        (["February 29, 2020", "March 1, 2020"], "DATE", ("MMMM d, yyyy",)),
        (["Sat Feb 29 04:47:44 2020", "Sun Mar 01 00:00:00 2020"], "TIMESTAMP", ("EEE MMM ppd HH:mm:ss yyyy",)),
        (["Sun Mar 01 00:00:00 2020"], "TIMESTAMP", ("EEE MMM dd HH:mm:ss yyyy",)),
        (["Sun Mar  1 00:00:00 2020", "Thu Mar 12 00:00:00 2020"], "TIMESTAMP", ("EEE MMM ppd HH:mm:ss yyyy",)),
        (["Sat, 29 Feb 2020 04:47:44 +0000"], "TIMESTAMP", ("EEE, d MMM yyyy HH:mm:ss XX",)),
        (["Sat, 29 Feb 2020 04:47:44 GMT"], "TIMESTAMP", ("EEE, d MMM yyyy HH:mm:ss 'GMT'",)),
        (["Sat Feb 29 13:08:45 +0000 2020"], "TIMESTAMP", ("EEE MMM ppd HH:mm:ss XX yyyy",)),
        (["Sun Mar 01 2020 04:47:44 GMT+0100"], "TIMESTAMP", ("EEE MMM dd yyyy HH:mm:ss 'GMT'XX",)),
        (["Saturday, February 29, 2020"], "DATE", ("EEEE, MMMM d, yyyy",)),
        (["Sat Feb 29 2020 04:47:44 2020", "Sat Feb 29 04:47:44"], "STRING", ()),
        (["2020-02-29 23:59:00,123", "2020-03-01 23:59:00"], "TIMESTAMP", ("yyyy-MM-dd HH:mm:ss[,SSSSSS]",)),
        (["29-FEB-20 03.04.05.000000 AM"], "TIMESTAMP", ("d-MMM-yy hh.mm.ss[.SSSSSS] a",)),
        (["29/02/2020 18.00.00", "01/12/2020 03.00.00"], "TIMESTAMP", ("dd/MM/yyyy HH.mm.ss",)),
        (["01/Jul/1995:00:00:01 -0400"], "TIMESTAMP", ("dd/MMM/yyyy:HH:mm:ss XX",)),
        (["[01/Jul/1995:00:00:01 -0400]"], "TIMESTAMP", ("'['dd/MMM/yyyy:HH:mm:ss XX']'",)),
        (["2020-02-29", "2020-02-29", "2020-02-29 10:11:12"], "TIMESTAMP", ("yyyy-MM-dd", "yyyy-MM-dd HH:mm:ss")),
        (["2021-02-29"], "STRING", ()),
        (["10:11:12"], "STRING", ()),
        (["192.168.1.1"], "STRING", ()),
    ],
)  # fmt: skip
def test_the_narrowest_type_that_fits(
    tmp_path: Path, values: list[str], hive_type: str, formats: tuple[str, ...]
) -> None:
    _, column = typed(tmp_path, values)
    assert column.type == hive_type
    # Both widths are right where a sample has both.
    assert tuple(pattern.replace("dd/MM", "d/M") for pattern in column.formats) == tuple(
        pattern.replace("dd/MM", "d/M") for pattern in formats
    )


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


def test_a_rare_misfit_is_quarantined_and_named(tmp_path: Path) -> None:
    rows = [f"2021-01-01,{number}" for number in range(499)]
    drafted, contract = drafted_from(tmp_path, "\n".join(["day,n", *rows, "2021-01-01,12:30", "2021-01-01,1,2"]))
    assert contract.column("n").type == "BIGINT"
    assert drafted.rejected == pytest.approx(2 / 501)
    assert says(drafted, "n: 1 value is not BIGINT: such a row is quarantined.")
    text = drafted.paths[0].read_text()
    assert "99.80% fit" in text
    assert "1 value is not BIGINT" in text


def test_letters_in_any_value_make_a_column_text(tmp_path: Path) -> None:
    # A cancelled order has a C before its number: 99.8 % are numbers, and the others are rows all the same.
    rows = [f"2021-01-01,{number * 7},NA" for number in range(499)]
    drafted, contract = drafted_from(tmp_path, "\n".join(["day,invoice,n", *rows, "2021-01-01,C536379,5"]))
    assert [column.type for column in contract.columns] == ["DATE", "STRING", "BIGINT"]
    assert (drafted.rejected, says(drafted, "invoice: Letters in 1 value,")) == (0, True)


@pytest.mark.parametrize("letters", [1, 15])
def test_letters_in_some_values_are_a_doubt(tmp_path: Path, letters: int) -> None:
    drafted, column = typed(tmp_path, [f"{n}.5 p" if n < letters else f"{n}.5" for n in range(40)])
    assert (column.type, says(drafted, f"value: Letters in {letters} value{'s' * (letters > 1)},")) == (
        "STRING",
        True,
    )


@pytest.mark.parametrize(
    ("values", "mark"),
    [
        (["1,00-", "20,50", "3,00", "4,00-"], "a minus after the digits in 20 values"),
        (["(1.00)", "1,020.50"], "parentheses around the digits in 20 values"),
        (["($1.00)", "$20.50"], "parentheses around the digits in 20 values or a sign of a currency in 20 values"),
        (["12.5%", "1%"], "a percent sign in 40 values"),
        (["\u22121.5", "2"], "a minus that is not the hyphen in 20 values"),
        (["1\u202f000,5", "2"], "no-break spaces between the digits in 20 values"),
        (["12 €", "1.250,50 €"], "a sign of a currency in 40 values"),
        # One in many is no damage either.
        (["1"] * 39 + ["2-"], "a minus after the digits in 1 value"),
    ],
)
def test_numbers_with_a_mark_are_text_and_a_doubt(tmp_path: Path, values: list[str], mark: str) -> None:
    drafted, column = typed(tmp_path, values)
    assert (column.type, says(drafted, f"value: Numbers with {mark}, kept as text")) == ("STRING", True)


@pytest.mark.parametrize("values", [["2021-", "x"], ["-", "--"], ["1-2", "3-4"], ["(none)", "(5)"]])
def test_other_texts_are_no_numbers_with_a_mark(tmp_path: Path, values: list[str]) -> None:
    drafted, column = typed(tmp_path, values)
    assert (column.type, says(drafted, "Numbers with")) == ("STRING", False)


@pytest.mark.parametrize(
    ("values", "sentinel"),
    [
        ([*("1,5", "2,6", "3,25", "4,5", "5,75", "8,9"), "-200", "-200"], "-200"),
        (["10", "20", "30", "40", "50", "9999", "9999"], "9999"),
        # Not the most frequent value.
        (["10", "10", "11", "12", "13", "14", "-200"], "-200"),
        (["10", "10", "11", "12", "13", "14", "99.0"], "99.0"),
        # Two of them.
        (["10", "10", "11", "12", "13", "14", "-99", "999"], "999"),
        (["10", "10", "11", "12", "13", "14", "-99", "999"], "-99"),
        (["10", "10", "11", "12", "13", "14", "200"], ""),
        # Many zeros are measures.
        (["0", "0", "0", "10", "20", "30", "40", "50"], ""),
        (["1", "2", "3", "4", "5", "6", "7", "1000000"], ""),
    ],
)
def test_number_far_from_all_others_may_mean_no_value(tmp_path: Path, values: list[str], sentinel: str) -> None:
    drafted, column = typed(tmp_path, values)
    assert column.type != "STRING"
    # By the line to write there would be NULLs.
    assert column.required == (not sentinel)
    assert says(drafted, 'mean "no value"?') == bool(sentinel)
    assert not sentinel or says(drafted, f'value: Does {sentinel} mean "no value"?')
    assert not sentinel or says(drafted, f'customProperties: [{{property: nullTokens, value: ["{sentinel}"]}}]')


@pytest.mark.parametrize(("bad", "told"), [(1, False), (30, True)])
def test_no_sample_raises_the_threshold_that_holds_a_run(tmp_path: Path, bad: int, told: bool) -> None:
    rows = [f"2021-01-01,{number}" for number in range(970)] + ["2021-01-01,1,2"] * bad
    drafted, contract = drafted_from(tmp_path, "\n".join(["day,n", *rows]))
    assert (contract.reject_threshold, drafted.rejected > 0) == (0.01, True)
    assert says(drafted, "a run of this file is held") == told


@pytest.mark.parametrize(("value", "said"), [("7", True), ("7.5", False)])
def test_draft_says_why_whole_numbers_are_bigint_where_there_are_some(tmp_path: Path, value: str, said: bool) -> None:
    drafted, _ = drafted_from(tmp_path, "\n".join(["day,n", *(f"{day},{value}" for day in DAYS)]))
    head = drafted.paths[0].read_text().partition("apiVersion")[0]
    assert ("Whole numbers are BIGINT, as readers see them" in head) == said


def test_null_tokens_count_where_other_values_are_narrower(tmp_path: Path) -> None:
    content = "day,n,country\n2021-01-01,1,NA\n2021-01-02,NA,DE\n2021-01-03,-,FR\n"
    drafted, contract = drafted_from(tmp_path, content)
    assert contract.input_format.null_tokens == ("-", "NA")
    assert [column.type for column in contract.columns] == ["DATE", "BIGINT", "STRING"]
    assert [column.required for column in contract.columns] == [True, False, False]
    assert says(drafted, "NA means NULL in every column")


def test_a_token_in_texts_only_is_a_text(tmp_path: Path) -> None:
    _, contract = drafted_from(tmp_path, "day,country\n2021-01-01,NA\n2021-01-02,DE\n")
    assert contract.input_format.null_tokens == ()
    assert contract.column("country").required


def test_event_time_is_required_although_rows_lack_it(tmp_path: Path) -> None:
    drafted, contract = drafted_from(tmp_path, "day,n\n2021-01-01,1\n,2\n2021-01-03,3\n2021-01-04,4\n")
    assert (contract.event_time, contract.column("day").required) == ("day", True)
    assert contract.reject_threshold == 0.01
    assert says(drafted, "1 row is quarantined, because without day a row has no quarter")
    assert says(drafted, "Up to 25.00% of the sample is quarantined")


def test_event_time_goes_by_name(tmp_path: Path) -> None:
    content = "updated_at,pickup_time,birth_date\n" + "2021-01-03 00:00:00,2021-01-01 10:00:00,1990-01-01\n" * 3
    drafted, contract = drafted_from(tmp_path, content)
    assert contract.event_time == "pickup_time"
    assert says(drafted, "It could be updated_at, birth_date")


def test_epoch_is_the_event_time_where_nothing_else_is(tmp_path: Path) -> None:
    drafted, contract = drafted_from(tmp_path, "ts,v\n1600000000,1.5\n1600000060,2.5\n")
    assert contract.column("ts").formats == ("epoch-seconds",)
    assert (contract.event_time, contract.time_zone) == ("ts", "UTC")
    assert says(drafted, "read as epoch-seconds")


@pytest.mark.parametrize(
    ("values", "form"),
    [
        (["1594512094.3859746", "1594512096"], "epoch-fractional-seconds"),
        (["1594512094385974699", "1594512094385974700"], "epoch-nanoseconds"),
        (["1735603200000", "1735689600000000"], "epoch-auto"),
        (["1594512094.5", "1594512094500"], None),
        (["1735603200000", "42"], None),
    ],
)
def test_magnitude_of_numbers_gives_the_unit_of_an_epoch(tmp_path: Path, values: list[str], form: str | None) -> None:
    content = "ts,name\n" + "".join(f"{value},a\n" for value in values * 6)
    drafted = read_or_ask(tmp_path, content)
    assert (drafted.event_time, says(drafted, f"read as {form};")) == (("ts", True) if form else ("", False))


@pytest.mark.parametrize(("value", "event_time"), [(1735689600000, True), (4000000000000, False), (10**18, False)])
def test_numbers_without_a_name_may_be_an_epoch(tmp_path: Path, value: int, event_time: bool) -> None:
    drafted = read_or_ask(tmp_path, "".join(f"{value + n * 3_600_000},{n}.5,{n}\n" for n in range(20)))
    assert bool(drafted.event_time) == event_time
    assert says(drafted, "read as epoch-milliseconds") == event_time


@pytest.mark.parametrize(
    ("name", "values", "formats", "first"),
    [
        ("Month", ["1949-01", "1949-02"], ("yyyy-MM",), "first day of its month"),
        ("Period", ["Jan 1990", "Feb 1990"], ("MMM yyyy",), "first day of its month"),
        ("period", ["01/1990", "12/1990"], ("MM/yyyy",), "first day of its month"),
        ("Year", ["1990", "2020"], ("yyyy",), "first day of its year"),
        ("Monat", ["März 2020", "Dezember 2020"], ("MMM yyyy",), "first day of its month"),
        ("TIME_PERIOD", ["2019-Q3", "2020-Q1"], ("yyyy-'Q'Q",), "first day of its quarter"),
        ("Period", ["Q3 2019", "Q1/2020"], ("'Q'Q yyyy", "'Q'Q/yyyy"), "first day of its quarter"),
        ("trimestre", ["2019-T3", "2020-T1"], ("yyyy-'T'Q",), "first day of its quarter"),
        ("Quartal", ["4. Quartal 2019"], ("Q'. Quartal 'yyyy",), "first day of its quarter"),
        ("fiscal", ["3Q98", "1Q05"], ("Q'Q'yy",), "first day of its quarter"),
    ],
)
def test_month_or_year_is_the_event_time_where_nothing_else_is(
    tmp_path: Path, name: str, values: list[str], formats: tuple[str, ...], first: str
) -> None:
    content = f"{name},n\n" + "".join(f"{value},{n}\n" for n, value in enumerate(values))
    drafted, contract = drafted_from(tmp_path, content)
    column = contract.columns[0]
    assert (drafted.event_time, column.type, sorted(column.formats)) == (name.lower(), "DATE", sorted(formats))
    assert column.pivot_year == (1969 if "98" in values[0] else 2000)
    assert says(drafted, first)


def test_month_beside_a_date_stays_text(tmp_path: Path) -> None:
    _, contract = drafted_from(tmp_path, "day,month,year\n2020-01-02,2020-01,2020\n2020-02-03,2020-02,2020\n")
    assert [column.type for column in contract.columns] == ["DATE", "STRING", "BIGINT"]


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


def test_epoch_beside_a_date_is_a_hint(tmp_path: Path) -> None:
    drafted, column = typed(tmp_path, ["1600000000000", "1600000060000"], "event_ts")
    assert (column.type, says(drafted, "epoch-milliseconds")) == ("BIGINT", True)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a,b\n1,2\n3,4\n", "No column looks like one"),
        ("year,month,births\n1990,1,112\n1991,2,118\n", "look like one: year (1990), month (1)"),
        ("at what,n\n4th Dec 04:47:44 2005,1\n", "look like one: at_what (4th Dec 04:47:44 2005)"),
        ('log,n\n"23:59:00,123",1\n', "look like one: log (23:59:00,123)"),
    ],
)
def test_without_an_event_time_the_draft_asks_for_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, said: str
) -> None:
    drafted = read_or_ask(tmp_path, content)
    assert (drafted.event_time, said in drafted.unsure[0]) == ("", True)
    text = drafted.paths[0].read_text()
    assert "# - property: eventTime" in text
    assert ("Looks like a time." in text) == ("look like one:" in drafted.unsure[0])
    print_draft(drafted, False)
    assert f"write the event time into {drafted.paths[0]}" in capsys.readouterr().out


def test_times_of_day_are_no_key_though_they_differ(tmp_path: Path) -> None:
    rows = [f"2021-01-01,{n // 60:02}:{n % 60:02}:07,{n % 7}" for n in range(200)]
    drafted, contract = drafted_from(tmp_path, "\n".join(["day,clock,n", *rows]))
    assert (contract.key, says(drafted, "no primary key")) == ((), True)


@pytest.mark.parametrize("other", ["n", "note"])
def test_a_column_of_dashes_has_no_value(tmp_path: Path, other: str) -> None:
    rows = [f"{day},-,{'-' if n % 2 else n if other == 'n' else 'x'}" for n, day in enumerate(DAYS)]
    drafted, contract = drafted_from(tmp_path, "\n".join([f"day,empty,{other}", *rows]))
    text = drafted.paths[0].read_text()
    assert ", 0 different" not in text
    assert "no value, 100.00% NULL (-)" in text
    assert not contract.column("empty").required
    # In a column of text a dash may be a value.
    tokens = contract.column("empty").null_tokens, contract.input_format.null_tokens
    assert tokens == ((None, ("-",)) if other == "n" else (("-",), ()))


def test_null_of_databases_is_null_in_a_column_of_text_too(tmp_path: Path) -> None:
    drafted, contract = drafted_from(tmp_path, "day,kind\n2021-01-01,\\N\n2021-01-02,member\n")
    assert contract.input_format.null_tokens == ("\\N",)
    assert not contract.column("kind").required
    assert says(drafted, "\\N means NULL in every column")


@pytest.mark.parametrize(
    ("name", "renamed"),
    [("a b(1).csv", "a_b_1_.csv"), ("日本.csv", "data.csv"), ("_x.csv", "x.csv"), ("größe.csv.gz", "gr_e.csv.gz")],
)
def test_a_name_that_load_refuses_is_changed_before_it(tmp_path: Path, name: str, renamed: str) -> None:
    content = b"day,n\n2021-01-01,1\n"
    drafted, _ = drafted_from(tmp_path, gzip.compress(content) if name.endswith(".gz") else content, name)
    assert drafted.renamed == tmp_path / renamed
    check_files([(tmp_path / name).rename(drafted.renamed)])


@pytest.mark.parametrize("name", ["sample.jsonl", "sample.parquet"])
def test_empty_text_is_a_null_token_where_it_is_a_text(tmp_path: Path, name: str) -> None:
    amounts = ["" if number % 4 == 0 else f"{number}.5" for number in range(40)]
    if name.endswith("jsonl"):
        rows = zip(DAYS, amounts, strict=True)
        content = "".join(json.dumps({"day": day, "amount": amount}) + "\n" for day, amount in rows).encode()
    else:
        buffer = io.BytesIO()
        pq.write_table(pa.table({"day": DAYS, "amount": amounts}), buffer)
        content = buffer.getvalue()
    _, contract = drafted_from(tmp_path, content, name)
    assert contract.columns[1].type.startswith("DECIMAL")
    assert contract.input_format.null_tokens == ("",)


@pytest.mark.parametrize(("offset", "doubted"), [("+02:00", True), ("-0500", True), ("Z", False), ("+00:00", False)])
def test_offsets_that_move_quarters_are_a_doubt(tmp_path: Path, offset: str, doubted: bool) -> None:
    drafted, _ = drafted_from(tmp_path, "at,n\n" + "".join(f"{day}T10:00:00{offset},1\n" for day in DAYS))
    assert says(drafted, "at: offsets are applied, so quarters are those of UTC (timeZone)") == doubted


def test_numbers_are_no_hint_at_the_event_time(tmp_path: Path) -> None:
    drafted = read_or_ask(tmp_path, "label,value\n" + "".join(f"x{n},{n}.5\n" for n in range(40)))
    assert "No column looks like one" in drafted.unsure[0]


def test_codes_with_leading_zeros_are_a_doubt(tmp_path: Path) -> None:
    drafted, column = typed(tmp_path, ["007", "123"])
    assert (column.type, says(drafted, "value: Codes with leading zeros")) == ("STRING", True)


def test_country_that_is_a_null_token_elsewhere_is_kept_by_the_line_to_write(tmp_path: Path) -> None:
    drafted, _ = drafted_from(tmp_path, "day,n,country\n2021-01-01,NA,NA\n2021-01-02,-,DE\n2021-01-03,3,FR\n")
    line = 'customProperties: [{property: nullTokens, value: ["-"]}]'
    assert says(drafted, f"If it is a value there, write {line}.")
    path = drafted.paths[0]
    description = 'description: "Column country of the file."\n'
    path.write_text(path.read_text().replace(description, f"{description}        {line}\n"))
    contract = load_contract("things", tmp_path)
    assert (contract.column("country").null_tokens, contract.input_format.null_tokens) == (("-",), ("-", "NA"))


@pytest.mark.parametrize("name", ["zip_code", "Phone", "EAN"])
def test_digits_of_codes_that_may_begin_with_zero_are_text(tmp_path: Path, name: str) -> None:
    assert typed(tmp_path, ["80331", "10115"], name)[1].type == "STRING"
