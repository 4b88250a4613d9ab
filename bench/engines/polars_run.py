"""The dataset "prices" by Polars, in one process without a cluster: the same rows and figures as bare Spark.

    .venv/bin/python -m bench.engines.polars_run FILES OUT [--cores 2]

`bench.run` measures it when Polars is installed (pip install polars). Prints seconds and the figures, as JSON.
"""

import os
from pathlib import Path
from typing import Any

from bench.engines.script import run_script

_PRICES = ("open", "high", "low", "close")
_TOTALS = (*_PRICES, "volume")


def run(files: list[Path], out: Path, cores: int) -> list[list[str]]:
    """Write the newest rows by quarter below a new directory, and return the figures of each quarter.

    Args:
        files: CSV files in the order of loading.
        out: New directory.
        cores: How many threads.
    """
    # Read when Polars is imported.
    os.environ["POLARS_MAX_THREADS"] = str(cores)
    import polars as pl

    clean = _newest(pl, files)
    for (quarter,), rows in clean.partition_by("quarter_start", as_dict=True).items():
        directory = out / "clean" / f"quarter_start={quarter}"
        directory.mkdir(parents=True)
        rows.drop("quarter_start").write_parquet(directory / "0.parquet", compression="snappy")
    return _figures(pl, out / "clean")


def _newest(pl: Any, files: list[Path]) -> Any:
    types = {"symbol": pl.String, "day": pl.Date, **dict.fromkeys(_PRICES, pl.Decimal(9, 2)), "volume": pl.Int64}
    quarter = pl.col("day").dt.truncate("1q").alias("quarter_start")
    # The rows of all files, in the order of the files named: the last of a key is the newest.
    rows = pl.scan_csv(files, schema=types).unique(["symbol", "day"], keep="last")
    return rows.with_columns(quarter).collect()


def _figures(pl: Any, clean: Path) -> list[list[str]]:
    counts = [pl.len().alias("prices"), pl.col("symbol").n_unique().alias("symbols")]
    rows = pl.scan_parquet(clean / "*" / "*.parquet", hive_partitioning=True, try_parse_hive_dates=True)
    table = rows.group_by("quarter_start").agg(*counts, *(pl.col(name).sum() for name in _TOTALS))
    return [[str(value) for value in row] for row in table.sort("quarter_start").collect().rows()]


if __name__ == "__main__":
    run_script("polars_run", __doc__, run)
