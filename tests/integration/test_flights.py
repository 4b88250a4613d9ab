"""The main job, seen from where its users stand: figures, files, quarantine, history, bad input."""

import csv
import io
import json
import re
import urllib.request
from decimal import ROUND_HALF_UP, Decimal

import duckdb
import pyarrow.parquet as pq
import pytest

from cli.beeline import jdbc_url
from consumers.client import connect as open_client
from hive.connection import connect
from tests.integration.conftest import truth_of
from warehouse.paths import MANIFEST_NAME, DatasetPaths
from warehouse.settings import DEFAULT_ROOT, REPOSITORY

PATHS = DatasetPaths("flights", DEFAULT_ROOT)
README = (REPOSITORY / "data" / "flights" / "README.md").read_text()
TRUTH = {
    quarter: tuple(int(number.replace(",", "")) for number in numbers)
    for quarter, *numbers in re.findall(
        r"^\| (\d{4}Q\d) \| ([\d,]+) \| ([\d,]+) \| ([\d,]+) \| ([\d,]+) \|$", README, re.M
    )
}
"""Rows, sum of delays, sum of distances, origins, computed by others from the same files."""

MART = "SELECT quarter, flights, total_delay, total_distance, origins FROM flights.delays_by_quarter"


def figures(rows):
    return {quarter: tuple(int(number) for number in numbers) for quarter, *numbers in rows}


def rows_of(flights):
    return sum(rows for rows, *_ in flights["truth"].values())


def yarn_applications(settings):
    url = f"http://{settings.hosts.resourcemanager}:{settings.ports.resourcemanager_http}/ws/v1/cluster/apps"
    with urllib.request.urlopen(url) as answer:
        return {app["id"] for app in (json.load(answer)["apps"] or {"app": []})["app"]}


def test_truth_of_the_readme_is_that_of_the_files():
    assert list(TRUTH) == ["2001Q1", "2001Q2", "2001Q3"]
    assert sum(rows for rows, *_ in TRUTH.values()) == 3_000_000
    assert truth_of(REPOSITORY / "data" / "flights") == TRUTH


def test_more_than_a_million_flights_are_taken(flights):
    assert rows_of(flights) > 1_000_000


@pytest.mark.full
def test_all_flights_are_taken_and_their_truth_is_that_of_the_readme(flights):
    assert flights["truth"] == TRUTH


def test_mart_equals_truth_through_pyhive(flights, server):
    assert figures(server.fetch(MART).rows) == flights["truth"]


def test_mart_equals_truth_through_beeline(flights, stackhouse):
    answer = stackhouse("beeline", "--silent=true", "--outputformat=csv2", "-e", MART)
    assert answer.code == 0, answer.err
    rows = list(csv.reader(io.StringIO(answer.out.strip())))
    assert figures(rows[1:]) == flights["truth"]


def test_beeline_shows_wall_clocks_that_its_time_zone_has_not(stackhouse, monkeypatch):
    monkeypatch.setenv("TZ", "America/New_York")
    sql = "SELECT TIMESTAMP '2001-04-01 02:10:00'"
    answer = stackhouse("beeline", "--silent=true", "--showHeader=false", "--outputformat=csv2", "-e", sql)
    assert "2001-04-01 02:10:00" in answer.out, answer


def test_mart_equals_truth_through_query(flights, stackhouse):
    rows = list(csv.reader(io.StringIO(stackhouse("query", MART, "--format", "csv").out)))
    assert figures(rows[1:]) == flights["truth"]


def test_result_of_a_job_lies_where_hiveserver2_finds_it_from_any_node(flights, server):
    """On one machine a result in a local directory would be found too."""
    plan = server.fetch("EXPLAIN EXTENDED SELECT origin, count(*) FROM flights.clean GROUP BY origin").rows
    places = [line.split()[1] for (line,) in plan if line.strip().startswith("directory:")]
    assert places
    assert all(place.startswith("hdfs://") for place in places), places


def test_hive_groups_clean_rows_to_the_truth(flights, server):
    sql = """SELECT concat(year(scheduled_departure), 'Q', quarter(scheduled_departure)), count(*), sum(delay),
                    sum(distance), count(DISTINCT origin) FROM flights.clean
             GROUP BY concat(year(scheduled_departure), 'Q', quarter(scheduled_departure))"""
    assert figures(server.fetch(sql).rows) == flights["truth"]


@pytest.fixture(scope="session")
def raw_rows(flights, storage, tmp_path_factory):
    """The bytes read back out of HDFS, as DuckDB understands them."""
    directory = tmp_path_factory.mktemp("raw")
    batch = PATHS.raw_batch(flights["load"]["batch"])
    for name in storage.list(batch):
        if name != MANIFEST_NAME:
            (directory / name).write_bytes(storage.read(f"{batch}/{name}"))
    database = duckdb.connect()
    database.sql(f"CREATE VIEW raw AS SELECT * FROM read_csv('{directory}/*.csv.gz', header = true, filename = true)")
    return database


def test_every_mart_value_equals_duckdb_over_the_raw_bytes(raw_rows, server):
    for mart, grain in (("delays_by_quarter", "quarter"), ("airport_delays_by_quarter", "quarter, origin")):
        expected = raw_rows.sql(f"""
            SELECT year(date) || 'Q' || quarter(date) AS quarter{", origin" if "origin" in grain else ""}, count(*),
                sum(delay), sum(delay)::DECIMAL(38, 10), sum((delay >= 15)::INT), sum(distance)
            FROM raw GROUP BY ALL""").fetchall()
        found = server.fetch(
            f"SELECT {grain}, flights, total_delay, mean_delay, late_share, total_distance FROM flights.{mart}"
        ).rows
        keys = 1 if grain == "quarter" else 2
        wanted = {row[:keys]: _aggregates(*row[keys:]) for row in expected}
        assert {row[:keys]: tuple(row[keys:]) for row in found} == wanted


def _aggregates(flights, total, exact_total, late, distance):
    mean = (Decimal(exact_total) / flights).quantize(Decimal("0.0001"), rounding="ROUND_HALF_UP")
    share = (Decimal(int(late)) / flights).quantize(Decimal("0.000001"), rounding="ROUND_HALF_UP")
    return (flights, Decimal(int(total)), mean, share, int(distance))


def test_clean_rows_are_exactly_the_raw_rows(flights, raw_rows, server):
    """Compared by value, row by row, repetitions counted: a hash of every row, summed."""
    found = server.fetch(
        """SELECT count(*), count(DISTINCT scheduled_departure), min(scheduled_departure), max(scheduled_departure),
                  sum(delay * (1 + distance)), sum(unix_timestamp(scheduled_departure) * (delay + 2000)),
                  count(DISTINCT concat(origin, destination)) FROM flights.clean"""
    ).rows[0]
    expected = raw_rows.sql(
        """SELECT count(*), count(DISTINCT date), min(date), max(date), sum(delay * (1 + distance)),
                  sum(epoch(date)::BIGINT * (delay + 2000)), count(DISTINCT origin || destination) FROM raw"""
    ).fetchall()[0]
    assert tuple(map(str, found)) == tuple(map(str, expected))


def test_clean_files_hold_every_line_once_with_its_file_and_number(flights, raw_rows, storage, tmp_path):
    for quarter in flights["run"]["rows"]["clean"]:
        directory = f"{PATHS.clean(flights['run']['run'])}/quarter_start={quarter}"
        for name in storage.list(directory):
            (tmp_path / f"{quarter}.{name}").write_bytes(storage.read(f"{directory}/{name}"))
    lines = """SELECT date, delay, distance, origin, destination, parse_filename(filename),
        row_number() OVER (PARTITION BY filename ORDER BY place) + 1
        FROM (SELECT *, row_number() OVER () AS place FROM raw)"""
    clean = f"""SELECT scheduled_departure, delay, distance, origin, destination, source_file, source_line
        FROM read_parquet('{tmp_path}/*.parquet')"""
    for one, other in ((lines, clean), (clean, lines)):
        assert raw_rows.sql(f"SELECT count(*) FROM (({one}) EXCEPT ALL ({other}))").fetchall() == [(0,)]


PRODUCTS = """SELECT origin, count(*), sum(delay * distance), min(delay * distance), max(delay * distance)
FROM {rows} GROUP BY origin"""


def test_product_of_two_columns_is_that_of_the_raw_rows(flights, raw_rows, server):
    """Both are SMALLINT in the contract, and the product of most rows is none."""
    expected = sorted(raw_rows.sql(PRODUCTS.format(rows="raw")).fetchall())
    for view in ("clean", "clean_with_origin"):
        assert sorted(server.fetch(PRODUCTS.format(rows=f"flights.{view}")).rows) == expected
    exact = "CAST(delay AS DECIMAL(10, 0)) * CAST(distance AS DECIMAL(10, 0))"
    sql = f"SELECT count(*), max(delay * distance) FROM flights.clean WHERE delay * distance = {exact}"
    rows, greatest = server.fetch(sql).rows[0]
    assert (rows, greatest) == (rows_of(flights), max(row[4] for row in expected))
    assert greatest > 2**15


def test_product_is_the_same_for_a_kept_release_and_in_frames(flights, settings, stackhouse, raw_rows):
    expected = raw_rows.sql("SELECT sum(delay * distance), min(delay * distance), max(delay * distance) FROM raw")
    ((total, least, most),) = expected.fetchall()
    sql = "SELECT sum(delay * distance), min(delay * distance), max(delay * distance) FROM flights.clean"
    answer = stackhouse("query", "--release", str(flights["run"]["release"]), sql, "--format", "csv")
    assert answer.out.splitlines()[1] == f"{total},{least},{most}"
    with open_client("flights", endpoints=settings.endpoints) as client:
        rows = client.read_clean(columns=["delay", "distance"], source="files")
        products = rows["delay"] * rows["distance"]
        assert (products.sum(), products.min(), products.max()) == (total, least, most)
        by_hive = client.read_sql(sql).iloc[0].tolist()
    assert by_hive == [total, least, most]


def test_law_is_reported_and_holds(flights):
    law = dict(flights["run"]["law"])
    (batch,) = law.pop("batches").values()
    rows = rows_of(flights)
    assert law == {"raw": rows, "clean": rows, "quarantined": 0, "superseded": 0, "holds": True}
    files = batch.pop("files")
    assert batch == law
    assert {name: found["raw"] for name, found in files.items()} == {
        file["name"]: file["rows"] for file in flights["load"]["files"]
    }
    assert all(found["holds"] and found["clean"] == found["raw"] for found in files.values())


def test_clean_quarters_have_few_files_and_the_columns_of_the_ddl(flights, settings, storage, tmp_path):
    with connect(settings.endpoints) as server:
        described = {name: kind for name, kind, _ in server.fetch("DESCRIBE flights.clean_with_origin").rows}
    run = flights["run"]["run"]
    for quarter in flights["run"]["rows"]["clean"]:
        directory = f"{PATHS.clean(run)}/quarter_start={quarter}"
        names = [name for name in storage.list(directory) if not name.startswith("_")]
        assert 1 <= len(names) <= 4
        (tmp_path / "part.parquet").write_bytes(storage.read(f"{directory}/{names[0]}"))
        footer = pq.read_schema(tmp_path / "part.parquet")
        assert [*footer.names, "quarter_start"] == list(described)


def test_loading_the_same_files_again_changes_nothing(flights, flight_files, stackhouse, storage):
    before = storage.list(PATHS.raw)
    files = sorted(str(path) for path in flight_files.glob("*.csv.gz"))
    answer = stackhouse("load", "flights", *reversed(files))
    assert answer.code == 0
    assert f"already loaded as batch {flights['load']['batch']}" in answer.out
    assert storage.list(PATHS.raw) == before


def test_second_run_starts_no_application(flights, stackhouse, settings):
    before = yarn_applications(settings)
    answer = stackhouse("run", "flights", "--json")
    assert answer.code == 0, answer.err
    assert answer.json["published"] is False
    assert answer.json["release"] == flights["run"]["release"]
    assert yarn_applications(settings) == before


def test_tasks_of_every_step_are_told(flights):
    tasks, seconds = flights["run"]["tasks"], flights["run"]["seconds"]
    assert [of_step["step"] for of_step in tasks] == ["stage", "clean", "mart"]
    for of_step in tasks:
        assert 0 < of_step["busy"] < seconds[of_step["step"]] + 1
        assert min(of_step["tasks"], of_step["processor"], of_step["read"], of_step["written"]) > 0


def test_descriptions_of_the_contract_are_column_comments(flights, server):
    comments = {name: comment for name, _, comment in server.fetch("DESCRIBE flights.clean").rows}
    assert comments["delay"] == "Arrival delay in minutes, negative means early."
    mart = {name: comment for name, _, comment in server.fetch("DESCRIBE flights.delays_by_quarter").rows}
    assert mart["late_share"] == "Share of flights that arrived 15 minutes late or later, 0 to 1."


def test_mart_of_one_quarter_starts_no_container(flights, settings, server):
    plan = " ".join(
        row[0]
        for row in server.fetch(
            "EXPLAIN SELECT * FROM flights.delays_by_quarter WHERE quarter_start = DATE '2001-04-01'"
        ).rows
    )
    assert "Fetch Operator" in plan
    assert "Tez" not in plan


def test_example_queries_run(flights, server):
    queries = sorted((REPOSITORY / "sql" / "flights" / "queries").glob("*.sql"))
    assert len(queries) >= 4
    for path in queries:
        assert server.fetch(path.read_text().rstrip().rstrip(";")).rows, path.name


def test_arithmetic_beside_a_window_function_is_right(flights, server):
    query = REPOSITORY / "sql" / "flights" / "queries" / "delays_by_quarter__punctuality.sql"
    shares = [
        share for (share,) in server.fetch("SELECT late_share FROM flights.delays_by_quarter ORDER BY quarter").rows
    ]
    before = [None, *shares]
    cent = Decimal("0.01")
    assert [row[2:] for row in server.fetch(query.read_text()).rows] == [
        ((share * 100).quantize(cent, ROUND_HALF_UP), was and ((share - was) * 100).quantize(cent, ROUND_HALF_UP))
        for share, was in zip(shares, before, strict=False)
    ]


# --- Rows that break the contract. These tests come after those that expect only the real flights. ---

BAD_LINES = [
    (b"2001-05-01 10:00:00,abc,100,JFK,LAX", {"delay:type"}),
    (b"not a date,5,100,JFK,LAX", {"scheduled_departure:type"}),
    (b"2001-05-01 10:00:00,5,100,JFK", {"row:parse"}),
    (b"2001-05-01 10:00:00,5,100,jfk,LAX", {"origin:pattern"}),
    (b"2001-05-01 10:00:00,,100,JFK,LAX", {"delay:required"}),
    (b"2001-05-01 10:00:00,9999,-1,JFK,LAX", {"delay:maximum", "distance:minimum"}),
    (b"2001-05-01 10:00:00,5,100,\xff\xfeK,LAX", {"row:encoding"}),
    (b"date,delay,distance,origin,destination", {"scheduled_departure:type", "delay:type", "distance:type"}),
]


@pytest.fixture(scope="session")
def mended(flights, stackhouse, storage, tmp_path_factory):
    """A second batch: 1,000 good rows of 2001Q2 with the bad lines among them."""
    good = [b"2001-06-30 23:59:59,-3,100,AAA,BBB"] * 992
    lines = [b"date,delay,distance,origin,destination", *good[:500], *(line for line, _ in BAD_LINES), *good[500:]]
    path = tmp_path_factory.mktemp("late") / "late.csv"
    path.write_bytes(b"\n".join(lines) + b"\n")
    bytes_before = checksums(storage, flights["run"])
    loaded = stackhouse("load", "flights", str(path), "--json")
    assert loaded.code == 0, loaded.err
    report = stackhouse("run", "flights", "--json")
    assert report.code == 0, report.err
    return {"load": loaded.json, "run": report.json, "before": flights["run"], "bytes_before": bytes_before,
            "raw": rows_of(flights) + 1_000}  # fmt: skip


def checksums(storage, report):
    """Of every file of clean 2001Q1 in the release that a run made, by path."""
    manifest = json.loads(storage.read(PATHS.release(report["release"])))
    directory = manifest["tables"]["clean"]["partitions"]["2001-01-01"]["path"]
    return {f"{directory}/{name}": storage.file_checksum(f"{directory}/{name}") for name in storage.list(directory)}


def test_bad_lines_are_quarantined_with_bytes_line_and_reasons(mended, server):
    rows = server.fetch("SELECT source_file, source_line, rules, record FROM flights.quarantine").rows
    found = {line: (file, set(json.loads(rules)), record) for file, line, rules, record in rows}
    assert len(rows) == len(BAD_LINES)
    for number, (line, rules) in enumerate(BAD_LINES, start=502):
        file, broken, record = found[number]
        assert (file, record) == ("late.csv", line)
        assert rules <= broken


def test_rejected_rows_are_counted_and_shown_by_the_command_line(mended, stackhouse):
    shown = stackhouse("quarantine", "flights")
    assert shown.code == 0, shown.err
    assert f"8 of {mended['raw']:,} rows of flights are rejected in release 2" in shown.out
    assert re.search(r"^delay:type +2$", shown.out, re.M)
    rows = stackhouse("quarantine", "flights", "--format", "json").json
    assert sorted(row["source_line"] for row in rows) == list(range(502, 510))
    assert {row["record_text"] for row in rows} >= {BAD_LINES[0][0].decode()}


def test_law_holds_with_rejected_rows(mended):
    law = dict(mended["run"]["law"])
    batches = law.pop("batches")
    raw = mended["raw"]
    assert law == {"raw": raw, "clean": raw - 8, "quarantined": 8, "superseded": 0, "holds": True}
    late = {"raw": 1_000, "clean": 992, "quarantined": 8, "superseded": 0, "holds": True}
    assert batches[mended["load"]["batch"]] == {**late, "files": {"late.csv": late}}


def test_untouched_quarters_keep_their_directories_and_bytes(mended, server, storage):
    def locations(release):
        found = {}
        for quarter in ("2001-01-01", "2001-04-01"):
            table = f"flights_releases.clean__r{release:06d}"
            rows = server.fetch(f"DESCRIBE FORMATTED {table} PARTITION (quarter_start = '{quarter}')").rows
            found[quarter] = next(value.strip() for name, value, _ in rows if name and name.strip() == "Location:")
        return found

    old, new = locations(mended["before"]["release"]), locations(mended["run"]["release"])
    assert old["2001-01-01"] == new["2001-01-01"]
    assert old["2001-04-01"] != new["2001-04-01"]
    assert checksums(storage, mended["run"]) == mended["bytes_before"] != {}


def test_history_marks_the_live_release(mended, stackhouse):
    states = {row["release"]: row["state"] for row in stackhouse("history", "flights", "--json").json}
    assert states == {mended["before"]["release"]: "previous", mended["run"]["release"]: "live"}
    assert "live" in stackhouse("history", "flights").out


def test_jdbc_url_names_the_port_of_this_stack(settings):
    assert jdbc_url(settings) == f"jdbc:hive2://localhost:{settings.ports.hiveserver2}/default"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("query", "SELEC 1"), 1, "line 1:0"),
        (("query", "SELECT * FROM flights.nothing"), 1, "nothing"),
        (("query", "  ;"), 2, "empty"),
        (("query", "SELECT 1", "--format", "xml"), 2, "xml"),
        (("run", "trains"), 2, "trains"),
        (("run", "flights", "--quarter", "2001Q5"), 2, "2001Q5"),
        (("run", "flights", "--quarter", "1999Q1"), 2, "1999Q1"),
        (("history", "trains"), 2, "trains"),
        (("logs", "zookeeper"), 2, "zookeeper"),
    ],
)
def test_mistakes_are_answered_in_one_line(flights, stackhouse, arguments, code, words):
    answer = stackhouse(*arguments)
    assert answer.code == code
    assert words in answer.err
    assert answer.err.strip().count("\n") == 0
    assert "Traceback" not in answer.err
