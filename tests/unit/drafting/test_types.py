"""Types of columns in a draft: the narrowest that fits, and what a value that does not fit makes of it."""

from pathlib import Path

import pytest

from tests.unit.drafting.samples import DAYS, drafted_from, says, typed


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


def test_codes_with_leading_zeros_are_a_doubt(tmp_path: Path) -> None:
    drafted, column = typed(tmp_path, ["007", "123"])
    assert (column.type, says(drafted, "value: Codes with leading zeros")) == ("STRING", True)


@pytest.mark.parametrize("name", ["zip_code", "Phone", "EAN"])
def test_digits_of_codes_that_may_begin_with_zero_are_text(tmp_path: Path, name: str) -> None:
    assert typed(tmp_path, ["80331", "10115"], name)[1].type == "STRING"
