"""NULLs of a draft: which values mean none, in every column or in one."""

import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.unit.drafting.samples import DAYS, drafted_from, says, typed
from warehouse.contract.file import load_contract


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


def test_country_that_is_a_null_token_elsewhere_is_kept_by_the_line_to_write(tmp_path: Path) -> None:
    drafted, _ = drafted_from(tmp_path, "day,n,country\n2021-01-01,NA,NA\n2021-01-02,-,DE\n2021-01-03,3,FR\n")
    line = 'customProperties: [{property: nullTokens, value: ["-"]}]'
    assert says(drafted, f"If it is a value there, write {line}.")
    path = drafted.paths[0]
    description = 'description: "Column country of the file."\n'
    path.write_text(path.read_text().replace(description, f"{description}        {line}\n"))
    contract = load_contract("things", tmp_path)
    assert (contract.column("country").null_tokens, contract.input_format.null_tokens) == (("-",), ("-", "NA"))
