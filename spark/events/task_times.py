"""Where the tasks of a run spent their time, read from Spark's event log.

Events and their fields: `org.apache.spark.util.JsonProtocol`; what they mean:
https://spark.apache.org/docs/4.1.0/monitoring.html#executor-task-metrics
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_NANOSECONDS = 1e9
_MILLISECONDS = 1e3


@dataclass(frozen=True)
class StepTimes:
    """What the tasks of one step did: seconds and bytes of all of them together.

    Attributes:
        step: `stage`, `clean` or `mart`.
        tasks: Number of tasks.
        busy: Seconds in which at least one task ran; in the others the driver planned, listed and moved files.
        launch: Seconds of sending tasks and unpacking them, and of sending results back.
        processor: Seconds on the processor.
        garbage: Seconds of collecting garbage.
        waiting: Seconds of waiting for HDFS, disk, other tasks' rows or the processor.
        read: Bytes of files.
        shuffled: Bytes that went from task to task.
        written: Bytes of files.
    """

    step: str
    tasks: int
    busy: float
    launch: float
    processor: float
    garbage: float
    waiting: float
    read: int
    shuffled: int
    written: int


def step_times(log: Iterable[bytes]) -> list[StepTimes]:
    """Times by step, in the order in which the steps began.

    Args:
        log: Lines of the event log; the description of a job is its step.
    """
    steps, tasks = dict[int, str](), dict[str, list[Mapping[str, Any]]]()
    for line in log:
        event = json.loads(line)
        if event["Event"] == "SparkListenerJobStart":
            step = (event.get("Properties") or {}).get("spark.job.description", "")
            steps |= dict.fromkeys(event["Stage IDs"], step)
        elif event["Event"] == "SparkListenerTaskEnd":
            tasks.setdefault(steps.get(event["Stage ID"], ""), []).append(event)
    return [_times(step, of_step) for step, of_step in tasks.items()]


def _times(step: str, tasks: Sequence[Mapping[str, Any]]) -> StepTimes:
    infos = [task["Task Info"] for task in tasks]
    # A task that was lost has none.
    metrics = [task["Task Metrics"] for task in tasks if task.get("Task Metrics")]
    whole = sum(info["Finish Time"] - info["Launch Time"] for info in infos) / _MILLISECONDS
    running = _sum(metrics, "Executor Run Time") / _MILLISECONDS
    processor = _sum(metrics, "Executor CPU Time") / _NANOSECONDS
    garbage = _sum(metrics, "JVM GC Time") / _MILLISECONDS
    return StepTimes(
        step=step,
        tasks=len(tasks),
        busy=round(_covered((info["Launch Time"], info["Finish Time"]) for info in infos) / _MILLISECONDS, 3),
        launch=round(whole - running, 3),
        processor=round(processor, 3),
        garbage=round(garbage, 3),
        # Times are measured apart, so their sum may be a little more than the whole.
        waiting=round(max(0.0, running - processor - garbage), 3),
        read=_sum(metrics, "Input Metrics", "Bytes Read"),
        shuffled=_sum(metrics, "Shuffle Write Metrics", "Shuffle Bytes Written"),
        written=_sum(metrics, "Output Metrics", "Bytes Written"),
    )


def _sum(metrics: Sequence[Mapping[str, Any]], *names: str) -> int:
    total = 0
    for found in metrics:
        value: Any = found
        for name in names:
            value = value[name]
        total += value
    return total


def _covered(spans: Iterable[tuple[int, int]]) -> int:
    """Length of what some spans cover together."""
    covered, end = 0, 0
    for first, last in sorted(spans):
        covered += max(0, last - max(first, end))
        end = max(end, last)
    return covered
