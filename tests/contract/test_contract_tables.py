"""The tables of docs/contract.md, except that of hostile files: every row is what the code says."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from pyspark.sql import SparkSession
from sqlglot import exp, parse_one

from ingestion.input_file import MAX_LINE_BYTES
from schedule.due import Calendar
from tests.contract.contract_examples import PAGE, codes, contract_of, fragment, logical_type, table
from tests.contract.page_snippets import moments_snippet, types_snippet
from tests.contract.staged_batches import Lines, staged
from warehouse.contract.change import changes
from warehouse.contract.file import MAX_COLUMNS, RESERVED_COLUMNS, RESERVED_TABLES, check_dataset_name
from warehouse.contract.input_format import _MAX_TITLE_LINES
from warehouse.contract.model import MAX_RECORD_BYTES, validate_identifier
from warehouse.contract.transform.logic import MAX_CHARACTERS
from warehouse.contract.transform.sql import _RULES, translate
from warehouse.errors import ContractError, UnreadableSqlError
from warehouse.input.batch_files import MAX_FILES
from warehouse.quarter import Quarter


def one_column_a_line(spark: SparkSession, home: Path, snippet: dict[str, Any], texts: list[tuple[int, str]]) -> Lines:
    """A file of which each line gives one column a text; all others are empty."""
    width, names = len(snippet["properties"]), [column["name"] for column in snippet["properties"]]
    lines = ["2024-01-01;" + ";" * place + text + ";" * (width - 1 - place) for place, text in texts]
    (home / "raw").mkdir()
    (home / "raw" / "a.csv").write_text("\n".join(lines))
    return staged(spark, home, [home / "raw" / "a.csv"], contract_of(snippet), names)[0]


def test_table_of_types(spark: SparkSession, tmp_path: Path) -> None:
    texts = [(n, text, cell) for n, row in enumerate(table("types")) for cell in (2, 3) for text in codes(row[cell])]
    assert all(codes(row[0]) == [logical_type(codes(row[1])[0])] for row in table("types"))
    lines = one_column_a_line(spark, tmp_path, types_snippet(), [(place, text) for place, text, _ in texts])
    assert len(lines) == len(texts)
    for number, (place, text, cell) in enumerate(texts, 1):
        found = lines["a.csv", number]
        assert found.startswith("clean") if cell == 2 else found == f'quarantine c{place}:type "{text}"', (text, found)


def test_table_of_moments(spark: SparkSession, tmp_path: Path) -> None:
    rows = table("moments")
    texts = [(number, codes(row[1])[0]) for number, row in enumerate(rows)]
    lines = one_column_a_line(spark, tmp_path, moments_snippet(), texts)
    for number, row in enumerate(rows):
        (expected,), found = codes(row[2]), lines["a.csv", number + 1]
        values = [value for value in found.removeprefix("clean ").split(" | ") if value != "NULL"]
        assert (found.split('"')[0].strip() == f"quarantine c{number}{expected}") or values == [expected], (row, found)


@pytest.mark.parametrize("cell", [row[0] for row in table("ignored")])
def test_table_of_words_that_do_nothing(cell: str) -> None:
    column = {"name": "x", "logicalType": "string", "physicalType": "STRING"}
    given = yaml.safe_load("{" + codes(cell)[0] + "}")
    with_it, without = (contract_of({"properties": [found]}) for found in (column | given, column))
    assert with_it == without


@pytest.mark.parametrize(("cell", "told"), [row[:2] for row in table("refused")])
def test_table_of_refused_contracts(cell: str, told: str) -> None:
    with pytest.raises(ContractError) as problem:
        contract_of(fragment(cell))
    assert all(text in str(problem.value) for text in codes(told)), problem.value


@pytest.mark.parametrize("row", table("transforms"), ids=lambda row: row[0])
def test_table_of_transforms_is_what_an_expression_may_say(row: list[str]) -> None:
    assert all(translate(sql).reads for sql in codes(row[1]))
    for sql in codes(row[2]):
        with pytest.raises(UnreadableSqlError):
            translate(sql)


def test_every_part_of_an_expression_is_on_the_page() -> None:
    shown = {
        type(node) for row in table("transforms") for sql in codes(row[1]) for node in parse_one(sql, "spark").walk()
    }
    assert _RULES.keys() - shown - {exp.RawString, exp.SafeDivide, exp.DateFromParts} == set()


@pytest.mark.parametrize(("before", "after", "kind"), [row[:3] for row in table("changes")])
def test_table_of_changes(before: str, after: str, kind: str) -> None:
    old, new = (contract_of(fragment(cell)).meaning for cell in (before, after))
    assert {change.kind for change in changes(old, new)} == ({kind} if kind != "no change" else set())


INSTANT = "`format: epoch-seconds` "
"""Of a column; a contract has a `timeZone` with such a column only."""


@pytest.mark.parametrize(("cell", "moment", "quarter"), [row[:3] for row in table("lateness")])
def test_table_of_late_data(cell: str, moment: str, quarter: str) -> None:
    contract = contract_of(fragment(INSTANT + cell.replace("`", "`, ", 1)))
    complete = datetime.fromisoformat(f"{codes(moment)[0]}+00:00")
    calendar, last = Calendar.of(contract), Quarter.parse(codes(quarter)[0])
    assert calendar.last_complete(complete) == last
    assert calendar.last_complete(complete - timedelta(microseconds=1)) == last.previous


def test_table_of_limits() -> None:
    stated = {row[0]: re.sub(r"[^\d]", "", row[1].split(" ")[0]) for row in table("limits")}
    mebi = 1024 * 1024
    assert stated == {
        "columns of a table": str(MAX_COLUMNS),
        "bytes of a record": str(MAX_RECORD_BYTES // mebi),
        "bytes of a line": str(MAX_LINE_BYTES // mebi),
        "files of a batch": str(MAX_FILES),
        "`skipLines`": str(_MAX_TITLE_LINES),
        "characters of a name": "63",
        "characters of a `physicalName`": "1000",
        "characters of a `transformLogic`": str(MAX_CHARACTERS),
    }
    validate_identifier("a" * 63)
    with pytest.raises(ContractError):
        validate_identifier("a" * 64)


def test_table_of_reserved_names() -> None:
    columns, marts, datasets, ending = (codes(row[1]) for row in table("reserved"))
    assert (set(columns), set(marts)) == (RESERVED_COLUMNS, RESERVED_TABLES)
    for name in (*datasets, f"x{ending[0]}"):
        with pytest.raises(ContractError, match="its databases would clash with others"):
            check_dataset_name(name, PAGE)
