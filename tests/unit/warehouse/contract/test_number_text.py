"""How numbers are written in files."""

import re

import pytest

from warehouse.contract.number_text import NumberText

PLAIN, GERMAN = NumberText(), NumberText(",", ".")


@pytest.mark.parametrize("text", ["0", "-12", "+007"])
def test_whole_numbers(text):
    assert re.fullmatch(PLAIN.whole(), text)
    assert re.fullmatch(PLAIN.decimal(2), text)
    assert re.fullmatch(PLAIN.double(), text)


@pytest.mark.parametrize(
    ("pattern", "written", "other"),
    [
        (PLAIN.decimal(2), ["1.5", ".25", "-3.14"], ["1.234", "1.", "1e3", "1,5", ""]),
        (PLAIN.decimal(), ["1.23456789", ".1"], ["1.", "1e3"]),
        (PLAIN.decimal(0), ["12"], ["12.0"]),
        (PLAIN.double(), ["1.", "1.5e-3", "2E10"], ["e3", ".", "1e"]),
        (GERMAN.decimal(2), ["1.234,56", "1234,56", ",5"], ["12.34,5", "1,234.56", "1.5"]),
        (NumberText(".", "'").whole(), ["1'234'567", "1234"], ["1'23", "1'2345"]),
    ],
)
def test_decimals_and_groups(pattern, written, other):
    assert [text for text in written if not re.fullmatch(pattern, text)] == []
    assert [text for text in other if re.fullmatch(pattern, text)] == []
