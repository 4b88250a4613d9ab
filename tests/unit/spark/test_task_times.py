"""Where the tasks of a run spend their time: Spark's event log of one plan, and what is read from it."""

import json
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

from spark.events.event_log import events_logged
from spark.events.task_times import StepTimes, step_times


def job(stages: list[int], step: str) -> dict[str, Any]:
    return {"Event": "SparkListenerJobStart", "Stage IDs": stages, "Properties": {"spark.job.description": step}}


def task(stage: int, first: int, last: int, **metrics: int) -> dict[str, Any]:
    found = {name: metrics.get(name, 0) for name in ("run", "cpu", "gc", "read", "shuffled", "written")}
    return {
        "Event": "SparkListenerTaskEnd",
        "Stage ID": stage,
        "Task Info": {"Launch Time": first, "Finish Time": last},
        "Task Metrics": {
            "Executor Run Time": found["run"],
            "Executor CPU Time": found["cpu"] * 1_000_000,
            "JVM GC Time": found["gc"],
            "Input Metrics": {"Bytes Read": found["read"]},
            "Shuffle Write Metrics": {"Shuffle Bytes Written": found["shuffled"]},
            "Output Metrics": {"Bytes Written": found["written"]},
        },
    }


def log(*events: dict[str, Any]) -> list[bytes]:
    return [json.dumps(event).encode() for event in events]


def test_times_of_a_step_are_those_of_the_tasks_of_its_jobs() -> None:
    found = step_times(
        log(
            {"Event": "SparkListenerLogStart"},
            job([0], "stage"),
            task(0, 1000, 3000, run=1900, cpu=1500, gc=100, read=70, written=50),
            # Beside the first, then after a second without any task.
            task(0, 2000, 4000, run=2000, cpu=2500, shuffled=5),
            task(0, 5000, 5500, run=400, cpu=100),
            job([1, 2], "clean"),
            task(2, 6000, 6100),
        )
    )
    assert found == [
        StepTimes("stage", 3, 3.5, 0.2, 4.1, 0.1, 0.1, 70, 5, 50),
        StepTimes("clean", 1, 0.1, 0.1, 0.0, 0.0, 0.0, 0, 0, 0),
    ]


def test_a_lost_task_has_no_metrics() -> None:
    lost = {**task(0, 1000, 3000), "Task Metrics": None}
    assert step_times(log(job([0], "stage"), lost)) == [StepTimes("stage", 1, 2.0, 2.0, 0.0, 0.0, 0.0, 0, 0, 0)]


def test_the_log_is_of_what_spark_does_meanwhile(spark: SparkSession, tmp_path: Path) -> None:
    def work(step: str) -> None:
        spark.sparkContext.setJobDescription(step)
        spark.range(1000).repartition(3).write.parquet(str(tmp_path / step))

    work("before")
    with events_logged(spark, str(tmp_path / "events")):
        work("stage")
        work("mart")
    work("after")
    (file,) = (path for path in (tmp_path / "events").iterdir() if not path.name.startswith("."))
    stage, mart = step_times(file.read_bytes().splitlines())
    assert [stage.step, mart.step] == ["stage", "mart"]
    assert stage.tasks > 3
    assert min(stage.busy, stage.processor, stage.shuffled) > 0
    written = sum(part.stat().st_size for part in (tmp_path / "stage").glob("*.parquet"))
    assert stage.written == written
