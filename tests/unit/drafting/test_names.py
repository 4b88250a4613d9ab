"""Names in a draft, and what is refused in one line."""

import bz2
import csv
import gzip
import io
import json
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.views.draft import print_draft
from drafting.draft import draft
from drafting.naming import identifiers
from tests.unit.drafting.samples import drafted_from, figures_of, says
from warehouse.errors import ContractError, InputFileError, UsageError
from warehouse.input.batch_files import check_files

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
    drafted, contract = drafted_from(tmp_path, content.getvalue())
    assert [column.source_name for column in contract.columns] == ["day", *_NASTY]
    names = {column.source_name: column.name for column in contract.columns}
    assert names["PULocationID"] == "pu_location_id"
    assert names["camelCaseName"] == "camel_case_name"
    assert names["quarter_start"] == "quarter_start_2"
    assert (names["2020"], names["select"]) == ("c_2020", "select")
    for path in drafted.paths[1:]:
        assert path.read_text().isascii()


def test_names_that_are_missing(tmp_path: Path) -> None:
    _, contract = drafted_from(tmp_path, "day,, ,Column_2\n2021-01-01,1,2,3\n2021-01-02,1,2,3\n")
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
        drafted_from(tmp_path, "day\n2021-01-01\n")
    assert list((tmp_path / taken / "things").iterdir()) == []


def test_a_draft_is_written_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "sql").write_text("in the way")
    with pytest.raises(UsageError, match="cannot be written"):
        drafted_from(tmp_path, "day\n2021-01-01\n")
    assert not list((tmp_path / "data").iterdir())


def test_personal_data_is_not_shown(tmp_path: Path) -> None:
    drafted, _ = drafted_from(tmp_path, "day,email\n2021-01-01,ada@example.org\n")
    assert "ada@" not in drafted.paths[0].read_text()
    assert says(drafted, "email")


def test_identifiers_coordinates_and_codes_are_no_measures(tmp_path: Path) -> None:
    _, contract = drafted_from(tmp_path, "day,lat,zip_code,station,pickup_longitude\n2021-01-01,1.5,8001,3,8.25\n")
    assert list(figures_of(contract)) == ["quarter", "rows_count"]


@pytest.mark.parametrize("as_json", [False, True])
def test_output(tmp_path: Path, capsys: pytest.CaptureFixture[str], as_json: bool) -> None:
    drafted, _ = drafted_from(tmp_path, "day,[bold]\n2021-01-01,[/red]\n", "my sample.csv")
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
    drafted, _ = drafted_from(tmp_path, gzip.compress(content) if name.endswith(".gz") else content, name)
    assert drafted.renamed == tmp_path / renamed
    check_files([(tmp_path / name).rename(drafted.renamed)])
