"""Drafting from several files: one contract that reads all of them."""

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cli.views.draft import next_commands, print_draft
from drafting.draft import Draft, draft
from ingestion.input_file import describe_file
from warehouse.contract.file import load_contract
from warehouse.contract.model import Contract
from warehouse.errors import EmptyFileError, InputFileError
from warehouse.input.batch_files import check_files


def _draft(root: Path, contents: dict[str, str | bytes]) -> tuple[Draft, Contract]:
    """A draft of a folder, which the contract then lets in as a whole."""
    folder = root / "files"
    folder.mkdir()
    for name, content in contents.items():
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    drafted = draft("things", folder, root)
    contract = load_contract("things", root)
    for path in check_files([folder]):
        if path.name not in drafted.skipped:
            describe_file(path, contract, lambda _phase, _size: None)
    return drafted, contract


def _refusal(root: Path, contents: dict[str, str | bytes]) -> str:
    with pytest.raises(InputFileError) as problem:
        _draft(root, contents)
    assert not (root / "data").exists()
    return str(problem.value)


def _sentence(drafted: Draft, part: str) -> bool:
    return any(part in sentence for sentence in drafted.unsure)


def _days(month: int, values: str = "1") -> str:
    return "".join(f"2021-{month:02}-{1 + number:02},{values}\n" for number in range(20))


def test_column_that_one_file_lacks_is_optional_and_says_so(tmp_path: Path) -> None:
    contents = {"a.csv": "day,n\n" + _days(1), "b.csv": "day,n,note\n" + _days(2, "2,x")}
    drafted, contract = _draft(tmp_path, contents)
    assert [(column.name, column.required) for column in contract.columns] == [
        ("day", True), ("n", True), ("note", False),
    ]  # fmt: skip
    assert "50.00% NULL, in 1 of 2 files" in drafted.paths[0].read_text()
    assert (drafted.rows, drafted.whole) == (40, True)


def test_files_that_load_refuses_are_not_proposed_to_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "a.csv").write_text("day,n\n" + _days(1))
    (tmp_path / "files" / "b.csv").write_text("n,note\n" + "1,x\n" * 20)
    drafted = draft("things", tmp_path / "files", tmp_path)
    assert _sentence(drafted, "day is required, and load refuses files without it: 1 of those read.")
    assert next_commands(drafted) == ["./stackhouse contract check things"]
    print_draft(drafted, False)
    assert "load the files that have day, and only these" in capsys.readouterr().out


def test_a_column_of_two_names_is_not_computed(tmp_path: Path) -> None:
    # A contract takes transformLogic or otherPhysicalNames.
    contents = {"a.csv": "day,Customer ID\n" + _days(1, "17850.0"), "b.csv": "day,customer_id\n" + _days(2, "13047.0")}
    _, contract = _draft(tmp_path, contents)
    column = contract.column("customer_id")
    assert (column.other_source_names, column.transform, column.type) == (("Customer ID",), None, "DECIMAL(10,2)")


def test_types_fit_the_values_of_all_files(tmp_path: Path) -> None:
    contents = {
        "a.csv": "day,n,code\n" + _days(1, "1,7"),
        "b.csv.gz": gzip.compress(b"code,day,n\nA7,2021-02-01,1.5\n"),
    }
    drafted, contract = _draft(tmp_path, contents)
    assert [column.type for column in contract.columns] == ["DATE", "DECIMAL(6,2)", "STRING"]
    assert drafted.columns[0].most == "2021-02-01"


def test_format_of_dates_may_differ_by_file(tmp_path: Path) -> None:
    german = "".join(f"{1 + number}.3.2021,2\n" for number in range(31))
    _, contract = _draft(tmp_path, {"a.csv": "day,n\n" + _days(1), "b.csv": f"day,n\n{german}"})
    assert set(contract.columns[0].formats) == {"yyyy-MM-dd", "d.M.yyyy"}


def test_column_that_was_renamed_is_one_column_and_a_doubt(tmp_path: Path) -> None:
    contents = {"2014.csv": "starttime,bike,n\n" + _days(1, "7,1"), "2021.csv": "started_at,bike,n\n" + _days(2, "7,1")}
    drafted, contract = _draft(tmp_path, contents)
    assert contract.columns[0].source_names == ("started_at", "starttime")
    assert (len(contract.columns), contract.columns[0].required) == (3, True)
    why = "started_at and starttime are never in one file and both hold dates in the same place"
    assert _sentence(drafted, f"started_at: {why}")
    assert why in drafted.paths[0].read_text()


def test_name_that_is_spelled_otherwise_is_a_renamed_column_wherever_it_is(tmp_path: Path) -> None:
    contents = {"a.csv": "day,n,Shop Id\n" + _days(1, "1,7"), "b.csv": "shop_id,day,n\n7,2021-02-01,1\n"}
    drafted, contract = _draft(tmp_path, contents)
    assert contract.columns[2].source_names == ("shop_id", "Shop Id")
    assert _sentence(drafted, "are spelled alike")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        # Another kind of values in the same place.
        ("day,n\n" + _days(1, "7"), "day,shop\n" + _days(2, "A")),
        # The same kind, in another place.
        ("day,old,n\n" + _days(1, "7,1"), "day,n,new\n" + _days(2, "1,7")),
    ],
)
def test_without_evidence_another_name_is_another_column(tmp_path: Path, first: str, second: str) -> None:
    _, contract = _draft(tmp_path, {"a.csv": first, "b.csv": second})
    assert all(not column.other_source_names for column in contract.columns)


def test_columns_of_one_file_are_never_one_column(tmp_path: Path) -> None:
    contents = {"a.csv": "day,n\n" + _days(1), "b.csv": "day,m,n\n" + _days(2, "1,1"), "c.csv": "day,m\n" + _days(3)}
    _, contract = _draft(tmp_path, contents)
    assert [column.source_names for column in contract.columns] == [("day",), ("n",), ("m",)]


def test_files_without_rows_are_skipped_and_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    contents = {"a.csv": "day,n\n" + _days(1), "b.csv": b"", "c.csv": "day,n\n", "d.csv": "day,n\n" + _days(2)}
    drafted, _ = _draft(tmp_path, contents)
    assert (drafted.skipped, drafted.whole) == (("b.csv", "c.csv"), True)
    print_draft(drafted, as_json=False)
    assert "skipped, as they have no rows: b.csv, c.csv" in capsys.readouterr().out


def test_files_that_all_have_no_rows_are_refused(tmp_path: Path) -> None:
    with pytest.raises(EmptyFileError, match=r"all 2 files are empty: a\.csv, b\.csv"):
        _draft(tmp_path, {"a.csv": b"", "b.csv": b""})


def test_of_many_files_some_are_read_and_the_output_says_how_many(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    contents: dict[str, str | bytes] = {f"d{n:03}.csv": f"day,n\n2021-01-01,{n}\n" for n in range(100)}
    contents["d099.csv"] = "day,n,last\n2021-12-31,99,x\n"
    drafted, contract = _draft(tmp_path, contents)
    assert (drafted.rows, drafted.whole, drafted.columns[1].least) == (20, False, "0")
    assert [column.name for column in contract.columns] == ["day", "n", "last"]
    print_draft(drafted, as_json=False)
    assert "drafted from 20 of 100 files, 20 rows: " in capsys.readouterr().out
    assert _sentence(drafted, "Only 20 of 100 files were looked at")


def test_next_commands_name_what_was_given(tmp_path: Path) -> None:
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    for path in paths:
        path.write_text("day,n\n" + _days(1))
    assert f"./stackhouse load things {paths[0]} {paths[1]}" in next_commands(draft("things", paths, tmp_path))


def test_rows_that_every_file_counts_from_one_are_no_key(tmp_path: Path) -> None:
    lines = "".join(f"{1 + n},2021-01-{1 + n % 28:02}\n" for n in range(150))
    _, contract = _draft(tmp_path, {"a.csv": f"id,day\n{lines}", "b.csv": f"id,day\n{lines}"})
    assert contract.key == ()


def test_numbers_that_go_on_in_the_next_file_are_a_key(tmp_path: Path) -> None:
    parts = ["".join(f"{1 + n},2021-01-{1 + n % 28:02}\n" for n in range(150 * k, 150 * k + 150)) for k in (0, 1)]
    _, contract = _draft(tmp_path, {"a.csv": f"id,day\n{parts[0]}", "b.csv": f"id,day\n{parts[1]}"})
    assert contract.key == ("id",)


def test_quotes_that_one_file_shows_are_those_of_all(tmp_path: Path) -> None:
    contents = {"a.csv": "day,n\n" + _days(1), "b.csv": "day,n\n2021-02-01,'a,b'\n2021-02-02,c\n"}
    drafted, contract = _draft(tmp_path, contents)
    assert (contract.input_format.quote, drafted.rejected) == ("'", 0)


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ({"a.csv": "day,n\n2021-01-01,1\n"}, {"b.jsonl": '{"day": "2021-01-01"}'}, "is csv and "),
        ({"a.csv": "day,n\n2021-01-01,1\n"}, {"b.csv": "day;n\n2021-01-01;1\n"}, "are written differently"),
        ({"a.csv": "day,n\n2021-01-01,1\n"}, {"b.csv": "2021-01-01,1\n2021-01-02,1\n"}, "are written differently"),
        ({"a.csv": "2021-01-01,1\n2021-01-02,1\n"}, {"b.csv": "2021-01-01,1,2\n2021-01-02,1,2\n"}, "has 2 columns"),
        ({"a.csv": "day,n\n2021-01-01,é\n"}, {"b.csv": "day,n\n2021-01-01,é\n".encode("cp1252")}, "encoding 'utf-8'"),
    ],
)  # fmt: skip
def test_files_that_no_contract_reads_together_are_refused_and_both_are_named(
    tmp_path: Path, one: dict[str, str | bytes], other: dict[str, str | bytes], told: str
) -> None:
    message = _refusal(tmp_path, one | other)
    assert told in message
    assert all(name in message for name in one | other)


def test_file_that_cannot_be_read_is_named_in_one_line(tmp_path: Path) -> None:
    message = _refusal(tmp_path, {"a.csv": "day,n\n2021-01-01,1\n", "b.csv.gz": b"no gzip"})
    assert "b.csv.gz cannot be read: Not a gzipped file" in message


def test_keys_of_json_and_columns_of_parquet_are_united(tmp_path: Path) -> None:
    lines = [json.dumps({"day": f"2021-01-{1 + n:02}", "n": n}) for n in range(20)]
    contents = {"a.jsonl": "\n".join(lines), "b.jsonl": '{"day": "2021-02-01", "n": 1.5, "more": [1]}'}
    _, contract = _draft(tmp_path, contents)
    assert [column.type for column in contract.columns] == ["DATE", "DECIMAL(7,2)", "STRING"]


def test_parquet_files_of_other_types_and_columns_are_united(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    tables = {"a": {"day": ["2021-01-01"], "n": [1]}, "b": {"day": ["2021-01-02"], "n": [1.5], "note": ["x"]}}
    for name, columns in tables.items():
        pq.write_table(pa.table(columns), tmp_path / "files" / f"{name}.parquet")
    draft("things", tmp_path / "files", tmp_path)
    columns = load_contract("things", tmp_path).columns
    assert [(column.name, column.type, column.required) for column in columns] == [
        ("day", "DATE", True), ("n", "DECIMAL(6,2)", True), ("note", "STRING", False),
    ]  # fmt: skip
