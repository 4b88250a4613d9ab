"""What `describe_file` makes of Parquet: which columns and types are read, and what is refused."""

import hashlib
from datetime import datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingestion.input_file import describe_file
from tests.unit.ingestion.descriptions import ROWS, a_contract, no_progress, refusal
from warehouse.batch import INSTANT, WALL_CLOCK
from warehouse.input.batch_files import check_files
from warehouse.input.input_path import InputPath


@pytest.fixture
def parquet(tmp_path):
    def write(columns, name="a.parquet", **options):
        path = tmp_path / name
        pq.write_table(pa.table(columns), path, **options)
        return path

    return write


def of_parquet(path, **form):
    check_files([path])
    return describe_file(InputPath(path), a_contract(**form), no_progress)


GOOD = {
    "Amount": pa.array([Decimal("1.50"), None, Decimal("2.00")]),
    "DAY": pa.array([datetime(2001, 1, 1), None, None], pa.timestamp("us")),
}


@pytest.mark.parametrize("kind", ["csv", "jsonl", "lines", "parquet"])
@pytest.mark.parametrize("compression", ["snappy", "gzip", "zstd", "lz4", "none"])
def test_parquet_is_described_in_a_dataset_of_any_kind(parquet, kind, compression):
    path = parquet(GOOD, compression=compression, row_group_size=2)
    found = of_parquet(path, kind=kind)
    assert (found.kind, found.columns, found.rows, found.split_lines) == ("parquet", ("Amount", "DAY"), 3, ())
    assert (found.size, found.sha256) == (path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest())


def test_suffix_of_parquet_may_be_written_in_capitals(parquet):
    path = parquet(GOOD)
    assert of_parquet(path.rename(path.with_suffix(".PARQUET"))).kind == "parquet"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"compression": "brotli"}, "column amount is stored as BROTLI, which Spark cannot read"),
        (
            {"use_dictionary": False, "column_encoding": {"amount": "BYTE_STREAM_SPLIT"}},
            "column amount is stored as BYTE_STREAM_SPLIT",
        ),
    ],
)
def test_parquet_that_no_run_could_read_is_refused(parquet, options, told):
    assert told in refusal(of_parquet, parquet({"amount": [1.5], "day": ["1"]}, **options))


def test_parquet_without_rows_has_none(parquet):
    assert of_parquet(parquet({name: values[:0] for name, values in GOOD.items()})).rows == 0


@pytest.mark.parametrize(
    "values",
    [
        pa.array([1], pa.int8()), pa.array([1], pa.uint64()), pa.array([1.5]), pa.array([True]), pa.array(["a"]),
        pa.array(["a"], pa.large_string()), pa.array([None]), pa.array([1], pa.date32()),
        pa.array([1], pa.timestamp("ms")), pa.array([1], pa.timestamp("us", "Europe/Berlin")),
        pa.array([1000], pa.timestamp("ns")),
        pa.array([Decimal(1)], pa.decimal128(38, 10)), pa.array(["x"]).dictionary_encode(),
    ],
)  # fmt: skip
def test_parquet_column_of_a_plain_type_is_read(parquet, values):
    assert of_parquet(parquet({"day": ["1"], "amount": values})).rows == 1


def test_columns_of_nanoseconds_are_named_in_the_manifest(parquet):
    wall, instant = pa.array([None, 1000], pa.timestamp("ns")), pa.array([-1000, 0], pa.timestamp("ns", "UTC"))
    path = parquet({"day": ["1", "2"], "amount": wall, "seen": instant})
    found = of_parquet(path, ignore_unknown=True)
    assert found.nanoseconds == (("amount", WALL_CLOCK), ("seen", INSTANT))


def test_fractions_of_a_microsecond_are_refused(parquet):
    path = parquet({"day": ["1", "2"], "amount": pa.array([1000, 1001], pa.timestamp("ns"))})
    told = refusal(of_parquet, path)
    assert told.startswith(f"{path}: column amount has fractions of a microsecond")
    assert "allow_truncated_timestamps=True" in told


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (pa.array([{"a": 1}]), "of type struct<a: int64>, which cannot be loaded; write it as a plain column"),
        (pa.array([[1]]), "which cannot be loaded"),
        (pa.array([b"x"]), "of type binary, which cannot be loaded"),
        (pa.array([b"x"]).dictionary_encode(), "which cannot be loaded; write it as a plain column"),
        (pa.array([1], pa.time64("us")), "of type time64[us], which cannot be loaded"),
        (pa.array([Decimal(1)], pa.decimal256(50, 2)), "of type decimal256(50, 2), which cannot be loaded"),
    ],
)
def test_parquet_column_of_another_type_is_refused(parquet, values, told):
    path = parquet({"day": ["1"], "amount": values})
    assert refusal(of_parquet, path).startswith(f"{path}: column amount is ")
    assert told in refusal(of_parquet, path)


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"day": ["1"]}, "missing 'amount'"),
        ({"day": ["1"], "amount": [1], "city": ["x"]}, "unknown 'city' (unknownColumns: ignore"),
        ({"day": ["1"], "amount": [1], "AMOUNT": [1]}, "a column appears twice: 'amount'"),
    ],
)
def test_parquet_with_columns_that_do_not_fit_is_refused(parquet, columns, told):
    path = parquet(columns)
    assert refusal(of_parquet, path).startswith(f"{path}: its columns do not fit dataset.yaml: {told}")


def test_parquet_with_unknown_columns_is_read_where_the_contract_says_so(parquet):
    path = parquet({"day": ["1"], "city": ["x"], "amount": [1]})
    assert of_parquet(path, ignore_unknown=True).columns == ("day", "city", "amount")


def test_parquet_cut_anywhere_is_refused(parquet):
    path = parquet(GOOD)
    stored = path.read_bytes()
    for size in (1, 4, 8, len(stored) // 2, len(stored) - 1):
        path.write_bytes(stored[:size])
        assert f"{path} is not a readable Parquet file" in refusal(of_parquet, path)


def test_text_that_is_named_parquet_is_refused(tmp_path):
    path = tmp_path / "a.parquet"
    path.write_bytes(b"day,amount\n" + ROWS)
    assert f"{path} is not a readable Parquet file" in refusal(of_parquet, path)
