"""Drafting: whatever file a user comes with gives a valid contract with the right proposals, or one clear line."""

import bz2
import csv
import gzip
import io
import json
import re
import string
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cli.views.draft import print_draft
from drafting.draft import Draft, draft
from drafting.naming import identifiers
from warehouse.contract.file import load_contract
from warehouse.contract.model import Column, Contract
from warehouse.contract.sql import load_mart_sql
from warehouse.errors import ContractError, InputFileError, StackhouseError, UsageError
from warehouse.input.batch_files import check_files

_DAYS = [f"2021-0{1 + number // 28}-{1 + number % 28:02}" for number in range(40)]


def _draft(root: Path, content: bytes | str, name: str = "sample.csv") -> tuple[Draft, Contract]:
    file = root / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    before = file.read_bytes()
    drafted = draft("things", file, root)
    assert file.read_bytes() == before
    contract = load_contract("things", root)
    assert [sql.name for sql in load_mart_sql(contract)] == ["things_by_quarter"]
    return drafted, contract


def _read_or_ask(root: Path, content: bytes | str) -> Draft:
    """A draft that can be used, or one that only lacks the event time."""
    (root / "sample.csv").write_bytes(content.encode() if isinstance(content, str) else content)
    drafted = draft("things", root / "sample.csv", root)
    if drafted.event_time:
        load_contract("things", root)
    else:
        with pytest.raises(ContractError, match="eventTime is missing: name the DATE or TIMESTAMP"):
            load_contract("things", root)
    return drafted


def _typed(root: Path, values: list[str], name: str = "value") -> tuple[Draft, Column]:
    """The column that values give, in a file of 40 days."""
    cells = (values * 40)[:40]
    content = io.StringIO()
    csv.writer(content).writerows([["day", name], *zip(_DAYS, cells, strict=True)])
    drafted, contract = _draft(root, content.getvalue())
    return drafted, contract.columns[1]


def _sentence(drafted: Draft, part: str) -> bool:
    return any(part in sentence for sentence in drafted.unsure)


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
    _, column = _typed(tmp_path, values)
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
    assert _typed(tmp_path, values, name)[1].formats == (pattern,)


def test_digits_without_separators_are_numbers_elsewhere(tmp_path: Path) -> None:
    assert _typed(tmp_path, ["20210101", "20211231"], "Amount")[1].type == "BIGINT"


def test_day_and_month_that_can_be_swapped_are_unsure(tmp_path: Path) -> None:
    drafted, column = _typed(tmp_path, ["01/02/2020", "03/04/2020"])
    assert (column.formats, _sentence(drafted, "other way round")) == (("MM/dd/yyyy",), True)


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
    drafted, column = _typed(tmp_path, values, "Date")
    assert tuple(pattern.replace("d/M/", "dd/MM/") for pattern in column.formats) == formats
    assert _sentence(drafted, "is a guess") == bool(asked)
    assert not asked or _sentence(drafted, asked)


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
    drafted, column = _typed(tmp_path, values, "Date")
    assert (column.formats, column.hour_24) == (formats, True)
    assert str(drafted.columns[1].most).startswith(most)
    assert _sentence(drafted, "date: 24:00, in 20 values, is read as 00:00 of the next day (hour24).")


@pytest.mark.parametrize(
    "values", [["2021-12-31 24:01", "2021-12-31 01:00"], ["2021-12-31T24:00Z", "2021-12-31T01:00Z"]]
)
def test_other_clocks_beyond_23_stay_text(tmp_path: Path, values: list[str]) -> None:
    assert _typed(tmp_path, values)[1].type == "STRING"


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
    drafted, column = _typed(tmp_path, values)
    # Both widths are right where a sample has both.
    found = tuple(re.sub(r"\bdd\b", "d", pattern) for pattern in column.formats)
    assert (column.locale, found) == (locale, tuple(re.sub(r"\bdd\b", "d", pattern) for pattern in formats))
    assert drafted.columns[1].fitting == 40


def test_one_name_tells_two_languages_apart(tmp_path: Path) -> None:
    # Spanish has all of them but one, which is enough for most of the values.
    values = [f"{n + 1} {'fev' if n == 7 else 'ago'} 2020" for n in range(20)]
    drafted, column = _typed(tmp_path, values)
    assert (column.locale, drafted.columns[1].fitting, _sentence(drafted, "Names of months")) == ("pt", 40, False)


def test_names_of_months_that_two_languages_have_are_a_doubt(tmp_path: Path) -> None:
    drafted, column = _typed(tmp_path, ["4 ago 2020", "12 abr 2020"])
    assert (column.locale, _sentence(drafted, "value: Names of months are taken for es, and could be pt")) == (
        "es",
        True,
    )


@pytest.mark.parametrize(
    "values",
    [["Set of 3 mugs", "Mai 2 Tai"], ["4. Mai 2020", "Freitag"], ["4. Mai 2020", "5 de Mai 2020"], ["30 février 2020"]],
)
def test_texts_with_the_name_of_a_month_stay_text(tmp_path: Path, values: list[str]) -> None:
    assert _typed(tmp_path, values)[1].type == "STRING"


def test_offsets_give_a_time_zone(tmp_path: Path) -> None:
    _, contract = _draft(tmp_path, "at\n2020-01-01T00:00:00Z\n2020-01-01T02:00:00+02:00\n")
    assert (contract.time_zone, contract.columns[0].zoned) == ("UTC", True)


def test_a_rare_misfit_is_quarantined_and_named(tmp_path: Path) -> None:
    rows = [f"2021-01-01,{number}" for number in range(499)]
    drafted, contract = _draft(tmp_path, "\n".join(["day,n", *rows, "2021-01-01,12:30", "2021-01-01,1,2"]))
    assert contract.column("n").type == "BIGINT"
    assert drafted.rejected == pytest.approx(2 / 501)
    assert _sentence(drafted, "n: 1 value is not BIGINT: such a row is quarantined.")
    text = drafted.paths[0].read_text()
    assert "99.80% fit" in text
    assert "1 value is not BIGINT" in text


def test_letters_in_any_value_make_a_column_text(tmp_path: Path) -> None:
    # A cancelled order has a C before its number: 99.8 % are numbers, and the others are rows all the same.
    rows = [f"2021-01-01,{number * 7},NA" for number in range(499)]
    drafted, contract = _draft(tmp_path, "\n".join(["day,invoice,n", *rows, "2021-01-01,C536379,5"]))
    assert [column.type for column in contract.columns] == ["DATE", "STRING", "BIGINT"]
    assert (drafted.rejected, _sentence(drafted, "invoice: Letters in 1 value,")) == (0, True)


@pytest.mark.parametrize("letters", [1, 15])
def test_letters_in_some_values_are_a_doubt(tmp_path: Path, letters: int) -> None:
    drafted, column = _typed(tmp_path, [f"{n}.5 p" if n < letters else f"{n}.5" for n in range(40)])
    assert (column.type, _sentence(drafted, f"value: Letters in {letters} value{'s' * (letters > 1)},")) == (
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
    drafted, column = _typed(tmp_path, values)
    assert (column.type, _sentence(drafted, f"value: Numbers with {mark}, kept as text")) == ("STRING", True)


@pytest.mark.parametrize("values", [["2021-", "x"], ["-", "--"], ["1-2", "3-4"], ["(none)", "(5)"]])
def test_other_texts_are_no_numbers_with_a_mark(tmp_path: Path, values: list[str]) -> None:
    drafted, column = _typed(tmp_path, values)
    assert (column.type, _sentence(drafted, "Numbers with")) == ("STRING", False)


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
    drafted, column = _typed(tmp_path, values)
    assert column.type != "STRING"
    # By the line to write there would be NULLs.
    assert column.required == (not sentinel)
    assert _sentence(drafted, 'mean "no value"?') == bool(sentinel)
    assert not sentinel or _sentence(drafted, f'value: Does {sentinel} mean "no value"?')
    assert not sentinel or _sentence(drafted, f'customProperties: [{{property: nullTokens, value: ["{sentinel}"]}}]')


@pytest.mark.parametrize(("bad", "told"), [(1, False), (30, True)])
def test_no_sample_raises_the_threshold_that_holds_a_run(tmp_path: Path, bad: int, told: bool) -> None:
    rows = [f"2021-01-01,{number}" for number in range(970)] + ["2021-01-01,1,2"] * bad
    drafted, contract = _draft(tmp_path, "\n".join(["day,n", *rows]))
    assert (contract.reject_threshold, drafted.rejected > 0) == (0.01, True)
    assert _sentence(drafted, "a run of this file is held") == told


@pytest.mark.parametrize(("value", "said"), [("7", True), ("7.5", False)])
def test_draft_says_why_whole_numbers_are_bigint_where_there_are_some(tmp_path: Path, value: str, said: bool) -> None:
    drafted, _ = _draft(tmp_path, "\n".join(["day,n", *(f"{day},{value}" for day in _DAYS)]))
    head = drafted.paths[0].read_text().partition("apiVersion")[0]
    assert ("Whole numbers are BIGINT, as readers see them" in head) == said


def test_null_tokens_count_where_other_values_are_narrower(tmp_path: Path) -> None:
    content = "day,n,country\n2021-01-01,1,NA\n2021-01-02,NA,DE\n2021-01-03,-,FR\n"
    drafted, contract = _draft(tmp_path, content)
    assert contract.input_format.null_tokens == ("-", "NA")
    assert [column.type for column in contract.columns] == ["DATE", "BIGINT", "STRING"]
    assert [column.required for column in contract.columns] == [True, False, False]
    assert _sentence(drafted, "NA means NULL in every column")


def test_a_token_in_texts_only_is_a_text(tmp_path: Path) -> None:
    _, contract = _draft(tmp_path, "day,country\n2021-01-01,NA\n2021-01-02,DE\n")
    assert contract.input_format.null_tokens == ()
    assert contract.column("country").required


def test_event_time_is_required_although_rows_lack_it(tmp_path: Path) -> None:
    drafted, contract = _draft(tmp_path, "day,n\n2021-01-01,1\n,2\n2021-01-03,3\n2021-01-04,4\n")
    assert (contract.event_time, contract.column("day").required) == ("day", True)
    assert contract.reject_threshold == 0.01
    assert _sentence(drafted, "1 row is quarantined for want of day")
    assert _sentence(drafted, "Up to 25.00% of the sample is quarantined")


def test_event_time_goes_by_name(tmp_path: Path) -> None:
    content = "updated_at,pickup_time,birth_date\n" + "2021-01-03 00:00:00,2021-01-01 10:00:00,1990-01-01\n" * 3
    drafted, contract = _draft(tmp_path, content)
    assert contract.event_time == "pickup_time"
    assert _sentence(drafted, "It could be updated_at, birth_date")


def test_epoch_is_the_event_time_where_nothing_else_is(tmp_path: Path) -> None:
    drafted, contract = _draft(tmp_path, "ts,v\n1600000000,1.5\n1600000060,2.5\n")
    assert contract.column("ts").formats == ("epoch-seconds",)
    assert (contract.event_time, contract.time_zone) == ("ts", "UTC")
    assert _sentence(drafted, "read as epoch-seconds")


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
    drafted = _read_or_ask(tmp_path, content)
    assert (drafted.event_time, _sentence(drafted, f"read as {form};")) == (("ts", True) if form else ("", False))


@pytest.mark.parametrize(("value", "event_time"), [(1735689600000, True), (4000000000000, False), (10**18, False)])
def test_numbers_without_a_name_may_be_an_epoch(tmp_path: Path, value: int, event_time: bool) -> None:
    drafted = _read_or_ask(tmp_path, "".join(f"{value + n * 3_600_000},{n}.5,{n}\n" for n in range(20)))
    assert bool(drafted.event_time) == event_time
    assert _sentence(drafted, "read as epoch-milliseconds") == event_time


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
    drafted, contract = _draft(tmp_path, content)
    column = contract.columns[0]
    assert (drafted.event_time, column.type, sorted(column.formats)) == (name.lower(), "DATE", sorted(formats))
    assert column.pivot_year == (1969 if "98" in values[0] else 2000)
    assert _sentence(drafted, first)


def test_month_beside_a_date_stays_text(tmp_path: Path) -> None:
    _, contract = _draft(tmp_path, "day,month,year\n2020-01-02,2020-01,2020\n2020-02-03,2020-02,2020\n")
    assert [column.type for column in contract.columns] == ["DATE", "STRING", "BIGINT"]


@pytest.mark.parametrize(("values", "pivot"), [(["31-DEC-98", "01-JAN-05"], 1969), (["31-DEC-08", "01-JAN-05"], 2000)])
def test_two_digits_of_years_that_would_lie_ahead_are_of_the_last_century(
    tmp_path: Path, values: list[str], pivot: int
) -> None:
    drafted, column = _typed(tmp_path, values)
    assert column.pivot_year == pivot
    assert _sentence(drafted, f"read as {pivot} to {pivot + 99}.")


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
    drafted, column = _typed(tmp_path, values, name)
    assert (column.type, column.formats) == (kind, formats)
    assert _sentence(drafted, "Numbers are read as days of Excel, from 2021-01-01 to 2021-12-31") == bool(formats)


def test_epoch_beside_a_date_is_a_hint(tmp_path: Path) -> None:
    drafted, column = _typed(tmp_path, ["1600000000000", "1600000060000"], "event_ts")
    assert (column.type, _sentence(drafted, "epoch-milliseconds")) == ("BIGINT", True)


def test_a_unique_id_is_the_key(tmp_path: Path) -> None:
    drafted, contract = _draft(
        tmp_path, "\n".join(["Order ID,day", *(f"{n * 7},{day}" for n, day in enumerate(_DAYS))])
    )
    assert (contract.key, _sentence(drafted, "primary key is order_id")) == (("order_id",), True)


@pytest.mark.parametrize("rows", [["1,5", "1,6"] * 20, [f"{n},{n * 3}" for n in range(5)]])
def test_a_doubtful_key_is_none(tmp_path: Path, rows: list[str]) -> None:
    drafted, contract = _draft(tmp_path, "\n".join(["id,other,day", *(f"{row},2021-01-01" for row in rows)]))
    assert (contract.key, _sentence(drafted, "no primary key")) == ((), True)


def test_numbers_of_rows_are_no_key(tmp_path: Path) -> None:
    drafted, contract = _draft(tmp_path, "\n".join([",day", *(f"{n},{day}" for n, day in enumerate(_DAYS))]))
    assert (contract.key, _sentence(drafted, "column_1 numbers the rows")) == ((), True)
    assert (contract.input_format.header, contract.input_format.skip_lines) == (False, 1)


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
    drafted = _read_or_ask(tmp_path, content)
    assert (drafted.event_time, said in drafted.unsure[0]) == ("", True)
    text = drafted.paths[0].read_text()
    assert "# - property: eventTime" in text
    assert ("Looks like a time." in text) == ("look like one:" in drafted.unsure[0])
    print_draft(drafted, False)
    assert f"write the event time into {drafted.paths[0]}" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["LineId", "id", "No"])
def test_numbers_of_rows_are_no_key_whatever_they_are_called(tmp_path: Path, name: str) -> None:
    rows = [f"{number},{day}" for number, day in enumerate(_DAYS, start=1)]
    drafted, contract = _draft(tmp_path, "\n".join([f"{name},day", *rows]))
    assert contract.key == ()
    assert _sentence(drafted, "numbers the rows of a file")
    assert _sentence(drafted, "If the next file goes on with higher numbers, write primaryKey: true")


def test_a_code_in_a_file_of_one_moment_may_be_that_of_a_snapshot(tmp_path: Path) -> None:
    rows = [f"2021-03-30T17:00:00,{number * 7},{number}" for number in range(20)]
    drafted, contract = _draft(tmp_path, "\n".join(["data,code id,cases", *rows]))
    assert contract.key == ()
    assert _sentence(drafted, "write primaryKey: true at data and code_id")


def _grid(*names: str, days: int = 20) -> list[str]:
    """Rows of a day, a name and a measure, one of each day and name."""
    return [f"{day},{name},{(n * 7 + m) % 13}.5" for n, day in enumerate(_DAYS[:days]) for m, name in enumerate(names)]


@pytest.mark.parametrize(
    ("header", "rows", "key"),
    [
        ("date,location,rain", _grid("New York", "Oslo", "Rome"), ("date", "location")),
        ("date,symbol,close", _grid("A", "B", "C", "D"), ("date", "symbol")),
        # A name says the same as its code.
        (
            "data,codice,casi,nome",
            [f"{row},P {row.split(',')[1]}" for row in _grid("01", "02", "03")],
            ("data", "codice"),
        ),
        (
            "day,region,kind,n",
            [f"{day},{region},{kind},{n % 5}" for n, day in enumerate(_DAYS) for region in "NS" for kind in "ab"],
            ("day", "region", "kind"),
        ),
        (
            "order_id,line_no,day,n",
            [f"{1000 + n * 3},{line},{_DAYS[n % 20]},{n * line % 7}" for n in range(40) for line in (1, 2, 3)],
            ("order_id", "line_no"),
        ),
    ],
)  # fmt: skip
def test_columns_that_are_unique_together_are_the_key(
    tmp_path: Path, header: str, rows: list[str], key: tuple[str, ...]
) -> None:
    drafted, contract = _draft(tmp_path, "\n".join([header, *rows]))
    assert sorted(contract.key) == sorted(key)
    assert contract.superseded_threshold == 0
    assert _sentence(drafted, f"All {len(rows)} rows differ in it")
    assert f"# The primary key is {' and '.join(key)}" in drafted.paths[0].read_text()


def test_columns_that_are_unique_together_by_chance_are_no_key(tmp_path: Path) -> None:
    # Nearly every second is of one row, so hardly any other column could repeat within one.
    rows = [f"2021-01-01 00:{n // 60:02}:{n % 60:02},{'WIE'[n % 3]},{n % 7}" for n in range(120)]
    rows += ["2021-01-01 00:00:00,E,1"]
    drafted, contract = _draft(tmp_path, "\n".join(["at,level,n", *rows]))
    assert (contract.key, contract.superseded_threshold) == ((), 0)
    assert _sentence(drafted, "share at and level, which may be chance")


def test_times_of_day_are_no_key_though_they_differ(tmp_path: Path) -> None:
    rows = [f"2021-01-01,{n // 60:02}:{n % 60:02}:07,{n % 7}" for n in range(200)]
    drafted, contract = _draft(tmp_path, "\n".join(["day,clock,n", *rows]))
    assert (contract.key, _sentence(drafted, "no primary key")) == ((), True)


def test_two_proved_keys_are_none(tmp_path: Path) -> None:
    rows = [f"{day},{name},{'xyz'[(n + m) % 3]}" for n, day in enumerate(_DAYS) for m, name in enumerate("abc")]
    drafted, contract = _draft(tmp_path, "\n".join(["day,first,second", *rows]))
    assert contract.key == ()
    assert _sentence(drafted, "No two rows of the sample share day and first.")
    assert _sentence(drafted, "No two rows of the sample share day and second.")


_ORDERS = [f"{n * 7},{day},{n % 5},2022-01-0{1 + n % 9}" for n, day in enumerate(_DAYS)]


@pytest.mark.parametrize(
    ("again", "version", "threshold"),
    [
        ([f"{row[:-10]}2022-02-01" for row in _ORDERS[:2]], "updated_at", 0.1),
        (_ORDERS[:2], None, 0.1),
        (_ORDERS[:15], None, 0.5),
    ],
)
def test_rows_that_are_sent_again_prove_a_key(
    tmp_path: Path, again: list[str], version: str | None, threshold: float
) -> None:
    drafted, contract = _draft(tmp_path, "\n".join(["id,day,n,updated_at", *_ORDERS, *again]))
    assert (contract.key, contract.version, contract.superseded_threshold) == (("id",), version, threshold)
    assert _sentence(drafted, f"Sent again with the same key: {len(again)} of {40 + len(again)} rows")


def test_a_number_whose_rows_differ_in_more_than_a_version_is_no_key(tmp_path: Path) -> None:
    other = "0,2021-01-01,4,2022-02-01"
    drafted, contract = _draft(tmp_path, "\n".join(["id,day,n,updated_at", *_ORDERS, other]))
    assert (contract.key, contract.version, contract.superseded_threshold) == ((), None, 0)
    assert _sentence(drafted, "id is not a key: 2 of 41 rows share it with another")


def test_file_that_says_everything_thrice_proves_nothing(tmp_path: Path) -> None:
    _, contract = _draft(tmp_path, "\n".join(["id,day,n,updated_at", *_ORDERS * 3]))
    assert (contract.key, contract.superseded_threshold) == ((), 0)


def test_rows_that_are_alike_and_say_nothing_else_are_not_sent_again(tmp_path: Path) -> None:
    rows = [row.rpartition(",")[0] for row in _grid("A", "B", "C")]
    drafted, contract = _draft(tmp_path, "\n".join(["day,symbol", *rows, rows[0]]))
    assert (contract.key, contract.superseded_threshold) == ((), 0)
    assert not _sentence(drafted, "ent again")


@pytest.mark.parametrize(
    ("values", "separators", "hive_type"),
    [
        (["1.234,56", "7,5"], (",", "."), "DECIMAL(9,2)"),
        (["12,5", "7,25"], (",", None), "DECIMAL(7,2)"),
        (["1,234.5", "7.25"], (".", ","), "DECIMAL(9,2)"),
        (["1,234", "12,345,678"], (".", ","), "BIGINT"),
        (["0,234", "12,345"], (",", None), "DECIMAL(8,3)"),
        (["1 234,5", "7"], (",", " "), "DECIMAL(9,2)"),
        (["1.234", "5.678"], (".", None), "DECIMAL(7,3)"),
    ],
)
def test_separators_of_numbers(tmp_path: Path, values: list[str], separators: tuple[str, Any], hive_type: str) -> None:
    rows = [f"{day};{(values * 40)[n]};{n}" for n, day in enumerate(_DAYS)]
    _, contract = _draft(tmp_path, "\n".join(["day;value;n", *rows]))
    form = contract.input_format
    assert (form.decimal_separator, form.thousands_separator) == separators
    assert [column.type for column in contract.columns] == ["DATE", hive_type, "BIGINT"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("day\tn\n2021-01-01\t1\n", {"delimiter": "\t"}),
        ("day|n\n2021-01-01|1,5\n2021-01-01|x\n", {"delimiter": "|"}),
        ("day,n\n2021-01-01,'a,b'\n", {"quote": "'"}),
        ('day,n\n2021-01-01,"a\\"b,c"\n2021-01-01,d\n', {"escape": "\\"}),
        ('day,n\n2021-01-01,"a""b,c"\n2021-01-01,d\n', {"escape": None, "quote": '"'}),
        ('day,n\n2021-01-01,5" pipe\n2021-01-01,7" pipe\n', {"quote": "\x02"}),
        ('day,n\n2021-01-01,"a\nb"\n2021-01-01,c\n', {"quoted_newlines": True}),
        ('day,n\n2021-01-01,"a\n""b"", c"\n2021-01-01,"d\n""e"", f"\n', {"quoted_newlines": True, "quote": '"'}),
        ('day,n\n2021-01-01,"a\n#b"\n2021-01-01,c\n', {"quoted_newlines": True, "comment": None}),
        ("day,n\n2021-01-01,'tis\n2021-01-01,'twas\n", {"quote": '"'}),
        ("Report\n\nday,n\n2021-01-01,1\n", {"skip_lines": 2, "header": True}),
        ("# a, b, c\n# x\nday,n,m\n2021-01-01,1,2\n# mid\n2021-01-01,1,2\n", {"skip_lines": 2, "comment": "#"}),
        ("2021-01-01,1\n2021-01-02,1\n", {"header": False, "skip_lines": 0}),
        ("\ufeffday,n\r\n2021-01-01,1\r\n", {"header": True, "encoding": "utf-8"}),
        ("day,n\r2021-01-01,1\r", {"header": True}),
    ],
)  # fmt: skip
def test_dialects(tmp_path: Path, content: str, expected: dict[str, Any]) -> None:
    drafted, contract = _draft(tmp_path, content)
    assert {name: getattr(contract.input_format, name) for name in expected} == expected
    assert contract.columns[0].type == "DATE"
    assert contract.columns[0].source_name == ("day" if contract.input_format.header else "column_1")
    assert drafted.rejected == 0


def test_bytes_that_are_no_utf_8_are_windows_1252(tmp_path: Path) -> None:
    drafted, contract = _draft(tmp_path, "tag,größe\n2021-01-01,süß\n".encode("windows-1252"))
    assert (contract.input_format.encoding, contract.columns[1].source_name) == ("cp1252", "größe")
    assert contract.columns[1].name == "grosse"
    assert _sentence(drafted, "not UTF-8")


def test_a_few_broken_bytes_in_utf_8_are_rejected_rows(tmp_path: Path) -> None:
    drafted, contract = _draft(tmp_path, "day,n\n2021-01-01,é\n2021-01-01,ü\n".encode() + b"2021-01-01,\xff\n")
    assert (contract.input_format.encoding, drafted.rejected) == ("utf-8", pytest.approx(1 / 3))


@pytest.mark.parametrize(("suffix", "pack"), [(".gz", gzip.compress), (".bz2", bz2.compress)])
def test_compressed_files(tmp_path: Path, suffix: str, pack: Any) -> None:
    _, contract = _draft(tmp_path, pack(b"day,n\n2021-01-01,1\n"), f"sample.csv{suffix}")
    assert [column.type for column in contract.columns] == ["DATE", "BIGINT"]


def test_json_lines(tmp_path: Path) -> None:
    objects: list[object] = [
        {"at": "2021-01-01T00:00:00Z", "n": 1, "x": 1.5, "ok": True, "deep": {"a": [1]}},
        {"at": "2021-01-01T00:00:00Z", "n": 2, "x": 7, "ok": None, "more": "m"},
    ]
    content = "\n".join(map(json.dumps, objects * 5)) + '\n{"at": 1, "at": 2}\nnonsense\n'
    drafted, contract = _draft(tmp_path, content, "sample.jsonl")
    assert contract.input_format.kind == "jsonl"
    assert {column.name: column.type for column in contract.columns} == {
        "at": "TIMESTAMP", "n": "BIGINT", "x": "DECIMAL(6,2)", "ok": "BOOLEAN", "deep": "STRING", "more": "STRING",
    }  # fmt: skip
    assert drafted.rejected == pytest.approx(2 / 12)


def test_parquet(tmp_path: Path) -> None:
    table = pa.table(
        {
            "At": pa.array([datetime(2021, 1, 1, 1), datetime(2021, 1, 2)], pa.timestamp("us")),
            "zoned": pa.array([datetime(2021, 1, 1, 1), datetime(2021, 1, 2)], pa.timestamp("us", "UTC")),
            "day": [date(2021, 1, 1), date(2021, 1, 2)],
            "money": [Decimal("1.50"), None],
            "x": [1.5, float("nan")],
            "rare": [1e-9, 1e20],
            "text day": ["2021-01-01", "2021-01-02"],
            "odd day": ["01.01.2021", "02.01.2021"],
            'a "quoted" name': [1, 2],
        }
    )
    file = tmp_path / "sample[1].parquet"
    pq.write_table(table, file)
    drafted = draft("things", file, tmp_path)
    contract = load_contract("things", tmp_path)
    assert {column.source_name: column.type for column in contract.columns} == {
        "At": "TIMESTAMP", "zoned": "TIMESTAMP", "day": "DATE", "money": "DECIMAL(6,2)", "x": "DECIMAL(6,2)",
        "rare": "DOUBLE", "text day": "DATE", "odd day": "STRING", 'a "quoted" name': "BIGINT",
    }  # fmt: skip
    assert (contract.column("zoned").zoned, contract.time_zone) == (True, "UTC")
    # Null tokens are for text; a .parquet is Parquet in a dataset of CSV files too.
    assert (contract.input_format.kind, contract.input_format.null_tokens) == ("csv", ("NaN",))
    assert drafted.rejected == 0


def test_parquet_in_nanoseconds_is_drafted_in_microseconds(tmp_path: Path) -> None:
    at = pa.array([datetime(2021, 1, 1, 0, 0, 0, 5)] * 2, pa.timestamp("ns"))
    pq.write_table(pa.table({"at": at, "seen": at.cast(pa.timestamp("ns", "UTC"))}), tmp_path / "a.parquet")
    draft("things", tmp_path / "a.parquet", tmp_path)
    contract = load_contract("things", tmp_path)
    assert [(column.type, column.zoned) for column in contract.columns] == [("TIMESTAMP", False), ("TIMESTAMP", True)]


@pytest.mark.parametrize(
    ("column", "said"),
    [
        (pa.array([[1], [2]]), "plain column"),
        (pa.array([b"1", b"2"]), "plain column"),
    ],
)
def test_parquet_columns_that_load_does_not_read(tmp_path: Path, column: Any, said: str) -> None:
    pq.write_table(pa.table({"day": [date(2021, 1, 1)] * 2, "odd": column}), tmp_path / "a.parquet")
    with pytest.raises(InputFileError, match=said):
        draft("things", tmp_path / "a.parquet", tmp_path)


_NASTY = [
    "select", "quarter_start", "Quarter_Start ", "PULocationID", "camelCaseName", "2020", "größe", "日本", "a: b",
    "- x", "# comment",
    'quo"te', "it's", "{{x}}", "[bracket]", "back\\slash", "tab\tname", "a\u2028b", "a\x85", "null", "true",
    "%d", "*", "`tick`", "x" * 200, "ends in space ", "💡", "a" * 62, "a" * 63, "a" * 64, "source_line",
    "column_7", "\x01",
]  # fmt: skip


def test_nasty_names(tmp_path: Path) -> None:
    content = io.StringIO()
    csv.writer(content).writerows([["day", *_NASTY], ["2021-01-01", *map(str, range(len(_NASTY)))]])
    drafted, contract = _draft(tmp_path, content.getvalue())
    assert [column.source_name for column in contract.columns] == ["day", *_NASTY]
    names = {column.source_name: column.name for column in contract.columns}
    assert names["PULocationID"] == "pu_location_id"
    assert names["camelCaseName"] == "camel_case_name"
    assert names["quarter_start"] == "quarter_start_2"
    assert (names["2020"], names["select"]) == ("c_2020", "select")
    for path in drafted.paths[1:]:
        assert path.read_text().isascii()


def test_names_that_are_missing(tmp_path: Path) -> None:
    _, contract = _draft(tmp_path, "day,, ,Column_2\n2021-01-01,1,2,3\n2021-01-02,1,2,3\n")
    assert [column.name for column in contract.columns] == ["day", "column_2_2", "column_3", "column_2"]
    assert not contract.input_format.header


@given(st.lists(st.text(max_size=90), max_size=30))
def test_identifiers_are_valid_and_different(names: list[str]) -> None:
    found = identifiers(names)
    assert len(set(found)) == len(names)
    assert all(set(name) <= set(string.ascii_lowercase + string.digits + "_") and len(name) <= 63 for name in found)
    assert all(name[0] in string.ascii_lowercase for name in found)


_PARQUET_RUBBISH = b"PAR1" + b"\0" * 40


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv", b"\n\n", "has no lines"),
        ("a.csv", b"day,n\n", "no rows below its header"),
        ("a.csv", b"\x7fELF\0\0\0", "is not text"),
        ("a.csv", b"PK\x03\x04\x14\0\0\0", "is not text"),
        ("a.csv", "day,n\n2021-01-01,1\n".encode("utf-16"), "UTF-16"),
        ("a.csv", b"day,day\n2021-01-01,1\n", "appears twice"),
        ("a.csv", b"day,ID,id\n2021-01-01,1,2\n", "appears twice"),
        ("a.csv", b",".join(b"c%d" % n for n in range(5000)) + b"\n" + b"2021-01-01," * 4999 + b"1\n", "5,000 columns"),
        ("a.csv", b"Report\nday,n\n2021-01-01,\"a\nb\"\n2021-01-01,\"c\nd\"\n", "line ends inside quotes"),
        ("a.csv.gz", b"day,n\n2021-01-01,1\n", "cannot be read"),
        ("a.csv.gz", gzip.compress(b"day,n\n2021-01-01,1\n" * 99)[:-9], "cannot be read"),
        # Python's own readers take this for the end; load does not.
        ("a.csv.gz", gzip.compress(b"day,n\n2021-01-01,1\n" * 99) + b"\0" * 9, "cannot be read"),
        ("a.csv.bz2", bz2.compress(b"day,n\n2021-01-01,1\n" * 99) + b"x" * 9, "cannot be read"),
        ("a.csv.bz2", b"BZh9nonsense", "cannot be read"),
        ("a.json", b'[\n{"day": "2021-01-01"}\n]', "one JSON object per line"),
        ("a.jsonl", b'{"": 1, "day": "2021-01-01"}', "an empty key cannot be"),
        ("a.jsonl", b'{"\\ud800": 1, "day": "2021-01-01"}', "not valid Unicode"),
        ("a.parquet", _PARQUET_RUBBISH, "Parquet"),
        ("a.parquet", b"day\n2021-01-01", "Parquet"),
        ("a.dat", _PARQUET_RUBBISH, "ends in .parquet"),
    ],
)  # fmt: skip
def test_what_is_no_sample_is_one_line(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputFileError) as refused:
        draft("things", tmp_path / name, tmp_path)
    assert said in str(refused.value)
    assert name in str(refused.value)
    assert not (tmp_path / "data").exists()
    assert not (tmp_path / "sql").exists()


def test_missing_files_and_directories_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="does not exist"):
        draft("things", tmp_path / "none.csv", tmp_path)
    with pytest.raises(InputFileError, match="no files in"):
        draft("things", tmp_path, tmp_path)


@pytest.mark.parametrize("name", ["Big", "a-b", "default", "x_releases", "../x", ""])
def test_names_that_cannot_be_used(tmp_path: Path, name: str) -> None:
    with pytest.raises(ContractError):
        draft(name, tmp_path / "none.csv", tmp_path)


@pytest.mark.parametrize("taken", ["data", "sql"])
def test_nothing_is_overwritten(tmp_path: Path, taken: str) -> None:
    (tmp_path / taken / "things").mkdir(parents=True)
    with pytest.raises(UsageError, match="exists"):
        _draft(tmp_path, "day\n2021-01-01\n")
    assert list((tmp_path / taken / "things").iterdir()) == []


def test_a_draft_is_written_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "sql").write_text("in the way")
    with pytest.raises(UsageError, match="cannot be written"):
        _draft(tmp_path, "day\n2021-01-01\n")
    assert not list((tmp_path / "data").iterdir())


def test_the_longest_name_has_a_mart(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("day\n2021-01-01\n")
    for name in ("a" * 63, "a" * 52 + "_by_quarter"):
        draft(name, tmp_path / "a.csv", tmp_path)
        load_contract(name, tmp_path)


def test_only_the_first_and_the_last_rows_of_many_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drafting.reading.source.MAX_ROWS", 8)
    rows = ["2021-01-01,1"] * 3 + ["between,x"] * 4 + ["2021-01-02,1.5"] * 4
    drafted, contract = _draft(tmp_path, "\n".join(["day,n", *rows]))
    assert (drafted.rows, drafted.whole, contract.column("n").type) == (7, False, "DECIMAL(6,2)")
    assert "7 rows, the first and the last, of sample.csv" in drafted.paths[0].read_text()
    assert _sentence(drafted, "Only 7 rows, the first and last of each file, were looked at")


def test_a_large_file_is_read_at_both_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drafting.reading.source.MAX_BYTES", 100)
    rows = ["1,2021-01-01"] * 10 + ["x,between"] * 1000 + ["2,2021-12-31"] * 10
    drafted, contract = _draft(tmp_path, "\n".join(["n,day", *rows]))
    assert [column.type for column in contract.columns] == ["BIGINT", "DATE"]
    assert (drafted.rejected, drafted.columns[1].most) == (0, "2021-12-31")


def test_of_many_columns_fewer_rows_are_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drafting.reading.source.MAX_FIELDS", 30)
    rows = ["2021-01-01,1,2"] * 5 + ["between,x,2"] * 10 + ["2021-12-31,1.5,2"] * 5
    drafted, contract = _draft(tmp_path, "\n".join(["day,n,m", *rows]))
    assert (drafted.rows, drafted.whole, contract.column("n").type) == (9, False, "DECIMAL(6,2)")


def test_row_numbers_are_found_though_rows_between_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drafting.reading.source.MAX_ROWS", 200)
    rows = [f"{n},2021-01-{1 + n % 28:02}" for n in range(1000)]
    drafted, contract = _draft(tmp_path, "\n".join(["id,day", *rows]))
    assert (contract.key, _sentence(drafted, "id numbers the rows")) == ((), True)


def test_personal_data_is_not_shown(tmp_path: Path) -> None:
    drafted, _ = _draft(tmp_path, "day,email\n2021-01-01,ada@example.org\n")
    assert "ada@" not in drafted.paths[0].read_text()
    assert _sentence(drafted, "email")


def _mart(contract: Contract) -> dict[str, str]:
    return {column.name: column.type for column in contract.mart("things_by_quarter").columns}


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("customer_id", ["17850.0", "13047.0", ""], "BIGINT"),
        ("customer_id", ["17850", "13047.0", "-2.0"], "BIGINT"),
        ("customer_id", ["17850.0", "13047.5", ""], "DECIMAL(10,2)"),
        ("customer_id", ["17850.0", "13047.00", ""], "DECIMAL(10,2)"),
        ("pieces", [f"{n}.0" for n in range(20)], "BIGINT"),
        ("pieces", ["1.0", "2.0"], "DECIMAL(6,2)"),
    ],
)
def test_whole_numbers_written_with_a_zero_after_the_point(
    tmp_path: Path, name: str, values: list[str], kind: str
) -> None:
    drafted, contract = _draft(tmp_path, f"day,{name}\n" + "".join(f"2021-01-01,{value}\n" for value in values))
    assert contract.column(name).type == kind
    assert (contract.column(name).transform is not None) == (kind == "BIGINT")
    assert _sentence(drafted, "Whole numbers written with .0") == (kind == "BIGINT")


@pytest.mark.parametrize("other", ["n", "note"])
def test_a_column_of_dashes_has_no_value(tmp_path: Path, other: str) -> None:
    rows = [f"{day},-,{'-' if n % 2 else n if other == 'n' else 'x'}" for n, day in enumerate(_DAYS)]
    drafted, contract = _draft(tmp_path, "\n".join([f"day,empty,{other}", *rows]))
    text = drafted.paths[0].read_text()
    assert ", 0 different" not in text
    assert "no value, 100.00% NULL (-)" in text
    assert not contract.column("empty").required
    # In a column of text a dash may be a value.
    tokens = contract.column("empty").null_tokens, contract.input_format.null_tokens
    assert tokens == ((None, ("-",)) if other == "n" else (("-",), ()))


def test_null_of_databases_is_null_in_a_column_of_text_too(tmp_path: Path) -> None:
    drafted, contract = _draft(tmp_path, "day,kind\n2021-01-01,\\N\n2021-01-02,member\n")
    assert contract.input_format.null_tokens == ("\\N",)
    assert not contract.column("kind").required
    assert _sentence(drafted, "\\N means NULL in every column")


def test_a_mart_has_figures_of_measures_and_counts_identifiers(tmp_path: Path) -> None:
    rows = "2021-01-01,1,2,1.50,1e3,\n2021-01-02,1,3,2.50,1e4,5\n"
    _, contract = _draft(tmp_path, "day,store_id,n,money,ratio,points\n" + rows)
    assert _mart(contract) == {
        "quarter": "STRING", "rows_count": "BIGINT", "distinct_store_id": "BIGINT",
        "total_n": "DECIMAL(38,0)", "mean_n": "DECIMAL(38,2)", "min_n": "BIGINT", "max_n": "BIGINT",
        "total_money": "DECIMAL(38,2)", "mean_money": "DECIMAL(38,4)",
        "min_money": contract.column("money").type, "max_money": contract.column("money").type,
        "min_ratio": "DOUBLE", "max_ratio": "DOUBLE",
    }  # fmt: skip


def test_a_mart_has_the_share_of_nulls_of_a_measure_with_some(tmp_path: Path) -> None:
    _, contract = _draft(tmp_path, "day,points\n2021-01-01,\n2021-01-02,5\n")
    assert _mart(contract)["null_share_points"] == "DECIMAL(7,6)"


def test_identifiers_coordinates_and_codes_are_no_measures(tmp_path: Path) -> None:
    _, contract = _draft(tmp_path, "day,lat,zip_code,station,pickup_longitude\n2021-01-01,1.5,8001,3,8.25\n")
    assert list(_mart(contract)) == ["quarter", "rows_count"]


def test_a_mart_divides_quarters_by_the_column_that_spreads_rows_most_evenly(tmp_path: Path) -> None:
    rows = [f"2021-01-01,{'yes' if n % 40 else 'no'},{'abc'[n % 3]},{n}\n" for n in range(120)]
    drafted, contract = _draft(tmp_path, "day,open,city,n\n" + "".join(rows))
    assert list(_mart(contract))[:3] == ["quarter", "city", "rows_count"]
    assert "GROUP BY `quarter_start`, `city`" in drafted.paths[1].read_text()
    assert "One row per quarter and city." in drafted.paths[0].read_text()


def test_a_mart_is_not_divided_by_a_column_of_nearly_one_value(tmp_path: Path) -> None:
    rows = [f"2021-01-01,{'yes' if n else 'no'},{n}\n" for n in range(120)]
    _, contract = _draft(tmp_path, "day,open,n\n" + "".join(rows))
    assert list(_mart(contract))[:2] == ["quarter", "rows_count"]


@pytest.mark.parametrize("as_json", [False, True])
def test_output(tmp_path: Path, capsys: pytest.CaptureFixture[str], as_json: bool) -> None:
    drafted, _ = _draft(tmp_path, "day,[bold]\n2021-01-01,[/red]\n", "my sample.csv")
    print_draft(drafted, as_json)
    printed = capsys.readouterr().out
    if as_json:
        found = json.loads(printed)
        assert (found["columns"][0]["type"], found["mart"]) == ("DATE", "things_by_quarter")
        printed = "\n".join(found["next"])
    # `load` takes no name with a space.
    assert f"mv -n '{tmp_path}/my sample.csv' {tmp_path}/my_sample.csv" in printed
    assert f"./stackhouse load things {tmp_path}/my_sample.csv" in printed
    assert "./stackhouse contract check things" in printed


@pytest.mark.parametrize(
    ("name", "renamed"),
    [("a b(1).csv", "a_b_1_.csv"), ("日本.csv", "data.csv"), ("_x.csv", "x.csv"), ("größe.csv.gz", "gr_e.csv.gz")],
)
def test_a_name_that_load_refuses_is_changed_before_it(tmp_path: Path, name: str, renamed: str) -> None:
    content = b"day,n\n2021-01-01,1\n"
    drafted, _ = _draft(tmp_path, gzip.compress(content) if name.endswith(".gz") else content, name)
    assert drafted.renamed == tmp_path / renamed
    check_files([(tmp_path / name).rename(drafted.renamed)])


_CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["", "NA", "2021-01-01", "2021-01-01 00:00:00", "1", "1.5", "1,5", "true", "-", '"', "01/02/2020"]),
)
_TABLES = st.integers(1, 5).flatmap(
    lambda width: st.tuples(
        st.lists(st.text(max_size=15), min_size=width, max_size=width),
        st.lists(st.lists(_CELLS, min_size=width, max_size=width), max_size=6),
    )
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_TABLES, st.sampled_from(",;\t"), st.booleans())
def test_any_table_gives_a_valid_contract_or_one_line(
    tmp_path_factory: pytest.TempPathFactory, table: tuple[list[str], list[list[str]]], delimiter: str, quoted: bool
) -> None:
    root = tmp_path_factory.mktemp("table")
    header, rows = table
    content = io.StringIO()
    writer = csv.writer(content, delimiter=delimiter, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL)
    writer.writerows([["day", *header], *(["2021-01-01", *row] for row in rows)])
    try:
        _read_or_ask(root, content.getvalue().encode("utf-8", "replace"))
    except StackhouseError as problem:
        assert "internal error" not in str(problem)  # noqa: PT017 - both ends are right
        assert "\n" not in str(problem)  # noqa: PT017


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_any_bytes_give_a_valid_contract_or_one_line(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    try:
        _read_or_ask(tmp_path_factory.mktemp("bytes"), b"day,x\n2021-01-01,1\n" + content)
    except StackhouseError as problem:
        assert "internal error" not in str(problem)  # noqa: PT017


def test_two_quotes_that_are_never_closed_do_not_swallow_the_lines_between(tmp_path: Path) -> None:
    lines = [f"{_DAYS[number % 40]}\tplain\t{number}" for number in range(200)]
    lines[20], lines[120] = f'{_DAYS[0]}\t"cut text\t20', f'{_DAYS[0]}\t"other cut\t120'
    drafted, contract = _draft(tmp_path, "\n".join(["day\ttext\tn", *lines, ""]), "sample.tsv")
    assert (contract.input_format.quoted_newlines, drafted.rows) == (False, 198)


def test_first_row_that_lacks_one_of_two_dates_is_no_header(tmp_path: Path) -> None:
    rows = [f"{number},{day},{day}" for number, day in enumerate(_DAYS)]
    rows[0] = f"0,{_DAYS[0]},NULL"
    drafted, contract = _draft(tmp_path, "\n".join(rows) + "\n")
    assert (contract.input_format.header, drafted.rows) == (False, 40)


def test_grouped_digits_in_a_column_called_like_a_time_are_a_number(tmp_path: Path) -> None:
    _, column = _typed(tmp_path, ["1,234", "22,345", "333,456"], "uptime")
    assert column.type == "BIGINT"


def test_decimal_comma_is_no_delimiter_where_another_cuts_as_well(tmp_path: Path) -> None:
    _, contract = _draft(tmp_path, "".join(f"{day} 00:00:00;1,5;1,7\n" for day in _DAYS))
    assert (contract.input_format.delimiter, contract.input_format.decimal_separator) == (";", ",")


@pytest.mark.parametrize("name", ["sample.jsonl", "sample.parquet"])
def test_empty_text_is_a_null_token_where_it_is_a_text(tmp_path: Path, name: str) -> None:
    amounts = ["" if number % 4 == 0 else f"{number}.5" for number in range(40)]
    if name.endswith("jsonl"):
        rows = zip(_DAYS, amounts, strict=True)
        content = "".join(json.dumps({"day": day, "amount": amount}) + "\n" for day, amount in rows).encode()
    else:
        buffer = io.BytesIO()
        pq.write_table(pa.table({"day": _DAYS, "amount": amounts}), buffer)
        content = buffer.getvalue()
    _, contract = _draft(tmp_path, content, name)
    assert contract.columns[1].type.startswith("DECIMAL")
    assert contract.input_format.null_tokens == ("",)


def test_decimals_of_parquet_stay_decimals(tmp_path: Path) -> None:
    amounts = pa.array([Decimal("12345678901234.123456789012345678")] * 40, pa.decimal128(38, 18))
    buffer = io.BytesIO()
    pq.write_table(pa.table({"day": _DAYS, "amount": amounts}), buffer)
    _, contract = _draft(tmp_path, buffer.getvalue(), "sample.parquet")
    assert contract.columns[1].type == "DECIMAL(35,18)"


@pytest.mark.parametrize(
    ("values", "doubted"),
    [(["1.234", "2.500", "12.750"], True), (["1.234", "2.5", "12.750"], False), (["0.234", "0.500"], False)],
)
def test_points_that_could_group_digits_are_a_doubt(tmp_path: Path, values: list[str], doubted: bool) -> None:
    content = "Day;count\n" + "".join(f"{day};{value}\n" for day, value in zip(_DAYS, values * 14, strict=False))
    drafted, contract = _draft(tmp_path, content)
    assert contract.columns[1].type.startswith("DECIMAL")
    assert any("not as 1234" in sentence for sentence in drafted.unsure) == doubted


@pytest.mark.parametrize("values", [["10.0.0.123"], ["29.02.2020", "01.12.2020"], ["100", "250"]])
def test_points_of_dates_and_addresses_are_no_doubt(tmp_path: Path, values: list[str]) -> None:
    rows = [f"{day};{(values * 40)[n]};10.0.0.123;{n}" for n, day in enumerate(_DAYS)]
    drafted, _ = _draft(tmp_path, "\n".join(["day;value;host;n", *rows]))
    assert not _sentence(drafted, "not as 1234")


def test_numbers_with_other_separators_than_others_are_a_doubt(tmp_path: Path) -> None:
    rows = [f"{day};{n / 8:.4f};{n / 7:.4f};{n},5" for n, day in enumerate(_DAYS)]
    drafted, contract = _draft(tmp_path, "\n".join(["day;lat;lon;price", *rows]))
    assert [column.type for column in contract.columns[1:]] == ["DECIMAL(8,4)", "DECIMAL(8,4)", "STRING"]
    assert _sentence(drafted, "price: Numbers with other separators")


def test_measure_below_a_line_of_units_is_no_key(tmp_path: Path) -> None:
    rows = [f"{day},{n}.5" for n, day in enumerate(_DAYS * 4)]
    _, contract = _draft(tmp_path, "\n".join(["day,level", "yyyy-MM-dd,cm", *rows]))
    assert (contract.column("level").type, contract.key) == ("STRING", ())


@pytest.mark.parametrize(("offset", "doubted"), [("+02:00", True), ("-0500", True), ("Z", False), ("+00:00", False)])
def test_offsets_that_move_quarters_are_a_doubt(tmp_path: Path, offset: str, doubted: bool) -> None:
    drafted, _ = _draft(tmp_path, "at,n\n" + "".join(f"{day}T10:00:00{offset},1\n" for day in _DAYS))
    assert _sentence(drafted, "at: offsets are applied, so quarters are those of UTC (timeZone)") == doubted


def test_numbers_are_no_hint_at_the_event_time(tmp_path: Path) -> None:
    drafted = _read_or_ask(tmp_path, "label,value\n" + "".join(f"x{n},{n}.5\n" for n in range(40)))
    assert "No column looks like one" in drafted.unsure[0]


def test_codes_with_leading_zeros_are_a_doubt(tmp_path: Path) -> None:
    drafted, column = _typed(tmp_path, ["007", "123"])
    assert (column.type, _sentence(drafted, "value: Codes with leading zeros")) == ("STRING", True)


def test_country_that_is_a_null_token_elsewhere_is_kept_by_the_line_to_write(tmp_path: Path) -> None:
    drafted, _ = _draft(tmp_path, "day,n,country\n2021-01-01,NA,NA\n2021-01-02,-,DE\n2021-01-03,3,FR\n")
    line = 'customProperties: [{property: nullTokens, value: ["-"]}]'
    assert _sentence(drafted, f"If it is a value there, write {line}.")
    path = drafted.paths[0]
    description = 'description: "Column country of the file."\n'
    path.write_text(path.read_text().replace(description, f"{description}        {line}\n"))
    contract = load_contract("things", tmp_path)
    assert (contract.column("country").null_tokens, contract.input_format.null_tokens) == (("-",), ("-", "NA"))


@pytest.mark.parametrize("name", ["zip_code", "Phone", "EAN"])
def test_digits_of_codes_that_may_begin_with_zero_are_text(tmp_path: Path, name: str) -> None:
    assert _typed(tmp_path, ["80331", "10115"], name)[1].type == "STRING"
