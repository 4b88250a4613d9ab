"""Marts are computed again by Hive: what both engines compute is equal, and what is wrong is found and held."""

import io
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cli.progress import StepBoard
from hadoop.webhdfs import WebHdfs
from hive.connection import connect
from hive.proof import proof
from pipeline import run as pipeline
from tests.faults.instant_job import run_instantly
from tests.integration.conftest import SMALL_HEADER, Answer, must, write_small_dataset
from tests.unit.hive.proof.shared_sql_cases import BY_QUARTER, BY_ROW, CONTRACT, JOINED, NESTED, ROWS, Case, mart_sql
from warehouse.contract.file import load_contract
from warehouse.contract.sql import MartSql, load_mart_sql
from warehouse.errors import HeldError
from warehouse.release.manifest import load_live
from warehouse.settings import Settings

SHARED = "zz_shared"
DATASET = "zz_proved"
ENOUGH = proof.Budget(60, 0)

Command = Callable[..., Answer]
Prove = Callable[[str, str], list[str]]


@pytest.fixture(scope="module", name="root")
def _root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("proved")


@pytest.fixture(scope="module", name="command")
def _command(stackhouse: Command, root: Path) -> Command:
    return lambda *arguments: stackhouse(*arguments, datasets=root)


@pytest.fixture(scope="module", name="shared")
def _shared(command: Command, root: Path) -> list[dict[str, Any]]:
    """Checks of a run whose marts use all that both engines are believed to compute alike."""
    for part in ("data", "sql"):
        (root / part / SHARED).mkdir(parents=True)
    (root / "data" / SHARED / "dataset.yaml").write_text(CONTRACT.format(dataset=SHARED))
    for name, cases in (("by_row", BY_ROW), ("by_quarter", BY_QUARTER)):
        (root / "sql" / SHARED / f"{name}.sql").write_text(mart_sql(name, cases))
    (root / "sql" / SHARED / "joined.sql").write_text(JOINED)
    (root / "sql" / SHARED / "nested.sql").write_text(NESTED)
    (root / "shared.csv").write_text(ROWS)
    must(command("load", SHARED, root / "shared.csv"))
    checks: list[dict[str, Any]] = must(command("run", SHARED, "--json")).json["checks"]
    return checks


@pytest.fixture(scope="module", name="prove")
def _prove(shared: list[dict[str, Any]], settings: Settings, root: Path) -> Iterator[Prove]:
    """Failures when a published mart is proved by another SQL than Spark had."""
    contract = load_contract(SHARED, root)
    release = load_live(WebHdfs(settings.endpoints), SHARED)
    assert release
    with connect(settings.endpoints) as server:

        def prove(name: str, sql: str) -> list[str]:
            made = proof.ReleaseToProve(contract, release, None, [MartSql(name, sql, None, "")])
            (check,) = proof.prove_marts(server, made, ENOUGH)
            assert "4 of 4 quarters" in check.note
            return list(check.failures)

        yield prove


def test_what_is_believed_to_be_alike_is(shared: list[dict[str, Any]]) -> None:
    found = {check["name"]: (check["failures"], check["note"].partition(";")[0]) for check in shared}
    for name in ("by_row", "by_quarter", "joined", "nested"):
        assert found[f"proof of {name}"] == ([], "proved 4 of 4 quarters")


def _column(cases: tuple[Case, ...], sql: str) -> str:
    return f"c{[case[0] for case in cases].index(sql)}"


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("CAST(AVG(amount) AS DECIMAL(12,2))", "CAST(FLOOR(AVG(amount) * 100) / 100 AS DECIMAL(12,2))"),
        ("COUNT_IF(small > 0)", "COUNT(*)"),
        ("SUM(real)", "SUM(real) * 1.0001"),
        ("STDDEV_SAMP(small)", "STDDEV_POP(small)"),
    ],
)
def test_wrong_value_is_told_beside_the_right_one(prove: Prove, right: str, wrong: str) -> None:
    column = _column(BY_QUARTER, right)
    sql = mart_sql("by_quarter", BY_QUARTER).replace(f"{right} AS {column}", f"{wrong} AS {column}")
    failures = prove("by_quarter", sql)
    assert failures
    assert all(f"{column}=" in failure.partition(": stored ")[2] for failure in failures)
    assert all(failure.startswith("quarter_start=") for failure in failures)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        # A lost filter, a filter too many, a doubled row, a join that repeats rows.
        ("(SELECT * FROM clean WHERE small > 0)", "stored in 1 rows, Hive computes 0"),
        ("(SELECT * FROM clean UNION ALL SELECT * FROM clean WHERE id = 7)", "stored in 1 rows, Hive computes 2"),
        ("(SELECT a.* FROM clean a JOIN clean b ON a.day = b.day)", "stored in 1 rows, Hive computes 2"),
    ],
)
def test_wrong_rows_are_told(prove: Prove, wrong: str, told: str) -> None:
    failures = prove("by_row", mart_sql("by_row", BY_ROW).replace("\nFROM clean", f"\nFROM {wrong} AS clean"))
    assert any(told in failure for failure in failures), failures


def test_mart_that_looks_into_other_quarters_is_found(settings: Settings, shared: object, root: Path) -> None:
    """Its rows would depend on which quarters happen to be built together."""
    contract, release = load_contract(SHARED, root), load_live(WebHdfs(settings.endpoints), SHARED)
    assert release
    by_quarter = load_mart_sql(contract)[1]
    everything = f"{by_quarter.sql.replace('COUNT(*) AS c0', 'SUM(COUNT(*)) OVER () AS c0')}"
    with connect(settings.endpoints) as server:
        made = proof.ReleaseToProve(contract, release, None, [MartSql("by_quarter", everything, None, "")])
        (check,) = proof.prove_marts(server, made, ENOUGH)
    assert check.failures


@pytest.fixture(name="small")
def _small(command: Command, root: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Runs a small dataset without Spark, and does something to the files before Hive sees them."""
    storage = WebHdfs(settings.endpoints)
    if not (root / "data" / DATASET).exists():
        write_small_dataset(root, DATASET)
        (root / "sql" / DATASET / "totals.check.sql").unlink()
        (root / "small.csv").write_bytes(SMALL_HEADER + b"1,2024-01-01,10,a\n2,2024-03-31,20,b\n3,2024-04-01,5,c\n")
        must(command("load", DATASET, root / "small.csv"))
    monkeypatch.setenv("STACKHOUSE_DATASETS", str(root))
    local = type(settings)(**{**vars(settings), "datasets": root})

    def run(spoil: Any) -> Any:
        def job(plan: Any, driver: Any, log: Any, on_step: Any, look: Any) -> Any:
            result = run_instantly(storage, plan, on_step)
            spoil(storage, plan)
            return result

        monkeypatch.setattr(pipeline, "run_job", job)
        with StepBoard() as board:
            return pipeline.run_pipeline(local, DATASET, pipeline.RunRequest(), board)

    return run


def _one_cent_more(storage: WebHdfs, plan: Any) -> None:
    path = f"{plan.marts[0].target}/quarter_start=2024-01-01/part-0.parquet"
    table = pq.read_table(io.BytesIO(storage.read(path)), partitioning=None)
    more = [{**row, "total": row["total"] + Decimal("0.01")} for row in table.to_pylist()]
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(more, schema=table.schema), buffer)
    storage.replace(path, buffer.getvalue())


def _nothing(storage: WebHdfs, plan: Any) -> None:
    del storage, plan


def test_mart_that_changed_after_spark_wrote_it_is_held(small: Any, command: Command) -> None:
    wrong = "proof of totals: quarter_start=2024-01-01, sales=2: stored total=30.01, Hive computes total=30.00"
    with pytest.raises(HeldError, match="release 1 is held") as problem:
        small(_one_cent_more)
    assert wrong in str(problem.value)
    assert "--accept --reason" in str(problem.value)
    report = small(_nothing)
    (check,) = [check for check in report.checks if check.name == "proof of totals"]
    assert (check.failures, check.note) == ((), "proved 2 of 2 quarters")
    shown = must(command("history", DATASET)).out
    assert "release 1, proof of totals: compared 2 of 2 quarters" in shown
    assert "release 2, proof of totals: proved 2 of 2 quarters" in shown
    asked = (
        f"SELECT passed, note FROM ops.checks WHERE dataset = '{DATASET}' AND name = 'proof of totals' ORDER BY note"
    )
    assert must(command("query", asked, "--format", "json")).json == [
        {"passed": False, "note": "compared 2 of 2 quarters"},
        {"passed": True, "note": "proved 2 of 2 quarters"},
    ]


def test_what_hive_does_not_have_is_said(small: Any, command: Command, root: Path) -> None:
    sql = root / "sql" / DATASET / "totals.sql"
    sql.write_text(
        "SELECT quarter_start, COUNT(*) AS sales, SUM(amount) AS total FROM clean GROUP BY quarter_start "
        "HAVING MAX_BY(id, amount) > 0\n"
    )
    assert "mart totals: Hive cannot prove it: MAX_BY is not known" in must(command("contract", "check", DATASET)).out
    report = small(_nothing)
    (check,) = [check for check in report.checks if check.name == "proof of totals"]
    assert check.failures == ()
    assert check.note == "not proved: MAX_BY is not known to mean the same in Spark and Hive"


def test_ops_table_of_an_earlier_version_gets_its_column(command: Command, settings: Settings) -> None:
    from hive.ledger_tables import create_ops_tables, statements

    with connect(settings.endpoints) as server:
        server.execute("DROP TABLE ops.checks")
        (made,) = [statement for statement in statements(settings.root) if "`ops`.`checks`" in statement]
        lines = made.splitlines()
        (note,) = [index for index, line in enumerate(lines) if line.startswith("  `note`")]
        lines[note - 1] = lines[note - 1].rstrip(",")
        server.execute("\n".join([*lines[:note], *lines[note + 1 :]]))
        server.execute("ALTER DATABASE ops SET DBPROPERTIES ('stackhouse.tables'='of an earlier version')")
        create_ops_tables(server, settings.root)
        create_ops_tables(server, settings.root)
    found = must(command("query", "SELECT COUNT(note) AS n FROM ops.checks", "--format", "json")).json
    assert found[0]["n"] > 0


def test_refusal_of_a_statement_is_a_note_too(small: Any, root: Path) -> None:
    """In Spark a column may name the one before it."""
    sql = root / "sql" / DATASET / "totals.sql"
    sql.write_text(
        "SELECT quarter_start, SUM(amount) AS total, COUNT(*) AS rows_in, rows_in + 0 AS sales FROM clean "
        "GROUP BY quarter_start\n"
    )
    report = small(_nothing)
    (check,) = [check for check in report.checks if check.name == "proof of totals"]
    assert check.failures == ()
    assert check.note.startswith("not proved: line ")
