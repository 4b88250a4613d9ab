import csv
from datetime import date
from decimal import Decimal

import pytest

from bench.engines import duckdb_run
from bench.prices import DATASET, HEADER, MART, Prices, write_contract
from warehouse.contract.file import load_contract
from warehouse.quarter import Quarter

FEW = Prices(rows=3_000, files=7)


def rows_of(files):
    return [row for file in files for row in csv.DictReader(file.read_text().splitlines())]


def figures_of(rows):
    """Newest wins, as plain Python finds it."""
    newest = {(row["symbol"], row["day"]): row for row in rows}
    found = {}
    for row in newest.values():
        quarter = str(Quarter.of(date.fromisoformat(row["day"])).start)
        found.setdefault(quarter, []).append(row)
    return [
        [
            quarter,
            str(len(each)),
            str(len({row["symbol"] for row in each})),
            *(str(sum(Decimal(row[name]) for row in each)) for name in ("open", "high", "low", "close", "volume")),
        ]
        for quarter, each in sorted(found.items())
    ]


def test_any_number_of_files_has_the_same_lines(tmp_path):
    def lines(files):
        paths = Prices(3_000, files).write(tmp_path / str(files))
        texts = [path.read_bytes() for path in paths]
        assert len(texts) == files
        assert all(text.startswith(HEADER) for text in texts)
        return b"".join(text.removeprefix(HEADER) for text in texts)

    assert lines(1) == lines(7) == lines(500)
    assert lines(2).count(b"\n") == FEW.total == 3_000


def test_another_seed_gives_other_rows(tmp_path):
    one = FEW.write(tmp_path / "1")[0].read_bytes()
    assert Prices(3_000, 7, seed=2).write(tmp_path / "2")[0].read_bytes() != one


def test_every_day_is_sent_twice_with_other_prices(tmp_path):
    versions = {}
    for row in rows_of(FEW.write(tmp_path / "files")):
        versions.setdefault((row["symbol"], row["day"]), []).append(row)
    days = sorted({day for _, day in versions})
    inner = [sent for (_, day), sent in versions.items() if day not in {days[0], days[-1]}]
    assert {len(sent) for sent in inner} == {2}
    assert all(first["close"] != second["close"] for first, second in inner)


def test_prices_of_a_day_fit_together(tmp_path):
    for row in rows_of(FEW.write(tmp_path / "files")):
        low, high = Decimal(row["low"]), Decimal(row["high"])
        assert low <= min(Decimal(row["open"]), Decimal(row["close"]))
        assert high >= max(Decimal(row["open"]), Decimal(row["close"]))


@pytest.mark.parametrize("quarters", [1, 9, 400])
def test_days_are_spread_over_the_quarters(tmp_path, quarters):
    rows = rows_of(Prices(1_000, 3, quarters).write(tmp_path / "files"))
    found = {Quarter.of(date.fromisoformat(row["day"])) for row in rows}
    assert len(found) == quarters
    assert max(found) == Quarter(2024, 4)


def test_the_late_row_is_a_newer_version_in_the_middle(tmp_path):
    paths = FEW.write(tmp_path / "files")
    (late,) = rows_of([FEW.write_late_row(tmp_path / "late.csv", 1)])
    same = [row for row in rows_of(paths) if (row["symbol"], row["day"]) == (late["symbol"], late["day"])]
    assert len(same) == 2
    assert late not in same
    assert Quarter.of(date.fromisoformat(late["day"])) == FEW.late_quarter == Quarter(2023, 4)


def test_the_contract_holds_under_another_name(tmp_path):
    write_contract(tmp_path, "prices_10")
    contract = load_contract("prices_10", tmp_path)
    assert contract.dataset == "prices_10"
    assert contract.key == ("symbol", "day")
    assert [mart.name for mart in contract.marts] == [MART]
    assert list(duckdb_run.COLUMNS) == [column.name for column in contract.columns]
    assert DATASET not in {path.name for path in (tmp_path / "data").iterdir()}


def test_duckdb_finds_what_plain_python_finds(tmp_path):
    paths = FEW.write(tmp_path / "files")
    assert duckdb_run.run(paths, tmp_path / "out", 2) == figures_of(rows_of(paths))


def test_polars_finds_what_plain_python_finds(tmp_path):
    pytest.importorskip("polars")
    from bench.engines import polars_run

    paths = FEW.write(tmp_path / "files")
    assert polars_run.run(paths, tmp_path / "out", 2) == figures_of(rows_of(paths))
