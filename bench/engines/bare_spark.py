"""The dataset "prices" by a bare Spark script: what `./stackhouse run` is compared with.

    .venv/bin/python -m bench.engines.bare_spark FILES OUT [--cores 2] [--only-write]

A cold process: typed read, the newest version of each key in the order of file and line, Parquet by quarter, the same
figures by quarter from what was written. Nothing is counted, rejected, audited or published. `--only-write` reads typed
rows and writes them by quarter, which is what staging does besides. Prints seconds by step and the figures, as JSON.
"""

import argparse
import json
import os
from pathlib import Path
from time import monotonic
from typing import Any

from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F

from bench.prices import MART

_SCHEMA = (
    "symbol STRING, day DATE, open DECIMAL(9,2), high DECIMAL(9,2), low DECIMAL(9,2), close DECIMAL(9,2), volume BIGINT"
)
_KEY = ("symbol", "day")
_QUARTER = "quarter_start"
_SETTINGS = {
    "spark.sql.adaptive.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.shuffle.partitions": "8",
}
_PRICES = ("open", "high", "low", "close")


def main() -> None:
    """Read, clean, aggregate, and say how long each took."""
    began = monotonic()
    parser = argparse.ArgumentParser(prog="bench.engines.bare_spark", description=__doc__)
    parser.add_argument("files", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--cores", type=int, default=os.cpu_count())
    parser.add_argument("--only-write", action="store_true", help="write typed rows and leave keys and figures out")
    arguments = parser.parse_args()
    spark = _session(arguments.cores)
    seconds, figures = {"session": monotonic() - began}, list[list[str]]()
    rows, clean = _read(spark, arguments.files), arguments.out / "clean"
    began = monotonic()
    _write(rows if arguments.only_write else _newest(rows), clean)
    seconds["write"] = monotonic() - began
    if not arguments.only_write:
        began = monotonic()
        figures = _figures(spark, clean, arguments.out / MART)
        seconds["mart"] = monotonic() - began
    spark.stop()
    print(json.dumps({"seconds": seconds, "figures": figures}))


def _session(cores: int) -> SparkSession:
    builder: Any = SparkSession.builder
    for name, value in _SETTINGS.items():
        builder = builder.config(name, value)
    # The heap of the executor that a run has on two cores.
    spark: SparkSession = builder.master(f"local[{cores}]").config("spark.driver.memory", "3712m").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def _read(spark: SparkSession, files: Path) -> DataFrame:
    return spark.read.schema(_SCHEMA).option("header", "true").option("mode", "FAILFAST").csv(str(files))


def _newest(rows: DataFrame) -> DataFrame:
    # Within a split of a file the ids ascend with the lines.
    line = F.monotonically_increasing_id()
    versions = rows.withColumn("_version", F.struct("_metadata.file_name", "_metadata.file_block_start", line))
    newest = F.row_number().over(Window.partitionBy(*_KEY).orderBy(F.desc("_version")))
    return versions.withColumn("_place", newest).where("_place = 1").drop("_place", "_version")


def _write(rows: DataFrame, target: Path) -> None:
    quarter = F.trunc("day", "quarter").alias(_QUARTER)
    rows.select("*", quarter).write.partitionBy(_QUARTER).parquet(str(target))


def _figures(spark: SparkSession, clean: Path, target: Path) -> list[list[str]]:
    sums = [F.sum(name).cast("decimal(20,2)").alias(f"total_{name}") for name in _PRICES]
    volume = F.sum("volume").cast("decimal(20,0)").alias("total_volume")
    counts = [F.count("*").alias("prices"), F.countDistinct("symbol").alias("symbols")]
    table = spark.read.parquet(str(clean)).groupBy(_QUARTER).agg(*counts, *sums, volume)
    table.coalesce(1).write.parquet(str(target))
    rows = spark.read.parquet(str(target)).orderBy(_QUARTER).collect()
    return [[str(value) for value in row] for row in rows]


if __name__ == "__main__":
    main()
