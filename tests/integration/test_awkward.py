"""Every type at its limits, every kind of file, every order of loading: what readers see is what DuckDB reads."""

import bz2
import csv
import gzip
import hashlib
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.integration.conftest import must

CONTRACT = """
apiVersion: v3.2.0
kind: DataContract
id: test.{dataset}
name: {dataset}
version: 1.0.0
status: active
schema:
  - name: {dataset}
    physicalType: file
    description: Values that are awkward.
    properties:
      - {{name: id, logicalType: integer, physicalType: INT, primaryKey: true, description: Key.}}
      - {{name: revision, logicalType: integer, physicalType: BIGINT, required: true, description: Version.}}
      - {{name: happened, logicalType: timestamp, physicalType: TIMESTAMP, required: true, description: Wall clock.}}
      - {{name: tiny, logicalType: integer, physicalType: TINYINT, description: Number.}}
      - {{name: small, logicalType: integer, physicalType: SMALLINT, description: Number.}}
      - {{name: whole, logicalType: integer, physicalType: INT, description: Number.}}
      - {{name: big, logicalType: integer, physicalType: BIGINT, description: Number.}}
      - {{name: exact, logicalType: number, physicalType: 'DECIMAL(38,10)', description: Number.}}
      - {{name: units, logicalType: number, physicalType: 'DECIMAL(5,0)', description: Number.}}
      - {{name: ratio, logicalType: number, physicalType: DOUBLE, description: Number.}}
      - {{name: flag, logicalType: boolean, physicalType: BOOLEAN, description: Yes or no.}}
      - {{name: day, logicalType: date, physicalType: DATE, description: Day.}}
      - {{name: words, logicalType: string, physicalType: STRING, description: Text.}}
      - {{name: select, logicalType: string, physicalType: STRING, description: A word of SQL.}}
      - {{name: period, physicalName: quarter_start, logicalType: string, physicalType: STRING, description: Text.}}
    customProperties:
      - {{property: eventTime, value: happened}}
      - {{property: versionColumn, value: revision}}
      - {{property: inputFormat, value: {{kind: csv, quotedNewlines: true}}}}
      - {{property: rejectThreshold, value: 0.1}}
      - {{property: marts, value: [totals]}}
  - name: totals
    physicalType: table
    description: Totals.
    properties:
      - {{name: rows_in, logicalType: integer, physicalType: BIGINT, required: true, description: Rows.}}
      - {{name: big_sum, logicalType: number, physicalType: 'DECIMAL(38,0)', description: Sum.}}
"""
MART = """SELECT quarter_start, COUNT(*) AS rows_in, CAST(SUM(CAST(big AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) AS big_sum
FROM clean GROUP BY quarter_start
"""

TYPES = {
    "id": "INT", "revision": "BIGINT", "happened": "TIMESTAMP", "tiny": "TINYINT", "small": "SMALLINT",
    "whole": "INT", "big": "BIGINT", "exact": "DECIMAL(38,10)", "units": "DECIMAL(5,0)", "ratio": "DOUBLE",
    "flag": "BOOLEAN", "day": "DATE", "words": "VARCHAR", "select": "VARCHAR", "quarter_start": "VARCHAR",
}  # fmt: skip
"""Columns of the files, and DuckDB's types."""

NINES, GREATEST = "9" * 28 + "." + "9" * 10, "1.7976931348623157E308"
LIMITS = [
    ("-128", "-32768", "-2147483648", "-9223372036854775808", f"-{NINES}", "-99999", f"-{GREATEST}", "false"),
    ("127", "32767", "2147483647", "9223372036854775807", NINES, "99999", GREATEST, "true"),
    ("-0", "+0", "007", "0", "-0.0000000001", "0", "5e-324", "F"),
    ("1", "1", "1", "1", ".5", "1", "0.1", "yes"),
    ("", "", "", "", "", "", "", ""),
    ("5", "5", "5", "9007199254740993", "0.1", "5", "-0.0", "0"),
]  # fmt: skip
WORDS = [
    "😀 👩‍👩‍👧‍👦 𝔘𝔫𝔦", "e\u0301 and é", "漢字かな", "مرحبا", 'a "quoted" word', "comma, semicolon; tab\t.",
    "two\nlines", "three\r\n\r\nlines", "carriage\rreturn", " spaces ", "back\\slash \\n \\\\", "NULL", "\\N", "it's",
    "\u2028\u0085\u00a0", "\x01\x02\x1f", "%s ${user.name} %2F", "", "'; DROP TABLE x; --", "\ufeffmark", "\x7f",
    "\U0010ffff",
]  # fmt: skip
CENTURIES = [f"{year:04}-{1 + year % 12:02}-{1 + year % 28:02} 23:59:59.{year:06}" for year in range(1, 10_000, 800)]
MOMENTS = [
    "0001-01-01 00:00:00", "0001-01-01 00:00:00.000001", "1582-10-04 23:59:59.999999", "1582-10-15 00:00:00",
    "1582-10-10 12:00:00", "1677-09-21 00:12:43.145224", "1899-12-31 23:59:59.999999",
    "1900-01-01 00:00:00", "1969-12-31 23:59:59.999999", "1970-01-01 00:00:00",
    "1985-12-31 23:50:00", "1986-01-01 00:10:00", "2000-02-29 12:00:00", "2024-03-31 02:30:00",
    "2100-12-31 23:59:59.999999", "2262-04-11 23:47:16.854776", "9999-12-31 23:59:59.999999",
]  # fmt: skip
BAD = {900_001: "tiny:type", 900_002: "day:type", 900_003: "happened:required"}
"""Ids of rows that break a rule, in the first file."""

NEWEST = "SELECT * FROM arrived QUALIFY revision = max(revision) OVER (PARTITION BY id)"

Row = list[str]


def rows_of_key(key: int) -> list[Row]:
    """One to three versions of a key; the greatest revision is the newest, wherever it stands."""
    moment = MOMENTS[key % len(MOMENTS)]
    day = "" if key % 7 == 0 else CENTURIES[(key * 31) % len(CENTURIES)][:10]
    return [
        [
            str(key),
            str(1000 + revision),
            MOMENTS[(key + revision) % len(MOMENTS)] if revision and key % 5 == 0 else moment,
            *LIMITS[(key + revision) % len(LIMITS)],
            day,
            WORDS[(key + 3 * revision) % len(WORDS)],
            f"{revision}" if key % 4 else "",
            WORDS[(key * 7) % len(WORDS)],
        ]
        for revision in range(1 + key % 3)
    ]


def rows_of_centuries() -> list[Row]:
    """One row of every eighth century, in one file: each is a partition, and every batch would write a file for it."""
    first = 500_000
    return [
        [str(first + number), "1", moment, *LIMITS[number % len(LIMITS)], moment[:10], "c", "s", moment]
        for number, moment in enumerate(CENTURIES)
    ]


def bad_rows() -> list[Row]:
    good = {key: [str(key), "1", "2020-01-01 00:00:00", *LIMITS[3], "2020-01-01", "bad", "s", "p"] for key in BAD}
    for key, column, text in ((900_001, 3, "128"), (900_002, 11, "2021-02-29"), (900_003, 2, "")):
        good[key][column] = text
    return list(good.values())


@dataclass(frozen=True)
class File:
    name: str
    rows: list[Row]
    order: tuple[int, ...] = tuple(range(len(TYPES)))

    def content(self) -> bytes:
        """The bytes, written by Python's csv module or by pyarrow, compressed as the name says."""
        if self.name.endswith(".parquet"):
            return parquet(self.rows)
        text = io.StringIO(newline="")
        if "dos" in self.name:
            writer = csv.writer(text, lineterminator="\r\n")
        else:
            writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
        names = list(TYPES)
        writer.writerows([[row[place] for place in self.order] for row in [names, *self.rows]])
        content = text.getvalue().encode()
        packed = {"gz": lambda content: gzip.compress(content, mtime=0), "bz2": bz2.compress}.get(
            self.name.rpartition(".")[2]
        )
        return packed(content) if packed else content


def parquet(rows: list[Row]) -> bytes:
    """The same values, typed."""
    typed = [
        (pa.int32(), int), (pa.int64(), int), (pa.timestamp("us"), datetime.fromisoformat), (pa.int8(), int),
        (pa.int16(), int), (pa.int32(), int), (pa.int64(), int), (pa.decimal128(38, 10), Decimal),
        (pa.decimal128(5, 0), Decimal), (pa.float64(), float), (pa.bool_(), lambda text: text in ("true", "yes")),
        (pa.date32(), date.fromisoformat), (pa.string(), str), (pa.string(), str), (pa.string(), str),
    ]  # fmt: skip
    columns = zip(*rows, strict=True)
    arrays = [
        pa.array([None if text == "" else read(text) for text in texts], kind)
        for texts, (kind, read) in zip(columns, typed, strict=True)
    ]
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, names=list(TYPES)), buffer)
    return buffer.getvalue()


def three_batches() -> list[list[File]]:
    versions = [row for key in range(400) for row in rows_of_key(key)]
    parts = [versions[n::6] for n in range(6)]
    turned = tuple(reversed(range(len(TYPES))))
    return [
        [File("plain.csv", parts[0] + rows_of_centuries() + bad_rows()), File("packed.csv.gz", parts[1])],
        [File("turned.csv", parts[2], turned), File("packed.csv.bz2", parts[3])],
        [File("columns.parquet", parts[4]), File("dos.csv", parts[5])],
    ]


DATASETS = {
    "awkward": ((0, 1, 2), ("", "", "")),
    "awkward_turned": ((2, 1, 0), ("zz-", "mm-", "aa-")),
}
"""By name: in which order the batches are loaded, and what stands before the names of their files."""


@pytest.fixture(scope="module")
def awkward(stackhouse, tmp_path_factory) -> dict[str, Any]:
    """The same rows in two datasets: the report of each run, and the raw files."""
    home = tmp_path_factory.mktemp("awkward")
    reports = {}
    for dataset, (order, prefixes) in DATASETS.items():
        (home / "data" / dataset).mkdir(parents=True)
        (home / "data" / dataset / "dataset.yaml").write_text(CONTRACT.format(dataset=dataset))
        (home / "sql" / dataset).mkdir(parents=True)
        (home / "sql" / dataset / "totals.sql").write_text(MART)
        (home / "sql" / dataset / "totals.check.sql").write_text("SELECT * FROM totals WHERE rows_in < 1\n")
        batches = three_batches()
        for number in order:
            directory = home / dataset / str(number)
            directory.mkdir(parents=True)
            for file in batches[number]:
                (directory / (prefixes[number] + file.name)).write_bytes(file.content())
            must(stackhouse("load", dataset, directory, datasets=home))
        reports[dataset] = must(stackhouse("run", dataset, "--json", datasets=home)).json
    return {"reports": reports, "home": home}


def read_by_duckdb(dataset: str, awkward: dict[str, Any], storage, to: Path) -> duckdb.DuckDBPyConnection:
    """Table `arrived`: every row of the bytes in HDFS, typed, with `file`."""
    database = duckdb.connect()
    for batch in awkward["reports"][dataset]["law"]["batches"]:
        directory = f"/stackhouse/raw/{dataset}/batch={batch}"
        for name in storage.list(directory):
            if name != "_manifest.json":
                content = storage.read(f"{directory}/{name}")
                (to / name.removesuffix(".bz2")).write_bytes(bz2.decompress(content) if "bz2" in name else content)
    values = ", ".join(f'{typed(name, kind)} AS "{name}"' for name, kind in TYPES.items())
    csv_files = f"""read_csv({[str(path) for path in to.iterdir() if path.suffix != ".parquet"]}, header = true,
        all_varchar = true, delim = ',', quote = '"', escape = '"', union_by_name = true, filename = true)"""
    database.sql(f"""CREATE TABLE arrived AS
        SELECT {values}, parse_filename(filename) AS file FROM {csv_files} WHERE id::INT < 900000
        UNION ALL BY NAME SELECT {values}, parse_filename(filename) AS file
        FROM read_parquet('{to}/*.parquet', filename = true)""")
    return database


def typed(name: str, kind: str) -> str:
    if kind == "VARCHAR":
        return f"nullif(\"{name}\", '')"
    value = f"CAST(nullif(\"{name}\"::VARCHAR, '') AS {kind})"
    # docs/contract.md: -0.0 becomes 0.0.
    return f"{value} + 0.0::DOUBLE" if kind == "DOUBLE" else value


def published_rows(server, dataset: str) -> list[tuple[Any, ...]]:
    names = ", ".join("period" if name == "quarter_start" else f"`{name}`" for name in TYPES)
    return list(server.fetch(f"SELECT {names} FROM {dataset}.clean").rows)


@pytest.mark.parametrize("dataset", DATASETS)
def test_every_value_that_readers_get_is_the_one_that_duckdb_reads(awkward, server, storage, tmp_path, dataset) -> None:
    database = read_by_duckdb(dataset, awkward, storage, tmp_path)
    expected = database.sql(f"SELECT * EXCLUDE (file) FROM ({NEWEST})")
    assert in_order(published_rows(server, dataset)) == in_order(expected.fetchall())


def test_text_survives_a_job_of_hive(awkward, server) -> None:
    """A sort writes its result to a file first; without one the server reads Parquet straight to the client."""
    rows = server.fetch("SELECT id, words FROM awkward.clean ORDER BY words, id").rows
    assert sorted(rows) == sorted((row[0], row[12]) for row in published_rows(server, "awkward"))


def test_quarters_of_all_centuries_are_partitions(awkward, server) -> None:
    found = server.fetch("SELECT quarter_start, count(*) FROM awkward.clean GROUP BY quarter_start").rows
    quarters = Counter(
        date(m.year, m.month - (m.month - 1) % 3, 1) for m in (r[2] for r in published_rows(server, "awkward"))
    )
    assert dict(found) == quarters
    assert {date(1, 1, 1), date(9999, 10, 1)} <= quarters.keys()


@pytest.mark.parametrize("dataset", DATASETS)
def test_law_holds_for_every_file(awkward, storage, tmp_path, dataset) -> None:
    database = read_by_duckdb(dataset, awkward, storage, tmp_path)
    rows = dict(database.sql("SELECT file, count(*) FROM arrived GROUP BY file").fetchall())
    law = awkward["reports"][dataset]["law"]
    files = {
        name.removesuffix(".bz2"): found for part in law["batches"].values() for name, found in part["files"].items()
    }
    bad = {name: len(BAD) if name.endswith("plain.csv") else 0 for name in files}
    assert {name: (found["raw"], found["quarantined"], found["holds"]) for name, found in files.items()} == {
        name: (count + bad[name], bad[name], True) for name, count in rows.items()
    }
    newest = database.sql(f"SELECT file, count(*) FROM ({NEWEST}) GROUP BY file")
    assert {name: found["clean"] for name, found in files.items() if found["clean"]} == dict(newest.fetchall())


def test_rows_that_break_a_rule_are_in_quarantine(awkward, stackhouse) -> None:
    rows = stackhouse("quarantine", "awkward", "--format", "json", datasets=awkward["home"]).json
    assert {int(row["record_text"].partition(",")[0].strip('"')): row["rules"] for row in rows} == {
        key: f'["{rule}"]' for key, rule in BAD.items()
    }


def test_published_content_does_not_depend_on_the_order_of_batches_nor_on_names_of_files(awkward, server) -> None:
    hashes = {
        (table, dataset): content_hash(server.fetch(f"SELECT * FROM {dataset}.{table}").rows)
        for dataset in DATASETS
        for table in ("clean", "totals")
    }
    assert len(set(hashes.values())) == len(("clean", "totals")), hashes


def content_hash(rows: Iterable[tuple[Any, ...]]) -> str:
    return hashlib.sha256("\n".join(in_order(rows)).encode("utf-8", "surrogatepass")).hexdigest()


def in_order(rows: Iterable[tuple[Any, ...]]) -> list[str]:
    return sorted(repr(row) for row in rows)
