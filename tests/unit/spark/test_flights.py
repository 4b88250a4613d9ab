"""All real flights through the process, against the table in data/flights/README.md and DuckDB. About a minute."""

import re
from datetime import date
from pathlib import Path

import duckdb
import pytest

from tests.spark_session import LOCAL
from tests.unit.spark.test_job import plan_flights, run_job
from warehouse.document import write_line
from warehouse.job import JobResult, StagedCounts, rows_of
from warehouse.settings import REPOSITORY

_DATA = REPOSITORY / "data" / "flights"
_MARTS = {
    "delays_by_quarter": "quarter_start, quarter, flights, total_delay, mean_delay, late_share, "
    "total_distance, origins",
    "airport_delays_by_quarter": "quarter_start, quarter, origin, flights, total_delay, mean_delay, late_share, "
    "total_distance",
}


@pytest.fixture(name="written", scope="module")
def _written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, JobResult]:
    home = tmp_path_factory.mktemp("flights")
    raw = home / "raw"
    raw.mkdir()
    for file in _DATA.glob("*.csv.gz"):
        (raw / file.name).symlink_to(file)
    with pytest.MonkeyPatch.context() as patch:
        # Here the driver works on the rows too; in production it only plans and is not optimized.
        for_rows = "--driver-memory 2g --conf spark.driver.extraJavaOptions=-XX:+UseParallelGC"
        submit = LOCAL["PYSPARK_SUBMIT_ARGS"].replace("--driver-memory 1g", for_rows)
        patch.setitem(LOCAL, "PYSPARK_SUBMIT_ARGS", submit)
        code, events = run_job(home, write_line(plan_flights(home, raw)))
    result = events[-1]
    assert isinstance(result, JobResult), result
    assert code == 0
    return home, result


def _truth() -> list[tuple[str, int, int, int, int]]:
    found = re.findall(
        r"^\| (\d{4}Q\d) \| ([\d,]+) \| ([\d,]+) \| ([\d,]+) \| ([\d,]+) \|$", (_DATA / "README.md").read_text(), re.M
    )
    return [(quarter, *(int(number.replace(",", "")) for number in numbers)) for quarter, *numbers in found]


def _raw() -> str:
    types = "{'date': 'TIMESTAMP', 'delay': 'BIGINT', 'distance': 'BIGINT'}"
    return f"read_csv('{_DATA}/*.csv.gz', types={types}, filename=true)"


def _parquet(directory: Path) -> str:
    return f"read_parquet('{directory}/*/*.parquet', hive_partitioning=true, hive_types={{'quarter_start': DATE}})"


def test_counts_keep_every_row(written: tuple[Path, JobResult]) -> None:
    quarters = {"2001-01-01": 1_477_911, "2001-04-01": 1_522_083, "2001-07-01": 6}
    _, result = written
    assert result.staged == {"b1": StagedCounts(3_000_000, 0, quarters, {}, {})}
    assert {quarter: rows_of(origins) for quarter, origins in result.clean.items()} == quarters
    files = [name for origins in result.clean.values() for name in origins["b1"]]
    assert set(files) == {file.name for file in _DATA.glob("*.csv.gz")}
    assert result.superseded == {quarter: {} for quarter in quarters}
    assert result.failed_checks == {}


def test_mart_is_the_table_of_the_readme(written: tuple[Path, JobResult]) -> None:
    columns = "quarter, flights, total_delay::BIGINT, total_distance, origins"
    found = duckdb.sql(
        f"SELECT {columns} FROM {_parquet(written[0] / 'delays_by_quarter')} ORDER BY quarter"
    ).fetchall()
    assert found == _truth()
    assert len(found) == 3


def test_clean_rows_are_the_lines_of_the_files(written: tuple[Path, JobResult]) -> None:
    numbered = f"""SELECT date, delay, distance, origin, destination, parse_filename(filename) AS source_file,
        row_number() OVER (PARTITION BY filename ORDER BY rn) + 1 AS source_line
        FROM (SELECT *, row_number() OVER () AS rn FROM {_raw()})"""
    clean = f"""SELECT scheduled_departure, delay, distance, origin, destination, source_file, source_line
        FROM {_parquet(written[0] / "clean")}"""
    lost = duckdb.sql(f"SELECT count(*) FROM (({numbered}) EXCEPT ALL ({clean}))").fetchall()
    added = duckdb.sql(f"SELECT count(*) FROM (({clean}) EXCEPT ALL ({numbered}))").fetchall()
    assert (lost, added) == ([(0,)], [(0,)])


@pytest.mark.parametrize("mart", _MARTS)
def test_mart_is_what_duckdb_computes_from_the_raw_files(written: tuple[Path, JobResult], mart: str) -> None:
    keys = "quarter_start, quarter" + (", origin" if mart.startswith("airport") else "")
    # Rounded half away from zero in whole numbers, so that no engine's division decides.
    expected = f"""
        WITH flights AS (
            SELECT *, date_trunc('quarter', date)::DATE AS quarter_start,
                year(date) || 'Q' || quarter(date) AS quarter FROM {_raw()}
        )
        SELECT {keys}, count(*) AS flights, sum(delay)::BIGINT AS total_delay,
            (sign(sum(delay)) * ((abs(sum(delay)) * 20000 + count(*)) // (2 * count(*))))::BIGINT AS mean_delay,
            ((count(*) FILTER (delay >= 15) * 2000000 + count(*)) // (2 * count(*)))::BIGINT AS late_share,
            sum(distance)::BIGINT AS total_distance, count(DISTINCT origin) AS origins
        FROM flights GROUP BY {keys}"""
    shown = (
        _MARTS[mart]
        .replace("mean_delay", "(mean_delay * 10000)::BIGINT AS mean_delay")
        .replace("late_share", "(late_share * 1000000)::BIGINT AS late_share")
    )
    found = duckdb.sql(f"SELECT {shown} FROM {_parquet(written[0] / mart)} ORDER BY ALL").fetchall()
    wanted = duckdb.sql(f"SELECT {_MARTS[mart]} FROM ({expected}) ORDER BY ALL").fetchall()
    assert found == wanted
    assert {row[0] for row in found} == {date(2001, 1, 1), date(2001, 4, 1), date(2001, 7, 1)}
