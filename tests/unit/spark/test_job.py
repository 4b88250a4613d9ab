"""The process: one plan in, events out, and it never outlives the one that asked."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from ingestion.input_file import describe_file
from tests.spark_session import LOCAL
from warehouse.batch import BatchFile
from warehouse.contract.file import load_contract
from warehouse.document import read_lines, write_line
from warehouse.input.input_path import InputPath
from warehouse.job import (
    JobEvent,
    JobFailed,
    JobPlan,
    JobProgress,
    JobResult,
    JobStarted,
    JobStep,
    MartTask,
    StagedCounts,
    StageTask,
)
from warehouse.settings import REPOSITORY

_MARTS = ("delays_by_quarter", "airport_delays_by_quarter")
FLIGHTS_ROWS = (
    b"date,delay,distance,origin,destination\n2001-06-30 23:59:59,15,100,SEA,PDX\n2001-07-01 00:00:00,x,1,SEA,PDX\n"
)


def _file(name: str) -> BatchFile:
    return BatchFile(name, 1, "0", 2, "csv", ("date", "delay", "distance", "origin", "destination"), ())


def plan_flights(home: Path, raw: Path) -> JobPlan:
    sql = {file.name: file.read_text() for file in (REPOSITORY / "sql" / "flights").glob("*.sql")}
    files = [_file(file.name) for file in raw.iterdir()]
    return JobPlan(
        run="r1", dataset="flights", contract=(REPOSITORY / "data/flights/dataset.yaml").read_text(),
        contract_path=str(REPOSITORY / "data/flights/dataset.yaml"),
        stage=[StageTask("b1", 1, str(raw), files, f"{home}/staged", f"{home}/quarantine")],
        sources=[], released=[], rebuild=True, clean_quarters=[], clean_target=f"{home}/clean", clean_existing={},
        marts=[
            MartTask(name, sql[f"{name}.sql"], sql[f"{name}.check.sql"], [], f"{home}/{name}")
            for name in _MARTS
        ],
    )  # fmt: skip


@contextmanager
def job(home: Path) -> Iterator[tuple["subprocess.Popen[bytes]", int]]:
    """The process and the end of the pipe its events come from."""
    reading, writing = os.pipe()
    command = [sys.executable, "-m", "spark.job", "--events-fd", str(writing)]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stderr=log, pass_fds=[writing], cwd=REPOSITORY, env={**os.environ, **LOCAL}
        )
    os.close(writing)
    try:
        yield process, reading
    finally:
        process.kill()
        process.wait()


def run_job(home: Path, plan: bytes) -> tuple[int, list[JobProgress | JobResult | JobFailed]]:
    with job(home) as (process, reading):
        assert process.stdin is not None
        process.stdin.write(plan)
        process.stdin.flush()
        with os.fdopen(reading, "rb") as events:
            found = read_lines(JobEvent, events.read(), "events")
        return process.wait(), [each.event for each in found]


@pytest.fixture(name="plan")
def _plan(tmp_path: Path) -> JobPlan:
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "a.csv").write_bytes(FLIGHTS_ROWS)
    return plan_flights(tmp_path, raw)


def test_a_run_reports_its_steps_and_then_its_result(tmp_path: Path, plan: JobPlan) -> None:
    checked = replace(plan, clean_check="SELECT delay, quarter_start FROM clean WHERE delay > 14")
    code, events = run_job(tmp_path, write_line(checked))
    started, *steps, result = events
    assert code == 0
    assert isinstance(started, JobStarted)
    assert steps == [
        JobStep("stage", "b1"),
        JobStep("clean", "2001-04-01"),
        *(JobStep("mart", name) for name in _MARTS),
    ]
    quarter = {"2001-04-01": 1}
    clean, rejected = {"2001-04-01": {"b1": {"a.csv": 1}}}, {"a.csv": 1}
    assert result == JobResult(
        application=started.application,
        staged={"b1": StagedCounts(1, 1, quarter, {"delay:type": 1}, rejected)},
        clean=clean,
        superseded={"2001-04-01": {}},
        marts=dict.fromkeys(_MARTS, quarter),
        failed_checks={"clean": ["delay=15, quarter_start=2001-04-01"]},
    )


def plan_trips(home: Path) -> JobPlan:
    """The sample of trips, with its duplicates and dirt, and both marts."""
    raw, sql = home / "raw", REPOSITORY / "sql" / "trips"
    raw.mkdir(parents=True)
    (raw / "a.csv").write_bytes((REPOSITORY / "data" / "trips" / "trips_sample.csv").read_bytes())
    contract = load_contract("trips")
    file = describe_file(InputPath(raw / "a.csv"), contract, lambda _phase, _size: None)
    texts = {path.name: path.read_text() for path in sql.glob("*.sql")}
    marts = [
        MartTask(mart.name, texts[f"{mart.name}.sql"], texts[f"{mart.name}.check.sql"], [], f"{home}/{mart.name}")
        for mart in contract.marts
    ]
    return JobPlan(
        run="r1", dataset="trips", contract=contract.text, contract_path=str(contract.path), released=[], rebuild=True,
        stage=[StageTask("b1", 1, str(raw), [file], f"{home}/staged", f"{home}/quarantine")],
        sources=[], clean_quarters=[], clean_target=f"{home}/clean", clean_existing={}, marts=marts,
    )  # fmt: skip


def table_hash(directory: Path) -> str:
    """Of all rows below a directory, whatever their order and files."""
    rows = f"SELECT t::VARCHAR AS row FROM read_parquet('{directory}/**/*.parquet', hive_partitioning = true) t"
    return str(duckdb.sql(f"SELECT md5(string_agg(row, chr(10) ORDER BY row)) FROM ({rows})").fetchall()[0][0])


@pytest.mark.parametrize("cores", [(1, 4), pytest.param((1, 2, 4), marks=pytest.mark.full)], ids=str)
def test_any_number_of_cores_gives_the_same_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cores: tuple[int, ...]
) -> None:
    found = {count: _tables_of(count, tmp_path / str(count), monkeypatch) for count in cores}
    assert all(tables == found[1] for tables in found.values()), found


def _tables_of(cores: int, home: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    submit = LOCAL["PYSPARK_SUBMIT_ARGS"].replace("local[2]", f"local[{cores}]")
    with monkeypatch.context() as patch:
        patch.setitem(LOCAL, "PYSPARK_SUBMIT_ARGS", submit.replace("partitions=3", f"partitions={cores}"))
        code, events = run_job(home, write_line(plan_trips(home)))
    assert code == 0, events[-1]
    tables = ("clean", "quarantine", "revenue_by_quarter", "zone_demand_by_quarter")
    return {table: table_hash(home / table) for table in tables}


def test_a_directory_that_exists_stops_the_run_before_it_writes(tmp_path: Path, plan: JobPlan) -> None:
    Path(plan.clean_target).mkdir()
    code, events = run_job(tmp_path, write_line(plan))
    assert code == 1
    reason = f"{plan.clean_target} exists; a run writes only to new directories, start another run"
    assert events[1:] == [JobFailed(reason)]
    assert not Path(plan.stage[0].staged).exists()


def test_a_failure_inside_spark_is_one_line_with_its_cause(tmp_path: Path, plan: JobPlan) -> None:
    (tmp_path / "raw" / "b.csv.gz").write_bytes(b"\x1f\x8b\x08\x00 not gzip")
    broken = replace(plan, stage=[replace(plan.stage[0], files=[_file("a.csv"), _file("b.csv.gz")])])
    code, events = run_job(tmp_path, write_line(broken))
    assert code == 1
    assert isinstance(events[-1], JobFailed)
    error = events[-1].error
    assert "b.csv.gz" in error
    assert "java.io" in error
    assert len(error.splitlines()) == 1


def test_a_plan_that_is_none_is_reported(tmp_path: Path) -> None:
    code, events = run_job(tmp_path, b"{}\n")
    assert (code, [type(event) for event in events]) == (1, [JobFailed])


def test_the_process_ends_when_the_one_that_asked_is_gone(tmp_path: Path, plan: JobPlan) -> None:
    with job(tmp_path) as (process, reading), os.fdopen(reading) as events:
        process.communicate(write_line(plan))
        assert process.returncode == 1
        assert "result" not in events.read()
