"""docs/contract.md tells the truth: every example is loaded and staged, and no option or rule is left out."""

import bz2
import gzip
import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from ingestion.input_file import describe_file
from pipeline.thresholds import rejected_check, superseded_checks
from spark.clean import CleanTask, clean, read_staged
from tests.contract.contract_examples import Example, File, codes, custom_of, options_of, spaced, table
from tests.contract.page_snippets import EXAMPLES, moments_snippet, types_snippet
from tests.contract.staged_batches import ORIGIN, Lines, silent, staged
from warehouse.contract.column import CUSTOM_PROPERTIES, OPTIONS
from warehouse.contract.file import _CUSTOM
from warehouse.contract.input_format import _KEYS_OF
from warehouse.contract.model import Contract, DriftLimit
from warehouse.errors import InputFileError
from warehouse.input.batch_files import check_files
from warehouse.job import FileRows, StagedCounts, StagedSource, rows_of
from warehouse.release.drift import Figures, drift_failures
from warehouse.settings import REPOSITORY

_LARGE = 256 * 1024 * 1024


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
    winners = {tuple(row) for row in spark.read.parquet(str(target)).select(*ORIGIN).collect()}
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
