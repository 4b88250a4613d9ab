"""Staging of Parquet: the same values come out, whatever type holds them."""

import io
import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import SparkSession

from tests.staging import staged_rows
from tests.unit.spark.odd_files import COLUMNS, odd_contract, rejected, stage
from warehouse.contract.file import load_contract
from warehouse.contract.model import Column

# --- Parquet ---


def test_parquet_is_typed_by_the_contract_and_rejected_as_json(spark: SparkSession, tmp_path: Path) -> None:
    columns = (
        Column("at", "at", "TIMESTAMP", "d", required=True, formats=("dd.MM.yyyy HH:mm",)),
        Column("pieces", "Pieces", "INT", "d", maximum=10),
        Column("amount", "amount", "DECIMAL(5,2)", "d"),
        Column("name", "name", "STRING", "d"),
    )
    at = [
        datetime(1815, 6, 18, 11, 35, 0, 1),
        datetime(2101, 1, 1),
        None,
        datetime(2001, 1, 1, 0, 0, 0, 1),
        datetime(2001, 1, 2),
    ]
    table = pa.table({
        "pieces": pa.array([1.0, None, 3.0, 2.5, 11.0], pa.float64()),
        "AT": pa.array(at, pa.timestamp("us")),
        "amount": pa.array(["1.5", None, "1", "1", "1"], pa.string()),
        "name": pa.array(["é", None, "x", "y", "z"], pa.large_string()),
    })  # fmt: skip
    (tmp_path / "raw").mkdir()
    pq.write_table(table, tmp_path / "a.parquet")
    (tmp_path / "raw").rmdir()
    counts = stage(spark, tmp_path, {"a.parquet": (tmp_path / "a.parquet").read_bytes()}, odd_contract(columns))
    assert staged_rows(spark, tmp_path, "at", "pieces", "amount", "name", "source_line") == [
        (at[0], 1, Decimal("1.50"), "é", 1), (at[1], None, None, None, 2),
    ]  # fmt: skip
    refused = rejected(spark, tmp_path)
    assert [(line, rules, values) for line, rules, values, _ in refused] == [
        (3, ["at:required"], [None]), (4, ["pieces:type"], ["2.5"]), (5, ["pieces:maximum"], ["11"]),
    ]  # fmt: skip
    record = json.loads(refused[1][3])
    assert (record["pieces"], record["AT"]) == (2.5, "2001-01-01T00:00:00.000001")
    assert counts.rejected == {"a.parquet": 3}


def test_parquet_files_of_one_batch_may_hold_a_column_in_different_types(spark: SparkSession, tmp_path: Path) -> None:
    columns = (COLUMNS[0], Column("amount", "Amount", "DECIMAL(9,2)", "d"))
    day = pa.array([date(2001, 1, 1)])
    amounts = {
        "a.parquet": pa.array([12], pa.int64()),
        "b.parquet": pa.array([Decimal("12.34")], pa.decimal128(9, 2)),
        "c.parquet": pa.array([0.1], pa.float32()),
        "d.parquet": pa.array([0.1], pa.float64()),
        "e.parquet": pa.array(["1.50"]),
        "f.parquet": pa.array([None], pa.null()),
        "g.parquet": pa.array([7], pa.int64()),
        "h.PARQUET": pa.array(["2.25"]).dictionary_encode(),
        "i.parquet": pa.array([8], pa.int64()).dictionary_encode(),
    }
    files = {}
    for name, values in amounts.items():
        buffer = io.BytesIO()
        pq.write_table(pa.table({"Day": day, "Amount": values}), buffer)
        files[name] = buffer.getvalue()
    stage(spark, tmp_path, files, odd_contract(columns, kind="parquet"))
    assert staged_rows(spark, tmp_path, "amount") == [
        (Decimal(text),) if text else (None,) for text in ("12", "12.34", "0.1", "0.1", "1.50", "", "7", "2.25", "8")
    ]


def test_dates_that_parquet_holds_as_text_have_the_format_of_the_contract(spark: SparkSession, tmp_path: Path) -> None:
    columns = (replace(COLUMNS[0], formats=("dd.MM.yyyy",)), COLUMNS[2])
    pq.write_table(pa.table({"Day": ["03.02.2001", "2001-02-03"], "Name": ["a", "b"]}), tmp_path / "a.parquet")
    stage(spark, tmp_path, {"a.parquet": (tmp_path / "a.parquet").read_bytes()}, odd_contract(columns))
    assert staged_rows(spark, tmp_path, "day", "name") == [(date(2001, 2, 3), "a")]
    assert [(rules, values) for _, rules, values, _ in rejected(spark, tmp_path)] == [(["day:type"], ["2001-02-03"])]


_NUMBERS = {"amount": "DECIMAL(18,6)", "pieces": "BIGINT", "note": "STRING"}


_HELD_NUMBERS = {
    # Value and type in the file: what becomes of it in each of these columns, None where it is rejected.
    (12345678.25, pa.float64()): (Decimal("12345678.25"), None, "1.234567825E7"),
    (0.0005, pa.float64()): (Decimal("0.0005"), None, "5.0E-4"),
    (-0.25, pa.float64()): (Decimal("-0.25"), None, "-0.25"),
    (1e-7, pa.float64()): (None, None, "1.0E-7"),
    (1e-300, pa.float64()): (None, None, "1.0E-300"),
    (20000000.0, pa.float64()): (Decimal("20000000"), 20000000, "20000000"),
    (2.0**53, pa.float64()): (None, None, "9.007199254740992E15"),
    (0.0005, pa.float32()): (Decimal("0.0005"), None, "5.0E-4"),
    (Decimal("1.5"), pa.decimal128(20, 10)): (Decimal("1.5"), None, "1.5000000000"),
    (Decimal(3), pa.decimal128(20, 2)): (Decimal("3"), 3, "3.00"),
    (Decimal(-100), pa.decimal128(20, 2)): (Decimal("-100"), -100, "-100.00"),
    (Decimal(0), pa.decimal128(20, 10)): (Decimal("0"), 0, "0.0000000000"),
    (Decimal(100), pa.decimal128(20, 0)): (Decimal("100"), 100, "100"),
    (Decimal("0.0000001"), pa.decimal128(20, 10)): (None, None, "0.0000001000"),
}


def test_numbers_of_parquet_fit_whatever_type_holds_them(spark: SparkSession, tmp_path: Path) -> None:
    columns = (COLUMNS[0], *(Column(name, name, hive_type, "d") for name, hive_type in _NUMBERS.items()))
    files, expected = {}, []
    for number, kind in enumerate(dict.fromkeys(kind for _, kind in _HELD_NUMBERS)):
        held = {value: texts for (value, of), texts in _HELD_NUMBERS.items() if of == kind}
        # A row for each value and column, so that a good one is not lost with a bad one.
        table = {name: pa.array([value if place == at else None for value in held for at in range(3)], kind)
                 for place, name in enumerate(_NUMBERS)}  # fmt: skip
        buffer = io.BytesIO()
        pq.write_table(pa.table({"Day": [date(2001, 1, 1)] * 3 * len(held), **table}), buffer)
        files[f"{number}.parquet"] = buffer.getvalue()
        expected += [good for texts in held.values() for good in texts if good is not None]
    stage(spark, tmp_path, files, odd_contract(columns, kind="parquet"))
    found = [next(value for value in row if value is not None) for row in staged_rows(spark, tmp_path, *_NUMBERS)]
    assert found == expected
    assert {rule for _, rules, *_ in rejected(spark, tmp_path) for rule in rules} == {"amount:type", "pieces:type"}


def test_nanoseconds_in_parquet_are_the_timestamps_that_they_are(spark: SparkSession, tmp_path: Path) -> None:
    columns = (
        COLUMNS[0], Column("wall", "wall", "TIMESTAMP", "d"), Column("count", "count", "BIGINT", "d"),
        Column("instant", "instant", "TIMESTAMP", "d", source_zone="Asia/Tokyo"),
    )  # fmt: skip
    at = [datetime(1969, 12, 31, 23, 59, 59, 999999), datetime(2024, 7, 1, 12, 0, 0, 1)]
    wall = pa.array([*at, None], pa.timestamp("ns"))
    buffer = io.BytesIO()
    pq.write_table(
        pa.table({"Day": [date(2024, 7, 1)] * 3, "wall": wall, "count": [1_719_835_200_000, 1, None],
                  "instant": wall.cast(pa.timestamp("ns", "UTC"))}),
        buffer,
    )  # fmt: skip
    contract = odd_contract(columns, "Europe/Berlin", kind="parquet")
    stage(spark, tmp_path, {"a.parquet": buffer.getvalue()}, contract)
    assert staged_rows(spark, tmp_path, "wall", "count", "instant") == [
        (at[0], 1_719_835_200_000, at[0] + timedelta(hours=1)), (at[1], 1, at[1] + timedelta(hours=2)),
        (None, None, None),
    ]  # fmt: skip


def test_an_instant_in_parquet_is_one_whatever_the_default_zone_says(spark: SparkSession, tmp_path: Path) -> None:
    columns = (Column("at", "at", "TIMESTAMP", "d", required=True, source_zone="America/New_York"),)
    at = datetime(2024, 1, 2, 14, 30)
    files = {}
    for name, kind in {"a": pa.timestamp("us", "America/New_York"), "b": pa.timestamp("us")}.items():
        buffer = io.BytesIO()
        pq.write_table(pa.table({"at": pa.array([at], kind)}), buffer)
        files[f"{name}.parquet"] = buffer.getvalue()
    stage(spark, tmp_path, files, odd_contract(columns, "UTC", kind="parquet"))
    assert staged_rows(spark, tmp_path, "at") == [(at,), (at.replace(hour=19),)]


def test_a_parquet_file_as_the_taxi_commission_publishes_it_fits_the_contract_of_trips(
    spark: SparkSession, tmp_path: Path
) -> None:
    contract, at = load_contract("trips"), datetime(2024, 1, 1, 0, 57, 55)
    money = ("fare_amount", "extra", "mta_tax", "tip_amount", "tolls_amount", "improvement_surcharge")
    values = {
        "VendorID": pa.array([2], pa.int32()), "tpep_pickup_datetime": pa.array([at], pa.timestamp("us")),
        "tpep_dropoff_datetime": pa.array([at.replace(hour=1)], pa.timestamp("us")),
        "passenger_count": pa.array([1.0]), "trip_distance": pa.array([1.72]), "RatecodeID": pa.array([1.0]),
        "store_and_fwd_flag": pa.array(["N"], pa.large_string()), "PULocationID": pa.array([186], pa.int32()),
        "DOLocationID": pa.array([79], pa.int32()), "payment_type": pa.array([2], pa.int64()),
        **{name: pa.array([1.5]) for name in money}, "total_amount": pa.array([22.7]),
        "congestion_surcharge": pa.array([2.5]), "Airport_fee": pa.array([None], pa.float64()),
    }  # fmt: skip
    pq.write_table(pa.table(values), tmp_path / "y.parquet")
    counts = stage(spark, tmp_path, {"y.parquet": (tmp_path / "y.parquet").read_bytes()}, contract)
    assert (counts.staged, counts.rules) == (1, {})
    assert staged_rows(spark, tmp_path, "pickup_at", "passenger_count", "trip_distance", "airport_fee") == [
        (at, 1, Decimal("1.72"), None)
    ]


def test_parquet_beside_csv_in_one_batch(spark: SparkSession, tmp_path: Path) -> None:
    pq.write_table(pa.table({"Day": [date(2001, 1, 1)], "Name": ["p"]}), tmp_path / "b.parquet")
    files = {"a.csv": b"Day,Name\n2001-01-01,c\n", "b.parquet": (tmp_path / "b.parquet").read_bytes()}
    stage(spark, tmp_path, files, odd_contract())
    assert staged_rows(spark, tmp_path, "source_file", "name") == [("a.csv", "c"), ("b.parquet", "p")]


def test_days_of_excel_in_parquet(spark: SparkSession, tmp_path: Path) -> None:
    columns = (
        Column("day", "day", "DATE", "d", formats=("dd.MM.yyyy", "excel-days"), required=True),
        Column("at", "at", "TIMESTAMP", "d", formats=("excel-days",)),
    )
    tables = {
        "a.parquet": pa.table({"day": [44197, 44198], "at": [44197.75, None]}),
        "b.parquet": pa.table({"day": ["03.01.2021", "44200"], "at": [datetime(2021, 1, 3, 4), None]}),
    }
    for name, table in tables.items():
        pq.write_table(table, tmp_path / name)
    files = {name: (tmp_path / name).read_bytes() for name in tables}
    stage(spark, tmp_path, files, odd_contract(columns, kind="parquet"))
    assert staged_rows(spark, tmp_path, "day", "at") == [
        (date(2021, 1, 1), datetime(2021, 1, 1, 18)), (date(2021, 1, 2), None),
        (date(2021, 1, 3), datetime(2021, 1, 3, 4)), (date(2021, 1, 4), None),
    ]  # fmt: skip
