"""A command line to use the stack as a user would, and small datasets."""

import gzip
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from hive.connection import connect
from tests.processes import Answer, run
from warehouse.settings import REPOSITORY, Settings


def run_command(*arguments: str | Path, datasets: Path = REPOSITORY) -> Answer:
    """Run a command of `./stackhouse` whose contracts stand below a directory."""
    return run([*map(str, arguments)], {**os.environ, "STACKHOUSE_DATASETS": str(datasets)})


def must(answer: Answer) -> Answer:
    assert answer.code == 0, answer.err
    return answer


def refused(answer: Answer, code: int, *words: str) -> Answer:
    """An answer in one line on stderr that holds these words, with this exit code."""
    lines = [line for line in answer.err.splitlines() if line.startswith("stackhouse: ")]
    assert (answer.code, len(lines)) == (code, 1), answer.err
    assert answer.err.splitlines()[-1] == lines[0], answer.err
    assert "Traceback" not in answer.err + answer.out
    for word in words:
        assert word in lines[0], lines[0]
    return answer


@pytest.fixture(scope="session")
def stackhouse(settings):
    """Runs a command of `./stackhouse` on the running stack."""
    return run_command


KEPT, OF = 2, 5
"""Lines of the flights that are taken in the short form, 1,200,000 of 3,000,000, from every file."""

LAST_DAY = b"2001-07-01"
"""Its six rows, of a third quarter, are all taken."""


@pytest.fixture(scope="session")
def flight_files(request, tmp_path_factory) -> Path:
    """Directory of the real flights: all of them with `--full`."""
    real = REPOSITORY / "data" / "flights"
    if request.config.getoption("full"):
        return real
    directory = tmp_path_factory.mktemp("flights")
    for path in real.glob("*.csv.gz"):
        header, *lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
        kept = [line for number, line in enumerate(lines) if number % OF < KEPT or line.startswith(LAST_DAY)]
        (directory / path.name).write_bytes(gzip.compress(header + b"".join(kept), compresslevel=1, mtime=0))
    return directory


def truth_of(directory: Path) -> dict[str, tuple[int, ...]]:
    """By quarter: rows, sum of delays, sum of distances, origins, as DuckDB reads them from the files."""
    rows = duckdb.sql(f"""
        SELECT year(date) || 'Q' || quarter(date) AS quarter, count(*), sum(delay), sum(distance),
            count(DISTINCT origin) FROM read_csv('{directory}/*.csv.gz', header = true) GROUP BY 1 ORDER BY 1""")
    return {quarter: tuple(map(int, numbers)) for quarter, *numbers in rows.fetchall()}


@pytest.fixture(scope="session")
def flights(stackhouse, flight_files):
    """The real flights, loaded and published: both reports, and the truth."""
    files = sorted(str(path) for path in flight_files.glob("*.csv.gz"))
    loaded = must(stackhouse("load", "flights", *files, "--json")).json
    report = must(stackhouse("run", "flights", "--task-times", "--json")).json
    return {"load": loaded, "run": report, "truth": truth_of(flight_files)}


def fetch(settings: Settings, sql: str) -> Sequence[tuple[Any, ...]]:
    with connect(settings.endpoints) as server:
        return server.fetch(sql).rows


SMALL_CONTRACT = """
apiVersion: v3.2.0
kind: DataContract
id: test.{dataset}
name: {dataset}
version: 1.0.0
status: active
schema:
  - name: {dataset}
    physicalType: file
    description: Sales.
    properties:
      - {{name: id, logicalType: integer, physicalType: INT, primaryKey: true, description: Key.}}
      - {{name: sold_at, logicalType: timestamp, physicalType: TIMESTAMP, required: true, description: Wall clock.}}
      - name: amount
        logicalType: number
        physicalType: DECIMAL(9,2)
        description: Euro.
        logicalTypeOptions: {{minimum: 0, maximum: 100}}
      - {{name: select, logicalType: string, physicalType: STRING, description: A word of SQL.}}
    customProperties:
      - {{property: eventTime, value: sold_at}}
      - {{property: inputFormat, value: {{kind: csv, header: true}}}}
      - {{property: rejectThreshold, value: 0.9}}
      - {{property: marts, value: [totals]}}
  - name: totals
    physicalType: table
    description: Totals.
    properties:
      - {{name: sales, logicalType: integer, physicalType: BIGINT, required: true, description: Rows.}}
      - {{name: total, logicalType: number, physicalType: 'DECIMAL(38,2)', description: Euro.}}
"""
SMALL_HEADER = b"id,sold_at,amount,select\n"


def write_small_dataset(root: Path, dataset: str, changes: Sequence[tuple[str, str]] = ()) -> None:
    """Write a contract of four columns and its mart.

    Args:
        root: What `STACKHOUSE_DATASETS` is to be.
        dataset: Its name.
        changes: Texts in the contract, and by what each is replaced.
    """
    text = SMALL_CONTRACT.format(dataset=dataset)
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    for part in ("data", "sql"):
        (root / part / dataset).mkdir(parents=True, exist_ok=True)
    (root / "data" / dataset / "dataset.yaml").write_text(text)
    (root / "sql" / dataset / "totals.sql").write_text(
        "SELECT quarter_start, COUNT(*) AS sales, SUM(amount) AS total FROM clean GROUP BY quarter_start\n"
    )
    (root / "sql" / dataset / "totals.check.sql").write_text("SELECT * FROM totals WHERE sales < 1\n")
