"""The event time of a draft: which column it is, and what the draft asks where there is none."""

from pathlib import Path

import pytest

from cli.views.draft import print_draft
from tests.unit.drafting.samples import drafted_from, read_or_ask, says, typed


def test_event_time_is_required_although_rows_lack_it(tmp_path: Path) -> None:
    drafted, contract = drafted_from(tmp_path, "day,n\n2021-01-01,1\n,2\n2021-01-03,3\n2021-01-04,4\n")
    assert (contract.event_time, contract.column("day").required) == ("day", True)
    assert contract.reject_threshold == 0.01
    assert says(drafted, "1 row is quarantined, because without day a row has no quarter")
    assert says(drafted, "Up to 25.00% of the sample is quarantined")


def test_event_time_goes_by_name(tmp_path: Path) -> None:
    content = "updated_at,pickup_time,birth_date\n" + "2021-01-03 00:00:00,2021-01-01 10:00:00,1990-01-01\n" * 3
    drafted, contract = drafted_from(tmp_path, content)
    assert contract.event_time == "pickup_time"
    assert says(drafted, "It could be updated_at, birth_date")


def test_epoch_is_the_event_time_where_nothing_else_is(tmp_path: Path) -> None:
    drafted, contract = drafted_from(tmp_path, "ts,v\n1600000000,1.5\n1600000060,2.5\n")
    assert contract.column("ts").formats == ("epoch-seconds",)
    assert (contract.event_time, contract.time_zone) == ("ts", "UTC")
    assert says(drafted, "read as epoch-seconds")


@pytest.mark.parametrize(
    ("values", "form"),
    [
        (["1594512094.3859746", "1594512096"], "epoch-fractional-seconds"),
        (["1594512094385974699", "1594512094385974700"], "epoch-nanoseconds"),
        (["1735603200000", "1735689600000000"], "epoch-auto"),
        (["1594512094.5", "1594512094500"], None),
        (["1735603200000", "42"], None),
    ],
)
def test_magnitude_of_numbers_gives_the_unit_of_an_epoch(tmp_path: Path, values: list[str], form: str | None) -> None:
    content = "ts,name\n" + "".join(f"{value},a\n" for value in values * 6)
    drafted = read_or_ask(tmp_path, content)
    assert (drafted.event_time, says(drafted, f"read as {form};")) == (("ts", True) if form else ("", False))


@pytest.mark.parametrize(("value", "event_time"), [(1735689600000, True), (4000000000000, False), (10**18, False)])
def test_numbers_without_a_name_may_be_an_epoch(tmp_path: Path, value: int, event_time: bool) -> None:
    drafted = read_or_ask(tmp_path, "".join(f"{value + n * 3_600_000},{n}.5,{n}\n" for n in range(20)))
    assert bool(drafted.event_time) == event_time
    assert says(drafted, "read as epoch-milliseconds") == event_time


@pytest.mark.parametrize(
    ("name", "values", "formats", "first"),
    [
        ("Month", ["1949-01", "1949-02"], ("yyyy-MM",), "first day of its month"),
        ("Period", ["Jan 1990", "Feb 1990"], ("MMM yyyy",), "first day of its month"),
        ("period", ["01/1990", "12/1990"], ("MM/yyyy",), "first day of its month"),
        ("Year", ["1990", "2020"], ("yyyy",), "first day of its year"),
        ("Monat", ["März 2020", "Dezember 2020"], ("MMM yyyy",), "first day of its month"),
        ("TIME_PERIOD", ["2019-Q3", "2020-Q1"], ("yyyy-'Q'Q",), "first day of its quarter"),
        ("Period", ["Q3 2019", "Q1/2020"], ("'Q'Q yyyy", "'Q'Q/yyyy"), "first day of its quarter"),
        ("trimestre", ["2019-T3", "2020-T1"], ("yyyy-'T'Q",), "first day of its quarter"),
        ("Quartal", ["4. Quartal 2019"], ("Q'. Quartal 'yyyy",), "first day of its quarter"),
        ("fiscal", ["3Q98", "1Q05"], ("Q'Q'yy",), "first day of its quarter"),
    ],
)
def test_month_or_year_is_the_event_time_where_nothing_else_is(
    tmp_path: Path, name: str, values: list[str], formats: tuple[str, ...], first: str
) -> None:
    content = f"{name},n\n" + "".join(f"{value},{n}\n" for n, value in enumerate(values))
    drafted, contract = drafted_from(tmp_path, content)
    column = contract.columns[0]
    assert (drafted.event_time, column.type, sorted(column.formats)) == (name.lower(), "DATE", sorted(formats))
    assert column.pivot_year == (1969 if "98" in values[0] else 2000)
    assert says(drafted, first)


def test_month_beside_a_date_stays_text(tmp_path: Path) -> None:
    _, contract = drafted_from(tmp_path, "day,month,year\n2020-01-02,2020-01,2020\n2020-02-03,2020-02,2020\n")
    assert [column.type for column in contract.columns] == ["DATE", "STRING", "BIGINT"]


def test_epoch_beside_a_date_is_a_hint(tmp_path: Path) -> None:
    drafted, column = typed(tmp_path, ["1600000000000", "1600000060000"], "event_ts")
    assert (column.type, says(drafted, "epoch-milliseconds")) == ("BIGINT", True)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a,b\n1,2\n3,4\n", "No column looks like one"),
        ("year,month,births\n1990,1,112\n1991,2,118\n", "look like one: year (1990), month (1)"),
        ("at what,n\n4th Dec 04:47:44 2005,1\n", "look like one: at_what (4th Dec 04:47:44 2005)"),
        ('log,n\n"23:59:00,123",1\n', "look like one: log (23:59:00,123)"),
    ],
)
def test_without_an_event_time_the_draft_asks_for_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, said: str
) -> None:
    drafted = read_or_ask(tmp_path, content)
    assert (drafted.event_time, said in drafted.unsure[0]) == ("", True)
    text = drafted.paths[0].read_text()
    assert "# - property: eventTime" in text
    assert ("Looks like a time." in text) == ("look like one:" in drafted.unsure[0])
    print_draft(drafted, False)
    assert f"write the event time into {drafted.paths[0]}" in capsys.readouterr().out


def test_numbers_are_no_hint_at_the_event_time(tmp_path: Path) -> None:
    drafted = read_or_ask(tmp_path, "label,value\n" + "".join(f"x{n},{n}.5\n" for n in range(40)))
    assert "No column looks like one" in drafted.unsure[0]
