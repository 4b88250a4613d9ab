"""Files in the forms of public data, staged by their drafts: no row is lost, and no value is another."""

import random
import re
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from pyspark.sql import SparkSession

from drafting.draft import Draft, draft
from tests.staging import stage_raw, write_raw
from tests.unit.drafting.forms.form import Form
from tests.unit.drafting.forms.table import FORMS
from warehouse.contract.file import load_contract
from warehouse.contract.model import Contract

_PUBLISHED = [form for form in FORMS if form.event_time]
_GROUPS = 4
# Half a minute each, so a run takes one, drawn anew; `--full` takes all.
_DRAWN = random.randrange(_GROUPS)


def _drafted(home: Path, form: Form) -> tuple[Draft, Contract]:
    # `load` skips an empty file.
    write_raw(home, {name: content for name, content in form.files.items() if content})
    drafted = draft("things", [home / "raw" / name for name in form.seen if form.files[name]], home)
    return drafted, load_contract("things", home)


def _problems(spark: SparkSession, home: Path, form: Form) -> list[str]:
    drafted, contract = _drafted(home, form)
    counts = stage_raw(spark, home, contract)
    found = _figures(home / "staged", contract, form)
    superseded = form.rows - found.pop("keys")
    expected = {
        "first": form.first,
        **{name: Decimal(total) for name, total in form.sums.items()},
        **form.values,
        **_quarters(form),
    }
    total, is_held = counts.staged + counts.quarantined, superseded / form.rows > (contract.superseded_threshold or 0)
    rows = {
        "rows": (total, form.rows + form.quarantined),
        "quarantined": (counts.quarantined, form.quarantined),
        "superseded": (superseded, form.superseded),
        # What the draft saw is a doubt; what comes later is found by the run.
        "held": (is_held, bool(form.superseded and form.later)),
        "rejected": (drafted.rejected > 0, form.quarantined > 0),
    }
    pairs = {**{name: (found[name], value) for name, value in expected.items()}, **rows}
    return [f"{form.name}: {name} is {one}, not {two}" for name, (one, two) in pairs.items() if one != two]


def _quarters(form: Form) -> dict[str, int]:
    return {f"{name[:4]}-{3 * int(name[-1]) - 2:02}-01": rows for name, rows in form.quarters.items()}


def _figures(staged: Path, contract: Contract, form: Form) -> dict[str, object]:
    """What is expected of the staged rows, as DuckDB reads them."""
    key = f"DISTINCT ({', '.join(map(_quoted, contract.key))})" if contract.key else "*"
    parts = {
        "keys": f"count({key})",
        "first": f"CAST(min({_quoted(form.event_time)}) AS VARCHAR)",
        **{name: f"sum(TRY_CAST({_quoted(name)} AS DECIMAL(20, 6)))" for name in form.sums},
        **{name: f"array_to_string(list_sort(list(DISTINCT {_quoted(name)})), ',')" for name in form.values},
        **{day: f"count_if(quarter_start = '{day}')" for day in _quarters(form)},
    }
    sql = ", ".join(f"{part} AS {_quoted(name)}" for name, part in parts.items())
    found = duckdb.sql(
        f"SELECT {sql} FROM read_parquet('{staged}/quarter_start=*/*.parquet', hive_partitioning = true)"
    )
    return dict(zip(parts, found.fetchall()[0], strict=True))


def _quoted(name: str) -> str:
    return f'"{name}"'


def test_a_number_that_means_no_value_is_none_by_the_line_that_its_doubt_says(
    spark: SparkSession, tmp_path: Path
) -> None:
    (form,) = [form for form in FORMS if "-200 for no value" in form.name]
    drafted, _ = _drafted(tmp_path, form)
    (line,) = re.findall(r"write (customProperties: .*)\.$", "\n".join(drafted.unsure), re.MULTILINE)
    described = 'description: "Column CO(GT) of the file."\n'
    text = drafted.paths[0].read_text()
    assert text.count(described) == 1
    drafted.paths[0].write_text(text.replace(described, f"{described}        {line}\n"))
    stage_raw(spark, tmp_path, load_contract("things", tmp_path))
    sql = f"SELECT count(co_gt), sum(co_gt), count(*) FROM '{tmp_path}/staged/*/*.parquet'"
    measured = [Decimal(f"{n % 9}.{n % 10}") for n in range(300) if n % 20]
    assert duckdb.sql(sql).fetchall() == [(len(measured), sum(measured), 300)]


def test_dates_of_one_day_are_read_the_other_way_round_by_the_format_that_their_doubt_says(
    spark: SparkSession, tmp_path: Path
) -> None:
    rows = "".join(f"17/06/09,20:{n // 60:02}:{n % 60:02},{n % 5}\n" for n in range(300))
    write_raw(tmp_path, {"node.csv": f"Date,Time,n\n{rows}".encode()})
    drafted = draft("things", tmp_path / "raw", tmp_path)
    ((other, guessed),) = re.findall(r"other way round, as (\S+); (\S+) is a guess", "\n".join(drafted.unsure))
    path = drafted.paths[0]
    path.write_text(path.read_text().replace(guessed, other))
    counts = stage_raw(spark, tmp_path, load_contract("things", tmp_path))
    assert (counts.quarters, counts.quarantined) == ({"2017-04-01": 300}, 0)


@pytest.mark.parametrize(
    "group", [group if group == _DRAWN else pytest.param(group, marks=pytest.mark.full) for group in range(_GROUPS)]
)
def test_no_form_loses_a_row_or_a_value(spark: SparkSession, tmp_path: Path, group: int) -> None:
    problems = [
        problem
        for number, form in enumerate(_PUBLISHED[group::_GROUPS])
        for problem in _problems(spark, tmp_path / str(number), form)
    ]
    assert problems == []
