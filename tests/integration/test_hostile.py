"""Files and names that nobody wants, through the command line: what is refused, what is quarantined, what is held."""

import bz2
import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from tests.integration.conftest import SMALL_HEADER, must, refused, write_small_dataset
from warehouse.input.batch_files import MAX_FILES

DATASET = "hostile"
MIB = 1024 * 1024
LONG_LINE = b"7,2024-02-01 00:00:00,1.00," + b"x" * (15 * MIB - 27)
GOOD = [
    b"1,2024-01-01 00:00:00,1.50,a",
    b"2,2024-02-01 00:00:00,2.50,b",
    b"3,2024-04-01 00:00:00,3.50,\xf0\x9f\x98\x80",
    b"4,2024-05-01 00:00:00,4.50,\"d,e\"",
]  # fmt: skip
NUL_LINES = [b"5,2024-01-05 00:00:00,5.00,nul\x00inside", b"6,2024-01-06 00:00:00,6.\x0000,f"]
BAD = [b"8,yesterday,1.00,x", b"9,2024-01-01 00:00:00,free,y", b"only one field"]


def lines(*rows: bytes) -> bytes:
    return SMALL_HEADER + b"".join(row + b"\n" for row in rows)


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    """Where the contract is."""
    root = tmp_path_factory.mktemp(DATASET)
    write_small_dataset(root, DATASET)
    return root


@pytest.fixture(scope="module")
def command(root, stackhouse):
    """Runs a command on this contract."""
    return lambda *arguments: stackhouse(*arguments, datasets=root)


@pytest.fixture(scope="module")
def accepted(root, command) -> dict[str, Any]:
    """What can be loaded, strange as it is, loaded and run."""
    batch = root / "batch-1"
    batch.mkdir()
    contents = {
        "good.csv": lines(*GOOD),
        "header-only.csv": SMALL_HEADER,
        "header-only.csv.gz": gzip.compress(SMALL_HEADER),
        "header-in-the-middle.csv": lines(
            b"10,2024-01-10 00:00:00,1.00,g", SMALL_HEADER.rstrip(), b"11,2024-01-11 00:00:00,1,h"
        ),
        "nul-bytes.csv": lines(*NUL_LINES),
        "long-line.csv": lines(LONG_LINE, b"12,2024-01-12 00:00:00,1.00,i"),
    }
    for name, content in contents.items():
        (batch / name).write_bytes(content)
    loaded = must(command("load", DATASET, batch, "--json")).json
    return {"load": loaded, "run": must(command("run", DATASET, "--json")).json}


@pytest.fixture(scope="module")
def held(accepted, root, command) -> dict[str, Any]:
    """A batch of bad rows only: held, then published on purpose."""
    (root / "bad.csv").write_bytes(lines(*BAD))
    loaded = must(command("load", DATASET, root / "bad.csv", "--json")).json
    found = {
        "load": loaded,
        "run": command("run", DATASET),
        "history": command("history", DATASET, "--json").json,
        "live": command("query", f"SELECT count(*) FROM {DATASET}.quarantine", "--format", "csv").out,
        "rows": command("quarantine", DATASET, "--release", "2", "--format", "json"),
    }
    reason = "They are bad, and known to be."
    found["accepted"] = command("run", DATASET, "--accept", "--reason", reason, "--json")
    return {**found, "reason": reason}


def test_files_without_rows_and_rows_between_them_are_counted(accepted) -> None:
    rows = {file["name"]: file["rows"] for file in accepted["load"]["files"]}
    assert rows == {"good.csv": 4, "header-only.csv": 0, "header-only.csv.gz": 0, "header-in-the-middle.csv": 3,
                    "nul-bytes.csv": 2, "long-line.csv": 2}  # fmt: skip
    law = accepted["run"]["law"]
    assert (law["raw"], law["clean"], law["quarantined"], law["superseded"], law["holds"]) == (11, 8, 3, 0, True)
    files = law["batches"][accepted["load"]["batch"]]["files"]
    assert {name: (found["raw"], found["quarantined"], found["holds"]) for name, found in files.items()} == {
        "good.csv": (4, 0, True), "header-only.csv": (0, 0, True), "header-only.csv.gz": (0, 0, True),
        "header-in-the-middle.csv": (3, 1, True), "nul-bytes.csv": (2, 1, True), "long-line.csv": (2, 1, True),
    }  # fmt: skip


def test_strange_rows_are_quarantined_with_all_their_bytes(accepted, server) -> None:
    sql = f"""SELECT source_file, source_line, rules, length(record), sha2(record, 256)
              FROM {DATASET}_releases.quarantine__r{accepted["run"]["release"]:06d}"""
    found = {row[0]: (row[1], set(json.loads(row[2])), *row[3:]) for row in server.fetch(sql).rows}
    header = SMALL_HEADER.rstrip()
    for file, line, rules, record in (
        ("header-in-the-middle.csv", 3, {"row:header", "id:type", "sold_at:type", "amount:type"}, header),
        ("nul-bytes.csv", 3, {"amount:type"}, NUL_LINES[1]),
        ("long-line.csv", 2, {"row:length"}, LONG_LINE),
    ):
        assert found.pop(file) == (line, rules, len(record), hashlib.sha256(record).hexdigest()), file
    assert found == {}


def test_column_named_select_and_bytes_that_are_zero_are_read_back(accepted, server) -> None:
    rows = server.fetch(f"SELECT id, `select` FROM {DATASET}.clean").rows
    assert sorted(rows) == [
        (1, "a"),
        (2, "b"),
        (3, "😀"),
        (4, "d,e"),
        (5, "nul\x00inside"),
        (10, "g"),
        (11, "h"),
        (12, "i"),
    ]


def test_batch_of_bad_rows_only_is_held_and_readers_keep_the_old_release(held) -> None:
    words = "3 of 3 rows are rejected (100.00%)", f"./stackhouse run {DATASET} --accept --reason TEXT"
    refused(held["run"], 3, *words)
    lines = held["run"].err.strip().splitlines()
    assert [line for line in lines if not line.endswith(" s")] == lines[-1:]  # progress, then one line that says why
    assert [row["state"] for row in held["history"]][:2] == ["live", "held"]
    assert held["live"].splitlines()[-1] == "3"


def test_rows_of_a_held_release_are_shown(held) -> None:
    rows = [row for row in must(held["rows"]).json if row["source_batch"] == held["load"]["batch"]]
    assert sorted(row["record_text"].encode() for row in rows) == sorted(BAD)
    assert {row["record_text"]: row["offending_values"] for row in rows} == {
        BAD[0].decode(): '["yesterday"]', BAD[1].decode(): '["free"]', BAD[2].decode(): "[null]",
    }  # fmt: skip


def test_held_release_is_published_for_a_reason_that_history_tells(held, server, command) -> None:
    report = must(held["accepted"]).json
    assert report["published"]
    assert report["law"]["batches"][held["load"]["batch"]]["quarantined"] == len(BAD)
    history = command("history", DATASET, "--json").json
    assert (history[-1]["release"], history[-1]["state"]) == (report["release"], "live")
    assert history[-1]["reason"].startswith(held["reason"])
    assert server.fetch(f"SELECT count(*) FROM {DATASET}.quarantine").rows == ((3 + len(BAD),),)


def test_quarters_that_a_batch_does_not_touch_keep_their_directories(held, accepted, storage) -> None:
    old, new = (
        json.loads(storage.read(f"/stackhouse/releases/{DATASET}/{report['release']:06d}.json"))["tables"]["clean"]
        for report in (accepted["run"], must(held["accepted"]).json)
    )
    assert old == new


CUT = gzip.compress(lines(*GOOD) * 50)[:-20]
REFUSED_FILES = {
    "empty.csv": (b"", "is empty"),
    "empty.csv.gz": (gzip.compress(b""), "is empty after decompression"),
    "truncated.csv.gz": (CUT, "cannot be read to its end"),
    "truncated.csv.bz2": (bz2.compress(lines(*GOOD))[:-20], "cannot be read to its end"),
    "no-gzip.csv.gz": (lines(*GOOD), "cannot be read to its end"),
    "utf-16.csv": (lines(*GOOD).decode().encode("utf-16"), "is UTF-16"),
    "wide.csv": (",".join(f"c{n}" for n in range(5000)).encode() + b"\n", "header does not fit"),
    "twice.csv": (b"id,sold_at,amount,select,ID\n", "a column appears twice"),
    "no-parquet.parquet": (b"PAR1" + lines(*GOOD), "is not a readable Parquet file"),
    "page.csv": (b"<!DOCTYPE html>\n<p>not found</p>\n", "header does not fit"),
    "two words.csv": (lines(*GOOD), "is not safe in HDFS and Spark"),
    "a=b.csv": (lines(*GOOD), "is not safe in HDFS and Spark"),
    "a%2Fb.csv": (lines(*GOOD), "is not safe in HDFS and Spark"),
    "..csv": (lines(*GOOD), "is not safe in HDFS and Spark"),
    "..%2F..%2Fetc.csv": (lines(*GOOD), "is not safe in HDFS and Spark"),
    "_hidden.csv": (lines(*GOOD), "is not safe in HDFS and Spark"),
    "ünïcödé-😀.csv": (lines(*GOOD), "is not safe in HDFS and Spark"),
    "new\nline.csv": (lines(*GOOD), "control characters"),
    "table.xlsx": (b"PK\x03\x04", ".xlsx files cannot be loaded; save each sheet as CSV"),
}


@pytest.mark.parametrize("name", REFUSED_FILES, ids=ascii)
def test_file_that_cannot_be_loaded_is_refused_and_nothing_is_written(
    accepted, command, storage, tmp_path, name
) -> None:
    content, words = REFUSED_FILES[name]
    (tmp_path / name).write_bytes(content)
    before = storage.list(f"/stackhouse/raw/{DATASET}")
    refused(command("load", DATASET, tmp_path / name), 2, words)
    assert storage.list(f"/stackhouse/raw/{DATASET}") == before


def test_line_of_64_mib_is_refused(accepted, command, tmp_path) -> None:
    with (tmp_path / "endless.csv").open("wb") as file:
        file.write(SMALL_HEADER)
        file.truncate(64 * MIB)
    refused(command("load", DATASET, tmp_path / "endless.csv"), 2, "a line is over 16 MiB")


def test_directory_of_20_000_files_is_refused_before_one_is_read(accepted, command, tmp_path) -> None:
    for number in range(20_000):
        # Not of the contract: the first one read would be what is refused.
        (tmp_path / f"{number}.csv").touch()
    words = (f"20,000 files: a batch has at most {MAX_FILES:,}",)
    refused(command("load", DATASET, tmp_path), 2, *words)


REFUSED_NAMES = [
    "..",
    "../flights",
    "a%2Fb",
    "a/b",
    "a\nb",
    "two words",
    "a=b",
    "ünï",
    "Flights",
    "",
    "a" * 64,
    "x_releases",
]


@pytest.mark.parametrize("name", REFUSED_NAMES, ids=ascii)
def test_name_that_is_no_dataset_is_refused_and_nothing_is_written(accepted, command, storage, tmp_path, name) -> None:
    (tmp_path / "good.csv").write_bytes(lines(*GOOD))
    places = ("/", "/stackhouse", "/stackhouse/raw", "/stackhouse/locks")
    before = {path: storage.list(path) for path in places}
    refused(command("load", name, tmp_path / "good.csv"), 2)
    assert {path: storage.list(path) for path in places} == before
