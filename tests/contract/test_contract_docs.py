"""docs/contract.md tells the truth: every example is loaded and staged, and no option or rule is left out."""

import bz2
import gzip
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from sqlglot import exp, parse_one

from ingestion.input_file import MAX_LINE_BYTES, describe_file
from ingestion.loader import _refuse_known_rows
from pipeline.thresholds import rejected_check, superseded_checks
from schedule.due import Calendar
from spark.clean import CleanTask, clean, read_staged
from spark.stage import stage
from tests.contract.contract_examples import (
    PAGE,
    Example,
    File,
    codes,
    contract_of,
    custom_of,
    examples,
    fragment,
    logical_type,
    options_of,
    spaced,
    table,
)
from tests.staging import rejected_rows
from warehouse.contract.change import changes
from warehouse.contract.column import CUSTOM_PROPERTIES, OPTIONS
from warehouse.contract.file import _CUSTOM, MAX_COLUMNS, RESERVED_COLUMNS, RESERVED_TABLES, check_dataset_name
from warehouse.contract.file_columns import check_columns
from warehouse.contract.input_format import _KEYS_OF, _MAX_TITLE_LINES
from warehouse.contract.model import MAX_RECORD_BYTES, Contract, DriftLimit, validate_identifier
from warehouse.contract.transform.logic import MAX_CHARACTERS
from warehouse.contract.transform.sql import _RULES, translate
from warehouse.errors import ContractError, InputFileError, UnreadableSqlError
from warehouse.input.batch_files import MAX_FILES, check_files
from warehouse.job import FileRows, StagedCounts, StagedSource, StageTask, rows_of
from warehouse.quarter import Quarter
from warehouse.release.drift import Figures, drift_failures
from warehouse.settings import REPOSITORY

EXAMPLES = examples()
_LARGE = 256 * 1024 * 1024
Lines = dict[tuple[str, int], str]
"""By file and line: `clean` with the values, or `quarantine` with the rules."""


def silent(_phase: str, _size: int) -> None:
    pass


# --- Loading and staging what the page shows ---


def written(file: File, directory: Path, encoding: str) -> Path:
    path = directory / file.name
    if file.language == "python":
        shown = {"pa": pa, "date": date, "datetime": datetime, "Decimal": Decimal}
        pq.write_table(eval(file.text, shown), path)  # noqa: S307 - our own page
        return path
    content = file.text.encode(encoding)
    pack = {".gz": gzip.compress, ".bz2": bz2.compress}.get(path.suffix, bytes)
    path.write_bytes(pack(content))
    return path


def staged(
    spark: SparkSession, home: Path, files: list[Path], contract: Contract, columns: list[str]
) -> tuple[Lines, StagedCounts]:
    """What becomes of every row of one batch, whose directory is `home`."""
    described = [describe_file(path, contract, silent) for path in check_files(files)]
    task = StageTask(home.name, 1, str(home / "raw"), described, str(home / "staged"), str(home / "quarantine"))
    counts = stage(spark, task, contract)
    assert counts.staged + counts.quarantined == sum(file.rows for file in described)
    rejected = rejected_rows(spark, task.quarantine)
    lines = {(row.source_file, row.source_line): f"quarantine {_reasons(row)}" for row in rejected}
    if counts.staged:
        for *values, file, line in spark.read.parquet(task.staged).select(*columns, *_ORIGIN).collect():
            lines[file, line] = f"clean {' | '.join(map(shown, values))}"
    return lines, counts


_ORIGIN = ("source_file", "source_line")


def _reasons(row: Any) -> str:
    found = zip(row.rules, row.offending_values, strict=True)
    return ", ".join(rule if value is None else f'{rule} "{escaped(value)}"' for rule, value in found)


def shown(value: object) -> str:
    """A value as the page writes it."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return escaped(str(value)) or "''"


def escaped(text: str) -> str:
    return text.replace("\r", r"\r").replace("\n", r"\n").replace("\0", r"\0")


def outcome_of(lines: Lines) -> list[str]:
    """The lines of a page's outcome; files are named when there are several."""
    several = len({file for file, _ in lines}) > 1
    return [
        spaced(f"{f'{file} ' if several else ''}line {line} {what}") for (file, line), what in sorted(lines.items())
    ]


def batches_of(spark: SparkSession, example: Example, home: Path) -> tuple[Lines, list[str]]:
    """What becomes of all rows, and why the batch is held; with a primary key also which versions win."""
    contract, found, sources, held = example.contract, Lines(), list[StagedSource](), list[str]()
    superseded = dict[str, FileRows]()
    for number in sorted({file.batch for file in example.files}):
        batch = home / f"b{number}"
        (batch / "raw").mkdir(parents=True)
        given = [file for file in example.files if file.batch == number]
        files = [written(file, batch / "raw", contract.input_format.encoding) for file in given]
        lines, counts = staged(spark, batch, files, contract, example.columns)
        found |= lines
        before = figures_of(spark, contract, sources)
        sources.append(StagedSource(batch.name, number, str(batch / "staged"), counts.quarters))
        held += held_for(contract, counts)
        held += drifted(contract, before, figures_of(spark, contract, sources))
        if contract.superseded_threshold is not None:
            why, superseded = superseding(spark, contract, sources, superseded, counts.staged)
            held += why
    if contract.key:
        _supersede(spark, contract, sources, home / "clean", found)
    return found, held


def _supersede(
    spark: SparkSession, contract: Contract, sources: list[StagedSource], target: Path, found: Lines
) -> None:
    quarters = {quarter for source in sources for quarter in source.quarters}
    counts = clean(spark, contract, CleanTask(sources, [], quarters, str(target), _LARGE))
    winners = {tuple(row) for row in spark.read.parquet(str(target)).select(*_ORIGIN).collect()}
    older = {place for place, what in found.items() if what.startswith("clean") and place not in winners}
    assert sum(rows_of(files) for files in counts.superseded.values()) == len(older)
    found |= {place: found[place].replace("clean", "superseded", 1) for place in older}


def superseding(
    spark: SparkSession, contract: Contract, sources: list[StagedSource], before: dict[str, FileRows], rows: int
) -> tuple[list[str], dict[str, FileRows]]:
    """Why the last batch, with so many rows, is held for what it supersedes, and what is superseded with it."""
    *released, new = sources
    names, target = [source.batch for source in released], f"{new.path}-clean"
    counts = clean(spark, contract, CleanTask(sources, names, set(new.quarters), target, _LARGE))
    kept = SimpleNamespace(batches=names, superseded=before)
    inputs = SimpleNamespace(
        contract=contract, kept=kept, staged={new.batch: SimpleNamespace(batch=new.batch, staged=rows)}
    )
    release = SimpleNamespace(dataset=contract.dataset, superseded={**before, **counts.superseded})
    return [
        line for check in superseded_checks(inputs, release, counts.examples) for line in check.failures
    ], release.superseded


def figures_of(spark: SparkSession, contract: Contract, sources: list[StagedSource]) -> dict[DriftLimit, Figures]:
    """What every drift limit is about, by quarter, when these batches are published; all their rows are clean."""
    rows = read_staged(spark, contract, sources, {quarter for source in sources for quarter in source.quarters})
    assert not (contract.drift_limits and contract.key)
    found = dict[DriftLimit, Figures]()
    for limit in contract.drift_limits if rows is not None else ():
        assert limit.table == "clean"
        figure = f"SUM({limit.column})" if limit.column else "COUNT(*)"
        by_quarter = rows.groupBy("quarter_start").agg(F.expr(figure)).collect()
        found[limit] = {
            str(quarter): None if value is None else Decimal(value) for quarter, value in sorted(by_quarter)
        }
    return found


def drifted(contract: Contract, before: dict[DriftLimit, Figures], after: dict[DriftLimit, Figures]) -> list[str]:
    return [line for limit in contract.drift_limits if limit in before
            for line in drift_failures(limit, before[limit], after[limit])]  # fmt: skip


def held_for(contract: Contract, counts: StagedCounts) -> list[str]:
    batch = SimpleNamespace(batch="0123", raw=counts.staged + counts.quarantined, **vars(counts))
    inputs = SimpleNamespace(contract=contract, kept=None, staged={"0123": batch})
    return list(rejected_check(inputs, SimpleNamespace(dataset=contract.dataset, number=1)).failures)


def is_refused(example: Example) -> bool:
    return example.outcome[0].startswith("refused: ")


@pytest.mark.parametrize("example", [e for e in EXAMPLES if not is_refused(e)], ids=lambda example: example.name)
def test_example_comes_out_as_the_page_says(spark: SparkSession, tmp_path: Path, example: Example) -> None:
    lines, held = batches_of(spark, example, tmp_path)
    expected = [line for line in example.outcome if not line.startswith("held: ")]
    assert outcome_of(lines) == expected
    why = [line.removeprefix("held: ") for line in example.outcome if line.startswith("held: ")]
    assert len(held) == len(why)
    assert all(text in full for text, full in zip(why, held, strict=True)), held


@pytest.mark.parametrize("example", [e for e in EXAMPLES if is_refused(e)], ids=lambda example: example.name)
def test_example_is_refused_as_the_page_says(tmp_path: Path, example: Example) -> None:
    (file,) = check_files([written(file, tmp_path, "utf-8") for file in example.files])
    contract = example.contract
    with pytest.raises(InputFileError) as problem:
        describe_file(file, contract, silent)
    assert example.outcome[0].removeprefix("refused: ") in str(problem.value)


# --- Tables ---


HEADLESS = {"kind": "csv", "delimiter": ";", "header": False}


def types_snippet() -> dict[str, Any]:
    names = [codes(row[1])[0] for row in table("types")]
    columns = [
        {"name": f"c{number}", "logicalType": logical_type(name), "physicalType": name}
        for number, name in enumerate(names)
    ]
    return {"properties": columns, "customProperties": [{"property": "inputFormat", "value": HEADLESS}]}


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


def moments_snippet(zone: str = "Europe/Berlin") -> dict[str, Any]:
    columns = [
        {**column, "name": f"c{number}"}
        for number, row in enumerate(table("moments"))
        for column in fragment(row[0]).get("properties", [{"logicalType": "timestamp", "physicalType": "TIMESTAMP"}])
    ]
    custom = {"inputFormat": HEADLESS, "timeZone": zone}
    return {
        "properties": columns,
        "customProperties": [{"property": name, "value": value} for name, value in custom.items()],
    }


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


# --- Hostile files ---

PLAIN = contract_of({"properties": [{"name": "note", "logicalType": "string", "physicalType": "STRING"}]})
IGNORING = fragment("`unknownColumns: ignore`")


def load_bytes(name: str, content: bytes, contract: Contract = PLAIN) -> Callable[[Path], object]:
    def attempt(home: Path) -> object:
        (home / name).write_bytes(content)
        (file,) = check_files([home / name])
        return describe_file(file, contract, silent).rows

    return attempt


def named(name: str) -> Callable[[Path], object]:
    return lambda _: contract_of({"properties": [{"name": name, "logicalType": "string", "physicalType": "STRING"}]})


def many_columns(_: Path) -> None:
    contract_of({"properties": [{"name": f"c{n}", "logicalType": "string", "physicalType": "STRING"}
                                for n in range(4999)]})  # fmt: skip


def same_bytes(home: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (home / name).write_bytes(b"day,note\n2024-01-02,a\n")
    files = check_files([home])
    _refuse_known_rows(files, [describe_file(file, PLAIN, silent) for file in files], [])


def linked(home: Path) -> None:
    (home / "a.csv").symlink_to("/etc/hostname")
    check_files([home])


HOSTILE: dict[str, Callable[[Path], object]] = {
    "empty, alone": load_bytes("a.csv", b""),
    "gzip of nothing, alone": load_bytes("a.csv.gz", gzip.compress(b"")),
    "gzip cut off": load_bytes("a.csv.gz", gzip.compress(b"day,note\n2024-01-02,a\n")[:-12]),
    "`.gz` that is not gzip": load_bytes("a.csv.gz", b"day,note\n2024-01-02,a\n"),
    "gzip of 400 MiB in 400 KiB": load_bytes(
        "a.csv.gz", gzip.compress(b"day,note\n") + 400 * gzip.compress(b"\n" * 2**20)
    ),
    "zip": load_bytes("a.zip", b"PK"),
    "UTF-16": load_bytes("a.csv", "day,note\n2024-01-02,a\n".encode("utf-16")),
    "line of 64 MiB": load_bytes("a.csv", b"day,note\n" + b"x" * (64 * 2**20)),
    "100,000 tiny files": lambda _: check_files([Path(f"{n}.csv") for n in range(100_000)]),
    "the bytes of another file": same_bytes,
    "5,000 columns in the file": load_bytes("a.csv", ",".join(["day", *(f"c{n}" for n in range(4999))]).encode()),
    "5,000 columns in the contract": many_columns,
    "name with a space": load_bytes("my file.csv", b"day,note\n"),
    "link in a directory": linked,
    "column `quarter_start`": named("quarter_start"),
    "column named twice": load_bytes("a.csv", b"day,note,Note\n"),
    "required column missing": load_bytes("a.csv", b"note\nx\n"),
    "JSON lines for a CSV dataset": load_bytes("a.jsonl", b"{}\n"),
}
"""What is refused, by its name in the table."""

STAGED = {
    "only a header": b"day,note\n",
    "header in the middle": b"day,note\n2024-01-02,a\nday,note\n",
    "NUL bytes": b"day,note\n2024-01-02,a\0b\n\0\0\0\0\n",
    "line of 15 MiB": b"day,note\n2024-01-02," + b"x" * 15 * 2**20 + b"\n",
    "only bad rows": b"day,note\nx,a\ny,b\n",
    "one row a century": b"day,note\n0001-01-01,a\n1900-01-01,b\n9999-12-31,c\n",
    "bytes that are not UTF-8": b"day,note\n2024-01-02,\xff\n",
}
"""What is loaded, by its name in the table; all in one batch."""


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_file_is_refused_as_the_page_says(tmp_path: Path, name: str) -> None:
    (told,) = [row[1] for row in table("hostile") if row[0] == name]
    assert told.startswith("refused: ")
    with pytest.raises((ContractError, InputFileError)) as problem:
        HOSTILE[name](tmp_path)
    assert all(text in str(problem.value) for text in codes(told)), problem.value


def test_hostile_files_are_staged_as_the_page_says(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    names = {f"{number}.csv": name for number, name in enumerate(STAGED)}
    files = [tmp_path / "raw" / file for file in names]
    for path in files:
        path.write_bytes(STAGED[names[path.name]])
    lines, _ = staged(spark, tmp_path, files, PLAIN, ["day", "note"])
    found: dict[str, list[str]] = {name: [] for name in STAGED}
    for (file, _), what in sorted(lines.items()):
        found[names[file]].append(what)
    told = {row[0]: codes(row[1]) for row in table("hostile") if row[0] in STAGED}
    assert found == told


def test_table_of_hostile_files_is_complete() -> None:
    assert {row[0] for row in table("hostile")} == {*HOSTILE, *STAGED, "column `select`"}
    assert any("select" in example.columns for example in EXAMPLES)


def test_a_file_with_many_more_columns_is_read_when_they_are_ignored() -> None:
    check_columns(contract_of(IGNORING), ["day", *(f"c{n}" for n in range(4999))])


# --- Nothing is left out ---


def shown_snippets() -> list[dict[str, Any]]:
    accepted = [example.snippet for example in EXAMPLES if not is_refused(example)]
    return [*accepted, types_snippet(), moments_snippet()]


def test_every_option_has_an_example() -> None:
    known = {(kind, key) for kind, keys in _KEYS_OF.items() for key in keys}
    known |= {(logical, key) for logical, keys in OPTIONS.items() for key in keys}
    known |= {("customProperties", name) for name in _CUSTOM} | {("column", name) for name in CUSTOM_PROPERTIES}
    known |= {("column", key) for key in ("name", "physicalName", "logicalType", "physicalType", "description")}
    known |= {("column", key) for key in ("required", "primaryKey", "enum", "tags", "transformLogic")}
    known |= {("quality", key) for key in ("name", "type", "query", "description")}
    assert known - options_of(shown_snippets()) == set()


def test_every_rule_has_an_example_and_stands_in_the_table_in_its_order() -> None:
    source = "".join((REPOSITORY / "spark" / name).read_text() for name in ("reading/records.py", "rules.py"))
    code = source.split("def _with_fields", 1)[1]
    known = set(re.findall(r'"(row:[a-z_]+)"', code)) | set(re.findall(r'(?:yield "|column.name\}:)([a-z]+)"', code))
    told = [codes(row[0])[0] for row in table("rules")]
    assert [rule.removeprefix("<column>:") for rule in told if rule != "row:<name>"] == [
        *(f"row:{name}" for name in ("encoding", "length", "parse", "pattern", "header", "unknown_key")),
        *("transform", "type", "gap", "required", "minimum", "maximum", "pattern", "values"),
    ]
    assert known == {rule.removeprefix("<column>:") for rule in told if rule != "row:<name>"}
    outcomes = " ".join(line for example in EXAMPLES for line in example.outcome)
    outcomes += " ".join(row[1] for row in table("hostile"))
    missing = {rule for rule in known if not re.search(rf"{rule}\b" if ":" in rule else rf"\w+:{rule}\b", outcomes)}
    assert missing == set()


def test_personal_data_lateness_and_marts_of_the_whole_contract_are_read() -> None:
    (whole,) = [example.contract for example in EXAMPLES if "apiVersion" in example.snippet]
    assert [column.name for column in whole.columns if column.pii] == ["buyer"]
    assert [mart.name for mart in whole.marts] == custom_of(EXAMPLES[0].snippet)["marts"]
    assert whole.lateness == timedelta(days=10)


def test_examples_have_names_of_their_own() -> None:
    names = [example.name for example in EXAMPLES]
    assert len(set(names)) == len(names)
    assert all(example.outcome for example in EXAMPLES)
