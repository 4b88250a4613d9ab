"""Reading kept releases: history, diff and query --release over releases that are written here, without Spark."""

import csv
import io
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from consumers.client import connect as open_client
from hive.connection import connect
from hive.publish import create_release_tables, point_views
from tests.integration.conftest import must, refused, write_small_dataset
from tests.integration.publishing.two_releases import parquet
from warehouse.contract.file import load_contract
from warehouse.document import write
from warehouse.paths import DatasetPaths, ledger_table
from warehouse.release import ledger
from warehouse.release.manifest import Partition, Release, ReleasedTable
from warehouse.settings import DEFAULT_ROOT
from warehouse.staged import StagedBatch

DATASET = "reading"
PATHS = DatasetPaths(DATASET, DEFAULT_ROOT)
Q1, Q2, Q3 = "2024-01-01", "2024-04-01", "2024-07-01"
BATCH, LATE = "00000000000000aa", "00000000000000bb"

ORIGIN = {"source_batch": pa.string(), "source_file": pa.string(), "source_line": pa.int64()}
CLEAN = {"id": pa.int32(), "sold_at": pa.timestamp("us"), "amount": pa.decimal128(9, 2), "select": pa.string()}
WIDE = {**CLEAN, "amount": pa.decimal128(12, 2), "note": pa.string()}
TOTALS = {"sales": pa.int64(), "total": pa.decimal128(38, 2)}
QUARANTINE = {
    "source_file": pa.string(),
    "source_line": pa.int64(),
    "rules": pa.list_(pa.string()),
    "offending_values": pa.list_(pa.string()),
    "record": pa.binary(),
}
MOST = 2**63 - 1

WIDER = [
    ("DECIMAL(9,2)", "DECIMAL(12,2)"),
    (
        "    customProperties:",
        "      - {name: note, logicalType: string, physicalType: STRING, description: New.}\n    customProperties:",
    ),
    ("value: [totals]", "value: [totals, extra]"),
    (
        "      - {name: total, logicalType: number, physicalType: 'DECIMAL(38,2)', description: Euro.}\n",
        "  - name: extra\n    physicalType: table\n    description: Extra.\n    properties:\n"
        "      - {name: sales, logicalType: integer, physicalType: BIGINT, required: true, description: Rows.}\n",
    ),
]


def sale(key: int, month: int, amount: str | None, text: str | None = None, *more: Any) -> tuple[Any, ...]:
    return (key, datetime(2024, month, 3), None if amount is None else Decimal(amount), text, *more)


EARLY = [sale(1, 1, "1.50", "a"), sale(2, 2, "2.00")]
BEFORE = [sale(3, 4, "3.00", "b"), sale(4, 5, "4.00", "it's"), sale(4, 5, "4.00", "it's"), sale(5, 6, None)]
AFTER = [sale(3, 4, "3.00", "b"), sale(4, 5, "4.00", "it's"), sale(5, 6, "5.00"), sale(6, 6, None, "")]
LATER = [sale(7, 7, "7.00")]
REJECTED = [("f.csv", 7, ["amount:type"], ["x"], b"7,\xff"), ("f.csv", 8, ["amount:type"], ["y"], b"8,y")]
JUDGED = [REJECTED[0], ("f.csv", 8, ["amount:type", "id:type"], ["y", "8"], b"8,y")]


class Writer:
    """Writes partitions to HDFS, and to local files that DuckDB reads."""

    def __init__(self, storage, directory: Path) -> None:
        self.storage = storage
        self.directory = directory

    def part(self, path: str, schema: dict[str, pa.DataType], rows: list[tuple[Any, ...]]) -> Partition:
        content = parquet(rows, pa.schema(schema))
        self.storage.create(f"{path}/part-0.parquet", content)
        (self.directory / f"{path.replace('/', '~')}.parquet").write_bytes(content)
        return Partition(path, len(rows))

    def clean(self, run: str, quarter: str, rows: list[tuple[Any, ...]], schema=CLEAN) -> Partition:
        placed = [(*row, BATCH, f"{run}.csv", line) for line, row in enumerate(rows, start=2)]
        return self.part(f"{PATHS.clean(run)}/quarter_start={quarter}", {**schema, **ORIGIN}, placed)

    def totals(self, run: str, quarter: str, *rows: tuple[Any, ...]) -> Partition:
        return self.part(f"{PATHS.mart('totals', run)}/quarter_start={quarter}", TOTALS, list(rows))

    def rejected(self, fingerprint: str, rows: list[tuple[Any, ...]], batch: str = BATCH) -> Partition:
        return self.part(PATHS.quarantine(batch, fingerprint), QUARANTINE, rows)

    def local(self, partition: Partition) -> str:
        return str(self.directory / f"{partition.path.replace('/', '~')}.parquet")


def release_of(number: int, tables: dict[str, dict[str, Partition]]) -> Release:
    batches = [LATE, BATCH] if number == 2 else [BATCH]
    return Release(
        dataset=DATASET,
        number=number,
        run=f"run{number}",
        contract="c",
        meaning={},
        created_at="2024-12-24 00:00:00",
        created_by="ann",
        batches={batch: StagedBatch(batch, 1, 0, 0, 0, {}, {}, {}) for batch in batches},
        superseded={},
        tables={name: ReleasedTable("d", partitions) for name, partitions in tables.items()},
    )


def write_releases(writer: Writer) -> dict[int, Release]:
    first = {
        "clean": {Q1: writer.clean("run1", Q1, EARLY), Q2: writer.clean("run1", Q2, BEFORE)},
        "quarantine": {BATCH: writer.rejected("c1", REJECTED)},
        "totals": {
            Q1: writer.totals("run1", Q1, (2, Decimal("3.50"))),
            Q2: writer.totals("run1", Q2, (4, Decimal("11.00")), (MOST, None)),
        },
    }
    second = {
        "clean": {
            Q1: first["clean"][Q1],
            Q2: writer.clean("run2", Q2, AFTER),
            Q3: writer.clean("run2", Q3, LATER),
        },
        "quarantine": {BATCH: writer.rejected("c2", JUDGED), LATE: writer.rejected("c2", REJECTED[:1], LATE)},
        "totals": {
            Q1: first["totals"][Q1],
            Q2: writer.totals("run2", Q2, (4, Decimal("12.00")), (MOST, None), (MOST, None)),
            Q3: writer.totals("run2", Q3, (1, Decimal("7.00"))),
        },
    }
    wide = [sale(1, 1, "1.50", "a", "new"), sale(2, 2, "2.01", None, None)]
    third = {
        "clean": {Q1: writer.clean("run3", Q1, wide, WIDE), Q2: second["clean"][Q2], Q3: second["clean"][Q3]},
        "quarantine": second["quarantine"],
        "totals": second["totals"],
        "extra": {Q1: writer.part(f"{PATHS.mart('extra', 'run3')}/quarter_start={Q1}", {"sales": pa.int64()}, [(2,)])},
    }
    return {number: release_of(number, (first, second, third)[min(number, 3) - 1]) for number in range(1, 7)}


EVENTS = [
    ("publishing", 1, ""),
    ("published", 1, ""),
    ("accepted", 2, "it is Christmas"),
    ("publishing", 2, ""),
    ("published", 2, ""),
    ("held", 3, "too many rows"),
    ("discarded", 4, "interrupted"),
    ("published", 5, ""),
    ("dropped", 5, "gc"),
    ("rolled_back", 2, "5 is wrong"),
]
"""Release 6 has none."""


def write_ledger(storage, releases: dict[int, Release]) -> None:
    for minute, (kind, number, reason) in enumerate(EVENTS):
        at = f"2024-12-25 00:{minute:02d}:00"
        ledger.append(storage, ledger.Event(DATASET, kind, number, f"run{number}", at, "ben", reason))
    for number, release in releases.items():
        storage.publish(PATHS.release(number), write(release))
    for number, failures in ((1, ()), (2, ("rejected",)), (3, ("rejected", "Hive"))):
        checks = [
            ledger.CheckRecord(DATASET, number, f"run{number}", "2024-12-25 00:00:00", name, "fail",
                               name not in failures, int(name in failures), "worse" if name in failures else "")
            for name in ("law", "rejected", "Hive")
        ]  # fmt: skip
        ledger.record_checks(storage, checks)


def remove_everything(settings, storage) -> None:
    with connect(settings.endpoints) as server:
        for database in (DATASET, f"{DATASET}_releases"):
            server.execute(f"DROP DATABASE IF EXISTS `{database}` CASCADE")
    for part in ("clean", "marts", "quarantine", "releases"):
        storage.delete(f"/stackhouse/{part}/{DATASET}")
    for table in ("releases", "checks", "runs"):
        for name in storage.list(ledger_table(storage.root, table)):
            if name.startswith(f"{DATASET}."):
                storage.delete(f"{ledger_table(storage.root, table)}/{name}")


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp(DATASET)
    write_small_dataset(root, DATASET)
    write_small_dataset(root, "other")
    return root


@pytest.fixture(scope="module")
def writer(settings, storage, root):
    """Six releases: 2 is live, 1 and the held 3 can be read; 4, 5 and 6 have no tables."""
    remove_everything(settings, storage)
    writer = Writer(storage, root)
    releases = write_releases(writer)
    # Its totals are the same files with a column less.
    write_small_dataset(root / "wide", DATASET, WIDER)
    contracts = {1: root, 2: root, 3: root / "wide"}
    with connect(settings.endpoints) as server:
        for number, place in contracts.items():
            create_release_tables(server, load_contract(DATASET, place), releases[number], PATHS.release_tables)
        point_views(server, releases[2])
    write_ledger(storage, releases)
    writer.releases = releases
    yield writer
    remove_everything(settings, storage)


@pytest.fixture(scope="module")
def command(writer, root, stackhouse):
    return lambda *arguments: stackhouse(*map(str, arguments), datasets=root)


@pytest.fixture(scope="module")
def diff(command) -> dict[str, Any]:
    """Tables of the differences from 1 to 2."""
    found = must(command("diff", DATASET, 1, 2, "--rows", "--format", "json")).json
    assert (found["dataset"], found["before"], found["after"]) == (DATASET, 1, 2)
    return {table["table"]: table for table in found["tables"]}


def counts(table: dict[str, Any]) -> dict[str, tuple[int, ...]]:
    names = ("rows_before", "rows_after", "only_before", "only_after")
    return {change["part"]: tuple(change[name] for name in names) for change in table["changes"]}


def test_history_has_every_state(command) -> None:
    rows = must(command("history", DATASET, "--json")).json
    assert [(row["release"], row["state"]) for row in rows] == [
        (1, "previous"), (2, "live"), (3, "held"), (4, "discarded"), (5, "dropped"), (6, "unfinished"),
    ]  # fmt: skip
    second = rows[1]
    assert (second["run"], second["by"], second["batches"]) == ("run2", "ann", [BATCH, LATE])
    assert second["tables"]["clean"] == {Q1: 2, Q2: 4, Q3: 1}
    assert second["tables"]["quarantine"] == {BATCH: 2, LATE: 1}
    assert second["tables"]["totals"] == {Q1: 1, Q2: 3, Q3: 1}
    assert [(check["name"], check["passed"]) for check in second["checks"]] == [
        ("law", True), ("rejected", False), ("Hive", True),
    ]  # fmt: skip
    assert second["events"] == [
        {"kind": kind, "at": f"2024-12-25 00:{minute:02d}:00", "by": "ben", "reason": reason}
        for minute, (kind, number, reason) in enumerate(EVENTS)
        if number == 2
    ]


def test_history_shows_people_checks_quarters_and_reasons(command) -> None:
    lines = must(command("history", DATASET)).out.splitlines()
    assert lines[0].split() == ["release", "state", "when", "(UTC)", "by", "batches", "clean", "rejected", "checks",
                                "quarters"]  # fmt: skip
    assert lines[1].split()[-3:] == ["3", "passed", "2024Q1–2024Q2"]
    assert " ".join(lines[2].split()) == "2 live 2024-12-25 00:09 ann 2 7 3 1 of 3 failed 2024Q1–2024Q3"
    assert "2 of 3 failed" in lines[3]
    assert "passed" not in lines[4] + lines[5] + lines[6]
    assert "release 3, held: too many rows" in lines
    assert "release 2, live: 5 is wrong" in lines


def test_diff_counts_clean_rows_as_duckdb_does(diff, writer) -> None:
    assert counts(diff["clean"])[Q3] == (0, 1, 0, 1)
    old, new = (writer.local(writer.releases[number].tables["clean"].partitions[Q2]) for number in (1, 2))
    rows = "SELECT * EXCLUDE (source_batch, source_file, source_line) FROM read_parquet('{}')"
    expected = tuple(
        duckdb.sql(f"SELECT COUNT(*) FROM ({query})").fetchall()[0][0]
        for query in (
            rows.format(old),
            rows.format(new),
            f"{rows.format(old)} EXCEPT ALL {rows.format(new)}",
            f"{rows.format(new)} EXCEPT ALL {rows.format(old)}",
        )
    )
    assert counts(diff["clean"])[Q2] == expected == (4, 4, 2, 2)


def test_diff_does_not_read_what_both_releases_share(diff) -> None:
    assert counts(diff["clean"]).keys() == {Q2, Q3}
    assert [table["shared"] for table in diff.values()] == [1, 0, 1]


def test_diff_of_the_quarantine_is_by_batch_and_rule(diff) -> None:
    assert counts(diff["quarantine"]) == {BATCH: (2, 2, 1, 1), LATE: (0, 1, 0, 1)}


def test_diff_sums_the_numbers_of_a_mart_exactly(diff) -> None:
    assert counts(diff["totals"]) == {Q2: (2, 3, 1, 2), Q3: (0, 1, 0, 1)}
    sums = {change["part"]: change["sums"] for change in diff["totals"]["changes"]}
    assert sums == {
        Q2: {"sales": [str(4 + MOST), str(4 + 2 * MOST)], "total": ["11.00", "12.00"]},
        Q3: {"sales": [None, "1"], "total": [None, "7.00"]},
    }
    assert all(change["sums"] == {} for name in ("clean", "quarantine") for change in diff[name]["changes"])


def test_diff_shows_changed_rows_of_marts(diff) -> None:
    found = [(row["part"], row["values"], row["before"], row["after"]) for row in diff["totals"]["rows"]]
    assert found == [
        (Q2, {"sales": 4, "total": "11.00"}, 1, 0),
        (Q2, {"sales": 4, "total": "12.00"}, 0, 1),
        (Q2, {"sales": MOST, "total": None}, 1, 2),
        (Q3, {"sales": 1, "total": "7.00"}, 0, 1),
    ]
    assert diff["clean"]["rows"] == diff["quarantine"]["rows"] == []


def test_diff_names_what_only_one_release_has(command) -> None:
    tables = {
        table["table"]: table for table in must(command("diff", DATASET, 2, 3, "--format", "json")).json["tables"]
    }
    clean = tables["clean"]
    assert (clean["added"], clean["removed"]) == (["note"], [])
    assert clean["retyped"] == [["amount", "DECIMAL(9,2)", "DECIMAL(12,2)"]]
    assert counts(clean) == {Q1: (2, 2, 1, 1)}
    assert (tables["totals"]["removed"], tables["totals"]["changes"]) == (["total"], [])
    assert tables["extra"]["only_in"] == 3
    out = must(command("diff", DATASET, 3, 2)).out
    assert "extra: only release 3 has this table" in out
    assert "clean: column note is removed" in out


def test_diff_prints_tables_and_csv(command) -> None:
    lines = [line.split() for line in must(command("diff", DATASET, 1, 2, "--rows")).out.splitlines()]
    assert ["clean", "2024Q2", "4", "4", "2", "2"] in lines
    assert ["quarantine", "batch", BATCH, "2", "2", "1", "1"] in lines
    assert ["totals", "2024Q2", "total", "11.00", "12.00"] in lines
    assert ["2024Q2", "1", "1", "4", "11.00"] in lines
    assert ["2024Q2", "2", "1", str(MOST), "NULL"] in lines
    rows = list(csv.DictReader(io.StringIO(must(command("diff", DATASET, 2, 1, "--format", "csv")).out)))
    found = {(row["table"], row["part"], row["column"]): [*row.values()][3:] for row in rows}
    assert found["clean", Q3, ""] == ["1", "0", "1", "0"]
    assert found["totals", Q2, "total"] == ["12.00", "11.00", "", ""]


@pytest.mark.parametrize("releases", [(1, 4), (5, 1), (6, 2), (99, 1)])
def test_diff_of_a_release_without_tables_is_refused(command, releases) -> None:
    refused(command("diff", DATASET, *releases), 2, "cannot be read", "1, 2, 3 (held)")


def read(command, number: int, sql: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(must(command("query", sql, "--release", number, "--format", "csv")).out)))[1:]


def test_query_reads_the_release_that_is_asked_for(command) -> None:
    sql = f"SELECT clean.id, clean.amount FROM {DATASET}.clean WHERE quarter_start = DATE '{Q2}' ORDER BY id, amount"
    assert read(command, 1, sql) == [["3", "3.00"], ["4", "4.00"], ["4", "4.00"], ["5", ""]]
    assert read(command, 2, sql) == [["3", "3.00"], ["4", "4.00"], ["5", "5.00"], ["6", ""]]
    assert read(command, 3, f"SELECT note FROM {DATASET}.clean WHERE id = 1") == [["new"]]


def test_query_shows_the_columns_that_the_views_show(command, settings) -> None:
    for view in ("clean", "clean_with_origin", "quarantine", "totals"):
        sql = f"SELECT * FROM {DATASET}.{view}"
        seen = must(command("query", sql, "--format", "csv")).out.splitlines()
        kept = must(command("query", sql, "--release", 2, "--format", "csv")).out.splitlines()
        assert kept[0] == seen[0]
        assert sorted(kept) == sorted(seen)


def test_query_reads_one_release_in_all_places_and_leaves_other_text_alone(command) -> None:
    sql = f"""
        WITH clean AS (SELECT quarter_start AS q, COUNT(*) AS n FROM {DATASET}.clean GROUP BY quarter_start)
        SELECT c.n, t.sales, '{DATASET}.clean', "it's {DATASET}.totals" -- {DATASET}.clean
        FROM clean c JOIN `{DATASET}` . `TOTALS` AS t ON c.q = t.quarter_start AND t.total IS NOT NULL
        WHERE c.q IN (SELECT quarter_start FROM {DATASET.upper()}.Clean_With_Origin WHERE source_file = 'run1.csv')
          AND EXISTS (SELECT 1 FROM ops.runs WHERE id = 'none') = false
        ORDER BY c.q
    """
    texts = [f"{DATASET}.clean", f"it's {DATASET}.totals"]
    assert read(command, 1, sql) == [["2", "2", *texts], ["4", "4", *texts]]
    assert read(command, 2, sql) == [["2", "2", *texts]]


@pytest.mark.parametrize(
    ("release", "sql", "words"),
    [
        (4, "SELECT * FROM reading.clean", "1, 2, 3 (held)"),
        (1, "SELECT * FROM clean", "reads no dataset"),
        (1, "SELECT * FROM ops.runs", "reads no dataset"),
        (1, "SELECT * FROM reading.clean a JOIN other.clean b ON a.id = b.id", "other and reading"),
        (1, "SELECT * FROM reading.extra", "has no view extra; it has: clean, clean_with_origin, quarantine, totals"),
        (1, "SELECT * FROM reading.clean WHERE (", "cannot be read: line 1"),
        (1, "SELECT 'a FROM reading.clean", "cannot be read"),
        (1, "INSERT INTO x SELECT * FROM reading.clean", "give one SELECT"),
        (1, "SELECT 1; SELECT * FROM reading.clean", "give one SELECT"),
    ],
)
def test_query_of_a_release_refuses_what_it_cannot_read(command, release, sql, words) -> None:
    refused(command("query", sql, "--release", release), 2, words)


@pytest.fixture(scope="module")
def elsewhere(writer, tmp_path_factory, stackhouse):
    """Types a command where contracts are looked for in a directory that has none of this dataset."""
    place = tmp_path_factory.mktemp("elsewhere")
    write_small_dataset(place, "other")
    return lambda *arguments: stackhouse(*map(str, arguments), datasets=place)


def test_list_tells_where_the_dataset_stands_and_where_its_contract_is(command, elsewhere, root) -> None:
    expected = {
        "dataset": DATASET,
        "contract": str(root / "data" / DATASET / "dataset.yaml"),
        "rows": 7,
        "quarters": ["2024Q1", "2024Q2", "2024Q3"],
        "live": 2,
        "published_at": "2024-12-25 00:04:00",
        "held": 3,
        "unpublished": [],
        "problem": None,
    }
    found = {row["dataset"]: row for row in must(command("list", "--json")).json}
    assert found[DATASET] == expected
    assert (found["other"]["contract"] is not None, found["other"]["live"]) == (True, None)
    away = {row["dataset"]: row for row in must(elsewhere("list", "--json")).json}
    assert away[DATASET] == {**expected, "contract": None}
    lines = {line.split()[0]: line.split() for line in must(elsewhere("list")).out.splitlines() if line}
    assert lines[DATASET][1:6] == ["elsewhere", "7", "2024Q1–2024Q3", "(3)", "2"]
    assert lines[DATASET][-1] == "3"


def test_history_of_all_datasets_has_that_of_each(command, elsewhere) -> None:
    # Not `must`: another test's dataset may be damaged, which is told after these.
    rows = elsewhere("history", "--json").json
    assert [row for row in rows if row["dataset"] == DATASET] == must(command("history", DATASET, "--json")).json
    lines = [line.split()[:3] for line in elsewhere("history").out.splitlines()]
    assert [line for line in lines if line[0] == DATASET][:3] == [
        [DATASET, "1", "previous"], [DATASET, "2", "live"], [DATASET, "3", "held"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    "arguments",
    [
        ("load", DATASET, "README.md"),
        ("run", DATASET),
        ("reprocess", DATASET),
        ("gc", DATASET),
        ("gc", DATASET, "--yes"),
        ("contract", "check", DATASET),
        ("quarantine", DATASET, "--export", "never-made"),
        ("schedule", "run", DATASET),
        ("schedule", "install", DATASET, "--every", "quarter", "--dry-run"),
    ],
)
def test_command_that_needs_the_contract_says_where_it_looked(elsewhere, arguments) -> None:
    words = (
        f"{DATASET} is published, but ",
        f"data/{DATASET}/dataset.yaml does not exist",
        "STACKHOUSE_DATASETS names",
    )
    assert "./stackhouse new" not in refused(elsewhere(*arguments), 2, *words).err


def test_name_that_nobody_has_is_unknown_also_while_the_stack_is_up(elsewhere) -> None:
    for arguments in (("history", "trains"), ("run", "trains")):
        refused(elsewhere(*arguments), 2, "no dataset 'trains'", "known datasets: other", "./stackhouse new trains")


def test_releases_are_read_without_their_contract(command, elsewhere, settings) -> None:
    for arguments in (
        ("history", DATASET),
        ("diff", DATASET, 1, 2),
        ("quarantine", DATASET, "--format", "csv"),
        ("query", f"SELECT COUNT(*) FROM {DATASET}.clean", "--release", 1),
    ):
        assert must(elsewhere(*arguments)).out == must(command(*arguments)).out
    refused(elsewhere("query", "SELECT * FROM ops.runs", "--release", 1), 2, "reads no dataset")
    with open_client(DATASET, endpoints=settings.endpoints) as client:
        assert (client.release.number, len(client.read_mart("totals"))) == (2, 5)


def test_readers_are_taken_back_without_the_contract(elsewhere, settings) -> None:
    """Stands last: the first command that writes discards release 6, and the ledger grows."""
    must(elsewhere("pin", DATASET, 1, "--reason", "to go back to"))
    must(elsewhere("unpin", DATASET, 1))
    assert "see release 1 again" in must(elsewhere("rollback", DATASET, "--to", 1)).out
    sql = f"SELECT COUNT(*) AS rows_seen FROM {DATASET}.clean"
    assert must(elsewhere("query", sql, "--format", "json")).json == [{"rows_seen": 6}]
    (row,) = [row for row in must(elsewhere("list", "--json")).json if row["dataset"] == DATASET]
    assert (row["live"], row["published_at"], row["held"], row["rows"]) == (1, "2024-12-25 00:01:00", 3, 6)
    must(elsewhere("rollback", DATASET, "--to", 2))
