"""SQL files of a dataset: the severity of a check is said in it, and nothing else passes for one."""

from pathlib import Path

import pytest

from warehouse.contract.model import Column, Contract, InputFormat, Mart
from warehouse.contract.sql import CheckSql, load_clean_check, load_mart_sql
from warehouse.errors import ContractError

QUERY = "SELECT * FROM totals WHERE total < 0\n"


@pytest.fixture(name="contract")
def _contract(tmp_path: Path) -> Contract:
    (tmp_path / "sql" / "shop").mkdir(parents=True)
    (tmp_path / "sql" / "shop" / "totals.sql").write_text("SELECT quarter_start, 1 AS total FROM clean\n")
    columns = (Column("sold_at", "sold_at", "TIMESTAMP", "When.", required=True),)
    mart = Mart("totals", "Totals.", (Column("total", "total", "BIGINT", "Sum."),))
    path = tmp_path / "data" / "shop" / "dataset.yaml"
    return Contract("shop", "Sales.", columns, "sold_at", InputFormat(), (), 0.0, (mart,), path)


def write(contract: Contract, name: str, text: str) -> Path:
    path = contract.path.parents[2] / "sql" / "shop" / name
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        (QUERY, "fail"),
        (f"-- severity: fail\n{QUERY}", "fail"),
        (f"-- Late sales.\n  --SEVERITY: warn  \r\n{QUERY}", "warn"),
        (f"{QUERY}-- severity: warn", "warn"),
        (f"{QUERY}-- of what severity: warn\n-- severities: many", "fail"),
    ],
)
def test_severity_of_a_check_is_said_in_a_comment_line(contract: Contract, text: str, severity: str) -> None:
    write(contract, "totals.check.sql", text)
    (found,) = load_mart_sql(contract)
    assert (found.check, found.severity) == (text.replace("\r\n", "\n"), severity)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"-- Late.\n-- severity: info\n{QUERY}", 2),
        (f"{QUERY}-- severity", 2),
        (f"-- severity warn\n{QUERY}", 1),
        (f"-- severity: Warn\n{QUERY}", 1),
        (f"-- severity: warn\n{QUERY}-- severity: warn", 3),
    ],
)
def test_any_other_severity_is_refused_with_file_and_line(contract: Contract, text: str, line: int) -> None:
    path = write(contract, "totals.check.sql", text)
    with pytest.raises(ContractError) as problem:
        load_mart_sql(contract)
    assert str(problem.value).startswith(f"{path}:{line}: ")
    assert "`-- severity: warn` or `-- severity: fail`" in str(problem.value)


@pytest.mark.parametrize("name", ["totals.sql", "totals.check.sql"])
def test_file_that_is_no_utf8_is_named(contract: Contract, name: str) -> None:
    write(contract, "totals.check.sql", QUERY)
    path = write(contract, name, "")
    path.write_bytes("SELECT 'Zürich' AS city".encode("latin-1"))
    with pytest.raises(ContractError, match=f"{path} cannot be read: 'utf-8' codec"):
        load_mart_sql(contract)


def test_severity_is_no_part_of_what_a_mart_is_built_by(contract: Contract) -> None:
    write(contract, "totals.check.sql", QUERY)
    (before,) = load_mart_sql(contract)
    write(contract, "totals.check.sql", f"-- severity: warn\n{QUERY}")
    assert load_mart_sql(contract)[0].definition == before.definition


def test_mart_without_a_check_has_none(contract: Contract) -> None:
    (found,) = load_mart_sql(contract)
    assert (found.check, found.severity) == (None, "fail")


def test_clean_rows_have_a_check_when_its_file_is_there(contract: Contract) -> None:
    assert load_clean_check(contract) is None
    path = write(contract, "clean.check.sql", "-- severity: warn\nSELECT * FROM clean")
    assert load_clean_check(contract) == CheckSql("-- severity: warn\nSELECT * FROM clean", "warn")
    path.write_text("-- severity: loud\nSELECT * FROM clean")
    with pytest.raises(ContractError, match=f"{path}:1: "):
        load_clean_check(contract)
