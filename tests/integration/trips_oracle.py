"""What only trips need of the oracle: the generator's labels, a release's clean files, and the marts by hand."""

from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from hadoop.webhdfs import WebHdfs
from tests.integration.contract_oracle import Oracle

_QUARTER = "quarter_start, year(quarter_start) || 'Q' || quarter(quarter_start) AS quarter"


def revenue(oracle: Oracle) -> list[dict[str, Any]]:
    """`revenue_by_quarter`: sums by DuckDB, ratios by Python, which is exact."""
    rows = oracle.rows(f"""
        SELECT {_QUARTER}, count(*), sum(fare_amount), sum(tip_amount), sum(total_amount), sum(trip_distance)
        FROM clean GROUP BY quarter_start""")
    return [
        {
            "quarter_start": start,
            "quarter": quarter,
            "trips": trips,
            "total_fare": fare,
            "total_tip": tip,
            "total_revenue": total,
            "mean_revenue": rounded(total / trips, 4),
            "tip_share": rounded(tip / total, 6),
            "total_distance": distance,
        }
        for start, quarter, trips, fare, tip, total, distance in rows
    ]


def demand(oracle: Oracle) -> list[dict[str, Any]]:
    """`zone_demand_by_quarter` in the same way."""
    rows = oracle.rows(f"""
        SELECT {_QUARTER}, pickup_zone, count(*), sum(count(*)) OVER (PARTITION BY quarter_start)::BIGINT,
            sum(total_amount), sum(trip_distance)
        FROM clean GROUP BY quarter_start, pickup_zone""")
    return [
        {
            "quarter_start": start,
            "quarter": quarter,
            "pickup_zone": zone,
            "trips": trips,
            "trip_share": rounded(Decimal(trips) / all_trips, 6),
            "total_revenue": total,
            "mean_revenue": rounded(total / trips, 4),
            "total_distance": distance,
        }
        for start, quarter, zone, trips, all_trips, total, distance in rows
    ]


def rounded(value: Decimal, digits: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


MART_ROWS = {"revenue_by_quarter": revenue, "zone_demand_by_quarter": demand}
"""By name of the mart: all its rows, from the oracle's table `clean`."""


def add_labels(oracle: Oracle, generated: Path, ids: dict[str, str]) -> None:
    """Make the table `labels` in the oracle's database."""
    batch = " ".join(f"WHEN '{name}' THEN '{found}'" for name, found in ids.items())
    oracle.db.sql(f"""CREATE TABLE labels AS
        SELECT CASE batch {batch} END AS batch, file, line, label, outcome AS after_2, outcome_after_batch_1 AS after_1,
            string_split(rules, ' ') AS rules
        FROM read_csv('{generated}/labels.csv', header = true, types = {{'line': 'BIGINT', 'rules': 'VARCHAR'}})""")


def add_clean_files(oracle: Oracle, storage: WebHdfs, release: dict[str, Any], table: str, home: Path) -> None:
    """Make a table of the clean rows of a release, from its Parquet files in HDFS."""
    local = home / table
    for quarter, partition in release["tables"]["clean"]["partitions"].items():
        (local / f"quarter_start={quarter}").mkdir(parents=True)
        for name in storage.list(partition["path"]):
            content = storage.read(f"{partition['path']}/{name}")
            (local / f"quarter_start={quarter}" / name).write_bytes(content)
    columns = ", ".join((*oracle.columns, "quarter_start"))
    oracle.db.sql(f"""CREATE TABLE {table} AS
        SELECT source_batch AS batch, source_file AS file, source_line AS line, {columns}
        FROM read_parquet('{local}/*/*.parquet', hive_partitioning = true)""")
