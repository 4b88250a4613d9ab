"""Drafts of files that split a moment into columns, or pad their values."""

from pathlib import Path

import pytest

from drafting.draft import Draft, draft
from warehouse.contract.file import load_contract
from warehouse.contract.model import Contract

HOURS = [(2010 + n // 30, 1 + n % 12, 1 + n % 28, n % 24) for n in range(60)]


def drafted(root: Path, header: str, rows: list[str], name: str = "sample.csv") -> tuple[Draft, Contract]:
    (root / name).write_text("\n".join([header, *rows]) + "\n")
    found = draft("things", root / name, root)
    return found, load_contract("things", root)


def test_year_month_day_and_hour_make_a_timestamp(tmp_path: Path) -> None:
    found, contract = drafted(tmp_path, "Year,Month,Day,Hour,n", [f"{y},{m},{d},{h},{h}" for y, m, d, h in HOURS])
    column = contract.column("recorded_at")
    assert (column.type, column.required, contract.event_time) == ("TIMESTAMP", True, "recorded_at")
    assert column.transform == "MAKE_TIMESTAMP_NTZ(`Year`, `Month`, `Day`, `Hour`, 0, 0)"
    assert column.reads == ("Year", "Month", "Day", "Hour")
    assert (
        "recorded_at is computed (transformLogic): year, month, day and hour are taken for the parts of one wall "
        "clock, with hours from 0 to 23." in found.unsure
    )


def test_year_month_and_day_make_a_date_also_with_an_hour_that_no_clock_has(tmp_path: Path) -> None:
    _, contract = drafted(tmp_path, "year,month,day,hour", [f"{y},{m:02},{d:02},25" for y, m, d, _ in HOURS])
    assert contract.column("recorded_on").transform == "MAKE_DATE(`year`, `month`, `day`)"


def test_hours_from_1_to_24_make_a_timestamp_of_which_24_is_the_next_day(tmp_path: Path) -> None:
    found, contract = drafted(tmp_path, "year,month,day,hour,n", [f"{y},{m},{d},{h + 1},{h}" for y, m, d, h in HOURS])
    column = contract.column("recorded_at")
    assert column.transform == "CONCAT(`year`, '-', `month`, '-', `day`, ' ', `hour`)"
    assert (column.formats, column.hour_24) == (("yyyy-M-d H",), True)
    assert any("with hours from 0 to 24, which is read as 0 of the next day (hour24)" in text for text in found.unsure)


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("year,month,note", "{y},{m},x"),
        ("year,month,day", "{y},13,{d}"),
        ("year,month,day", "{y},2,30"),
        ("year,yr,month,day", "{y},{y},{m},{d}"),
    ],
)
def test_other_numbers_make_no_moment(tmp_path: Path, header: str, row: str) -> None:
    (tmp_path / "a.csv").write_text("\n".join([header, *(row.format(y=y, m=m, d=d) for y, m, d, _ in HOURS)]))
    assert draft("things", tmp_path / "a.csv", tmp_path).event_time == ""


def test_parts_beside_a_whole_moment_are_left_alone(tmp_path: Path) -> None:
    rows = [f"{y}-{m:02}-{d:02} 01:02:03,{y},{m},{d}" for y, m, d, _ in HOURS]
    _, contract = drafted(tmp_path, "at,year,month,day", rows)
    assert [column.name for column in contract.columns if column.transform] == []


@pytest.mark.parametrize(
    ("row", "form"),
    [
        ("{d:02}/{m:02}/{y},{h:02}.00.00", "dd/MM/yyyy HH.mm.ss"),
        ("{y}-{m:02}-{d:02},{h}:05", "yyyy-MM-dd H:mm"),
    ],
)
def test_a_date_and_a_time_of_day_beside_it_make_a_timestamp(tmp_path: Path, row: str, form: str) -> None:
    rows = [row.format(y=y, m=m, d=d, h=h) + ",1" for y, m, d, h in HOURS]
    found, contract = drafted(tmp_path, "Date,Time of `day`,n", rows)
    column = contract.column("recorded_at")
    assert column.transform == "CONCAT(`Date`, ' ', `Time of ``day```)"
    assert (column.formats, contract.event_time) == ((form,), "recorded_at")
    assert any("date and time_of_day are taken for the day and the time of day" in doubt for doubt in found.unsure)


def test_a_time_of_day_of_24_oclock_is_joined_as_the_next_day(tmp_path: Path) -> None:
    rows = [f"{d:02}.{m:02}.{y};{h + 1:02}:00;{h}" for y, m, d, h in HOURS]
    found, contract = drafted(tmp_path, "Datum;Uhrzeit;n", rows)
    column = contract.column("recorded_at")
    assert (column.formats, column.hour_24) == (("dd.MM.yyyy HH:mm",), True)
    assert any("24:00 is read as 00:00 of the next day (hour24)." in text for text in found.unsure)


def test_a_joined_timestamp_has_the_century_of_its_date(tmp_path: Path) -> None:
    rows = [f"{day:02}-DEC-98,10:0{day % 10}" for day in range(1, 29)]
    found, contract = drafted(tmp_path, "day,clock", rows)
    assert (contract.column("day").pivot_year, contract.column("recorded_at").pivot_year) == (1969, 1969)
    assert any("If the format of day is wrong, correct it here too." in sentence for sentence in found.unsure)


@pytest.mark.parametrize("times", [("25:00", "10:00"), ("10:00", "10.00.00"), ("noon", "10:00")])
def test_what_is_no_time_of_day_is_not_joined(tmp_path: Path, times: tuple[str, str]) -> None:
    rows = [f"{y}-{m:02}-{d:02},{times[h % 2]}" for y, m, d, h in HOURS]
    _, contract = drafted(tmp_path, "day,clock", rows)
    assert (contract.event_time, len(contract.columns)) == ("day", 2)


def test_padded_numbers_and_dates_are_trimmed(tmp_path: Path) -> None:
    rows = [f"  {n};{y}-{m:02}-{d:02} ;\t{n / 10};eor" for n, (y, m, d, _) in enumerate(HOURS)]
    found, contract = drafted(tmp_path, "  n;day; temp; end", rows)
    assert contract.input_format.trim
    assert [(column.source_name, column.type) for column in contract.columns] == [
        ("n", "BIGINT"),
        ("day", "DATE"),
        ("temp", "DECIMAL(6,2)"),
        ("end", "STRING"),
    ]
    assert "Blanks around all values are removed (trim: true), as n, day, temp would be text." in found.unsure


def test_blanks_around_words_are_kept(tmp_path: Path) -> None:
    rows = [f"{y}-{m:02}-{d:02}, word{n} " for n, (y, m, d, _) in enumerate(HOURS)]
    found, contract = drafted(tmp_path, "day,word", rows)
    assert not contract.input_format.trim
    assert found.columns[1].examples[0] == " word0 "
    assert not any("trim" in doubt for doubt in found.unsure)
