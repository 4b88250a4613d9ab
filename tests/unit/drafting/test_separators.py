"""Separators of numbers in a draft."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.drafting.samples import DAYS, drafted_from, says, typed


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
    rows = [f"{day};{(values * 40)[n]};{n}" for n, day in enumerate(DAYS)]
    _, contract = drafted_from(tmp_path, "\n".join(["day;value;n", *rows]))
    form = contract.input_format
    assert (form.decimal_separator, form.thousands_separator) == separators
    assert [column.type for column in contract.columns] == ["DATE", hive_type, "BIGINT"]


def test_grouped_digits_in_a_column_called_like_a_time_are_a_number(tmp_path: Path) -> None:
    _, column = typed(tmp_path, ["1,234", "22,345", "333,456"], "uptime")
    assert column.type == "BIGINT"


@pytest.mark.parametrize(
    ("values", "doubted"),
    [(["1.234", "2.500", "12.750"], True), (["1.234", "2.5", "12.750"], False), (["0.234", "0.500"], False)],
)
def test_points_that_could_group_digits_are_a_doubt(tmp_path: Path, values: list[str], doubted: bool) -> None:
    content = "Day;count\n" + "".join(f"{day};{value}\n" for day, value in zip(DAYS, values * 14, strict=False))
    drafted, contract = drafted_from(tmp_path, content)
    assert contract.columns[1].type.startswith("DECIMAL")
    assert any("not as 1234" in sentence for sentence in drafted.unsure) == doubted


@pytest.mark.parametrize("values", [["10.0.0.123"], ["29.02.2020", "01.12.2020"], ["100", "250"]])
def test_points_of_dates_and_addresses_are_no_doubt(tmp_path: Path, values: list[str]) -> None:
    rows = [f"{day};{(values * 40)[n]};10.0.0.123;{n}" for n, day in enumerate(DAYS)]
    drafted, _ = drafted_from(tmp_path, "\n".join(["day;value;host;n", *rows]))
    assert not says(drafted, "not as 1234")


def test_numbers_with_other_separators_than_others_are_a_doubt(tmp_path: Path) -> None:
    rows = [f"{day};{n / 8:.4f};{n / 7:.4f};{n},5" for n, day in enumerate(DAYS)]
    drafted, contract = drafted_from(tmp_path, "\n".join(["day;lat;lon;price", *rows]))
    assert [column.type for column in contract.columns[1:]] == ["DECIMAL(8,4)", "DECIMAL(8,4)", "STRING"]
    assert says(drafted, "price: Numbers with other separators")
