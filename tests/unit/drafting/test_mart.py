"""The first mart of a draft."""

from pathlib import Path

import pytest

from drafting.draft import draft
from tests.unit.drafting.samples import drafted_from, figures_of, says
from warehouse.contract.file import load_contract


def test_the_longest_name_has_a_mart(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("day\n2021-01-01\n")
    for name in ("a" * 63, "a" * 52 + "_by_quarter"):
        draft(name, tmp_path / "a.csv", tmp_path)
        load_contract(name, tmp_path)


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("customer_id", ["17850.0", "13047.0", ""], "BIGINT"),
        ("customer_id", ["17850", "13047.0", "-2.0"], "BIGINT"),
        ("customer_id", ["17850.0", "13047.5", ""], "DECIMAL(10,2)"),
        ("customer_id", ["17850.0", "13047.00", ""], "DECIMAL(10,2)"),
        ("pieces", [f"{n}.0" for n in range(20)], "BIGINT"),
        ("pieces", ["1.0", "2.0"], "DECIMAL(6,2)"),
    ],
)
def test_whole_numbers_written_with_a_zero_after_the_point(
    tmp_path: Path, name: str, values: list[str], kind: str
) -> None:
    drafted, contract = drafted_from(tmp_path, f"day,{name}\n" + "".join(f"2021-01-01,{value}\n" for value in values))
    assert contract.column(name).type == kind
    assert (contract.column(name).transform is not None) == (kind == "BIGINT")
    assert says(drafted, "Whole numbers written with .0") == (kind == "BIGINT")


def test_a_mart_has_figures_of_measures_and_counts_identifiers(tmp_path: Path) -> None:
    rows = "2021-01-01,1,2,1.50,1e3,\n2021-01-02,1,3,2.50,1e4,5\n"
    _, contract = drafted_from(tmp_path, "day,store_id,n,money,ratio,points\n" + rows)
    assert figures_of(contract) == {
        "quarter": "STRING", "rows_count": "BIGINT", "distinct_store_id": "BIGINT",
        "total_n": "DECIMAL(38,0)", "mean_n": "DECIMAL(38,2)", "min_n": "BIGINT", "max_n": "BIGINT",
        "total_money": "DECIMAL(38,2)", "mean_money": "DECIMAL(38,4)",
        "min_money": contract.column("money").type, "max_money": contract.column("money").type,
        "min_ratio": "DOUBLE", "max_ratio": "DOUBLE",
    }  # fmt: skip


def test_a_mart_has_the_share_of_nulls_of_a_measure_with_some(tmp_path: Path) -> None:
    _, contract = drafted_from(tmp_path, "day,points\n2021-01-01,\n2021-01-02,5\n")
    assert figures_of(contract)["null_share_points"] == "DECIMAL(7,6)"


def test_a_mart_divides_quarters_by_the_column_that_spreads_rows_most_evenly(tmp_path: Path) -> None:
    rows = [f"2021-01-01,{'yes' if n % 40 else 'no'},{'abc'[n % 3]},{n}\n" for n in range(120)]
    drafted, contract = drafted_from(tmp_path, "day,open,city,n\n" + "".join(rows))
    assert list(figures_of(contract))[:3] == ["quarter", "city", "rows_count"]
    assert "GROUP BY `quarter_start`, `city`" in drafted.paths[1].read_text()
    assert "One row per quarter and city." in drafted.paths[0].read_text()


def test_a_mart_is_not_divided_by_a_column_of_nearly_one_value(tmp_path: Path) -> None:
    rows = [f"2021-01-01,{'yes' if n else 'no'},{n}\n" for n in range(120)]
    _, contract = drafted_from(tmp_path, "day,open,n\n" + "".join(rows))
    assert list(figures_of(contract))[:2] == ["quarter", "rows_count"]
