"""Small files that hold a lot: what comes out of them is counted, and ends at a limit."""

import bz2
import gzip
import io
import resource
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from drafting.draft import draft
from ingestion.input_file import describe_file
from tests.unit.ingestion.test_loader import CONTRACT
from warehouse.contract.file import parse_contract
from warehouse.errors import InputFileError
from warehouse.input.compressed_streams import FREE_BYTES, ExpansionLimit
from warehouse.input.input_path import InputPath

MEBI = 2**20
EMPTY_LINES = b"\n" * MEBI
PACK = {"gz": gzip.compress, "bz2": bz2.compress}


def bomb(path: Path, mebibytes: int) -> Path:
    """A table of empty lines: each stream holds a mebibyte, and so does a file that is made in a second."""
    pack = PACK[path.suffix[1:]]
    path.write_bytes(pack(b"day\n2024-01-02\n") + pack(EMPTY_LINES) * mebibytes)
    return path


def describe(path: Path, told: list[int] | None = None, **limit: int):
    contract = replace(CONTRACT, expansion_limit=ExpansionLimit(**limit, place="dataset.yaml:7: expansionLimit"))
    sizes = [] if told is None else told
    return describe_file(InputPath(path), contract, lambda _phase, size: sizes.append(size))


@pytest.mark.parametrize("kind", PACK)
def test_bomb_is_refused_long_before_its_end(kind, tmp_path):
    path, told = bomb(tmp_path / f"a.csv.{kind}", 4096), []
    with pytest.raises(InputFileError) as problem:
        describe(path, told, ratio=1_000_000, bytes=64 * MEBI)
    # The first mebibyte beyond it is the last.
    assert str(problem.value) == (
        f"{path}: {sum(told):,} bytes were read, {65 * MEBI:,} came out uncompressed, "
        "beyond expansionLimit bytes: 67108864; "
        "if the file is as it should be, raise it in dataset.yaml:7: expansionLimit"
    )


@pytest.mark.parametrize(("kind", "mebibytes"), [("gz", 400), ("bz2", 40)])
def test_ratio_of_the_default_refuses_a_bomb_and_more_allows_it(kind, mebibytes, tmp_path):
    path = bomb(tmp_path / f"a.csv.{kind}", mebibytes)
    with pytest.raises(InputFileError, match=r"beyond expansionLimit ratio: 300; .* raise it in"):
        describe(path)
    assert describe(path, ratio=1_000_000).rows == 1


def test_ratio_is_of_the_whole_file_so_that_its_beginning_may_be_dense(tmp_path):
    path = tmp_path / "a.csv.gz"
    lines = b"".join(b"2024-01-02%d\n" % (n * 7919 % 1_000_003) for n in range(300_000))
    path.write_bytes(gzip.compress(b"day\n") + gzip.compress(EMPTY_LINES) * 400 + gzip.compress(lines))
    assert describe(path).rows == 300_000


def test_small_file_of_equal_lines_is_no_bomb(tmp_path):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress((b"day\n" + b"2024-01-02\n" * FREE_BYTES)[: FREE_BYTES - FREE_BYTES % 11 + 4 - 11]))
    assert path.stat().st_size * 300 < FREE_BYTES
    assert describe(path).rows == FREE_BYTES // 11 - 1


def test_plain_text_has_no_limit(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"day\n2024-01-02\n" * 9)
    assert describe(path, ratio=1, bytes=1).rows == 17


def parquet_bomb(path: Path, rows: int, *, dictionary: bool) -> Path:
    table = pa.table({"day": pa.array(["2024-01-02"]).take(pa.array([0] * rows))})
    pq.write_table(table, path, compression="zstd", use_dictionary=dictionary)
    return path


def test_parquet_that_declares_too_much_is_refused_before_a_value_is_read(tmp_path, monkeypatch):
    path = parquet_bomb(tmp_path / "a.parquet", 1_000_000, dictionary=False)
    monkeypatch.setattr(pq.ParquetFile, "iter_batches", None)
    with pytest.raises(InputFileError, match=r"a\.parquet: .* 14,.* came out .* ratio: 300; .*dataset\.yaml:7"):
        describe(path)
    with pytest.raises(InputFileError, match="beyond expansionLimit bytes: 1000000"):
        describe(path, ratio=1_000_000, bytes=1_000_000)


def test_parquet_whose_values_are_more_than_it_declares_is_refused_too(tmp_path):
    path = parquet_bomb(tmp_path / "a.parquet", 1_000_000, dictionary=True)
    assert describe(path).rows == 1_000_000
    with pytest.raises(InputFileError, match="beyond expansionLimit bytes: 1000000"):
        describe(path, bytes=1_000_000)


def test_new_refuses_parquet_that_declares_too_much(tmp_path):
    path = parquet_bomb(tmp_path / "a.parquet", 1_000_000, dictionary=False)
    with pytest.raises(InputFileError, match="ratio: 300; if the file is as it should be, draft from a smaller one"):
        draft("things", path, tmp_path)


@pytest.mark.parametrize("kind", PACK)
def test_new_reads_the_beginning_of_a_bomb_and_no_more(kind, tmp_path, monkeypatch):
    path, read = bomb(tmp_path / f"a.csv.{kind}", 2048), []
    untouched = io.FileIO.readinto

    class Counted(io.FileIO):
        def readinto(self, buffer):
            read.append(untouched(self, buffer) or 0)
            return read[-1]

    monkeypatch.setattr(InputPath, "open", lambda given: Counted(given.path))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert draft("things", path, tmp_path).rows == 1
    assert sum(read) < path.stat().st_size
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 1024 * 1024


TEXT = """apiVersion: v3.2.0
kind: DataContract
id: x
version: 1.0.0
status: active
schema:
  - name: x
    description: Rows.
    properties:
      - {name: day, logicalType: date, physicalType: DATE, required: true, description: Day.}
    customProperties:
      - {property: eventTime, value: day}
      - {property: inputFormat, value: {kind: csv}}
      - {property: rejectThreshold, value: 0.1}
"""


def test_limit_knows_its_line_and_without_one_where_it_would_be():
    path = Path("data/x/dataset.yaml")
    default = parse_contract("x", path, TEXT).expansion_limit
    assert (default, default.place) == (
        ExpansionLimit(300, 100_000_000_000),
        f"{path}:11: schema x: customProperties",
    )
    given = TEXT + "      - {property: expansionLimit, value: {ratio: 9}}\n"
    limit = parse_contract("x", path, given).expansion_limit
    assert (limit, limit.place) == (
        ExpansionLimit(9, 100_000_000_000),
        f"{path}:15: schema x: customProperties: expansionLimit",
    )


def test_limit_changes_no_row():
    path = Path("data/x/dataset.yaml")
    given = TEXT + "      - {property: expansionLimit, value: {bytes: 9}}\n"
    assert parse_contract("x", path, TEXT).fingerprint == parse_contract("x", path, given).fingerprint
