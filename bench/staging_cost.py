"""What staging with quarantine costs against a bare Spark job on the same rows, in one session.

    .venv/bin/python -m bench.staging_cost [--rows 6000000] [--rounds 3] [--clean]

The bare job reads the files with Spark's own CSV reader and the contract's types, keeps one row a key and writes
quarters as Parquet; rows it cannot read silently become NULL. Staging checks every rule, keeps each
row's origin and the rejected rows with their reasons, and leaves the keys to the clean step. --clean times that too, in
rounds of its own: what runs after it in the same JVM is up to three times slower, and a run has a JVM of its own.
"""

import argparse
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from time import monotonic

from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from rich.table import Table

from cli.output import standard_output
from generator.dataset import generate
from ingestion.input_file import describe_file
from spark.clean import CleanTask, clean
from spark.schema import contract_fields, quarter_start
from spark.session import start_session
from spark.stage import stage
from warehouse.contract.file import load_contract
from warehouse.contract.model import Contract
from warehouse.input.input_path import InputPath
from warehouse.job import StagedSource, StageTask
from warehouse.settings import REPOSITORY

_SEED = 7
_FILE_BYTES = 256 * 1024 * 1024


def main() -> None:
    """Generate rows, run both kinds of job in turn, print times and ratios."""
    parser = argparse.ArgumentParser(prog="bench.staging_cost", description=__doc__)
    parser.add_argument("--rows", type=int, default=6_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clean", action="store_true", help="time staging with the clean step, too")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="staging_cost.") as home:
        _run(Path(home), arguments.rows, arguments.rounds, arguments.clean)


def _run(home: Path, rows: int, rounds: int, with_clean: bool) -> None:
    generate(home / "trips", rows, _SEED, progress=lambda _: None)
    contract, raw = load_contract("trips"), home / "trips" / "batch-1"
    spark = _session()
    out = home / "out"
    jobs = {"bare": partial(_bare, spark, contract, raw), "stage": partial(_stage, spark, contract, raw)}
    seconds = _in_turn(jobs, out, rounds)
    if with_clean:
        seconds |= _in_turn({"stage and clean": partial(_stage_and_clean, spark, contract, raw)}, out, rounds)
    spark.stop()
    _print(seconds, rows)


def _in_turn(jobs: Mapping[str, Callable[[Path], None]], out: Path, rounds: int) -> dict[str, list[float]]:
    seconds: dict[str, list[float]] = {name: [] for name in jobs}
    # The first round warms up: classes, compiled code, the page cache.
    for number in range(rounds + 1):
        for name, job in jobs.items():
            took = _timed(job, out)
            if number:
                seconds[name].append(took)
    return seconds


def _session() -> SparkSession:
    os.environ["SPARK_CONF_DIR"] = str(REPOSITORY / "spark" / "conf")
    os.environ["PYSPARK_SUBMIT_ARGS"] = (
        f"--master local[{os.cpu_count()}] --driver-memory 3g "
        f"--conf spark.driver.extraJavaOptions='{_executor_options()}' "
        "--conf spark.driver.host=127.0.0.1 --conf spark.driver.bindAddress=127.0.0.1 "
        "--conf spark.sql.shuffle.partitions=8 pyspark-shell"
    )
    spark = start_session("staging cost")
    spark.sparkContext.setLogLevel("OFF")
    return spark


def _executor_options() -> str:
    # Locally the driver does the work, so it is set as an executor is.
    lines = (REPOSITORY / "spark" / "conf" / "spark-defaults.conf").read_text().splitlines()
    return next(line.split(maxsplit=1)[1] for line in lines if line.startswith("spark.executor.extraJavaOptions"))


def _timed(job: Callable[[Path], None], target: Path) -> float:
    began = monotonic()
    job(target)
    took = monotonic() - began
    shutil.rmtree(target)
    return took


def _bare(spark: SparkSession, contract: Contract, raw: Path, target: Path) -> None:
    fields = ", ".join(f"`{field.name}` {field.dataType.simpleString()}" for field in contract_fields(contract))
    options = {"header": "true", "timestampNTZFormat": "yyyy-MM-dd HH:mm:ss", "mode": "PERMISSIVE"}
    rows = spark.read.options(**options).schema(fields).csv(str(raw))
    once = rows.where(F.col(contract.event_time).isNotNull()).dropDuplicates(list(contract.key))
    once.select("*", quarter_start(contract)).write.partitionBy("quarter_start").parquet(str(target))


def _stage(spark: SparkSession, contract: Contract, raw: Path, target: Path) -> None:
    stage(spark, _task(contract, raw, target), contract)


def _stage_and_clean(spark: SparkSession, contract: Contract, raw: Path, target: Path) -> None:
    task = _task(contract, raw, target)
    quarters = stage(spark, task, contract).quarters
    source = StagedSource(task.batch, task.sequence, task.staged, quarters)
    clean(spark, contract, CleanTask([source], [], quarters, str(target / "clean"), _FILE_BYTES))


_described: dict[Path, StageTask] = {}


def _task(contract: Contract, raw: Path, target: Path) -> StageTask:
    if raw not in _described:
        # Counting is the loader's work.
        files = [describe_file(InputPath(file), contract, lambda _phase, _size: None) for file in sorted(raw.iterdir())]
        _described[raw] = StageTask("b1", 1, str(raw), files, str(target / "staged"), str(target / "quarantine"))
    return _described[raw]


def _print(seconds: dict[str, list[float]], rows: int) -> None:
    table = Table(title=f"{rows:,} generated trips, {os.cpu_count()} cores", box=None, pad_edge=False)
    for name in ("job", "seconds, each round", "best", "x bare"):
        table.add_column(name, justify="left" if name == "job" else "right")
    bare = min(seconds["bare"])
    for name, took in seconds.items():
        rounds = ", ".join(f"{second:.1f}" for second in took)
        table.add_row(name, rounds, f"{min(took):.1f}", f"{min(took) / bare:.2f}")
    standard_output().print(table)


if __name__ == "__main__":
    main()
