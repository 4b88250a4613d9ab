"""The table of hostile files in docs/contract.md: each is refused or staged as it says there."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from ingestion.input_file import describe_file
from ingestion.loader import _refuse_known_rows
from tests.contract.contract_examples import codes, contract_of, fragment, table
from tests.contract.page_snippets import EXAMPLES
from tests.contract.staged_batches import silent, staged
from warehouse.contract.file_columns import check_columns
from warehouse.contract.model import Contract
from warehouse.errors import ContractError, InputFileError
from warehouse.input.batch_files import check_files

PLAIN = contract_of({"properties": [{"name": "note", "logicalType": "string", "physicalType": "STRING"}]})
IGNORING = fragment("`unknownColumns: ignore`")


def load_bytes(name: str, content: bytes, contract: Contract = PLAIN) -> Callable[[Path], object]:
    def attempt(home: Path) -> object:
        (home / name).write_bytes(content)
        (file,) = check_files([home / name])
        return describe_file(file, contract, silent).rows

    return attempt


def named(name: str) -> Callable[[Path], object]:
    return lambda _: contract_of({"properties": [{"name": name, "logicalType": "string", "physicalType": "STRING"}]})


def many_columns(_: Path) -> None:
    contract_of({"properties": [{"name": f"c{n}", "logicalType": "string", "physicalType": "STRING"}
                                for n in range(4999)]})  # fmt: skip


def same_bytes(home: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (home / name).write_bytes(b"day,note\n2024-01-02,a\n")
    files = check_files([home])
    _refuse_known_rows(files, [describe_file(file, PLAIN, silent) for file in files], [])


def linked(home: Path) -> None:
    (home / "a.csv").symlink_to("/etc/hostname")
    check_files([home])


HOSTILE: dict[str, Callable[[Path], object]] = {
    "empty, alone": load_bytes("a.csv", b""),
    "gzip of nothing, alone": load_bytes("a.csv.gz", gzip.compress(b"")),
    "gzip cut off": load_bytes("a.csv.gz", gzip.compress(b"day,note\n2024-01-02,a\n")[:-12]),
    "`.gz` that is not gzip": load_bytes("a.csv.gz", b"day,note\n2024-01-02,a\n"),
    "gzip of 400 MiB in 400 KiB": load_bytes(
        "a.csv.gz", gzip.compress(b"day,note\n") + 400 * gzip.compress(b"\n" * 2**20)
    ),
    "zip": load_bytes("a.zip", b"PK"),
    "UTF-16": load_bytes("a.csv", "day,note\n2024-01-02,a\n".encode("utf-16")),
    "line of 64 MiB": load_bytes("a.csv", b"day,note\n" + b"x" * (64 * 2**20)),
    "100,000 tiny files": lambda _: check_files([Path(f"{n}.csv") for n in range(100_000)]),
    "the bytes of another file": same_bytes,
    "5,000 columns in the file": load_bytes("a.csv", ",".join(["day", *(f"c{n}" for n in range(4999))]).encode()),
    "5,000 columns in the contract": many_columns,
    "name with a space": load_bytes("my file.csv", b"day,note\n"),
    "link in a directory": linked,
    "column `quarter_start`": named("quarter_start"),
    "column named twice": load_bytes("a.csv", b"day,note,Note\n"),
    "required column missing": load_bytes("a.csv", b"note\nx\n"),
    "JSON lines for a CSV dataset": load_bytes("a.jsonl", b"{}\n"),
}
"""What is refused, by its name in the table."""

STAGED = {
    "only a header": b"day,note\n",
    "header in the middle": b"day,note\n2024-01-02,a\nday,note\n",
    "NUL bytes": b"day,note\n2024-01-02,a\0b\n\0\0\0\0\n",
    "line of 15 MiB": b"day,note\n2024-01-02," + b"x" * 15 * 2**20 + b"\n",
    "only bad rows": b"day,note\nx,a\ny,b\n",
    "one row a century": b"day,note\n0001-01-01,a\n1900-01-01,b\n9999-12-31,c\n",
    "bytes that are not UTF-8": b"day,note\n2024-01-02,\xff\n",
}
"""What is loaded, by its name in the table; all in one batch."""


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_file_is_refused_as_the_page_says(tmp_path: Path, name: str) -> None:
    (told,) = [row[1] for row in table("hostile") if row[0] == name]
    assert told.startswith("refused: ")
    with pytest.raises((ContractError, InputFileError)) as problem:
        HOSTILE[name](tmp_path)
    assert all(text in str(problem.value) for text in codes(told)), problem.value


def test_hostile_files_are_staged_as_the_page_says(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    names = {f"{number}.csv": name for number, name in enumerate(STAGED)}
    files = [tmp_path / "raw" / file for file in names]
    for path in files:
        path.write_bytes(STAGED[names[path.name]])
    lines, _ = staged(spark, tmp_path, files, PLAIN, ["day", "note"])
    found: dict[str, list[str]] = {name: [] for name in STAGED}
    for (file, _), what in sorted(lines.items()):
        found[names[file]].append(what)
    told = {row[0]: codes(row[1]) for row in table("hostile") if row[0] in STAGED}
    assert found == told


def test_table_of_hostile_files_is_complete() -> None:
    assert {row[0] for row in table("hostile")} == {*HOSTILE, *STAGED, "column `select`"}
    assert any("select" in example.columns for example in EXAMPLES)


def test_a_file_with_many_more_columns_is_read_when_they_are_ignored() -> None:
    check_columns(contract_of(IGNORING), ["day", *(f"c{n}" for n in range(4999))])
