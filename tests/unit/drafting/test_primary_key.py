"""The primary key of a draft: what proves one, and what does not."""

from pathlib import Path

import pytest

from tests.unit.drafting.samples import DAYS, drafted_from, says


def test_a_unique_id_is_the_key(tmp_path: Path) -> None:
    drafted, contract = drafted_from(
        tmp_path, "\n".join(["Order ID,day", *(f"{n * 7},{day}" for n, day in enumerate(DAYS))])
    )
    assert (contract.key, says(drafted, "primary key is order_id")) == (("order_id",), True)


@pytest.mark.parametrize("rows", [["1,5", "1,6"] * 20, [f"{n},{n * 3}" for n in range(5)]])
def test_a_doubtful_key_is_none(tmp_path: Path, rows: list[str]) -> None:
    drafted, contract = drafted_from(tmp_path, "\n".join(["id,other,day", *(f"{row},2021-01-01" for row in rows)]))
    assert (contract.key, says(drafted, "no primary key")) == ((), True)


def test_numbers_of_rows_are_no_key(tmp_path: Path) -> None:
    drafted, contract = drafted_from(tmp_path, "\n".join([",day", *(f"{n},{day}" for n, day in enumerate(DAYS))]))
    assert (contract.key, says(drafted, "column_1 numbers the rows")) == ((), True)
    assert (contract.input_format.header, contract.input_format.skip_lines) == (False, 1)


@pytest.mark.parametrize("name", ["LineId", "id", "No"])
def test_numbers_of_rows_are_no_key_whatever_they_are_called(tmp_path: Path, name: str) -> None:
    rows = [f"{number},{day}" for number, day in enumerate(DAYS, start=1)]
    drafted, contract = drafted_from(tmp_path, "\n".join([f"{name},day", *rows]))
    assert contract.key == ()
    assert says(drafted, "numbers the rows of a file")
    assert says(drafted, "If the next file goes on with higher numbers, write primaryKey: true")


def test_a_code_in_a_file_of_one_moment_may_be_that_of_a_snapshot(tmp_path: Path) -> None:
    rows = [f"2021-03-30T17:00:00,{number * 7},{number}" for number in range(20)]
    drafted, contract = drafted_from(tmp_path, "\n".join(["data,code id,cases", *rows]))
    assert contract.key == ()
    assert says(drafted, "write primaryKey: true at data and code_id")


def _grid(*names: str, days: int = 20) -> list[str]:
    """Rows of a day, a name and a measure, one of each day and name."""
    return [f"{day},{name},{(n * 7 + m) % 13}.5" for n, day in enumerate(DAYS[:days]) for m, name in enumerate(names)]


@pytest.mark.parametrize(
    ("header", "rows", "key"),
    [
        ("date,location,rain", _grid("New York", "Oslo", "Rome"), ("date", "location")),
        ("date,symbol,close", _grid("A", "B", "C", "D"), ("date", "symbol")),
        # A name says the same as its code.
        (
            "data,codice,casi,nome",
            [f"{row},P {row.split(',')[1]}" for row in _grid("01", "02", "03")],
            ("data", "codice"),
        ),
        (
            "day,region,kind,n",
            [f"{day},{region},{kind},{n % 5}" for n, day in enumerate(DAYS) for region in "NS" for kind in "ab"],
            ("day", "region", "kind"),
        ),
        (
            "order_id,line_no,day,n",
            [f"{1000 + n * 3},{line},{DAYS[n % 20]},{n * line % 7}" for n in range(40) for line in (1, 2, 3)],
            ("order_id", "line_no"),
        ),
    ],
)  # fmt: skip
def test_columns_that_are_unique_together_are_the_key(
    tmp_path: Path, header: str, rows: list[str], key: tuple[str, ...]
) -> None:
    drafted, contract = drafted_from(tmp_path, "\n".join([header, *rows]))
    assert sorted(contract.key) == sorted(key)
    assert contract.superseded_threshold == 0
    assert says(drafted, f"No two of {len(rows)} rows have the same key")
    assert f"# The primary key is {' and '.join(key)}" in drafted.paths[0].read_text()


def test_columns_that_are_unique_together_by_chance_are_no_key(tmp_path: Path) -> None:
    # Nearly every second is of one row, so hardly any other column could repeat within one.
    rows = [f"2021-01-01 00:{n // 60:02}:{n % 60:02},{'WIE'[n % 3]},{n % 7}" for n in range(120)]
    rows += ["2021-01-01 00:00:00,E,1"]
    drafted, contract = drafted_from(tmp_path, "\n".join(["at,level,n", *rows]))
    assert (contract.key, contract.superseded_threshold) == ((), 0)
    assert says(drafted, "share at and level, which may be chance")


def test_two_proved_keys_are_none(tmp_path: Path) -> None:
    rows = [f"{day},{name},{'xyz'[(n + m) % 3]}" for n, day in enumerate(DAYS) for m, name in enumerate("abc")]
    drafted, contract = drafted_from(tmp_path, "\n".join(["day,first,second", *rows]))
    assert contract.key == ()
    assert says(drafted, "No two rows of the sample share day and first.")
    assert says(drafted, "No two rows of the sample share day and second.")


_ORDERS = [f"{n * 7},{day},{n % 5},2022-01-0{1 + n % 9}" for n, day in enumerate(DAYS)]


@pytest.mark.parametrize(
    ("again", "version", "threshold"),
    [
        ([f"{row[:-10]}2022-02-01" for row in _ORDERS[:2]], "updated_at", 0.1),
        (_ORDERS[:2], None, 0.1),
        (_ORDERS[:15], None, 0.5),
    ],
)
def test_rows_that_are_sent_again_prove_a_key(
    tmp_path: Path, again: list[str], version: str | None, threshold: float
) -> None:
    drafted, contract = drafted_from(tmp_path, "\n".join(["id,day,n,updated_at", *_ORDERS, *again]))
    assert (contract.key, contract.version, contract.superseded_threshold) == (("id",), version, threshold)
    assert says(drafted, f"Sent again with the same key: {len(again)} of {40 + len(again)} rows")


def test_a_number_whose_rows_differ_in_more_than_a_version_is_no_key(tmp_path: Path) -> None:
    other = "0,2021-01-01,4,2022-02-01"
    drafted, contract = drafted_from(tmp_path, "\n".join(["id,day,n,updated_at", *_ORDERS, other]))
    assert (contract.key, contract.version, contract.superseded_threshold) == ((), None, 0)
    assert says(drafted, "id is not a key: 2 of 41 rows share it with another")


def test_file_that_says_everything_thrice_proves_nothing(tmp_path: Path) -> None:
    _, contract = drafted_from(tmp_path, "\n".join(["id,day,n,updated_at", *_ORDERS * 3]))
    assert (contract.key, contract.superseded_threshold) == ((), 0)


def test_rows_that_are_alike_and_say_nothing_else_are_not_sent_again(tmp_path: Path) -> None:
    rows = [row.rpartition(",")[0] for row in _grid("A", "B", "C")]
    drafted, contract = drafted_from(tmp_path, "\n".join(["day,symbol", *rows, rows[0]]))
    assert (contract.key, contract.superseded_threshold) == ((), 0)
    assert not says(drafted, "ent again")


def test_row_numbers_are_found_though_rows_between_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drafting.reading.source.MAX_ROWS", 200)
    rows = [f"{n},2021-01-{1 + n % 28:02}" for n in range(1000)]
    drafted, contract = drafted_from(tmp_path, "\n".join(["id,day", *rows]))
    assert (contract.key, says(drafted, "id numbers the rows")) == ((), True)


def test_measure_below_a_line_of_units_is_no_key(tmp_path: Path) -> None:
    rows = [f"{day},{n}.5" for n, day in enumerate(DAYS * 4)]
    _, contract = drafted_from(tmp_path, "\n".join(["day,level", "yyyy-MM-dd,cm", *rows]))
    assert (contract.column("level").type, contract.key) == ("STRING", ())


def test_times_of_day_are_no_key_though_they_differ(tmp_path: Path) -> None:
    rows = [f"2021-01-01,{n // 60:02}:{n % 60:02}:07,{n % 7}" for n in range(200)]
    drafted, contract = drafted_from(tmp_path, "\n".join(["day,clock,n", *rows]))
    assert (contract.key, says(drafted, "no primary key")) == ((), True)
